/**
 * Commands that freeze SQL files with a revision that exists: freeze and redo.
 */
import { AssetError, RevisionError } from '../errors.js';
import { planUpgrade, type Step } from '../graph/plan.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import { listed } from '../graph/wording.js';
import { type Project, reopenProject } from '../project.js';
import type { StepReport } from '../runtime/run-plan.js';
import type { Script } from '../script/script-directory.js';
import {
  callsOf,
  changesFor,
  freezeFor,
  type FrozenEntry,
  learnCalls,
  pinnedTexts,
  writeFrozen,
} from './freezing.js';
import { runSteps } from './migrate.js';

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
  if (!learned.syncs) return { ...learned, pinned: pinnedTexts(project, learned) };
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
