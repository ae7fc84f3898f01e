/**
 * Finding a pooler that gives one session of the server to several clients.
 *
 * Over such a connection the lock may be held by a session that the next client is given, and every statement
 * may go to another one. Behind a direct connection nothing is asked: the number of the server's process came
 * with the greeting, and is the one that the server tells.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LockError } from '../errors.js';
import type { OpenConnection } from './connection.js';
import { type MessageError, type PgConnection, sendMessage } from './pg-connection.js';
import { isConnectionLost, type ServerError } from './sql-failure.js';

/** Our session of the server, as it was last seen. */
export interface SeenSession {
  /** The number of the server's process. */
  readonly process: number;
  /** When it was asked, in seconds, as the server writes it. */
  readonly asked: string;
}

/** Longest wait for a session beside ours, in milliseconds: where there is one for each client, all may be taken. */
const longestWaitMs = 3_000;

/**
 * Runs `work` while a second client is inside a transaction, which keeps its session of the server to itself.
 *
 * @param work - asks our connection for its process again, and returns the number
 * @throws LockError `POOLER_SHARES_SESSIONS` when the second client was given our session, somebody else has
 *   used it meanwhile, or ours has changed
 */
export async function assertOwnSession(
  opened: OpenConnection,
  session: SeenSession,
  work: () => Promise<number>,
): Promise<void> {
  const second = await opened.another().catch(() => undefined);
  try {
    if (second !== undefined && (await isShared(second, session))) throw shared(opened.database);
    if ((await work()) !== session.process) throw shared(opened.database);
  } finally {
    void second?.end().catch(() => {});
  }
}

/**
 * Asks a second client, inside a transaction. Where it gets no session in time, all are taken by clients that
 * keep theirs, which tells nothing; where transactions are refused, nobody keeps any.
 */
async function isShared(second: PgConnection, { process, asked }: SeenSession): Promise<boolean> {
  const used = `select extract(epoch from query_start)::text <> '${asked}' from pg_stat_activity where pid = ${process}`;
  const text = `begin; select pg_backend_pid() = ${process} or coalesce((${used}), false) as shared`;
  const answer = sendMessage(second, text).then(
    (results) => results[1]?.rows[0]?.['shared'] === true,
    ({ cause }: MessageError) => isConnectionLost(cause as ServerError),
  );
  const timer = new AbortController();
  const timeout = sleep(longestWaitMs, undefined, timer)
    .catch(() => {})
    .then(() => false);
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    timer.abort();
  }
}

/** Makes the error for a connection that has no session of its own. */
export function shared(database: string): LockError {
  return new LockError('POOLER_SHARES_SESSIONS', {
    message: 'a pooler gives sessions of the server to several clients, so that no lock can be kept',
    where: database,
    next: 'connect to the server itself, past the pooler, or to a pool in session mode (PgBouncer: pool_mode = session)',
  });
}
