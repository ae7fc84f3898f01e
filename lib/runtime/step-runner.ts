/**
 * Running one step: its script, its statements, its version rows and its log, into a sink.
 *
 * Nothing here knows whether the sink is a database or a file.
 */
import type { Knex } from 'knex';
import type { AssetHistory, AssetVersion } from '../assets/asset-history.js';
import { readFrozen } from '../assets/manifest.js';
import { LimbeckError, MigrationError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { Awaiting } from '../ops/awaiting.js';
import { callerPlace } from '../ops/caller-place.js';
import { createAssetLoader, type RunLoader } from '../ops/load-assets.js';
import type { LoadWarning } from '../ops/load-warnings.js';
import { createOperations, type ScriptArguments } from '../ops/operations.js';
import { ownStatement, type Sink, type Statement } from '../sql/statement.js';
import { failedRoutine } from './failed-routine.js';
import { InstalledMirror } from './installed-assets.js';
import type { FailurePlace } from './failure-place.js';
import { createSinkKnexes, type SinkKnexContext, type SinkKnexes } from './knex-client.js';
import type { KnexFactory } from './load-knex.js';
import type { Ledger, LedgerState, LogEvent } from './ledger.js';
import { beginStatements, goOnStatement, type StepTimeouts } from './step-transaction.js';
import type { ReadyStep } from './ready-steps.js';
import type { ServerError } from './sql-failure.js';

/** Whether a step opens the transaction, and whether it commits it. */
export interface StepEnds {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export interface StepRunnerContext {
  readonly root: string;
  readonly history: AssetHistory;
  readonly sink: Sink;
  readonly ledger: Ledger;
  /** The assets that are installed where the first step begins. */
  readonly assets: LedgerState['assets'];
  readonly knex: KnexFactory;
  /** The environment's Knex configuration. */
  readonly config: Knex.Config;
  readonly ddl: StepTimeouts;
  /** Default: none. */
  readonly scriptArguments?: ScriptArguments;
  /** Makes what follows the statements of a script, before version rows and log. */
  readonly closing?: () => readonly Statement[];
}

/** What a run keeps from step to step. */
export class StepRunner {
  readonly #context: StepRunnerContext;
  readonly #applied: Set<RevisionId>;
  readonly #installed: InstalledMirror;
  /** Shared by all steps, for making a Knex takes longer than a small revision; each step sets its own part. */
  readonly #knexContext: SinkKnexContext;
  readonly #knexes: SinkKnexes;
  #warnings: LoadWarning[] = [];

  /** @param applied - the revisions that are applied where the first step begins; kept up to date */
  constructor(context: StepRunnerContext, applied: Set<RevisionId>) {
    this.#context = context;
    this.#applied = applied;
    const { sink, ledger, assets, knex, config } = context;
    this.#knexContext = { knex, config, sink, awaiting: new Awaiting(), callerPlace: () => undefined };
    this.#knexes = createSinkKnexes(this.#knexContext);
    this.#installed = new InstalledMirror(assets, ledger);
  }

  /** Returns a function that forgets which assets were installed since. */
  mark(): () => void {
    return this.#installed.mark();
  }

  /** What the files of the last step have lost without a word. */
  get warnings(): readonly LoadWarning[] {
    return this.#warnings;
  }

  async run(step: ReadyStep, { isFirst, isLast }: StepEnds): Promise<void> {
    this.#warnings = [];
    const { sink, ledger, ddl } = this.#context;
    const name = `limbeck ${step.direction} ${step.revision}`;
    for (const begin of isFirst ? beginStatements(name, ddl) : [goOnStatement(name, ddl)]) sink.record(begin);
    await this.#runScript(step);
    for (const close of this.#context.closing?.() ?? []) sink.record(close);
    for (const asset of this.#installed.takeStatements()) sink.record(asset);
    for (const move of ledger.moveRows(step.change)) sink.record(move);
    sink.record(ledger.log(eventOf(step)));
    if (isLast) sink.record(ownStatement('commit', heldAtCommit));
    // Also where the transaction goes on: an error must find the step that made the statement.
    await sink.flush();
    if (step.direction === 'upgrade') this.#applied.add(step.revision);
    else this.#applied.delete(step.revision);
  }

  /** Returns the place in the SQL file that defines the routine which failed, if the error came out of one. */
  placeInRoutine(error: unknown): FailurePlace | undefined {
    const source = error instanceof LimbeckError ? error.cause : error;
    if (!(source instanceof Error)) return undefined;
    const installed = (path: string) => this.#installed.get(path)?.revision;
    const { root, history } = this.#context;
    return failedRoutine(source as ServerError, { root, history, installed, applied: this.#applied });
  }

  async #runScript(step: ReadyStep): Promise<void> {
    const awaiting = new Awaiting();
    const assets = this.#loaderOf(step);
    const place = (stack?: string) => callerPlace(step.script, stack);
    const { sink, scriptArguments } = this.#context;
    this.#knexContext.awaiting = awaiting;
    this.#knexContext.callerPlace = place;
    const op = createOperations({
      revision: step.revision,
      direction: step.direction,
      ...(scriptArguments && { scriptArguments }),
      ...this.#knexes,
      sink,
      assets,
      awaiting,
      callerPlace: place,
    });
    try {
      await step.module[step.direction](op);
      await awaiting.assertEnded();
    } finally {
      // Also of a script that failed: what it forgot would go on behind the ROLLBACK.
      awaiting.close();
    }
    assets.assertComplete();
  }

  #loaderOf({ revision, direction, script }: ReadyStep): RunLoader {
    const { root, history, sink } = this.#context;
    const applied = this.#applied;
    const after = { has: (id: RevisionId) => (id === revision ? direction === 'upgrade' : applied.has(id)) };
    return createAssetLoader({
      revision,
      direction,
      file: script.file,
      sink,
      history,
      before: applied,
      after,
      installed: this.#installed,
      readFrozen: ({ manifest, entry }: AssetVersion) => readFrozen(root, manifest, entry),
      warn: (warning) => this.#warnings.push(warning),
    });
  }
}

/** What the log says of a step. */
export function eventOf({ revision, direction, script, module }: ReadyStep): LogEvent {
  const outcome = direction === 'upgrade' ? 'applied' : 'reverted';
  return { revision, direction, outcome, scriptSha256: module.sha256, scriptFile: script.file };
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
