/**
 * Waiting for others: briefly for the application's locks, and again where somebody changes the same object.
 *
 * A statement that waits for a strong lock makes everybody behind it wait as well, readers too. So each
 * wait is short; a step that hits the limit is rolled back whole, lets the others through, and is tried
 * again a little later. So is one that replaces an object in the moment in which another session does: the server
 * lets the second one wait, and then refuses it.
 *
 * @see PostgreSQL manual, "Client Connection Defaults", `lock_timeout`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LimbeckError, LockError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Retry } from './progress.js';
import type { Session } from './session.js';
import type { ServerError } from './sql-failure.js';

export interface LockRetryOptions {
  /** Longest wait of one statement, in milliseconds; 0 means without limit. */
  readonly lockTimeout: number;
  /** How often a step is tried at the most. */
  readonly attempts: number;
}

const lockNotAvailable = '55P03';
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** A step that can be taken again. */
export interface Attempt {
  attempt(): Promise<void>;
  /** Rolls back what a failed attempt left. */
  undo(): Promise<void>;
  /** Told before the pause of each retry. */
  retrying?(retry: Retry): void;
}

/**
 * Runs a step, again if it was stopped by `lock_timeout`, or by another session that changed the same object; the
 * last failure is left to be rolled back.
 *
 * @throws LockError `LOCK_NOT_AVAILABLE` after the last attempt that `lock_timeout` stopped, naming the blocker as far
 *   as it was seen; any other error of the step unchanged
 */
export async function withLockRetries(
  step: Attempt,
  session: Session,
  { lockTimeout, attempts }: LockRetryOptions,
  logger: Logger,
): Promise<void> {
  for (let count = 1; ; count += 1) {
    const watch = watchBlocker(session, lockTimeout);
    try {
      return await step.attempt();
    } catch (error) {
      const isTimeout = isLockTimeout(error);
      if ((!isTimeout && !isCatalogConflict(error)) || session.sink.isInterrupted) throw error;
      const blocker = isTimeout ? await watch.blocker() : 'another session that changed the same object';
      if (count >= attempts) throw isTimeout ? notAvailable(error, blocker, count, lockTimeout) : error;
      await step.undo();
      if (session.sink.isInterrupted) throw error;
      const pauseMs = pauseAfter(count);
      const wait = isTimeout ? `waited ${lockTimeout / 1000} s for ${blocker}` : `met ${blocker}`;
      logger.info(
        `${wait}; rolled back, trying again in ${(pauseMs / 1000).toFixed(1)} s (${count} of ${attempts})`,
      );
      step.retrying?.({ blocker, attempt: count, attempts, pauseMs: Math.round(pauseMs) });
      await sleep(pauseMs, undefined, session.signal && { signal: session.signal });
    } finally {
      watch.stop();
    }
  }
}

function isLockTimeout(error: unknown): error is Error {
  return serverErrorOf(error).code === lockNotAvailable;
}

/**
 * Whether two sessions replaced, created or granted on one object at once: then the second finds a row of the catalog
 * changed, or one that it has just made already there. The server never translates the message.
 */
function isCatalogConflict(error: unknown): error is Error {
  const { code, message = '', schema } = serverErrorOf(error);
  if (code === '23505') return schema === 'pg_catalog';
  return code === 'XX000' && /^tuple concurrently (updated|deleted)/.test(message);
}

/** What the server said, through whatever the error has passed. */
function serverErrorOf(error: unknown): Partial<ServerError> {
  const source = error instanceof LimbeckError ? error.cause : error;
  return typeof source === 'object' && source !== null ? source : {};
}

/** Doubles from attempt to attempt; the jitter keeps two waiters from meeting again and again. */
function pauseAfter(count: number): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1));
  return pause * (0.5 + Math.random() / 2);
}

interface BlockerWatch {
  /** Who was seen to block, in words. */
  blocker(): Promise<string>;
  stop(): void;
}

/** Looks from beside, while the step waits, who blocks: afterwards nobody can tell any more. */
function watchBlocker({ beside, processId }: Session, lockTimeout: number): BlockerWatch {
  let seen = '';
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = beside(blockersQuery, [processId]).then((rows) => {
      // The last look may come when the wait is over.
      if (rows.length > 0) seen = rows.map(({ blocker }) => blocker).join(', ');
    });
  };
  const canLook = lockTimeout > 0 && processId !== undefined;
  const timer = canLook ? setInterval(look, lockTimeout / 2) : undefined;
  timer?.unref();
  return {
    async blocker() {
      await looking;
      return seen === '' ? 'a lock' : seen;
    },
    stop: () => clearInterval(timer),
  };
}

const blockersQuery = `select format('%sserver process %s of %s, in a transaction since %s, %s',
  '"' || nullif(application_name, '') || '", ', pid, usename, to_char(xact_start, 'HH24:MI:SS'), state) as blocker
from pg_stat_activity where pid = any(pg_blocking_pids($1))`;

function notAvailable(cause: Error, blocker: string, attempts: number, lockTimeout: number): LockError {
  const { where, excerpt } = cause instanceof LimbeckError ? cause : { where: undefined, excerpt: undefined };
  return new LockError('LOCK_NOT_AVAILABLE', {
    message: `a statement waited ${lockTimeout / 1000} s for ${blocker}, ${attempts} times`,
    where,
    excerpt,
    next: 'wait until the other transaction ends, or end it, and run the command again (settings "ddl.lockTimeout" and "ddl.attempts")',
    cause,
    details: { blocker, attempts, lockTimeout },
  });
}
