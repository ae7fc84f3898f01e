/**
 * Commands that move a database: upgrade, downgrade, stamp.
 */
import type { AssetHistory, Divergence } from '../assets/asset-history.js';
import { AssetError } from '../errors.js';
import { planDowngrade, planUpgrade, type Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { stampedRows, stampTargets } from '../graph/stamp.js';
import { downgradeTarget, upgradeTargets } from '../graph/targets.js';
import { listed } from '../graph/wording.js';
import { withoutAncestors } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import { beginStatements } from '../runtime/ledger.js';
import { runPlan, type StepReport } from '../runtime/run-plan.js';
import { refuseLongRows } from '../runtime/row-width.js';
import type { Session } from '../runtime/session.js';
import { ownStatement } from '../sql/statement.js';

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
}

/**
 * Applies what the target requires and the database lacks, each revision in a transaction of its own.
 *
 * @throws RevisionError when the target names nothing, or is not above where the database is
 * @throws AssetError `ASSET_DIVERGENT` when two branches would leave different versions of a file
 * @throws MigrationError when a revision fails: it is rolled back, those before it stand
 * @throws DatabaseError, LockError when the database cannot be worked on
 */
export function upgrade(project: Project, { target }: Partial<TargetOptions> = {}): Promise<MigrationReport> {
  return migrate(project, 'upgrade', (rows, history) => {
    const { graph } = project;
    const plan = planUpgrade(graph, rows, upgradeTargets(graph, target ?? 'heads', rows));
    assertConvergent(project, rows, plan, history);
    return plan;
  });
}

/**
 * Reverts what stands above the target.
 *
 * @throws as `upgrade`
 */
export function downgrade(project: Project, { target }: TargetOptions): Promise<MigrationReport> {
  return migrate(project, 'downgrade', (rows) => {
    const { graph } = project;
    return planDowngrade(graph, rows, downgradeTarget(graph, target, rows));
  });
}

type Planner = (rows: readonly RevisionId[], history: AssetHistory) => Step[];

async function migrate(project: Project, purpose: string, plan: Planner): Promise<MigrationReport> {
  const started = performance.now();
  const history = project.readHistory();
  const session = await project.openSession(purpose, { lock: true });
  try {
    const from = withoutAncestors(project.graph, session.state.rows);
    const { steps, rows } = await runSteps(project, session, plan(from, history), history);
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
  const [first] = history.divergentAt(applied);
  if (first !== undefined) throw divergent(first);
}

/** Makes the error for a file that two branches changed. */
export function divergent({ path, versions }: Divergence): AssetError {
  const [last, ...others] = versions.map(({ revision }) => revision);
  return new AssetError('ASSET_DIVERGENT', {
    message: `"${path}" was changed by ${listed([last ?? '', ...others])}, on branches that no merge joins`,
    where: versions[0] && `${versions[0].manifest.folder}/${path}`,
    next: `make the live file hold both changes, set the downRevision of "${last}" to "${others[0]}", and run \`limbeck freeze ${last}\`; \`limbeck merge\` joins branches that agree`,
    details: { path, revisions: [last, ...others] },
  });
}

export interface StampOptions {
  readonly targets: readonly string[];
  /** Whether to empty the version rows first, without looking at them. */
  readonly purge?: boolean;
}

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
export async function stamp(
  project: Project,
  { targets, purge = false }: StampOptions,
): Promise<StampReport> {
  const { graph } = project;
  const wanted = stampTargets(graph, targets);
  const session = await project.openSession('stamp', { lock: true });
  try {
    const { rows } = session.state;
    const from = withoutAncestors(graph, rows);
    const current = stampedRows(graph, purge ? [] : from, wanted);
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
  const before = from ?? [];
  const deleted = before.filter((row) => !current.includes(row));
  const inserted = current.filter((row) => !before.includes(row));
  refuseLongRows(inserted, { session, graph: project.graph });
  await session.ensureLedger();
  for (const begin of beginStatements('limbeck stamp')) sink.record(begin);
  if (from === undefined) sink.record(ledger.clearRows);
  for (const move of ledger.moveRows({ deleted, inserted })) sink.record(move);
  sink.record(ledger.clearAssets);
  for (const version of standingVersions(project, current)) sink.record(ledger.installAsset(version));
  for (const revision of current.length === 0 ? ['base'] : current) {
    sink.record(ledger.log({ revision, direction: null, outcome: 'stamped', scriptSha256: null }));
  }
  sink.record(ownStatement('commit'));
  try {
    await sink.flush();
  } catch (error) {
    await sink.rollback();
    throw error;
  }
}

function standingVersions(project: Project, rows: readonly RevisionId[]) {
  const history = project.readHistory();
  const applied = project.graph.closure(rows);
  return history.paths.flatMap((path) => {
    const version = history.versionAt(path, applied);
    return version === undefined || version.sha256 === null ? [] : [version];
  });
}

function identity({ config }: Project, { database }: Session) {
  return { database, environment: config.environment };
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
