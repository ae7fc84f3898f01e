/**
 * The command that takes over the history of another tool: adopt.
 */
import { RevisionError, ScriptError } from '../errors.js';
import type { Revision, RevisionId } from '../graph/revision.js';
import { RevisionGraph } from '../graph/revision-graph.js';
import type { Project } from '../project.js';
import { type AlembicRevision, readAlembicFiles } from '../script/alembic-directory.js';
import {
  createdBeside,
  languageOf,
  type NewScript,
  newScriptFile,
  renderScript,
  type ScriptFile,
  type ScriptStyle,
  writeScriptFiles,
} from '../script/new-script.js';
import { adoptedTemplates } from '../script/templates.js';
import { assertOnDisk } from './freezing.js';
import { checkFitForFile, directoryOf, extensionOf } from './write-revision.js';

export interface AdoptOptions {
  /** Alembic's versions folders, absolute or relative to the project; sub-folders are read too. */
  readonly alembic: readonly string[];
  /** Script directory to write to. Default: the first. */
  readonly directory?: string | undefined;
}

export interface AdoptReport {
  /** The scripts that were made, parents first. */
  readonly adopted: readonly AdoptedEntry[];
  /** Revisions that had a script already, with the same links. */
  readonly kept: readonly RevisionId[];
  /** Python files that declare no revision. */
  readonly passedOver: readonly string[];
  /** Where the adopted history ends: its revisions on which no other of it stands. */
  readonly tops: readonly RevisionId[];
  /** What to do next, in words. */
  readonly next: readonly string[];
}

export interface AdoptedEntry {
  readonly revision: RevisionId;
  readonly file: string;
}

/**
 * Writes a script for each revision of an Alembic history, with the same id and the same links, which
 * knows it by its id alone and refuses to run.
 *
 * Python is read, never executed. All is checked before the first file is written; none is overwritten.
 *
 * @throws ScriptError `DIRECTORY_NOT_FOUND`, `HEADER_UNREADABLE`, `FILE_EXISTS`
 * @throws RevisionError `DUPLICATE_ID` when two files declare one id, or a script declares it with other
 *   links; and when the two histories together are no graph
 */
export function adopt(project: Project, { alembic, directory }: AdoptOptions): AdoptReport {
  assertOnDisk(project);
  const { root, graph } = project;
  const { revisions, passedOver } = readAlembicFiles(root, alembic);
  const found = indexed(revisions);
  const joined = joinHistories(graph, found);
  const kept = joined.ids.filter((id) => graph.has(id) && found.has(id));
  const scripts = newScripts(project, joined, found, directory);
  writeScriptFiles(root, scripts);
  const isTop = (id: RevisionId) => found.has(id) && !joined.dependents(id).some((above) => found.has(above));
  return {
    adopted: scripts.map(({ revision, file }) => ({ revision, file })),
    kept,
    passedOver,
    tops: joined.ids.filter(isTop),
    next: nextSteps(project, joined),
  };
}

type Found = ReadonlyMap<RevisionId, AlembicRevision>;

function indexed(revisions: readonly AlembicRevision[]): Found {
  const found = new Map<RevisionId, AlembicRevision>();
  for (const each of revisions) {
    const other = found.get(each.revision);
    if (other !== undefined) throw declaredTwice(each, other.file);
    found.set(each.revision, each);
  }
  return found;
}

/** The graph of what is there and what is adopted: what is wrong with it is found before anything is written. */
function joinHistories(graph: RevisionGraph, found: Found): RevisionGraph {
  const own = graph.ids.flatMap((id) => graph.get(id) ?? []);
  const adopted: Revision[] = [];
  for (const each of found.values()) {
    const script = graph.get(each.revision);
    if (script === undefined) adopted.push({ ...each, id: each.revision, created: digitsOf(each.created) });
    else if (!hasLinksOf(script, each)) throw clash(each, script);
  }
  try {
    return new RevisionGraph([...own, ...adopted]);
  } catch (error) {
    throw error instanceof RevisionError && error.code === 'MISSING_REVISION' ? incomplete(error) : error;
  }
}

/** As the graph orders by. */
function digitsOf(date: Date | undefined): string | undefined {
  return date?.toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

function hasLinksOf(script: Revision, { downRevisions, dependsOn, branchLabels }: AlembicRevision): boolean {
  return (
    isSameSet(script.downRevisions, downRevisions) &&
    isSameSet(script.dependsOn, dependsOn) &&
    isSameSet(script.branchLabels, branchLabels)
  );
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return [...new Set(some)].sort().join() === [...new Set(others)].sort().join();
}

/** The scripts to write, parents first, without writing them. */
function newScripts(
  project: Project,
  joined: RevisionGraph,
  found: Found,
  directory: string | undefined,
): (AdoptedEntry & ScriptFile)[] {
  const { root, config, graph } = project;
  const { fileName, slugLength, timeZone } = config.settings;
  const style: ScriptStyle = {
    root,
    directory: directoryOf(project, directory ?? config.settings.directories[0], []),
    extension: extensionOf(project),
    fileName,
    slugLength,
    timeZone,
    template: undefined,
  };
  const dates = datesOf(joined, found);
  const files = new Set<string>();
  return joined.ids.flatMap((id) => {
    const source = found.get(id);
    if (source === undefined || graph.has(id)) return [];
    checkFitForFile(id, source.file);
    const script = { ...nothing, ...source, created: dates.get(id) ?? unknownDate };
    const file = newScriptFile(script, style);
    if (files.has(file)) throw sameName(file, source);
    files.add(file);
    return [
      {
        revision: id,
        file,
        text: renderAdopted(script, source.file, createdBeside(file, script, style), style),
      },
    ];
  });
}

const nothing: Pick<NewScript, 'upgrade' | 'downgrade' | 'helpers'> = {
  upgrade: [],
  downgrade: [],
  helpers: [],
};
const unknownDate = new Date(0);

/** A revision without a date has that of the latest that it requires, so that the order stays. */
function datesOf(joined: RevisionGraph, found: Found): ReadonlyMap<RevisionId, Date> {
  const dates = new Map<RevisionId, Date>();
  for (const id of joined.ids) {
    const below = joined.requirements(id).flatMap((each) => dates.get(each) ?? []);
    const latest = below.sort((a, b) => a.getTime() - b.getTime()).at(-1);
    const date = found.get(id)?.created ?? latest;
    if (date !== undefined) dates.set(id, date);
  }
  return dates;
}

function renderAdopted(
  script: NewScript,
  source: string,
  created: string | undefined,
  style: ScriptStyle,
): string {
  const template = adoptedTemplates[languageOf(style) === 'commonjs' ? 'commonjs' : 'module'];
  const origin = `Made by Alembic: ${source.replaceAll(/\s+/g, ' ')}`;
  return renderScript(
    script,
    template.replace('{{tool}}', 'Alembic').replace('{{origin}}', () => origin),
    created,
  );
}

function nextSteps({ config }: Project, { heads }: RevisionGraph): string[] {
  const { versionTable } = config.settings;
  return [
    ...(versionTable === 'alembic_version'
      ? []
      : [`set \`versionTable: 'alembic_version'\` in the \`limbeck\` block of ${config.knexfile}`]),
    'see that the database is where it should be: `limbeck current`',
    heads.length > 1
      ? `write the next revision on one of the ${heads.length} heads, \`limbeck revision -m "…" --head ${heads.at(-1)}\`, or join them, \`limbeck merge heads -m "…"\``
      : 'write the next revision: `limbeck revision -m "…"`',
  ];
}

function declaredTwice({ revision, file }: AlembicRevision, other: string): RevisionError {
  return new RevisionError('DUPLICATE_ID', {
    message: `"${revision}" is declared by two files: "${other}" and "${file}"`,
    where: file,
    next: 'move one of them out of the folders',
    details: { id: revision, files: [other, file] },
  });
}

function clash({ revision, file }: AlembicRevision, script: Revision): RevisionError {
  return new RevisionError('DUPLICATE_ID', {
    message: `there is a script of "${revision}" already, and its links or labels are not those of "${file}"`,
    where: script.file,
    next: `make the header of the script say what "${file}" says, or delete the script and adopt again`,
    details: { id: revision, files: [script.file, file] },
  });
}

function incomplete(error: RevisionError): RevisionError {
  const { message, where, details } = error;
  return new RevisionError('MISSING_REVISION', {
    message,
    where,
    next: 'name every folder of the history, as in `limbeck adopt --alembic versions more_versions`, or bring back the file that declares it',
    cause: error,
    details,
  });
}

function sameName(file: string, { file: source }: AlembicRevision): ScriptError {
  return new ScriptError('FILE_EXISTS', {
    message: `two revisions would have the script "${file}"`,
    where: source,
    next: 'put `{revision}` into the setting `fileName`',
  });
}
