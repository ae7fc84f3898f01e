/**
 * What somebody has changed in a database behind limbeck's back: objects of SQL files, compared with a shadow.
 */
import { folderSchemaOf } from '../assets/asset-directory.js';
import type { AssetHistory, StandingVersion } from '../assets/asset-history.js';
import { frozenFileOf } from '../assets/manifest.js';
import { DatabaseError, LimbeckError } from '../errors.js';
import { splitRows } from '../graph/version-rows.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import { describeDifference } from '../schema/describe-difference.js';
import { readSnapshot, type Snapshot } from '../schema/snapshot.js';
import { openLiveShadow } from '../shadow/live-shadow.js';
import type { ShadowChoice } from '../shadow/shadow.js';
import { comparableIdentity } from '../sql/identity.js';
import { quoteIdentifier } from '../sql/quote.js';
import { type Drift, findDrift } from '../verify/drift.js';
import type { CheckFinding } from './finding.js';
import { defaultSchema } from './freezing.js';

export interface DriftReport {
  readonly findings: readonly CheckFinding[];
  /** How many objects were compared. */
  readonly objects: number;
  /** Why none were; null where they were. */
  readonly withoutShadow: string | null;
}

/** Makes the report of a comparison that was not made. */
export function notCompared(why: string): DriftReport {
  return { findings: [], objects: 0, withoutShadow: why };
}

/**
 * Compares the objects of SQL files with those of a shadow of the same major, on which the applied revisions were run.
 * Where that cannot be done, a warning says why.
 *
 * @param unjudged - paths of which not all versions could be read
 * @throws DatabaseError `SHADOW_UNAVAILABLE`, `PRIVILEGE_MISSING` when there is no place for such a shadow
 */
export async function readDrift(
  project: Project,
  session: Session,
  history: AssetHistory,
  unjudged: ReadonlySet<string>,
  place: ShadowChoice | undefined,
): Promise<DriftReport> {
  const { known, unknown } = splitRows(project.graph, session.state.rows);
  if (unknown.length > 0)
    return leftOut(project, `the database is at ${listed(unknown)}, which no script declares`);
  const versions = history.standingAt(project.graph.closure(known)).filter(({ path }) => !unjudged.has(path));
  if (versions.length === 0) return { findings: [], objects: 0, withoutShadow: null };
  const built = await snapshotOfShadow(project, session, known, place);
  if (typeof built === 'string') return leftOut(project, built);
  const found = await snapshotOfSession(session);
  const schema = defaultSchema(project);
  const key = (identity: string) => comparableIdentity(identity, schema);
  const owners = new Map(
    versions.flatMap((version) => version.entry.objects.map((object) => [key(object), version] as const)),
  );
  const subjectOf = (identity: string) => owners.get(key(identity));
  const { drifts, objects } = findDrift(built.snapshot, found, { subjectOf, builder: built.role });
  return { findings: drifts.map((drift) => findingOf(drift, project)), objects, withoutShadow: null };
}

/** Returns what the scripts make; or why that cannot be known. */
async function snapshotOfShadow(
  project: Project,
  { serverVersion }: Session,
  revisions: readonly string[],
  place: ShadowChoice | undefined,
): Promise<{ readonly snapshot: Snapshot; readonly role: string } | string> {
  try {
    const shadow = await openLiveShadow(project, revisions, {
      serverVersion,
      purpose: 'limbeck check',
      place,
    });
    try {
      const snapshot = await snapshotOfSession(shadow.session);
      const [answer] = await shadow.session.sink.ask('select current_user::text as role');
      return { snapshot, role: String(answer?.rows[0]?.['role']) };
    } finally {
      await shadow.close();
    }
  } catch (error) {
    if (!isOfScript(error)) throw error instanceof DatabaseError ? mayBeLeftOut(error) : error;
    return `the revisions cannot be run on a shadow: ${error.message}`;
  }
}

/** Where a script cannot be run, these revisions cannot be judged; without a place for a shadow none can, ever. */
function isOfScript(error: unknown): error is LimbeckError {
  if (!(error instanceof LimbeckError) || error.code === 'INTERRUPTED') return false;
  return 'revision' in error.details || error.code === 'ADOPTED_REVISION';
}

function mayBeLeftOut(error: DatabaseError): DatabaseError {
  const { code, message, where, next, details } = error;
  return new DatabaseError(code, {
    message,
    where,
    next: `${next}; \`--shadow none\` leaves the comparison with a shadow out`,
    details,
    cause: error,
  });
}

function snapshotOfSession({ sink, ledger }: Session): Promise<Snapshot> {
  const read = async (sql: string) => (await sink.ask(sql)).flatMap(({ rows }) => rows);
  return readSnapshot(read, { excludeTables: ledger.tables });
}

function leftOut({ logger }: Project, why: string): DriftReport {
  logger.warn(`the objects of SQL files are not compared: ${why}; leave that out with \`--shadow none\``);
  return notCompared(why);
}

/** How many differences of one object are told. */
const mostTold = 3;

function findingOf(
  { identity, subject, isMissing, differences }: Drift<StandingVersion>,
  project: Project,
): CheckFinding {
  const { path, revision, manifest } = subject;
  const file = frozenFileOf(manifest, path);
  const load = loadedByHand(file, searchPathFor(path, project));
  const base = { where: file, revision, path };
  if (isMissing) {
    return {
      ...base,
      kind: 'object-missing',
      message: `"${identity}" is not in the database, though "${path}" of revision "${revision}" defines it: somebody has dropped it`,
      next: `make it again with \`${load}\`, or drop the file with a revision`,
    };
  }
  const told = differences.slice(0, mostTold).map((each) => describeDifference(each));
  const more = differences.length > mostTold ? ` and ${differences.length - mostTold} more` : '';
  return {
    ...base,
    kind: 'object-changed',
    message: `"${identity}" is not what revision "${revision}" has made of it: ${told.map((text) => withoutName(text, identity)).join('; ')}${more}`,
    next: `put it back with \`${load}\`, or make the change in the live file of "${path}" and ship it: \`limbeck revision -m "…" --autogenerate\``,
  };
}

/** Where bare names of a file are looked up, first that of its sub-folder; empty where every session looks there. */
function searchPathFor(path: string, { config }: Project): readonly string[] {
  const { searchPath } = config.knex;
  const folder = folderSchemaOf(path);
  if (folder === undefined) return [searchPath ?? []].flat();
  return [folder, ...[searchPath ?? ['public']].flat()];
}

/** The command that loads a file as a step does. */
function loadedByHand(file: string, searchPath: readonly string[]): string {
  if (searchPath.length === 0) return `psql -1 -f ${shellWord(file)}`;
  const set = `set search_path = ${searchPath.map(quoteIdentifier).join(', ')}`;
  return `psql -1 -c ${shellWord(set)} -f ${shellWord(file)}`;
}

function shellWord(text: string): string {
  return /^[\p{L}\p{N}_./-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function withoutName(text: string, identity: string): string {
  return text.startsWith(`${identity}: `) ? text.slice(identity.length + 2) : text;
}
