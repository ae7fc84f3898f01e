/**
 * The command that says what a run would do: plan.
 */
import { UsageError } from '../errors.js';
import type { Direction, Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { rowChanges } from '../graph/row-changes.js';
import { parseRange, type RangeSpec } from '../graph/revision-spec.js';
import { startingRows } from '../graph/starting-rows.js';
import { withoutAncestors } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import { refuseLongRows } from '../runtime/row-width.js';
import { refuseAdopted } from '../script/adopted.js';
import { heedEdits } from './edited.js';
import { downgradePlan, upgradePlan } from './migrate.js';
import { explainUnknown } from './unknown-rows.js';

export interface PlanOptions {
  /** Where to: an identifier. Default `heads` for an upgrade; a downgrade must be told. */
  readonly target?: string | undefined;
  /** Default `upgrade`. */
  readonly direction?: Direction | undefined;
  /** Identifiers of the revisions to start from, `base` for none, in place of asking the database. */
  readonly from?: readonly string[] | undefined;
}

/** A step as `plan` shows it. */
export interface StepEntry extends Step {
  readonly message: string | null;
  /** The script, relative to the project. */
  readonly file: string;
  /** The transaction of the run that the step belongs to, counted from 1. */
  readonly transaction: number;
  /** The current revisions after the step. */
  readonly current: readonly RevisionId[];
}

export interface PlanReport {
  /** In words, without password; null when the plan starts from given revisions. */
  readonly database: string | null;
  readonly environment: string;
  readonly direction: Direction;
  readonly target: string;
  /** The current revisions before. */
  readonly from: readonly RevisionId[];
  /** In the order in which they would run; none when there is nothing to do. */
  readonly steps: readonly StepEntry[];
  /** The current revisions at the end. */
  readonly current: readonly RevisionId[];
}

/**
 * Returns what `upgrade` or `downgrade` would do, and is refused as they would be before their first
 * statement; imports no script, takes no lock and changes nothing.
 *
 * @throws RevisionError as `upgrade` and `downgrade`, `UNKNOWN_ROW`, `ADOPTED_REVISION` and `REVISION_TOO_LONG` among others
 * @throws AssetError `ASSET_DIVERGENT`
 * @throws UsageError `USAGE` for a downgrade without target, and for a range
 */
export async function plan(project: Project, options: PlanOptions = {}): Promise<PlanReport> {
  const { direction = 'upgrade', target = direction === 'upgrade' ? 'heads' : undefined } = options;
  if (target === undefined) throw noTarget();
  const range = parseRange(target);
  if (range !== undefined) throw isRange(target, direction, range);
  const goal = { direction, target };
  if (options.from !== undefined) {
    const rows = startingRows(project.graph, options.from);
    const steps = stepsOf(project, goal, rows);
    refuseOthers(project, steps);
    return reportOf(project, goal, { rows, database: null }, steps);
  }
  const isUpgrade = direction === 'upgrade';
  const session = await project.openSession('plan', { lock: false, scripts: isUpgrade });
  try {
    const { database, state } = session;
    const steps = await explainUnknown(project, session, () => stepsOf(project, goal, state.rows));
    if (isUpgrade) heedEdits(project, state);
    refuseOthers(project, steps);
    const { graph } = project;
    const inserted = [...rowChanges(graph, state.rows, steps)].flatMap((change) => change.inserted);
    refuseLongRows(inserted, { session, graph });
    return reportOf(project, goal, { rows: withoutAncestors(graph, state.rows), database }, steps);
  } finally {
    await session.close();
  }
}

/** What is asked for. */
interface Goal {
  readonly direction: Direction;
  readonly target: string;
}

interface Start {
  readonly rows: readonly RevisionId[];
  /** null when none was asked. */
  readonly database: string | null;
}

function stepsOf(project: Project, { direction, target }: Goal, rows: readonly RevisionId[]): Step[] {
  return direction === 'upgrade' ? upgradePlan(project, target, rows) : downgradePlan(project, target, rows);
}

/** Refuses a plan that holds revisions of another tool, as far as headers tell. */
function refuseOthers({ graph, scripts }: Project, steps: readonly Step[]): void {
  const named = steps.map((step) => {
    const { file = '', adoptedFrom: tool } = scripts.get(step.revision) ?? {};
    return { ...step, file, tool };
  });
  refuseAdopted(named, graph);
}

function reportOf(
  project: Project,
  goal: Goal,
  { rows, database }: Start,
  planned: readonly Step[],
): PlanReport {
  const steps = stepEntries(project, rows, planned);
  const { environment } = project.config;
  return { database, environment, ...goal, from: rows, steps, current: steps.at(-1)?.current ?? rows };
}

function stepEntries(project: Project, rows: readonly RevisionId[], steps: readonly Step[]): StepEntry[] {
  const { graph, scripts, config } = project;
  const isOneTransaction = config.settings.transaction === 'all';
  return [...rowChanges(graph, rows, steps)].flatMap((change, index) => {
    const step = steps[index];
    if (step === undefined) return [];
    return {
      ...step,
      message: graph.get(step.revision)?.message ?? null,
      file: scripts.get(step.revision)?.file ?? '',
      transaction: isOneTransaction ? 1 : index + 1,
      current: change.rows,
    };
  });
}

function noTarget(): UsageError {
  return new UsageError('USAGE', {
    message: 'the plan of a downgrade needs a target',
    next: 'say how far down, as in `limbeck plan --down -1` or `limbeck plan --down base`',
  });
}

/** The start of a plan is not part of its target. */
function isRange(target: string, direction: Direction, { start = 'base', end }: RangeSpec): UsageError {
  const [down, otherwise] = direction === 'downgrade' ? ['--down ', 'base'] : ['', 'heads'];
  return new UsageError('USAGE', {
    message: `"${target}" is a range, and a plan has one target`,
    next: `name the start apart from it: \`limbeck plan ${down}${end ?? otherwise} --from ${start}\``,
  });
}
