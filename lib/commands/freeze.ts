/**
 * Commands that freeze SQL files with a revision that exists: freeze and redo.
 */
import { isStanding } from '../assets/asset-history.js';
import { type AssetCalls } from '../assets/freeze.js';
import { assetFolderOf, type FrozenFile, readFrozen } from '../assets/manifest.js';
import { AssetError, MigrationError, RevisionError } from '../errors.js';
import { planUpgrade, type Step } from '../graph/plan.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import { requireKnown } from '../graph/version-rows.js';
import { didYouMean, listed } from '../graph/wording.js';
import { type Project, reopenProject } from '../project.js';
import type { StepReport } from '../runtime/run-plan.js';
import type { Session } from '../runtime/session.js';
import type { Script } from '../script/script-directory.js';
import { heedEdits } from './edited.js';
import {
  assertOnDisk,
  callsOf,
  changesFor,
  freezeFor,
  type FrozenEntry,
  keptTypeOptions,
  learnCalls,
  pinnedTexts,
  writeFrozen,
} from './freezing.js';
import { assertConvergent, runSteps } from './migrate.js';
import { noRevisions } from './read.js';
import { type Freezing, type TrialOptions, tryFiles } from './trying.js';
import { explainUnknown } from './unknown-rows.js';
import { waysToShip } from './ways-to-ship.js';

export interface FreezeOptions extends TrialOptions {
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
  const files = await filesToFreeze(project, script, options);
  const assets = writeFrozen(project, script.file, files);
  return { revision: script.revision.id, file: script.file, assets };
}

/** Freezes without writing: what fails here has changed nothing. */
async function filesToFreeze(
  project: Project,
  script: Script,
  { files = [], shadow, isRunNext = false }: FreezeOptions & Pick<Freezing, 'isRunNext'>,
): Promise<readonly FrozenFile[]> {
  const parents = [...project.graph.requirements(script.revision.id)];
  const frozen = await freezeFor(project, parents, await callsToFreeze(project, script, parents, files));
  return tryFiles(project, { parents, files: frozen, script, isRunNext }, { shadow });
}

async function callsToFreeze(
  project: Project,
  script: Script,
  parents: readonly RevisionId[],
  files: readonly string[],
): Promise<AssetCalls> {
  if (files.length > 0) return named(project, script, parents, files);
  const learned = await learnCalls(project, script);
  if (!learned.syncs) return { ...learned, pinned: pinnedTexts(project, learned) };
  const own = project.readHistory().manifestOf(script.revision.id)?.entries ?? [];
  const changed = await changesFor(project, parents);
  const paths = [
    ...own.map(({ path }) => path),
    ...changed.flatMap(({ path, was }) => [path, was ?? []].flat()),
  ];
  return { ...callsOf(project, [...new Set(paths)]), types: keptTypeOptions(own) };
}

/** The files that a person names, and what was frozen before with the revision, as it is. */
async function named(
  project: Project,
  script: Script,
  parents: readonly RevisionId[],
  files: readonly string[],
): Promise<AssetCalls> {
  const { loads, drops } = callsOf(project, files);
  const history = project.readHistory();
  const before = project.graph.closure(parents);
  const stray = drops.find((path) => !history.versionsAt(path, before).some(isStanding));
  if (stray !== undefined) throw await noSuchFile(project, stray, history.paths);
  const manifest = history.manifestOf(script.revision.id);
  const others = (manifest?.entries ?? []).filter(
    ({ path }) => !loads.includes(path) && !drops.includes(path),
  );
  const types = keptTypeOptions(manifest?.entries ?? []);
  const kept = others.filter(({ sha256 }) => sha256 !== null);
  return {
    types,
    loads: [...kept.map(({ path }) => path), ...loads],
    drops: [...others.filter(({ sha256 }) => sha256 === null).map(({ path }) => path), ...drops],
    pinned: new Map(
      kept.flatMap((entry) => (manifest ? [[entry.path, readFrozen(project.root, manifest, entry)]] : [])),
    ),
  };
}

async function noSuchFile({ live }: Project, path: string, shipped: readonly string[]): Promise<AssetError> {
  const known = new Set([...(await live.paths()), ...shipped]);
  return new AssetError('ASSET_NOT_FOUND', {
    message: `there is no live file "${live.fileOf(path)}", and no revision below has loaded one that could be dropped`,
    where: live.fileOf(path),
    next: `${didYouMean(path, known)}correct the name`,
  });
}

function freezable(project: Project, text: string): Script {
  assertOnDisk(project);
  const { graph, scripts } = project;
  if (graph.ids.length === 0) throw noRevisions();
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
    next: `the change takes a new revision: ${waysToShip(graph)}`,
  });
}

export interface RedoReport extends FreezeReport {
  readonly steps: readonly StepReport[];
  readonly current: readonly RevisionId[];
}

/**
 * The edit loop: reverts a head if it is applied, freezes its files as they are now, and applies it again.
 *
 * @throws as `freeze` and `upgrade`; what freezing throws has changed nothing
 */
export async function redo(
  project: Project,
  options: Omit<FreezeOptions, 'files'> = {},
): Promise<RedoReport> {
  const script = freezable(project, options.revision ?? 'head');
  const { id } = script.revision;
  const files = await filesToFreeze(project, script, { shadow: options.shadow, isRunNext: true });
  const entries = files.map(({ entry }) => entry);
  const history = project.readHistory().with({ revision: id, folder: assetFolderOf(script.file), entries });
  const session = await project.openSession('redo', { lock: true, scripts: true });
  try {
    const { rows } = session.state;
    await explainUnknown(project, session, () => requireKnown(project.graph, rows));
    heedEdits(project, session.state, { except: id });
    assertConvergent(project, rows, [{ direction: 'upgrade', revision: id }], history);
    const down: Step[] = rows.includes(id) ? [{ direction: 'downgrade', revision: id }] : [];
    const reverted = await runSteps(project, session, down, project.readHistory());
    await session.refresh();
    const assets = writeFrozen(project, script.file, files);
    const applied = await applyAgain(await reopenProject(project), session, id, down.length > 0);
    const steps = [...reverted.steps, ...applied.steps];
    return { revision: id, file: script.file, assets, steps, current: applied.rows };
  } finally {
    await session.close();
  }
}

async function applyAgain(project: Project, session: Session, id: RevisionId, wasReverted: boolean) {
  const plan = planUpgrade(project.graph, session.state.rows, [id]);
  try {
    return await runSteps(project, session, plan, project.readHistory());
  } catch (error) {
    throw wasReverted && error instanceof MigrationError ? staysReverted(error) : error;
  }
}

function staysReverted(error: MigrationError): MigrationError {
  const { code, message, where, excerpt, next, details } = error;
  return new MigrationError(code, {
    message: `${message}; it was reverted before, and stays so`,
    where,
    excerpt,
    next: next.replace('nothing was changed', 'the revert stands'),
    cause: error,
    details,
  });
}
