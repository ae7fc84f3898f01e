/**
 * Commands that write scripts: revision, merge, freeze, redo.
 */
import { extname } from 'node:path';
import { kindOf } from '../assets/asset-directory.js';
import { AssetError, type LimbeckError, RevisionError, ScriptError, UsageError } from '../errors.js';
import type { FrozenFile } from '../assets/manifest.js';
import { newRevisionLinks } from '../graph/new-revision.js';
import { planUpgrade, type Step } from '../graph/plan.js';
import { resolve } from '../graph/resolve.js';
import { checkName, type RevisionId } from '../graph/revision.js';
import { listed } from '../graph/wording.js';
import { type Project, reopenProject } from '../project.js';
import type { StepReport } from '../runtime/run-plan.js';
import { newRevisionId, type NewScript, type ScriptExtension, writeScript } from '../script/new-script.js';
import type { Script } from '../script/script-directory.js';
import { callsOf, changesFor, freezeFor, type FrozenEntry, learnCalls, writeFrozen } from './freezing.js';
import { divergent, runSteps } from './migrate.js';

export interface RevisionOptions {
  readonly message: string;
  /** What it builds on. Default `head`: the only head. */
  readonly head?: string | undefined;
  /** Whether the parent may have other children. */
  readonly splice?: boolean | undefined;
  readonly branchLabels?: readonly string[] | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  /** Default: twelve random hex digits. */
  readonly revisionId?: string | undefined;
  /** Whether to ship what changed in the live files. */
  readonly autogenerate?: boolean | undefined;
  /** Whether to write a plain-SQL script. */
  readonly sql?: boolean | undefined;
  /** Script directory to write to. Default: that of the parent. */
  readonly directory?: string | undefined;
}

export interface NewRevisionReport {
  /** null when `autogenerate` found nothing to ship. */
  readonly revision: RevisionId | null;
  readonly file: string | null;
  readonly downRevisions: readonly RevisionId[];
  readonly assets: readonly FrozenEntry[];
}

/**
 * Writes a new script, and with `autogenerate` freezes what changed in the live files with it.
 *
 * @throws RevisionError when the parent is not there, or not a head
 * @throws AssetError when a live file cannot be frozen; nothing is written then
 */
export async function revision(project: Project, options: RevisionOptions): Promise<NewRevisionReport> {
  const { graph } = project;
  const isFirst = graph.heads.length === 0 && options.head === undefined;
  const heads = isFirst ? [] : [options.head ?? 'head'];
  const links = newRevisionLinks(graph, {
    heads,
    dependsOn: options.dependsOn ?? [],
    splice: options.splice === true || options.head === 'base',
  });
  const files = options.autogenerate === true ? await frozenChanges(project, links) : [];
  if (options.autogenerate === true && files.length === 0) {
    return { revision: null, file: null, downRevisions: links.downRevisions, assets: [] };
  }
  if (options.sql === true && files.length > 0) throw sqlWithAssets();
  return writeRevision(project, options, links, files);
}

interface Links {
  readonly downRevisions: readonly RevisionId[];
  readonly dependsOn: readonly string[];
}

async function frozenChanges(project: Project, { downRevisions, dependsOn }: Links): Promise<FrozenFile[]> {
  const parents = [...downRevisions, ...dependsOn.flatMap((text) => resolve(project.graph, text).revisions)];
  const changes = await changesFor(project, parents);
  const isDeleted = ({ change }: { change: string }) => change === 'deleted';
  return freezeFor(project, parents, {
    loads: changes.filter((change) => !isDeleted(change)).map(({ path }) => path),
    drops: changes.filter(isDeleted).map(({ path }) => path),
  });
}

function writeRevision(
  project: Project,
  options: RevisionOptions,
  links: Links,
  files: readonly FrozenFile[],
): NewRevisionReport {
  const { root, config } = project;
  const { fileName, timeZone, template } = config.settings;
  const id = options.revisionId ?? newRevisionId();
  checkNewId(project, id);
  const labels = options.branchLabels ?? [];
  for (const label of labels) checkNewLabel(project, label);
  const calls = callLines(files);
  const script: NewScript = {
    revision: id,
    message: options.message,
    ...links,
    branchLabels: labels,
    created: new Date(),
    upgrade: calls.lines,
    downgrade: calls.lines.toReversed(),
    helpers: calls.helpers,
  };
  const file = writeScript(script, {
    root,
    directory: directoryOf(project, options.directory, links.downRevisions),
    extension: options.sql === true ? '.sql' : extensionOf(project),
    fileName,
    timeZone,
    template,
  });
  const assets = files.length === 0 ? [] : writeFrozen(project, file, files);
  return { revision: id, file, downRevisions: links.downRevisions, assets };
}

function checkNewId({ graph }: Project, id: string): void {
  checkName('revision id', id);
  if (!graph.has(id) && graph.revisionOfLabel(id) === undefined) return;
  throw new RevisionError('DUPLICATE_ID', {
    message: `there is a revision or label "${id}" already`,
    where: graph.get(id)?.file,
    next: 'choose another `--rev-id`',
  });
}

function checkNewLabel({ graph }: Project, label: string): void {
  checkName('branch label', label);
  const owner = graph.revisionOfLabel(label) ?? (graph.has(label) ? label : undefined);
  if (owner === undefined) return;
  throw new RevisionError('DUPLICATE_LABEL', {
    message: `the name "${label}" is taken by revision "${owner}"`,
    where: graph.get(owner)?.file,
    next: 'choose another `--branch-label`',
  });
}

const helperOf: Record<string, { readonly load: string; readonly drop: string }> = {
  procs: { load: 'loadStoredProc', drop: 'dropStoredProc' },
  types: { load: 'loadType', drop: 'dropType' },
  views: { load: 'loadView', drop: 'dropView' },
};

/** One line for each run of files of one kind, in load order, so that what needs a view comes after it. */
function callLines(files: readonly FrozenFile[]): { lines: string[]; helpers: string[] } {
  const runs: { kind: string; verb: 'load' | 'drop'; names: string[] }[] = [];
  for (const { entry } of files) {
    const kind = kindOf(entry.path);
    const verb = entry.action === 'drop' ? 'drop' : 'load';
    const name = entry.path.slice(kind.length + 1);
    const last = runs.at(-1);
    if (last?.kind === kind && last.verb === verb) last.names.push(name);
    else runs.push({ kind, verb, names: [name] });
  }
  if (runs.some(({ kind }) => helperOf[kind] === undefined))
    return { lines: ['await syncAssets(op);'], helpers: ['syncAssets'] };
  const calls = runs.map(({ kind, verb, names }) => ({ helper: helperOf[kind]?.[verb] ?? '', names }));
  return {
    lines: calls.map(
      ({ helper, names }) => `await ${helper}(op, [${names.map((name) => `'${name}'`).join(', ')}]);`,
    ),
    helpers: [...new Set(calls.map(({ helper }) => helper))].sort(),
  };
}

function directoryOf(
  { config, scripts }: Project,
  given: string | undefined,
  parents: readonly RevisionId[],
): string {
  const { directories } = config.settings;
  const clean = (directory: string) => directory.replace(/^\.\//, '').replace(/\/+$/, '');
  if (given !== undefined) {
    if (directories.map(clean).includes(clean(given))) return clean(given);
    throw new ScriptError('DIRECTORY_NOT_FOUND', {
      message: `"${given}" is not one of the script directories`,
      where: config.knexfile,
      next: `choose one of ${listed(directories)}, or add it to \`limbeck.directories\``,
    });
  }
  const parentFile = scripts.get(parents[0] ?? '')?.file;
  const ofParent = directories.find((directory) => parentFile?.startsWith(`${clean(directory)}/`));
  return clean(ofParent ?? directories[0] ?? 'migrations');
}

/** Scripts are written in the language that the project's newest script has, else in the knexfile's. */
function extensionOf({ graph, scripts, config }: Project): ScriptExtension {
  const modules = graph.ids
    .flatMap((id) => scripts.get(id) ?? [])
    .filter(({ format }) => format === 'module');
  return extname(modules.at(-1)?.file ?? config.knexfile) as ScriptExtension;
}

export interface MergeOptions {
  /** Identifiers of the heads to join. */
  readonly revisions: readonly string[];
  readonly message: string;
  readonly branchLabels?: readonly string[] | undefined;
  readonly revisionId?: string | undefined;
  readonly splice?: boolean | undefined;
}

/**
 * Writes a script that joins branches.
 *
 * @throws RevisionError when fewer than two heads are named
 * @throws AssetError `ASSET_DIVERGENT` when both sides changed the same file
 */
export async function merge(project: Project, options: MergeOptions): Promise<NewRevisionReport> {
  const { graph } = project;
  const links = newRevisionLinks(graph, { heads: options.revisions, splice: options.splice === true });
  if (links.downRevisions.length < 2) throw nothingToMerge(links.downRevisions);
  const [first] = project.readHistory().divergentAt(graph.closure(links.downRevisions));
  if (first !== undefined) throw divergent(first);
  return writeRevision(project, options, links, []);
}

function nothingToMerge(heads: readonly RevisionId[]): LimbeckError {
  return new UsageError('USAGE', {
    message:
      heads.length === 0
        ? 'there is nothing to merge'
        : `only "${heads[0]}" was named: a merge joins two or more`,
    next: 'name two heads, or run `limbeck merge heads` when `limbeck heads` shows several',
  });
}

function sqlWithAssets(): LimbeckError {
  return new UsageError('USAGE', {
    message: 'a plain-SQL script cannot load SQL files',
    next: 'leave out `--sql`, or `--autogenerate`',
  });
}

export interface FreezeOptions {
  /** Default: the only head. */
  readonly revision?: string | undefined;
  /** Files to freeze, in place of those that the script loads. */
  readonly files?: readonly string[] | undefined;
}

export interface FreezeReport {
  readonly revision: RevisionId;
  readonly file: string;
  readonly assets: readonly FrozenEntry[];
}

/**
 * Freezes the live files that a script loads, as they are now, with its revision.
 *
 * @throws AssetError `FREEZE_REFUSED` when other revisions stand on it; and what freezing throws
 */
export async function freeze(project: Project, options: FreezeOptions = {}): Promise<FreezeReport> {
  const script = freezable(project, options.revision ?? 'head');
  const parents = [...project.graph.requirements(script.revision.id)];
  const calls = await callsToFreeze(project, script, parents, options.files ?? []);
  const files = await freezeFor(project, parents, calls);
  return {
    revision: script.revision.id,
    file: script.file,
    assets: writeFrozen(project, script.file, files),
  };
}

async function callsToFreeze(
  project: Project,
  script: Script,
  parents: readonly RevisionId[],
  files: readonly string[],
) {
  if (files.length > 0) return callsOf(project, files);
  const learned = await learnCalls(project, script);
  if (!learned.syncs) return learned;
  const own =
    project
      .readHistory()
      .manifestOf(script.revision.id)
      ?.entries.map(({ path }) => path) ?? [];
  const changed = (await changesFor(project, parents)).map(({ path }) => path);
  return callsOf(project, [...new Set([...own, ...changed])]);
}

function freezable({ graph, scripts }: Project, text: string): Script {
  const { revisions } = resolve(graph, text);
  const [id, ...others] = revisions;
  const script = id === undefined ? undefined : scripts.get(id);
  if (id === undefined || script === undefined || others.length > 0) {
    throw new RevisionError('REVISION_NOT_FOUND', {
      message: `"${text}" does not name one revision`,
      next: 'name one, as `limbeck heads` shows them',
    });
  }
  const above = graph.dependents(id);
  if (above.length === 0) return script;
  throw new AssetError('FREEZE_REFUSED', {
    message: `revision "${id}" cannot be frozen again: ${listed(above)} ${above.length === 1 ? 'stands' : 'stand'} on it`,
    where: script.file,
    next: 'ship the change with a new revision: `limbeck revision -m "…" --autogenerate`',
  });
}

export interface RedoReport extends FreezeReport {
  readonly steps: readonly StepReport[];
  readonly current: readonly RevisionId[];
}

/**
 * The edit loop: reverts a head if it is applied, freezes its files as they are now, and applies it again.
 *
 * @throws as `freeze` and `upgrade`
 */
export async function redo(
  project: Project,
  options: Pick<FreezeOptions, 'revision'> = {},
): Promise<RedoReport> {
  const id = freezable(project, options.revision ?? 'head').revision.id;
  const session = await project.openSession('redo', { lock: true });
  try {
    const plan: Step[] = session.state.rows.includes(id) ? [{ direction: 'downgrade', revision: id }] : [];
    const reverted = await runSteps(project, session, plan, project.readHistory());
    await session.refresh();
    const frozen = await freeze(project, { revision: id });
    const fresh = await reopenProject(project);
    const history = fresh.readHistory();
    const applied = await runSteps(
      fresh,
      session,
      planUpgrade(fresh.graph, session.state.rows, [id]),
      history,
    );
    return { ...frozen, steps: [...reverted.steps, ...applied.steps], current: applied.rows };
  } finally {
    await session.close();
  }
}
