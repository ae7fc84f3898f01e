/**
 * Running a plan on a database: step by step, with retries, and a note of what failed.
 */
import { setImmediate } from 'node:timers/promises';
import type { AssetHistory } from '../assets/asset-history.js';
import { LimbeckError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { withoutAncestors } from '../graph/version-rows.js';
import type { Logger } from '../logger.js';
import type { LoadWarning } from '../ops/load-warnings.js';
import type { ScriptArguments } from '../ops/operations.js';
import type { ModuleLoader } from '../script/load-module.js';
import type { Script } from '../script/script-directory.js';
import { interruption } from './database-sink.js';
import type { StepTimeouts } from './step-transaction.js';
import { type LockRetryOptions, withLockRetries } from './lock-retry.js';
import type { ProgressListener, Retry, StepPosition } from './progress.js';
import { type ReadyStep, readySteps } from './ready-steps.js';
import { refuseLongRows } from './row-width.js';
import type { Session } from './session.js';
import { messageOf, stepFailure, stoppedBefore, unsettled } from './step-failure.js';
import { eventOf, StepRunner } from './step-runner.js';

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
  /** Default: none. */
  readonly scriptArguments?: ScriptArguments;
  /** Default: nobody is told. */
  readonly progress?: ProgressListener | undefined;
}

/** One step that was done. */
export interface StepReport extends Step {
  readonly message: string | undefined;
  readonly durationMs: number;
  /** What its files have lost without a word; only where they have. */
  readonly warnings?: readonly LoadWarning[];
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
  const { session, progress = () => {} } = context;
  const started = performance.now();
  const durationMs = () => Math.round(performance.now() - started);
  progress({ kind: 'run-begins', steps: plan, current: session.state.rows });
  try {
    const report = await runSteps(plan, { ...context, progress });
    progress({ kind: 'run-ends', steps: report.steps, current: report.rows, durationMs: durationMs() });
    return report;
  } catch (error) {
    progress({ kind: 'run-fails', error: error as Error, durationMs: durationMs() });
    throw error;
  }
}

type TellingContext = RunContext & { readonly progress: ProgressListener };

async function runSteps(plan: readonly Step[], context: TellingContext): Promise<RunReport> {
  const { session, graph, logger, progress } = context;
  const before = withoutAncestors(graph, session.state.rows);
  if (plan.length === 0) return { steps: [], rows: before };
  const steps = await readySteps(plan, session.state.rows, context);
  refuseLongRows(
    steps.flatMap(({ change }) => change.inserted),
    context,
  );
  await session.ensureLedger();
  const applied = graph.closure(before.filter((row) => graph.has(row)));
  const closing = () => session.watch?.closing() ?? [];
  const runner = new StepRunner({ ...context, ...session, assets: session.state.assets, closing }, applied);
  const done: StepReport[] = [];
  const standing = () => {
    const stands = context.transaction === 'revision' ? done : [];
    const rows = stands.length === 0 ? before : (steps[stands.length - 1]?.change.rows ?? []);
    return { stands, rows };
  };
  const isLast = (step: ReadyStep) => step === steps.at(-1);
  for (const [index, step] of steps.entries()) {
    // The embedded database holds the event loop: without a turn of it nobody could interrupt.
    await setImmediate();
    if (session.sink.isInterrupted) {
      await session.sink.rollback();
      const { stands, rows } = standing();
      throw stoppedBefore(step, stands, rows);
    }
    const started = performance.now();
    const position = positionOf(step, index, steps.length);
    progress({ kind: 'step-begins', ...position });
    logger.info(`${step.direction} ${step.revision} ${step.script.revision.message ?? ''}`.trimEnd());
    try {
      await runStep(position, step, runner, context);
    } catch (error) {
      const { stands, rows } = standing();
      const isInterrupted = session.sink.isInterrupted && !isUnawaited(error);
      const failure = isInterrupted ? interruption({ cause: error }) : error;
      await noteFailure(step, failure, performance.now() - started, session);
      throw stepFailure(failure, step, stands, rows, runner.placeInRoutine(failure));
    }
    const durationMs = Math.round(performance.now() - started);
    const { warnings } = runner;
    done.push({ ...reportOf(step), durationMs, ...(warnings.length > 0 && { warnings }) });
    for (const warning of warnings) {
      logger.warn(`${warning.file}: ${warning.message}; ${warning.next}`);
      progress({ kind: 'step-warns', ...position, warning });
    }
    progress({ kind: 'step-ends', ...position, durationMs });
    const isOpen = context.transaction === 'all' && !isLast(step);
    try {
      await session.watch?.settle(`${step.direction} of "${step.revision}"`, { isOpen });
    } catch (error) {
      // Then the next step is not begun; there may be none.
      if (session.sink.isInterrupted) continue;
      session.sink.fail();
      await session.sink.rollback();
      const { stands, rows } = standing();
      throw unsettled(error, step, stands, rows);
    }
  }
  return { steps: done, rows: steps.at(-1)?.change.rows ?? before };
}

/** What a script forgot may itself be why the run was stopped, and is what there is to mend. */
function isUnawaited(error: unknown): boolean {
  return error instanceof LimbeckError && error.code === 'UNAWAITED_OPERATION';
}

function reportOf({ direction, revision, script }: ReadyStep) {
  return { direction, revision, message: script.revision.message };
}

function positionOf(step: ReadyStep, index: number, count: number): StepPosition {
  return { ...reportOf(step), position: index + 1, count };
}

/** A step that has a transaction of its own is tried again when it meets a lock. */
async function runStep(
  position: StepPosition,
  step: ReadyStep,
  runner: StepRunner,
  { session, transaction, ddl, logger, progress }: TellingContext,
) {
  const ends = { isFirst: position.position === 1, isLast: position.position === position.count };
  if (transaction === 'all') return runner.run(step, ends);
  const reinstall = runner.mark();
  const attempt = () => runner.run(step, { isFirst: true, isLast: true });
  const undo = async () => {
    await session.sink.rollback();
    reinstall();
    await session.watch?.tidy(`${step.direction} of "${step.revision}"`);
  };
  const retrying = (retry: Retry) => progress({ kind: 'step-retries', ...position, ...retry });
  return withLockRetries({ attempt, undo, retrying }, session, ddl, logger);
}

/** Rolls back and notes the failure; what cannot be noted does not hide the error. */
async function noteFailure(step: ReadyStep, error: unknown, durationMs: number, { sink, ledger }: Session) {
  sink.fail();
  await sink.rollback();
  await sink.note(ledger.log({ ...eventOf(step), outcome: 'failed', error: messageOf(error), durationMs }));
}
