/**
 * Commands that move a database: upgrade, downgrade, stamp, ensureVersion.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { planDowngrade, planUpgrade, type Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { stampedRows, stampTargets } from '../graph/stamp.js';
import { refuseRange } from '../graph/offline-range.js';
import { downgradeTarget, upgradeTargets } from '../graph/targets.js';
import { withoutAncestors } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import { assertOptions } from '../config/known-options.js';
import type { Ledger } from '../runtime/ledger.js';
import { beginStatements } from '../runtime/step-transaction.js';
import { runPlan, type StepReport } from '../runtime/run-plan.js';
import { refuseLongRows } from '../runtime/row-width.js';
import type { Session } from '../runtime/session.js';
import { ownStatement, type Sink } from '../sql/statement.js';
import { divergent, joinOf } from './divergent.js';
import { heedEdits } from './edited.js';
import { explainUnknown } from './unknown-rows.js';

/** What a run did. */
export interface MigrationReport {
  /** The database in words, without password. */
  readonly database: string;
  readonly environment: string;
  /** The current revisions before. */
  readonly from: readonly RevisionId[];
  /** The steps that were done, in order; none when there was nothing to do. */
  readonly steps: readonly StepReport[];
  /** The current revisions afterwards. */
  readonly current: readonly RevisionId[];
  readonly durationMs: number;
}

export interface TargetOptions {
  /** Where to: an identifier such as `heads`, `base`, `+1`, `billing@head`, or part of an id. */
  readonly target: string;
  /** Stops this call, besides the signal of the project. */
  readonly signal?: AbortSignal | undefined;
}

const targetOptions: Readonly<Record<keyof TargetOptions, true>> = { target: true, signal: true };

/**
 * Applies what the target requires and the database lacks, each revision in a transaction of its own.
 *
 * @throws UsageError `USAGE` for options that there are not
 * @throws RevisionError when the target names nothing, or is not above where the database is
 * @throws AssetError `ASSET_DIVERGENT` when two branches would leave different versions of a file
 * @throws ScriptError `SCRIPT_EDITED` when an applied script was edited, where the setting `edited` refuses that
 * @throws MigrationError when a revision fails: it is rolled back, those before it stand
 * @throws DatabaseError, LockError when the database cannot be worked on
 */
export async function upgrade(
  project: Project,
  options: Partial<TargetOptions> = {},
): Promise<MigrationReport> {
  assertOptions('upgrade', options, targetOptions);
  const { target, signal } = options;
  refuseRange(target ?? '', 'upgrade');
  return migrate(project, { purpose: 'upgrade', signal }, (rows, history) =>
    upgradePlan(project, target ?? 'heads', rows, history),
  );
}

/** Plans an upgrade, and checks that it leaves one version of each file. */
export function upgradePlan(
  project: Project,
  target: string,
  rows: readonly RevisionId[],
  history = project.readHistory(),
): Step[] {
  const { graph } = project;
  const plan = planUpgrade(graph, rows, upgradeTargets(graph, target, rows));
  assertConvergent(project, rows, plan, history);
  return plan;
}

/**
 * Reverts what stands above the target.
 *
 * @throws as `upgrade`
 */
export async function downgrade(project: Project, options: TargetOptions): Promise<MigrationReport> {
  assertOptions('downgrade', options, targetOptions);
  const { target, signal } = options;
  refuseRange(target, 'downgrade');
  return migrate(project, { purpose: 'downgrade', signal }, (rows) => downgradePlan(project, target, rows));
}

/** Plans a downgrade. */
export function downgradePlan({ graph }: Project, target: string, rows: readonly RevisionId[]): Step[] {
  return planDowngrade(graph, rows, downgradeTarget(graph, target, rows));
}

type Planner = (rows: readonly RevisionId[], history: AssetHistory) => Step[];

interface Call {
  readonly purpose: string;
  readonly signal: AbortSignal | undefined;
}

async function migrate(project: Project, { purpose, signal }: Call, plan: Planner): Promise<MigrationReport> {
  const started = performance.now();
  const history = project.readHistory();
  const scripts = purpose === 'upgrade';
  const session = await project.openSession(purpose, { lock: true, scripts, signal });
  try {
    const from = withoutAncestors(project.graph, session.state.rows);
    const planned = await explainUnknown(project, session, () => plan(from, history));
    if (purpose === 'upgrade') heedEdits(project, session.state);
    const { steps, rows } = await runSteps(project, session, planned, history);
    return { ...identity(project, session), from, steps, current: rows, durationMs: since(started) };
  } finally {
    await session.close();
  }
}

/** Runs a plan in an open session. */
export function runSteps(project: Project, session: Session, plan: readonly Step[], history: AssetHistory) {
  const { transaction, ddl } = project.config.settings;
  return runPlan(plan, { ...project, history, session, transaction, ddl });
}

/**
 * Refuses an upgrade after which two branches would disagree about a file; a merge in the same plan settles it.
 */
export function assertConvergent(
  { graph }: Project,
  rows: readonly RevisionId[],
  plan: readonly Step[],
  history: AssetHistory,
): void {
  if (plan.length === 0) return;
  const applied = new Set([...graph.closure(rows), ...plan.map(({ revision }) => revision)]);
  const [first, ...rest] = history.divergentAt(applied);
  if (first === undefined) return;
  const join = joinOf(first, graph, history);
  const alike = rest.filter((each) => joinOf(each, graph, history) === join);
  throw divergent(first, join, alike);
}

export interface StampOptions {
  readonly targets: readonly string[];
  /** Whether to empty the version rows first, without looking at them. */
  readonly purge?: boolean;
}

const stampOptions: Readonly<Record<keyof StampOptions, true>> = { targets: true, purge: true };

export interface StampReport {
  readonly database: string;
  readonly environment: string;
  readonly from: readonly RevisionId[];
  readonly current: readonly RevisionId[];
}

/**
 * Records that the database is at the targets, without running anything; installed assets are recorded
 * as the targets have them.
 *
 * @throws RevisionError when a target names nothing, or two overlap
 */
export async function stamp(project: Project, options: StampOptions): Promise<StampReport> {
  assertOptions('stamp', options, stampOptions);
  const { targets, purge = false } = options;
  const { graph } = project;
  for (const target of targets) refuseRange(target, 'stamp');
  const wanted = stampTargets(graph, targets);
  const session = await project.openSession('stamp', { lock: true });
  try {
    const { rows } = session.state;
    const from = withoutAncestors(graph, rows);
    const current = await explainUnknown(project, session, () =>
      stampedRows(graph, purge ? [] : from, wanted),
    );
    await writeStamp(session, purge ? undefined : rows, current, project);
    return { ...identity(project, session), from, current };
  } finally {
    await session.close();
  }
}

/** @param from - the rows to replace; undefined for whatever there is */
async function writeStamp(
  session: Session,
  from: readonly RevisionId[] | undefined,
  current: readonly RevisionId[],
  project: Project,
): Promise<void> {
  const { ledger, sink } = session;
  const inserted = current.filter((row) => from?.includes(row) !== true);
  refuseLongRows(inserted, { session, graph: project.graph });
  await session.ensureLedger();
  recordStamp(project, sink, ledger, from, current);
  try {
    await sink.flush(sink.database);
  } catch (error) {
    await sink.rollback();
    throw error;
  }
}

/**
 * Records a stamp, in a transaction of its own.
 *
 * @param from - the rows to replace; undefined for whatever there is
 */
export function recordStamp(
  project: Project,
  sink: Sink,
  ledger: Ledger,
  from: readonly RevisionId[] | undefined,
  current: readonly RevisionId[],
): void {
  const before = from ?? [];
  const deleted = before.filter((row) => !current.includes(row));
  const inserted = current.filter((row) => !before.includes(row));
  const versions = project.readHistory().standingAt(project.graph.closure(current));
  for (const begin of beginStatements('limbeck stamp')) sink.record(begin);
  if (from === undefined) sink.record(ledger.clearRows);
  for (const move of ledger.moveRows({ deleted, inserted })) sink.record(move);
  sink.record(ledger.clearAssets);
  for (const installed of ledger.installAssets(versions)) sink.record(installed);
  for (const revision of current.length === 0 ? ['base'] : current) {
    sink.record(ledger.log({ revision, direction: null, outcome: 'stamped', scriptSha256: null }));
  }
  sink.record(ownStatement('commit'));
}

export interface EnsureVersionReport {
  readonly database: string;
  readonly environment: string;
  /** Whether limbeck's tables were missing, all or some. */
  readonly created: boolean;
}

/**
 * Creates limbeck's tables where they are missing, and applies nothing.
 *
 * @throws DatabaseError, LockError when the database cannot be worked on
 */
export async function ensureVersion(project: Project): Promise<EnsureVersionReport> {
  const session = await project.openSession('ensure-version', { lock: true });
  try {
    const created = await session.ensureLedger();
    return { ...identity(project, session), created };
  } finally {
    await session.close();
  }
}

function identity({ config }: Project, { database }: Session) {
  return { database, environment: config.environment };
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
