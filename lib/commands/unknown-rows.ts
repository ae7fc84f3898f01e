/**
 * Version rows that no script of this checkout declares: what the log knows of them.
 */
import { RevisionError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { splitRows } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import { type LoggedRevision, loggedRevisionsOf, loggedRevisionsText } from '../runtime/log-queries.js';
import type { Session } from '../runtime/session.js';

/** A version row that no script of this checkout declares. */
export interface UnknownRow {
  readonly revision: RevisionId;
  /** How it came to be applied; null where the log does not say. */
  readonly logged: LoggedRevision | null;
}

/** Returns the unknown rows of a database; asks it only where there are any. */
export async function readUnknownRows({ graph }: Project, session: Session): Promise<UnknownRow[]> {
  const { unknown } = splitRows(graph, session.state.rows);
  if (unknown.length === 0) return [];
  const logged = await readLogged(session, unknown);
  return unknown.map((revision) => ({ revision, logged: logged.get(revision) ?? null }));
}

async function readLogged({ hasLedger, ledger, sink }: Session, revisions: readonly RevisionId[]) {
  if (!hasLedger) return loggedRevisionsOf([]);
  const [answer] = await sink.ask(loggedRevisionsText(ledger, revisions));
  return loggedRevisionsOf(answer?.rows ?? []);
}

/**
 * Says how a row came to be applied: `applied 2026-01-02 03:04:05 UTC by app on ci-3, from migrations/b.ts, with
 * limbeck 0.1.0`.
 */
export function loggedText({ outcome, at, user, host, toolVersion, file }: LoggedRevision) {
  return [
    `${outcome} ${at.replace(/^(.*)T(.*)Z$/, '$1 $2 UTC')} by ${user}${host === null ? '' : ` on ${host}`}`,
    ...(file === null ? [] : [`from ${file}`]),
    ...(toolVersion === null ? [] : [`with limbeck ${toolVersion}`]),
  ].join(', ');
}

/**
 * Plans; a refusal of unknown rows says what the log knows of them.
 *
 * @throws RevisionError `UNKNOWN_ROW`, and what `plan` throws
 */
export async function explainUnknown<Plan>(
  project: Project,
  session: Session,
  plan: () => Plan,
): Promise<Plan> {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof RevisionError) || error.code !== 'UNKNOWN_ROW') throw error;
    const rows = await readUnknownRows(project, session);
    const known = rows.flatMap(({ revision, logged }) =>
      logged === null ? [] : [`"${revision}" was ${loggedText(logged)}`],
    );
    const { message, next, details } = error;
    const where = known.length === 0 ? session.database : known.join('; ');
    throw new RevisionError('UNKNOWN_ROW', {
      message,
      where,
      next,
      details: { ...details, rows },
      cause: error,
    });
  }
}
