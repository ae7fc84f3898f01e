/**
 * The first thing that a session asks: whether the server will do, what of the ledger is there, and for the lock.
 */
import { DatabaseError, type LimbeckError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { OpenConnection } from './connection.js';
import type { DatabaseSink } from './database-sink.js';
import type { Ledger } from './ledger.js';
import { tryLockColumn, waitForLock } from './lock.js';
import { assertOwnSession, shared } from './pooler.js';
import type { ProgressListener } from './progress.js';

const oldestServer = 150_000;

/** What the server says of itself, of the ledger and of the lock. */
export interface Facts {
  readonly version: number;
  readonly in_recovery: boolean;
  readonly has_schema: boolean;
  readonly has_version: boolean;
  readonly has_ledger: boolean;
  /** Whether an earlier limbeck made the log, without a column that is written now. */
  readonly is_log_older: boolean;
  readonly row_width: number | null;
  /** The number of the server's process. */
  readonly process: number;
  /** When this was asked, in seconds. */
  readonly asked: string;
  readonly locked: boolean;
}

interface LockOptions {
  readonly purpose: string;
  readonly logger: Logger;
  readonly key: string;
  readonly timeoutMs: number;
  readonly progress?: ProgressListener | undefined;
}

/**
 * Reads the facts inside the lock, and waits for it if need be.
 *
 * @throws DatabaseError `SERVER_TOO_OLD`, `DATABASE_READ_ONLY`
 * @throws LockError `LOCK_TIMEOUT`, `POOLER_SHARES_SESSIONS`
 */
export async function lockedFacts(
  opened: OpenConnection,
  sink: DatabaseSink,
  ledger: Ledger,
  { purpose, logger, key, timeoutMs, progress }: LockOptions,
): Promise<Facts> {
  let facts = await usableFacts(sink, ledger, { purpose, key, onProcess: opened.processId });
  const { process } = facts;
  if (opened.processId !== undefined && opened.processId !== process) {
    await assertOwnSession(opened, facts, async () => {
      facts = await readFacts(sink, ledger, { purpose, key, onProcess: process });
      return facts.process;
    });
  }
  if (facts.locked) return facts;
  await waitForLock(sink, key, timeoutMs, logger, progress);
  facts = await readFacts(sink, ledger, { purpose });
  if (facts.process !== process) throw shared(opened.database);
  return facts;
}

interface FactsOptions {
  readonly purpose: string;
  /** Of the lock, to be tried for. */
  readonly key?: string;
  /** The lock is tried for only on this process of the server: on another one it would be lost. */
  readonly onProcess?: number | undefined;
}

/**
 * Reads the facts, and tries for the lock if its key is given.
 *
 * @throws DatabaseError `SERVER_TOO_OLD`; with a lock, `DATABASE_READ_ONLY`
 */
export async function usableFacts(sink: DatabaseSink, ledger: Ledger, options: FactsOptions): Promise<Facts> {
  const facts = await readFacts(sink, ledger, options);
  assertUsable(facts, sink.database, { isWritten: options.key !== undefined });
  return facts;
}

/** The lock comes first, so that what is read after it cannot be changed by another migrator. */
async function readFacts(
  sink: DatabaseSink,
  ledger: Ledger,
  { purpose, key, onProcess }: FactsOptions,
): Promise<Facts> {
  const lock = key === undefined ? 'false as locked' : tryLockColumn(key, onProcess);
  const answers = await sink.ask(`set application_name = '${purpose}';
select ${lock};
select current_setting('server_version_num')::int as version, pg_is_in_recovery() as in_recovery, pg_backend_pid() as process,
  extract(epoch from statement_timestamp())::text as asked, ${ledger.existenceColumns};
${noticeDeadClient}`);
  return { ...answers[1]?.rows[0], ...answers[2]?.rows[0] } as unknown as Facts;
}

/**
 * Has the server look once a second, while a statement runs, whether its client is still there: else the lock of a
 * killed process is held until its statement ends. Servers that cannot look refuse the setting; those on Linux can.
 */
const noticeDeadClient = `select case when current_setting('client_connection_check_interval', true) = '0' and version() ~ 'linux'
  then set_config('client_connection_check_interval', '1000', false) end`;

function assertUsable(
  { version, in_recovery }: Facts,
  database: string,
  { isWritten }: { readonly isWritten: boolean },
): void {
  if (version < oldestServer) throw tooOld(version, database);
  if (isWritten && in_recovery) {
    throw new DatabaseError('DATABASE_READ_ONLY', {
      message: 'the server is a read-only replica',
      where: database,
      next: 'connect to the primary server',
    });
  }
}

function tooOld(version: number, database: string): LimbeckError {
  return new DatabaseError('SERVER_TOO_OLD', {
    message: `the server is PostgreSQL ${Math.floor(version / 10_000)}`,
    where: database,
    next: 'limbeck needs PostgreSQL 15 or newer: upgrade the server',
  });
}
