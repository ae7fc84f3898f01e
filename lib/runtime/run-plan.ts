/**
 * Running a plan on a database: step by step, with retries, and a note of what failed.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { withoutAncestors } from '../graph/version-rows.js';
import type { Logger } from '../logger.js';
import type { ModuleLoader } from '../script/load-module.js';
import type { Script } from '../script/script-directory.js';
import { interruption } from './database-sink.js';
import type { StepTimeouts } from './ledger.js';
import { type LockRetryOptions, withLockRetries } from './lock-retry.js';
import { type ReadyStep, readySteps } from './ready-steps.js';
import { refuseLongRows } from './row-width.js';
import type { Session } from './session.js';
import { messageOf, stepFailure } from './step-failure.js';
import { eventOf, type StepEnds, StepRunner } from './step-runner.js';

export interface RunContext {
  readonly root: string;
  readonly graph: RevisionGraph;
  readonly scripts: ReadonlyMap<RevisionId, Script>;
  readonly history: AssetHistory;
  readonly load: ModuleLoader;
  readonly session: Session;
  readonly transaction: 'revision' | 'all';
  readonly ddl: LockRetryOptions & StepTimeouts;
  readonly logger: Logger;
}

/** One step that was done. */
export interface StepReport extends Step {
  readonly message: string | undefined;
  readonly durationMs: number;
}

export interface RunReport {
  readonly steps: readonly StepReport[];
  /** The version rows afterwards. */
  readonly rows: readonly RevisionId[];
}

/**
 * Runs the steps in order.
 *
 * All scripts are imported before the first statement: one that is broken changes nothing.
 *
 * @throws MigrationError that keeps the code of what went wrong, and says what stands
 */
export async function runPlan(plan: readonly Step[], context: RunContext): Promise<RunReport> {
  const { session, graph, logger } = context;
  const before = withoutAncestors(graph, session.state.rows);
  if (plan.length === 0) return { steps: [], rows: before };
  const steps = await readySteps(plan, session.state.rows, context);
  refuseLongRows(
    steps.flatMap(({ change }) => change.inserted),
    context,
  );
  await session.ensureLedger();
  const applied = graph.closure(before.filter((row) => graph.has(row)));
  const runner = new StepRunner({ ...context, ...session, assets: session.state.assets }, applied);
  const done: StepReport[] = [];
  for (const step of steps) {
    const started = performance.now();
    logger.info(`${step.direction} ${step.revision} ${step.script.revision.message ?? ''}`.trimEnd());
    try {
      await runStep(step, runner, context, { isFirst: step === steps[0], isLast: step === steps.at(-1) });
    } catch (error) {
      const stands = context.transaction === 'revision' ? done : [];
      const failure = session.sink.isInterrupted ? interruption(error) : error;
      await noteFailure(step, failure, performance.now() - started, session);
      throw stepFailure(
        failure,
        step,
        stands,
        stands.length === 0 ? before : (steps[stands.length - 1]?.change.rows ?? []),
      );
    }
    done.push(reportOf(step, performance.now() - started));
  }
  return { steps: done, rows: steps.at(-1)?.change.rows ?? before };
}

function reportOf({ direction, revision, script }: ReadyStep, durationMs: number): StepReport {
  return { direction, revision, message: script.revision.message, durationMs: Math.round(durationMs) };
}

/** A step that has a transaction of its own is tried again when it meets a lock. */
async function runStep(step: ReadyStep, runner: StepRunner, context: RunContext, ends: StepEnds) {
  const { session, transaction, ddl, logger } = context;
  if (transaction === 'all') return runner.run(step, ends);
  const reinstall = runner.mark();
  const attempt = () => runner.run(step, { isFirst: true, isLast: true });
  const undo = async () => {
    await session.sink.rollback();
    reinstall();
  };
  return withLockRetries({ attempt, undo }, session, ddl, logger);
}

/** Rolls back and notes the failure; what cannot be noted does not hide the error. */
async function noteFailure(step: ReadyStep, error: unknown, durationMs: number, { sink, ledger }: Session) {
  await sink.rollback();
  if (sink.isLost) return;
  sink.record(ledger.log({ ...eventOf(step), outcome: 'failed', error: messageOf(error), durationMs }));
  await sink.flush().catch(() => {});
}
