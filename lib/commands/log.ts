/**
 * The command that tells what happened to a database: log.
 */
import { RevisionError, UsageError } from '../errors.js';
import { resolve } from '../graph/resolve.js';
import type { Project } from '../project.js';
import { type LoggedEvent, type LogFilter, readLog } from '../runtime/log-queries.js';
import type { Session } from '../runtime/session.js';

export interface LogOptions {
  /** Only what happened to this revision: an identifier, or the start of an id that only the log knows. */
  readonly revision?: string | undefined;
  /** How many events at most, the newest. Default: all. */
  readonly limit?: number | undefined;
}

/** An event, with what the script says of its revision. */
export interface LogEntry extends LoggedEvent {
  /** null when no script of this checkout declares the revision. */
  readonly message: string | null;
}

export interface LogReport {
  readonly database: string;
  readonly environment: string;
  /** Newest first. */
  readonly events: readonly LogEntry[];
  /** How many there are without the limit. */
  readonly total: number;
}

/**
 * Returns what happened to the database, newest first; nothing for one that limbeck has not changed yet.
 *
 * @throws RevisionError when neither script, log nor version table knows the revision
 */
export async function log(project: Project, { revision, limit }: LogOptions = {}): Promise<LogReport> {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) throw badLimit(limit);
  const session = await project.openSession('log', { lock: false });
  try {
    const { filter, unknown } = filterOf(project, session, revision);
    const { events, total } = await readLog(session, { filter, limit });
    if (unknown !== undefined && total === 0) throw unknown;
    const withMessage = (event: LoggedEvent) => ({
      ...event,
      message: project.graph.get(event.revision)?.message ?? null,
    });
    const { database } = session;
    return { database, environment: project.config.environment, events: events.map(withMessage), total };
  } finally {
    await session.close();
  }
}

/** @returns as `unknown` the error that holds if the log does not know the text either */
function filterOf(
  { graph }: Project,
  { state }: Session,
  text: string | undefined,
): { filter?: LogFilter; unknown?: RevisionError } {
  if (text === undefined) return {};
  if (text === 'current') return { filter: { revisions: state.rows } };
  try {
    const { revisions, isBase } = resolve(graph, text, state.rows);
    return { filter: { revisions: isBase ? [...revisions, 'base'] : revisions } };
  } catch (error) {
    if (!(error instanceof RevisionError) || error.code !== 'REVISION_NOT_FOUND') throw error;
    return { filter: { prefix: text }, ...(state.rows.includes(text) ? {} : { unknown: error }) };
  }
}

function badLimit(limit: number): UsageError {
  return new UsageError('USAGE', {
    message: `the limit ${limit} is not a number from 1`,
    next: 'give a whole number, as in `limbeck log -n 20`',
  });
}
