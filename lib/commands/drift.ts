/**
 * What somebody has changed in a database behind limbeck's back: objects of SQL files, compared with a shadow.
 */
import { kindOf } from '../assets/asset-directory.js';
import type { AssetHistory, StandingVersion } from '../assets/asset-history.js';
import { frozenFileOf } from '../assets/manifest.js';
import { defaultSchema } from '../config/config.js';
import { DatabaseError, LimbeckError } from '../errors.js';
import { splitRows } from '../graph/version-rows.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import { describeDifference } from '../schema/describe-difference.js';
import { readSnapshot, type Snapshot } from '../schema/snapshot.js';
import { openLiveShadow } from '../shadow/live-shadow.js';
import type { ShadowChoice } from '../shadow/shadow.js';
import { type Drift, findDrift } from '../verify/drift.js';
import type { CheckFinding } from './finding.js';
import { findUnbuilt, subjectsOf, type Unbuilt } from './drift-subjects.js';

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
  const subjects = subjectsOf(versions, defaultSchema(project.config));
  const { drifts, objects } = findDrift(built.snapshot, found, { ...subjects, builder: built.role });
  const unbuilt = findUnbuilt(versions, built.snapshot, found, defaultSchema(project.config));
  const findings = [...drifts.map(findingOf), ...unbuilt.map(unbuiltFinding)];
  return { findings, objects, withoutShadow: null };
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

function findingOf({ identity, subject, isMissing, differences }: Drift<StandingVersion>): CheckFinding {
  const { path, revision, manifest } = subject;
  const file = frozenFileOf(manifest, path);
  const base = { where: file, revision, path };
  if (isMissing) {
    return {
      ...base,
      kind: 'object-missing',
      message: `"${identity}" is not in the database, though "${path}" of revision "${revision}" defines it: somebody has dropped it`,
      next: `${loadAgain(path)}, or drop the file with a revision`,
    };
  }
  const told = differences.slice(0, mostTold).map((each) => describeDifference(each));
  const more = differences.length > mostTold ? ` and ${differences.length - mostTold} more` : '';
  return {
    ...base,
    kind: 'object-changed',
    message: `"${identity}" is not what revision "${revision}" has made of it: ${told.map((text) => withoutName(text, identity)).join('; ')}${more}`,
    next: `${loadAgain(path)}, or make the change in the live file of "${path}" and ship it: \`limbeck revision -m "…" --autogenerate\``,
  };
}

/** A revision loads it as every other one does: into its schema, and with DROP where there is no OR REPLACE. */
function loadAgain(path: string): string {
  if (kindOf(path) === 'types')
    return 'change it back by hand: a type that stands as its revisions say is not loaded again';
  const [kind, name] = [kindOf(path), path.slice(kindOf(path).length + 1)].map((text) =>
    text.replaceAll(/['\\]/g, '\\$&'),
  );
  const call = `await op.loadAssets('${kind}', ['${name}']);`;
  return `load the file again with a new revision: \`limbeck revision -m "…"\`, \`${call}\` in both directions, \`limbeck freeze\``;
}

function unbuiltFinding({ identity, subject, isFound }: Unbuilt): CheckFinding {
  const { path, revision, manifest } = subject;
  const database = isFound ? 'though the database has it' : 'and the database does not have it';
  return {
    kind: 'object-unjudged',
    message: `"${identity}" of "${path}" is not there when the applied revisions are run on an empty database, ${database}: it is compared with nothing`,
    where: frozenFileOf(manifest, path),
    next: 'let a revision below make what it needs, such as its schema; an object that is not wanted any more is dropped with its file: `limbeck revision -m "…" --autogenerate`',
    revision,
    path,
  };
}

function withoutName(text: string, identity: string): string {
  return text.startsWith(`${identity}: `) ? text.slice(identity.length + 2) : text;
}
