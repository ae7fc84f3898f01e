/**
 * Commands that prove: the round trip.
 */
import { RevisionError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';
import { readSnapshot } from '../schema/snapshot.js';
import { openEmptyShadow, type OpenShadow, usualPlace } from '../shadow/open-shadow.js';
import type { ShadowChoice } from '../shadow/shadow.js';
import { type RoundTripDatabase, type RoundTripFinding, walkRoundTrip } from '../verify/round-trip.js';
import { divergent } from './divergent.js';

export interface RoundTripOptions {
  /** Where the scratch database is made. Default: on the server of `shadowUrl` where that is set, else embedded. */
  readonly shadow?: ShadowChoice | undefined;
}

export interface RoundTripReport {
  /** How many revisions were walked. */
  readonly revisions: number;
  /** Where they were walked. */
  readonly shadow: ShadowChoice;
  /** The first revision that does not come back; null when all do. */
  readonly finding: (RoundTripFinding & { readonly file: string }) | null;
  readonly durationMs: number;
}

/**
 * Walks every revision up, down and up on a shadow, and compares the catalog.
 *
 * @throws MigrationError when a revision cannot be applied the first time; `INTERRUPTED` when the signal stops it
 * @throws RevisionError `ADOPTED_REVISION` when another tool made one of them
 * @throws DatabaseError `SHADOW_UNAVAILABLE`, `PRIVILEGE_MISSING` when the shadow cannot be made on a server
 * @throws AssetError `ASSET_DIVERGENT` when the heads disagree about a file: no upgrade could reach them all
 */
export async function roundTrip(project: Project, options: RoundTripOptions = {}): Promise<RoundTripReport> {
  const started = performance.now();
  const { graph, logger, scripts } = project;
  const [divergence] = project.readHistory().divergentAt(graph.closure(graph.effectiveHeads));
  if (divergence !== undefined) throw divergent(divergence);
  const { shadow: place = usualPlace(project) } = options;
  const shadow = await openEmptyShadow(project, { place, purpose: 'limbeck roundtrip' });
  let count = 0;
  try {
    const finding = await walkRoundTrip(graph.ids, databaseOf(shadow), (revision) => {
      count += 1;
      logger.info(`${revision} up, down, up`);
    }).catch(explainAdopted);
    const durationMs = Math.round(performance.now() - started);
    return {
      revisions: finding ? count + 1 : count,
      shadow: shadow.kind,
      finding: finding ? { ...finding, file: fileOf(finding.revision) } : null,
      durationMs,
    };
  } finally {
    await shadow.close();
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

function databaseOf({ session, run }: OpenShadow): RoundTripDatabase {
  const { sink, ledger } = session;
  return {
    run: (step) => run([step]),
    snapshot: () =>
      readSnapshot(async (sql) => (await sink.ask(sql)).flatMap(({ rows }) => rows), {
        excludeTables: ledger.tables,
      }),
  };
}
