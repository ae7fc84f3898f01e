/**
 * Running a plan: each step's script, its statements, its version rows and its log, in one transaction.
 */
import type { AssetHistory, AssetVersion } from '../assets/asset-history.js';
import { readFrozen } from '../assets/manifest.js';
import { MigrationError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { type RowChange, rowChanges } from '../graph/row-changes.js';
import type { Logger } from '../logger.js';
import { Awaiting } from '../ops/awaiting.js';
import { callerPlace } from '../ops/caller-place.js';
import { createAssetLoader, type RunLoader } from '../ops/load-assets.js';
import { createOperations } from '../ops/operations.js';
import type { ModuleLoader } from '../script/load-module.js';
import type { Script } from '../script/script-directory.js';
import { loadScript, type ScriptModule } from '../script/script-module.js';
import { ownStatement } from '../sql/statement.js';
import { interruption } from './database-sink.js';
import { InstalledMirror } from './installed-assets.js';
import { createSinkKnexes, type SinkKnexContext, type SinkKnexes } from './knex-client.js';
import { beginStatements, type LogEvent, type StepTimeouts } from './ledger.js';
import { type LockRetryOptions, withLockRetries } from './lock-retry.js';
import type { Session } from './session.js';
import type { ServerError } from './sql-failure.js';
import { messageOf, stepFailure } from './step-failure.js';

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

/** A step with all that is known before the first statement. */
interface ReadyStep extends Step {
  readonly script: Script;
  readonly module: ScriptModule;
  readonly change: RowChange;
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
  const before = session.state.rows;
  if (plan.length === 0) return { steps: [], rows: before };
  const steps = await readySteps(plan, context);
  await session.ensureLedger();
  const run = new Run(context, graph.closure(before.filter((row) => graph.has(row))));
  const done: StepReport[] = [];
  for (const step of steps) {
    const started = performance.now();
    logger.info(`${step.direction} ${step.revision} ${step.script.revision.message ?? ''}`.trimEnd());
    try {
      await run.step(step, step === steps[0], step === steps.at(-1));
    } catch (error) {
      const stands = context.transaction === 'revision' ? done : [];
      const failure = session.sink.isInterrupted ? interruption(error) : error;
      await run.fail(step, failure, performance.now() - started);
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

async function readySteps(
  plan: readonly Step[],
  { graph, session, scripts, load }: RunContext,
): Promise<ReadyStep[]> {
  const changes = [...rowChanges(graph, session.state.rows, plan)];
  const steps: ReadyStep[] = [];
  for (const [index, step] of plan.entries()) {
    const script = scripts.get(step.revision);
    const change = changes[index];
    if (script === undefined || change === undefined) throw new Error(`no script for ${step.revision}`);
    steps.push({ ...step, script, change, module: await loadScript(script, load) });
  }
  return steps;
}

function reportOf({ direction, revision, script }: ReadyStep, durationMs: number): StepReport {
  return { direction, revision, message: script.revision.message, durationMs: Math.round(durationMs) };
}

/** What a run keeps from step to step. */
class Run {
  readonly #context: RunContext;
  readonly #applied: Set<RevisionId>;
  readonly #installed: InstalledMirror;
  /** Shared by all steps, for making a Knex takes longer than a small revision; each step sets its own part. */
  readonly #knexContext: SinkKnexContext;
  readonly #knexes: SinkKnexes;

  constructor(context: RunContext, applied: Set<RevisionId>) {
    this.#context = context;
    this.#applied = applied;
    const { sink, ledger, state, knex, config } = context.session;
    this.#knexContext = { knex, config, sink, awaiting: new Awaiting(), callerPlace: () => undefined };
    this.#knexes = createSinkKnexes(this.#knexContext);
    this.#installed = new InstalledMirror(state.assets, sink, ledger);
  }

  /** A step that has a transaction of its own is tried again when it meets a lock. */
  async step(step: ReadyStep, isFirst: boolean, isLast: boolean): Promise<void> {
    const { session, transaction, ddl, logger } = this.#context;
    if (transaction === 'all') return this.#attempt(step, isFirst, isLast);
    const reinstall = this.#installed.mark();
    const attempt = () => this.#attempt(step, true, true);
    const undo = async () => {
      await session.sink.rollback();
      reinstall();
    };
    return withLockRetries({ attempt, undo }, session, ddl, logger);
  }

  async #attempt(step: ReadyStep, isFirst: boolean, isLast: boolean): Promise<void> {
    const { session, transaction, ddl } = this.#context;
    const { sink, ledger } = session;
    if (transaction === 'revision' || isFirst) {
      for (const begin of beginStatements(`limbeck ${step.direction} ${step.revision}`, ddl))
        sink.record(begin);
    }
    await this.#runScript(step);
    for (const move of ledger.moveRows(step.change)) sink.record(move);
    sink.record(ledger.log(eventOf(step)));
    if (transaction === 'revision' || isLast) sink.record(ownStatement('commit', heldAtCommit));
    // Also where the transaction goes on: an error must find the step that made the statement.
    await sink.flush();
    if (step.direction === 'upgrade') this.#applied.add(step.revision);
    else this.#applied.delete(step.revision);
  }

  async #runScript(step: ReadyStep): Promise<void> {
    const awaiting = new Awaiting();
    const assets = this.#loaderOf(step);
    const place = () => callerPlace(step.script);
    this.#knexContext.awaiting = awaiting;
    this.#knexContext.callerPlace = place;
    const op = createOperations({
      revision: step.revision,
      direction: step.direction,
      ...this.#knexes,
      sink: this.#context.session.sink,
      assets,
      awaiting,
      callerPlace: place,
    });
    await step.module[step.direction](op);
    awaiting.assertNone();
    assets.assertComplete();
  }

  #loaderOf({ revision, direction, script }: ReadyStep): RunLoader {
    const { root, history, session } = this.#context;
    const applied = this.#applied;
    const after = { has: (id: RevisionId) => (id === revision ? direction === 'upgrade' : applied.has(id)) };
    return createAssetLoader({
      revision,
      direction,
      file: script.file,
      sink: session.sink,
      history,
      before: applied,
      after,
      installed: this.#installed,
      readFrozen: ({ manifest, entry }: AssetVersion) => readFrozen(root, manifest, entry),
    });
  }

  /** Rolls back and notes the failure; what cannot be noted does not hide the error. */
  async fail(step: ReadyStep, error: unknown, durationMs: number): Promise<void> {
    const { sink, ledger } = this.#context.session;
    await sink.rollback();
    if (sink.isLost) return;
    sink.record(ledger.log({ ...eventOf(step), outcome: 'failed', error: messageOf(error), durationMs }));
    await sink.flush().catch(() => {});
  }
}

function eventOf({ revision, direction, module }: ReadyStep): LogEvent {
  const outcome = direction === 'upgrade' ? 'applied' : 'reverted';
  return { revision, direction, outcome, scriptSha256: module.sha256 };
}

/** A constraint that was deferred has waited for the COMMIT; SQLSTATE class 23. */
function heldAtCommit(sqlstate: string | undefined, cause: ServerError): MigrationError | undefined {
  if (sqlstate?.startsWith('23') !== true) return undefined;
  const { message, detail } = cause;
  return new MigrationError('SQL_FAILED', {
    message: detail === undefined ? message : `${message} (${detail})`,
    next: 'a deferred constraint does not hold when the revision is committed: mend what the script writes',
    cause,
    details: { sqlstate },
  });
}
