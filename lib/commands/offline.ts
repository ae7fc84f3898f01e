/**
 * `--sql`: what upgrade, downgrade, stamp and ensureVersion would do, as SQL for psql.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { UsageError } from '../errors.js';
import { startedTarget } from '../graph/offline-range.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { rowChanges } from '../graph/row-changes.js';
import { stampedRows, stampTargets } from '../graph/stamp.js';
import type { Project } from '../project.js';
import { standingAssets } from '../runtime/installed-assets.js';
import { loadKnex } from '../runtime/load-knex.js';
import { Ledger, type LedgerState } from '../runtime/ledger.js';
import { refuseLongRows } from '../runtime/row-width.js';
import type { StepReport } from '../runtime/run-plan.js';
import { type WriteContext, writeFramed, writeSteps } from '../runtime/write-script.js';
import { heedEdits } from './edited.js';
import { downgradePlan, recordStamp, type StampOptions, upgradePlan } from './migrate.js';
import { explainUnknown } from './unknown-rows.js';

/** What a run would do. */
export interface OfflineReport {
  /** For psql: guards, steps, version rows, log. */
  readonly sql: string;
  /** The version rows where it begins; a database that is elsewhere is left alone. */
  readonly from: readonly RevisionId[];
  /** The steps that are in it, in order. */
  readonly steps: readonly Omit<StepReport, 'durationMs'>[];
  /** The version rows where it ends. */
  readonly current: readonly RevisionId[];
}

export interface OfflineOptions {
  /** An identifier, or `A:B`: from A, several separated by commas, to B. */
  readonly target?: string | undefined;
  /** Whether to read where the database is, instead of taking A. It is neither locked nor changed. */
  readonly fromDatabase?: boolean;
}

/**
 * Writes what an upgrade from base, from A of `A:B`, or from where the database is would run.
 *
 * @throws UsageError `USAGE` for a range together with `fromDatabase`
 * @throws MigrationError that keeps the code: `OFFLINE_READ` when a script wants an answer,
 *   `OFFLINE_UNWRITABLE`, and what a run throws without a database
 * @throws RevisionError, AssetError as `upgrade`; DatabaseError only with `fromDatabase`
 */
export async function upgradeSql(project: Project, options: OfflineOptions = {}): Promise<OfflineReport> {
  const history = project.readHistory();
  const { start, target = 'heads' } = startedTarget(project.graph, options.target ?? 'heads');
  const begin = { ...options, start, history, command: 'upgrade' } as const;
  const { state, plan } = await planFrom(project, begin, (rows) =>
    planned(project, rows, upgradePlan(project, target, rows, history)),
  );
  return write(project, { command: 'upgrade', target, plan, state, history });
}

/**
 * Writes what a downgrade from A of `A:B`, or from where the database is, would run.
 *
 * @throws UsageError `USAGE` when neither is given; else as `upgradeSql`
 */
export async function downgradeSql(project: Project, options: OfflineOptions): Promise<OfflineReport> {
  const { start, target } = startedTarget(project.graph, options.target ?? '');
  const isStarted = start !== undefined || options.fromDatabase === true;
  if (!isStarted || target === undefined || target === '') throw noStart(options.target ?? '');
  const history = project.readHistory();
  const begin = { ...options, start, history, command: 'downgrade' } as const;
  const { state, plan } = await planFrom(project, begin, (rows) =>
    planned(project, rows, downgradePlan(project, target, rows)),
  );
  return write(project, { command: 'downgrade', target, plan, state, history });
}

/**
 * Writes what a stamp would record; the first target may be a range, whose start is where the database is.
 *
 * @throws UsageError `USAGE` for a start together with `purge`, for which it does not matter
 */
export async function stampSql(
  project: Project,
  { targets, purge = false, fromDatabase = false }: StampOptions & Pick<OfflineOptions, 'fromDatabase'>,
): Promise<OfflineReport> {
  const { graph } = project;
  const [first = '', ...others] = targets;
  const { start, target = 'heads' } = startedTarget(graph, first);
  if (purge && (start !== undefined || fromDatabase)) throw purgedStart();
  const wanted = stampTargets(graph, [target, ...others]);
  const history = project.readHistory();
  const begin = { fromDatabase, start, history, command: 'stamp' } as const;
  const { state, plan: current } = await planFrom(project, begin, (rows) => {
    const plan = stampedRows(graph, purge ? [] : rows, wanted);
    return { plan, inserted: plan.filter((row) => !rows.includes(row)) };
  });
  const from = state.rows;
  const named = [target, ...others].join(' ');
  const frame = {
    title: `stamp ${named}, ${purge ? 'from wherever it is' : `from ${placeName(from)}`}`,
    expected: {
      rows: purge ? undefined : from,
      inserted: current.filter((row) => !from.includes(row)),
      installed: new Map(),
      next: `write it anew: \`limbeck stamp ${named} --sql --from-database\``,
    },
  };
  const sql = await writeFramed(frame, writeContext(project), (sink) => {
    sink.write(`\n-- stamp ${placeName(current)}`);
    recordStamp(project, sink, new Ledger(project.config.settings), purge ? undefined : from, current);
  });
  return { sql, from, steps: [], current };
}

/** Writes what `ensureVersion` would run: limbeck's tables, where they are missing. */
export async function ensureVersionSql(project: Project): Promise<OfflineReport> {
  const expected = { rows: undefined, inserted: [], installed: new Map(), next: '' };
  const frame = { title: 'create the tables of limbeck', expected };
  const sql = await writeFramed(frame, writeContext(project), () => {});
  return { sql, from: [], steps: [], current: [] };
}

interface Work {
  readonly command: 'upgrade' | 'downgrade';
  readonly target: string;
  readonly plan: readonly Step[];
  readonly state: LedgerState;
  readonly history: AssetHistory;
}

async function write(
  project: Project,
  { command, target, plan, state, history }: Work,
): Promise<OfflineReport> {
  const { config, graph, root } = project;
  const count = plan.length === 1 ? '1 step' : `${plan.length} steps`;
  const frame = {
    title: `${command} from ${placeName(state.rows)} to ${target}: ${count}`,
    next: `write it anew for this database: \`limbeck ${command} ${target} --sql --from-database\``,
  };
  const context = { ...project, ...writeContext(project), history, knex: await loadKnex(root) };
  const { settings, knex } = config;
  const { sql, rows } = await writeSteps(plan, state, frame, { ...context, settings, config: knex });
  const steps = plan.map((step) => ({ ...step, message: graph.get(step.revision)?.message }));
  return { sql, from: state.rows, steps, current: rows };
}

interface Begin extends Pick<OfflineOptions, 'fromDatabase'> {
  readonly command: 'upgrade' | 'downgrade' | 'stamp';
  readonly start: readonly RevisionId[] | undefined;
  readonly history: AssetHistory;
}

/** What is planned, and all rows that it writes to the version table. */
interface Planned<Plan> {
  readonly plan: Plan;
  readonly inserted: readonly RevisionId[];
}

/** Plans from where the database is; taken, or asked of it, which is then heeded as by a run. */
async function planFrom<Plan>(
  project: Project,
  { command, start, history, fromDatabase = false }: Begin,
  make: (rows: readonly RevisionId[]) => Planned<Plan>,
): Promise<{ readonly state: LedgerState; readonly plan: Plan }> {
  const { graph } = project;
  if (!fromDatabase) {
    const rows = start ?? [];
    const state = { rows, assets: standingAssets(history, graph.closure(rows)) };
    return { state, plan: make(rows).plan };
  }
  if (start !== undefined) throw twoStarts();
  const isUpgrade = command === 'upgrade';
  const session = await project.openSession('--sql', { lock: false, scripts: isUpgrade });
  try {
    const { state } = session;
    const { plan, inserted } = await explainUnknown(project, session, () => make(state.rows));
    if (isUpgrade) heedEdits(project, state);
    refuseLongRows(inserted, { session, graph });
    return { state, plan };
  } finally {
    await session.close();
  }
}

function planned({ graph }: Project, rows: readonly RevisionId[], plan: readonly Step[]) {
  return { plan, inserted: [...rowChanges(graph, rows, plan)].flatMap(({ inserted }) => inserted) };
}

function writeContext({ config }: Project): WriteContext {
  const { searchPath } = config.knex;
  return { searchPath: [searchPath ?? []].flat(), settings: config.settings };
}

function placeName(rows: readonly RevisionId[]): string {
  return rows.length === 0 ? 'base' : rows.join(', ');
}

function noStart(target: string): UsageError {
  return new UsageError('USAGE', {
    message: 'a downgrade without a database needs to know where it starts, and where it goes',
    next: `give both, as in \`limbeck downgrade heads:${target.split(':').find((part) => part !== '') ?? 'base'} --sql\`, or add \`--from-database\``,
  });
}

function twoStarts(): UsageError {
  return new UsageError('USAGE', {
    message: 'the range says where to start, and so would the database',
    next: 'leave out the start of the range, or `--from-database`',
  });
}

function purgedStart(): UsageError {
  return new UsageError('USAGE', {
    message: 'with `--purge` it does not matter where the database is',
    next: 'leave out the start of the range and `--from-database`, or `--purge`',
  });
}
