/**
 * Trying what is to be frozen: the files are loaded on a shadow at the parents, so that what PostgreSQL says of them is
 * known before anything is written.
 */
import type { FrozenFile, Manifest } from '../assets/manifest.js';
import { LimbeckError, MigrationError, thrownText } from '../errors.js';
import type { Revision, RevisionId } from '../graph/revision.js';
import { RevisionGraph } from '../graph/revision-graph.js';
import { rowChanges } from '../graph/row-changes.js';
import { rowsOf } from '../graph/version-rows.js';
import type { Operations } from '../ops/operations.js';
import type { Project } from '../project.js';
import type { ReadyStep } from '../runtime/ready-steps.js';
import { scriptFailure } from '../runtime/step-failure.js';
import { newRevisionId } from '../script/new-script.js';
import type { Script } from '../script/script-directory.js';
import { loadScript, type ScriptModule } from '../script/script-module.js';
import { type OpenShadow, openShadowAt, usualPlace } from '../shadow/open-shadow.js';
import type { ShadowChoice } from '../shadow/shadow.js';
import { type TriedFile, type TrialResult, tryStep } from '../shadow/trial.js';
import { callRuns } from './call-lines.js';

/** Where changed files are tried before they are frozen; `none`: nowhere. */
export type TrialChoice = ShadowChoice | 'none';

export interface TrialOptions {
  /**
   * Where changed files are tried. Default: on the server of `shadowUrl` where that is set, else embedded; nowhere
   * where the setting "trial" is false.
   */
  readonly shadow?: TrialChoice | undefined;
}

/** What is to be frozen. */
export interface Freezing {
  /** What the revision builds on. */
  readonly parents: readonly RevisionId[];
  readonly files: readonly FrozenFile[];
  /** The script, where it is there already; else it will hold what freezing writes, and what a person adds. */
  readonly script?: Script | undefined;
  /** Whether the step is run at once, which tells what files have lost. Default false. */
  readonly isRunNext?: boolean;
}

/**
 * Tries the changes of files that stand at the parents, if there are any: `recreate` and what stands on the objects are
 * noted in their entries.
 *
 * What the files lose without a word is a warning, as of a run. Where a trial is not possible, a warning says so and the files come back as they are.
 *
 * @throws LimbeckError for a file that cannot be loaded, with its place in the live file; nothing was written then
 */
export async function tryFiles(
  project: Project,
  freezing: Freezing,
  { shadow = usualTrial(project) }: TrialOptions = {},
): Promise<readonly FrozenFile[]> {
  const { files, parents } = freezing;
  const tried = changedFiles(project, freezing);
  if (shadow === 'none' || tried.length === 0) return files;
  project.logger.working?.(
    `Trying ${tried.length === 1 ? 'the changed SQL file' : `${tried.length} changed SQL files`} on a shadow of the revisions below`,
  );
  const opened = await openShadow(project, parents, shadow);
  if (opened === undefined) return files;
  try {
    const { results, warnings } = await tryStep(opened, project, {
      ...(await trialOf(project, freezing)),
      files: tried,
    });
    if (freezing.isRunNext !== true)
      for (const { file, message, next } of warnings) project.logger.warn(`${file}: ${message}; ${next}`);
    return files.map((file) => withResult(file, results));
  } catch (error) {
    warn(project, whyNotTried(project, freezing, error));
    return files;
  } finally {
    await opened.close();
  }
}

function usualTrial(project: Project): TrialChoice {
  return project.config.settings.trial ? usualPlace(project) : 'none';
}

/** Files that only add objects, or are loaded as they stand already, are not worth a shadow. */
function changedFiles(project: Project, { files, parents }: Freezing): TriedFile[] {
  const history = project.readHistory();
  const before = project.graph.closure(parents);
  return files
    .filter(({ entry }) => entry.action !== 'add' && entry.action !== 'reload')
    .map(({ entry: { path, from, objects, sha256 } }) => {
      const paths = [path, ...from.flatMap((version) => version.path ?? [])];
      const standing = paths.flatMap((each) => history.versionsAt(each, before));
      const defined = new Set(standing.flatMap(({ entry }) => (entry.sha256 === null ? [] : entry.objects)));
      return { path, before: [...defined], after: sha256 === null ? [] : objects };
    });
}

async function openShadow(
  project: Project,
  parents: readonly RevisionId[],
  place: ShadowChoice,
): Promise<OpenShadow | undefined> {
  try {
    return await openShadowAt(project, parents, { place, purpose: 'limbeck freeze' });
  } catch (error) {
    if (!(error instanceof LimbeckError) || isInterruption(error)) throw error;
    warn(project, `no shadow could be built at the revisions below: ${briefly(error)}`);
    return undefined;
  }
}

function warn({ logger }: Project, why: string): void {
  logger.warn(
    `the changed SQL files were not tried: ${why}; leave the trial out with \`--shadow none\` or the setting "trial"`,
  );
}

/** Makes the step of a revision that is not written yet, or not as it will be. */
async function trialOf(project: Project, { parents, files, script }: Freezing) {
  const revision = script?.revision ?? { ...unwritten, id: newRevisionId(), downRevisions: parents };
  const graph = script === undefined ? graphWith(project.graph, revision) : project.graph;
  const applied = project.graph.closure(parents);
  const plan = [{ direction: 'upgrade' as const, revision: revision.id }];
  const [change] = rowChanges(graph, rowsOf(graph, applied), plan);
  if (change === undefined) throw new Error(`no change of rows for ${revision.id}`);
  const step: ReadyStep = {
    direction: 'upgrade',
    revision: revision.id,
    change,
    script: script ?? { revision, file: unwritten.file, path: unwritten.file, format: 'module' },
    module: script === undefined ? moduleOf(files) : await loadOwn(script, project),
  };
  return {
    step,
    applied,
    history: project.readHistory().with(manifestOf(project, revision.id, files), graph),
  };
}

/** A script that cannot run on a shadow may well run elsewhere: what it throws is known from a failure of limbeck. */
async function loadOwn(script: Script, { load }: Project): Promise<ScriptModule> {
  const module = await loadScript(script, load);
  const upgrade = async (op: Operations) => {
    try {
      await module.upgrade(op);
    } catch (error) {
      throw error instanceof LimbeckError ? error : scriptFailure(error, script);
    }
  };
  return { ...module, upgrade };
}

const unwritten = { downRevisions: [], dependsOn: [], branchLabels: [], file: 'the new revision' };

function graphWith(graph: RevisionGraph, revision: Revision): RevisionGraph {
  return new RevisionGraph([...graph.ids.flatMap((id) => graph.get(id) ?? []), revision]);
}

/** The live files stand for the frozen ones: an error is at its place in them. */
function manifestOf({ config }: Project, revision: RevisionId, files: readonly FrozenFile[]): Manifest {
  const folder = config.settings.rawSql;
  const texts = files.flatMap(({ entry, text }) =>
    text === undefined ? [] : [[`${folder}/${entry.path}`, text] as const],
  );
  return { revision, folder, entries: files.map(({ entry }) => entry), texts: new Map(texts) };
}

/** What the script will do that freezing writes. */
function moduleOf(files: readonly FrozenFile[]): ScriptModule {
  const upgrade = async (op: Operations) => {
    for (const { kind, verb, names } of callRuns(files))
      await (verb === 'load' ? op.loadAssets(kind, names) : op.dropAssets(kind, names));
  };
  return { upgrade, downgrade: () => undefined, sha256: null };
}

function withResult(file: FrozenFile, results: readonly TrialResult[]): FrozenFile {
  const result = results.find(({ path }) => path === file.entry.path);
  if (result === undefined || (!result.isRecreated && result.dependents.length === 0)) return file;
  const { isRecreated, dependents } = result;
  const action = isRecreated && file.entry.action === 'replace' ? 'recreate' : file.entry.action;
  return { ...file, entry: { ...file.entry, action, dependents } };
}

/**
 * Says why a trial came to nothing.
 *
 * @throws LimbeckError when it was a file that cannot be loaded; anything that is none: it is limbeck's own failure
 */
function whyNotTried({ config }: Project, { files, script }: Freezing, error: unknown): string {
  if (!(error instanceof LimbeckError) || isInterruption(error)) throw error;
  const { where = '' } = error;
  const isInFile = files.some(({ entry }) => isPlaceIn(where, `${config.settings.rawSql}/${entry.path}`));
  if (!isInFile) return briefly(error);
  if (script === undefined && isMissing(error)) return unlessMade(error, where);
  const { message, excerpt, details, code } = error;
  throw new MigrationError(code, {
    message,
    where,
    excerpt,
    next: 'mend the file, and run the command again: nothing was written; if a shadow cannot know better, add `--shadow none`',
    cause: error,
    details,
  });
}

/** What a file needs may be what the script is yet to make. */
function unlessMade(error: LimbeckError, where: string): string {
  return `${where}: ${briefly(error)}. If the revision is to make it, say so in its script above the line that loads the file, and run \`limbeck freeze\``;
}

function isPlaceIn(where: string, file: string): boolean {
  return where === file || where.startsWith(`${file}:`);
}

/** SQLSTATEs of a relation, column, function, type or schema that is not there. */
const missing = new Set<unknown>(['42P01', '42703', '42883', '42704', '3F000']);

function isMissing({ details }: LimbeckError): boolean {
  return missing.has(details['sqlstate']);
}

function isInterruption(error: unknown): boolean {
  return error instanceof LimbeckError && error.code === 'INTERRUPTED';
}

function briefly(error: unknown): string {
  return thrownText(error).split('\n')[0] ?? '';
}
