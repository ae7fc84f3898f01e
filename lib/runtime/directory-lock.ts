/**
 * One process at a time for a directory of the embedded database.
 *
 * PGlite opens a directory twice without complaint, and loses data. Its process knows no signals, so an
 * advisory lock inside it is of no use between processes; a file beside the directory is.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
// The one place in lib that must know its own process: a lock has to say who holds it.
import { kill, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockError } from '../errors.js';

interface Holder {
  readonly pid: number;
  /** When the process began, so that another one with the same number is not taken for it; '' if unknown. */
  readonly started: string;
}

const pollMs = 100;

/**
 * Takes the lock file, waiting for another holder; a holder that no longer lives is passed over.
 *
 * @param timeoutMs - longest wait, in milliseconds
 * @returns a function that gives the lock back
 * @throws LockError `DIRECTORY_LOCKED`
 */
export async function lockDirectory(directory: string, timeoutMs: number): Promise<() => void> {
  const file = `${directory}.lock`;
  mkdirSync(dirname(file), { recursive: true });
  const until = performance.now() + timeoutMs;
  for (;;) {
    if (tryTake(file)) return () => rmSync(file, { force: true });
    const holder = readHolder(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) removeStale(file, holder);
    else if (performance.now() >= until) throw locked(directory, holder, timeoutMs);
    else await sleep(pollMs);
  }
}

/** A link to a finished file, for creating and then writing would show others an empty lock. */
function tryTake(file: string): boolean {
  const own = `${file}.${pid}`;
  writeFileSync(own, JSON.stringify({ pid, started: startOf(pid) } satisfies Holder));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Returns undefined when the file is gone. */
function readHolder(file: string): Holder | undefined {
  try {
    const { pid: number, started } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    return Number.isInteger(number) && started !== undefined ? ({ pid: number, started } as Holder) : nobody;
  } catch (error) {
    return (error as { code?: string }).code === 'ENOENT' ? undefined : nobody;
  }
}

/** Stands in a file that is no lock: what a crash of the machine may leave. */
const nobody: Holder = { pid: 0, started: '' };

function isAlive(holder: Holder): boolean {
  if (holder.pid <= 0) return false;
  try {
    kill(holder.pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
  return holder.started === startOf(holder.pid);
}

/** Moved away first: of two processes that find the same stale lock only one can move it. */
function removeStale(file: string, holder: Holder): void {
  const aside = `${file}.stale.${pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  const isOther = moved !== undefined && (moved.pid !== holder.pid || moved.started !== holder.started);
  if (isOther) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

/** On Linux field 22 of `/proc/<pid>/stat`; elsewhere the process number must do. */
function startOf(process: number): string {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function locked(directory: string, holder: Holder, timeoutMs: number): LockError {
  return new LockError('DIRECTORY_LOCKED', {
    message: `process ${holder.pid} has the embedded database open`,
    where: directory,
    next: `wait until it ends, or end it; limbeck waited ${timeoutMs / 1000} s`,
    details: { pid: holder.pid },
  });
}
