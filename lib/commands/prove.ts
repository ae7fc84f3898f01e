/**
 * Commands that prove: the round trip.
 */
import { RevisionError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { silentLogger } from '../logger.js';
import type { Project } from '../project.js';
import { interruption } from '../runtime/database-sink.js';
import { memoryConnection } from '../runtime/embedded.js';
import { runPlan } from '../runtime/run-plan.js';
import { openSession, type Session } from '../runtime/session.js';
import { readDigest } from '../schema/digest.js';
import { divergent } from './migrate.js';
import { type RoundTripFinding, walkRoundTrip } from '../verify/round-trip.js';

export interface RoundTripReport {
  /** How many revisions were walked. */
  readonly revisions: number;
  /** The first revision that does not come back; null when all do. */
  readonly finding: (RoundTripFinding & { readonly file: string }) | null;
  readonly durationMs: number;
}

/**
 * Walks every revision up, down and up on an embedded scratch database, and compares the catalog.
 *
 * @throws MigrationError when a revision cannot be applied the first time; `INTERRUPTED` when the signal stops it
 * @throws RevisionError `ADOPTED_REVISION` when another tool made one of them
 * @throws AssetError `ASSET_DIVERGENT` when the heads disagree about a file: no upgrade could reach them all
 */
export async function roundTrip(project: Project): Promise<RoundTripReport> {
  const started = performance.now();
  const { graph, logger, scripts } = project;
  const [divergence] = project.readHistory().divergentAt(graph.closure(graph.effectiveHeads));
  if (divergence !== undefined) throw divergent(divergence);
  const session = await openShadow(project);
  let count = 0;
  try {
    // Before the first digest: a schema that is made for the ledger is no difference.
    await session.ensureLedger();
    const finding = await walkRoundTrip(graph.ids, databaseOf(project, session), (revision) => {
      assertGoesOn(project);
      count += 1;
      logger.info(`${revision} up, down, up`);
    }).catch(explainAdopted);
    const durationMs = Math.round(performance.now() - started);
    return {
      revisions: finding ? count + 1 : count,
      finding: finding ? { ...finding, file: fileOf(finding.revision) } : null,
      durationMs,
    };
  } finally {
    await session.close();
  }
  function fileOf(revision: RevisionId): string {
    return scripts.get(revision)?.file ?? '';
  }
}

/** The advice of a run is about the project's own database, which the round trip does not use. */
function explainAdopted(error: unknown): never {
  if (!(error instanceof RevisionError) || error.code !== 'ADOPTED_REVISION') throw error;
  const { message, where, details } = error;
  throw new RevisionError('ADOPTED_REVISION', {
    message: `the round trip begins with an empty database, and ${message}`,
    where,
    next: 'prove what comes after it on a copy of a database that has the history: `limbeck upgrade`, `limbeck downgrade -1`, `limbeck upgrade`',
    cause: error,
    details,
  });
}

function assertGoesOn({ signal }: Project, cause?: unknown): void {
  if (signal?.aborted === true) throw interruption({ cause });
}

/** What the knexfile says of connecting is about its server; the scratch database has to start first. */
async function openShadow(project: Project): Promise<Session> {
  assertGoesOn(project);
  const { config, signal } = project;
  const { connection: _connection, pool: _pool, acquireConnectionTimeout: _timeout, ...knex } = config.knex;
  const shadow = {
    ...config,
    knex: { ...knex, client: knex.client ?? 'pg', connection: memoryConnection() },
  };
  return openSession(shadow, { logger: silentLogger, lock: true, purpose: 'limbeck roundtrip', signal });
}

function databaseOf(project: Project, session: Session) {
  const history = project.readHistory();
  const { sink, ledger } = session;
  return {
    async run(step: Parameters<typeof runPlan>[0][number]) {
      const { ddl } = project.config.settings;
      const context = { ...project, history, session, ddl, logger: silentLogger, progress: undefined };
      try {
        await runPlan([step], { ...context, transaction: 'revision' });
        await session.refresh();
      } catch (error) {
        // Which statement was stopped tells nobody anything: the database is gone.
        assertGoesOn(project, error);
        throw error;
      }
    },
    digest: () =>
      readDigest(async (sql) => (await sink.ask(sql)).flatMap(({ rows }) => rows), {
        excludeTables: ledger.tables,
      }),
  };
}
