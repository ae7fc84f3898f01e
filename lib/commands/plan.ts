/**
 * The command that says what would run: plan.
 */
import { planDowngrade, planUpgrade, type Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { rowChanges } from '../graph/row-changes.js';
import { downgradeTarget, upgradeTargets } from '../graph/targets.js';
import type { Project } from '../project.js';
import { entryOf, type RevisionEntry } from './read.js';

export interface PlanOptions {
  /** Where to. Default `heads`. */
  readonly target?: string | undefined;
  /** Whether to plan the way down. */
  readonly downgrade?: boolean | undefined;
}

export interface PlannedStep extends Step, RevisionEntry {
  /** Which transaction it runs in, from 1. */
  readonly transaction: number;
  /** The version rows once it is done. */
  readonly rows: readonly RevisionId[];
}

export interface PlanReport {
  readonly database: string;
  readonly environment: string;
  readonly from: readonly RevisionId[];
  readonly steps: readonly PlannedStep[];
  readonly current: readonly RevisionId[];
}

/**
 * Returns the steps that `upgrade` or `downgrade` would take on this database, and changes nothing.
 *
 * Read from the headers alone: no script is imported.
 *
 * @throws RevisionError as `upgrade` and `downgrade`
 */
export async function plan(project: Project, options: PlanOptions = {}): Promise<PlanReport> {
  const { graph, config } = project;
  const session = await project.openSession('plan', { lock: false });
  await session.close();
  const from = session.state.rows;
  const steps = stepsOf(project, from, options);
  const changes = [...rowChanges(graph, from, steps)];
  const isOne = config.settings.transaction === 'all';
  return {
    database: session.database,
    environment: config.environment,
    from,
    steps: steps.map((step, index) => ({
      ...entryOf(project, step.revision),
      ...step,
      transaction: isOne ? 1 : index + 1,
      rows: changes[index]?.rows ?? [],
    })),
    current: changes.at(-1)?.rows ?? from,
  };
}

function stepsOf(
  { graph }: Project,
  rows: readonly RevisionId[],
  { target, downgrade }: PlanOptions,
): Step[] {
  if (downgrade === true) return planDowngrade(graph, rows, downgradeTarget(graph, target ?? '-1', rows));
  return planUpgrade(graph, rows, upgradeTargets(graph, target ?? 'heads', rows));
}
