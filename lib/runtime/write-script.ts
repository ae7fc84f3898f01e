/**
 * Writing a plan down for psql: the steps that a run would take, with guards in place of a session.
 */
import type { Knex } from 'knex';
import type { AssetHistory } from '../assets/asset-history.js';
import { LimbeckError, MigrationError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { scriptPlace } from '../script/script-module.js';
import { toolVersion } from '../version.js';
import type { KnexFactory } from './knex-client.js';
import { Ledger, type LedgerNames, type LedgerState, type StepTimeouts } from './ledger.js';
import { guardText, ledgerText, psqlSettings, unlockText } from './offline-guards.js';
import { OfflineSink } from './offline-sink.js';
import { type ReadyStep, readySteps, type ScriptsContext } from './ready-steps.js';
import { messageOf } from './step-failure.js';
import { StepRunner } from './step-runner.js';

export interface WriteContext {
  /** The schemas that the connection would have on its search path; none for the server's own. */
  readonly searchPath: readonly string[];
  readonly settings: LedgerNames;
}

export interface WriteStepsContext extends WriteContext, ScriptsContext {
  readonly root: string;
  readonly history: AssetHistory;
  readonly knex: KnexFactory;
  readonly config: Knex.Config;
  readonly settings: LedgerNames & {
    readonly transaction: 'revision' | 'all';
    readonly ddl: StepTimeouts;
  };
}

/** One piece of work on the ledger, between its guards. */
export interface ScriptFrame {
  /** What is done, for the first line: `upgrade from base to heads`. */
  readonly title: string;
  /** Undefined where the version rows may be any. */
  readonly from: readonly RevisionId[] | undefined;
  readonly assets?: LedgerState['assets'];
  /** The paths whose installed versions matter. */
  readonly paths?: readonly string[];
  /** What to do where the database is somewhere else. */
  readonly next: string;
}

/**
 * Writes the steps of a plan, each with what a run would send: statements, version rows, log and COMMIT.
 *
 * @throws MigrationError that keeps the code of what went wrong, such as `OFFLINE_READ`
 * @throws ScriptError when a script cannot be loaded
 */
export async function writeSteps(
  plan: readonly Step[],
  start: LedgerState,
  frame: Pick<ScriptFrame, 'title' | 'next'>,
  context: WriteStepsContext,
): Promise<{ readonly sql: string; readonly rows: readonly RevisionId[] }> {
  const { graph, settings, history } = context;
  const steps = await readySteps(plan, start.rows, context);
  const paths = new Set(plan.flatMap((step) => pathsOf(step, history)));
  const ledger = new Ledger(settings);
  const sql = await writeFramed(
    { ...frame, from: start.rows, assets: start.assets, paths: [...paths] },
    context,
    async (sink) => {
      const runner = new StepRunner(
        { ...context, sink, ledger, assets: start.assets, ddl: settings.ddl },
        graph.closure(start.rows),
      );
      for (const step of steps) await writeStep(step, steps, runner, sink, settings.transaction);
    },
  );
  return { sql, rows: steps.at(-1)?.change.rows ?? start.rows };
}

/** Writes what `work` records, with limbeck's tables made before it and the lock held round it. */
export async function writeFramed(
  { title, from, next, assets = new Map(), paths = [] }: ScriptFrame,
  { searchPath, settings }: WriteContext,
  work: (sink: OfflineSink) => void | Promise<void>,
): Promise<string> {
  const ledger = new Ledger(settings);
  const sink = new OfflineSink();
  sink.write(`${comment(`limbeck ${toolVersion()}: ${title}`)}\n-- Run it with: psql -X -d DATABASE -f FILE`);
  sink.write(`${psqlSettings(searchPath)}\n`);
  sink.write(`${guardText(ledger, { rows: from, assets, paths, next })}\n`);
  sink.write(ledgerText(ledger));
  await work(sink);
  sink.write(`\n${unlockText(ledger)}`);
  return sink.text.trimEnd();
}

async function writeStep(
  step: ReadyStep,
  steps: readonly ReadyStep[],
  runner: StepRunner,
  sink: OfflineSink,
  transaction: 'revision' | 'all',
): Promise<void> {
  const isAlone = transaction === 'revision';
  const ends = { isFirst: isAlone || step === steps[0], isLast: isAlone || step === steps.at(-1) };
  const { direction, revision, script } = step;
  sink.write(`\n${comment(`${direction} ${revision} ${script.revision.message ?? ''}`)}`);
  try {
    await runner.run(step, ends);
  } catch (error) {
    throw writeFailure(error, step);
  }
}

/** Nothing has happened anywhere; only the step is named. */
function writeFailure(error: unknown, { direction, revision, script }: ReadyStep): MigrationError {
  const place = error instanceof Error ? scriptPlace(error, script) : script.file;
  const known = error instanceof LimbeckError ? error : undefined;
  return new MigrationError(known?.code ?? 'STEP_FAILED', {
    message: `${direction} of "${revision}" cannot be written down: ${messageOf(error)}`,
    where: known?.where ?? place,
    excerpt: known?.excerpt,
    next: known?.next ?? 'mend the script',
    cause: error,
    details: { ...known?.details, revision, direction },
  });
}

function pathsOf({ revision }: Step, history: AssetHistory): string[] {
  return (history.manifestOf(revision)?.entries ?? []).map(({ path }) => path);
}

/** Whatever a text holds, it stays a comment. */
function comment(text: string): string {
  return `-- ${text.replaceAll(/\s+/g, ' ').trim()}`;
}
