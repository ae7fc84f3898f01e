/**
 * One migrator at a time.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { DatabaseSink } from './database-sink.js';
import type { LedgerNames } from './ledger.js';
import type { ProgressListener } from './progress.js';

/**
 * The key of limbeck's advisory lock: one for each schema and version table, so that tenants in schemas
 * of their own do not wait for each other. Advisory locks are per database already.
 */
export function lockKey({ schema, versionTable }: LedgerNames): string {
  const digest = createHash('sha256').update(`limbeck:${schema}.${versionTable}`).digest();
  return digest.readBigInt64BE(0).toString();
}

/**
 * Tries to take the lock; SQL with one column `locked`.
 *
 * @param onProcess - takes it only on this process of the server
 */
export function tryLockColumn(key: string, onProcess?: number): string {
  const lock = `pg_try_advisory_lock(${key})`;
  if (onProcess === undefined) return `${lock} as locked`;
  return `case when pg_backend_pid() = ${onProcess} then ${lock} else false end as locked`;
}

/** A condition on `pg_locks`: the lock with this key, whoever holds it. */
export function isLock(key: string): string {
  return `locktype = 'advisory' and granted and objsubid = 1
  and database = (select oid from pg_database where datname = current_database())
  and ((classid::bigint << 32) | objid::bigint) = (${key})::bigint`;
}

/** A condition on `pg_locks`: the lock with this key, held by this session. */
export function isOwnLock(key: string): string {
  return `pid = pg_backend_pid() and ${isLock(key)}`;
}

/** Well below the second and a half within which a waiter should go on. */
const pollMs = 250;

/**
 * Waits until the lock is free and takes it.
 *
 * It is polled, never waited for in the server: a blocked waiter holds a snapshot, and the holder's
 * `CREATE INDEX CONCURRENTLY` would wait for that snapshot in turn. The lock belongs to the connection
 * and goes with it.
 *
 * @param timeoutMs - longest wait, in milliseconds; 0 means fail at once
 * @throws LockError `LOCK_TIMEOUT`, naming the holder as far as privileges show it
 * @see PostgreSQL manual, "Explicit Locking", section "Advisory Locks"
 */
export async function waitForLock(
  sink: DatabaseSink,
  key: string,
  timeoutMs: number,
  logger: Logger,
  progress: ProgressListener = () => {},
): Promise<void> {
  const until = performance.now() + timeoutMs;
  let told = '';
  for (;;) {
    const holder = await readHolder(sink, key);
    if (holder.words !== told) {
      logger.info(`waiting for ${holder.words}`);
      progress({ kind: 'lock-waits', holder: holder.words, timeoutMs });
    }
    told = holder.words;
    if (performance.now() >= until) throw timedOut(holder, timeoutMs, sink.database);
    await sleep(pollMs);
    const [answer] = await sink.ask(`select ${tryLockColumn(key)}`);
    if (answer?.rows[0]?.['locked'] === true) return;
  }
}

/** Who holds the lock: in words, and the number of the server's process, if it was there to be seen. */
interface Holder {
  readonly words: string;
  readonly process?: unknown;
}

/** Without privileges over the other role nobody sees more of its sessions than name and user. */
async function readHolder(sink: DatabaseSink, key: string): Promise<Holder> {
  const [answer] = await sink.ask(
    `select l.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'this host') as host,
  to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') as since
from (select pid from pg_locks where ${isLock(key)}) l left join pg_stat_activity a on a.pid = l.pid`,
  );
  const row = answer?.rows[0];
  if (row === undefined) return { words: 'another migrator' };
  const { pid, usename, application_name: name, host, since } = row;
  if (name === null) return { words: `the migrator with server process ${pid}`, process: pid };
  const from = since === null ? '' : ` from ${host}, connected since ${since}`;
  return { words: `"${name}", server process ${pid}, of ${usename}${from}`, process: pid };
}

function timedOut({ words, process }: Holder, timeoutMs: number, database: string): LockError {
  const end = process === undefined ? '' : `, or end it with \`select pg_terminate_backend(${process})\`,`;
  return new LockError('LOCK_TIMEOUT', {
    message: `another migrator holds the lock: ${words}`,
    where: database,
    next: `wait until it is done${end} and run the command again; limbeck waited ${timeoutMs / 1000} s (setting "lockTimeout")`,
    details: { holder: words, timeoutMs },
  });
}
