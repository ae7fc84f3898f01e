/**
 * Writing a plan down for psql: the steps that a run would take, with guards in place of a session.
 */
import type { Knex } from 'knex';
import type { AssetHistory } from '../assets/asset-history.js';
import { LimbeckError, MigrationError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { scriptPlace } from '../script/script-module.js';
import { commentLine } from '../sql/psql-text.js';
import { toolVersion } from '../version.js';
import type { KnexFactory } from './load-knex.js';
import { Ledger, type LedgerNames, type LedgerState } from './ledger.js';
import type { StepTimeouts } from './step-transaction.js';
import { type ExpectedState, guardText, ledgerText, psqlSettings, unlockText } from './offline-guards.js';
import { closeText, noteSessionText, settleText } from './offline-session.js';
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

/** What stands round a piece of work. */
export interface ScriptFrame {
  /** What is done, for the first line: `upgrade from base to heads`. */
  readonly title: string;
  readonly expected: ExpectedState;
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
  { title, next }: { readonly title: string; readonly next: string },
  context: WriteStepsContext,
): Promise<{ readonly sql: string; readonly rows: readonly RevisionId[] }> {
  const { graph, settings, history } = context;
  const { rows, assets } = start;
  const steps = await readySteps(plan, rows, context);
  const applied = graph.closure(rows);
  const inserted = steps.flatMap(({ change }) => change.inserted);
  const expected = { rows, inserted, installed: expectedVersions(plan, history, assets), next };
  const ledger = new Ledger(settings);
  const sql = await writeFramed({ title, expected }, context, async (sink) => {
    if (steps.length === 0) return sink.write('\n-- There is nothing to do.');
    const written = new OfflineSink();
    let current = steps[0];
    const closing = () => {
      written.write(closeText(`${current?.direction} of "${current?.revision}"`));
      return [];
    };
    const running = { ...context, sink: written, ledger, assets, ddl: settings.ddl, closing };
    const runner = new StepRunner(running, applied);
    for (const step of steps) {
      current = step;
      await writeStep(step, steps, runner, written, settings.transaction);
    }
    sink.write(`\n${noteSessionText(written.text)}`);
    sink.write(written.text.trimEnd());
  });
  return { sql, rows: steps.at(-1)?.change.rows ?? rows };
}

/** Writes what `work` records, with limbeck's tables made before it and the lock held round it. */
export async function writeFramed(
  { title, expected }: ScriptFrame,
  { searchPath, settings }: WriteContext,
  work: (sink: OfflineSink) => void | Promise<void>,
): Promise<string> {
  const ledger = new Ledger(settings);
  const sink = new OfflineSink();
  sink.write(
    `${commentLine(`limbeck ${toolVersion()}: ${title}`)}\n-- Run it with: psql -X -d DATABASE -f FILE`,
  );
  sink.write(`${psqlSettings(searchPath)}\n`);
  sink.write(`${guardText(ledger, expected)}\n`);
  sink.write(ledgerText(ledger));
  await work(sink);
  sink.write(`\n${unlockText(ledger)}`);
  return sink.text.trimEnd();
}

/**
 * What each path of the plan has installed where it begins, and nothing else: where branches left several
 * versions of a file, the steps were written for this one.
 */
function expectedVersions(plan: readonly Step[], history: AssetHistory, assets: LedgerState['assets']) {
  const paths = plan.flatMap(({ revision }) => history.manifestOf(revision)?.entries ?? []);
  return new Map(
    paths.map(({ path }) => {
      const found = assets.get(path);
      return [path, found === undefined ? [] : [found.sha256]];
    }),
  );
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
  sink.write(`\n${commentLine(`${direction} ${revision} ${script.revision.message ?? ''}`)}`);
  try {
    await runner.run(step, ends);
    sink.write(settleText({ isOpen: !ends.isLast }));
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
