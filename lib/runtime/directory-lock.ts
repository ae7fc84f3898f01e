/**
 * One process at a time for a directory of the embedded database.
 *
 * PGlite opens a directory twice without complaint, and loses data. Its process knows no signals, so an
 * advisory lock inside it is of no use between processes; a file beside the directory is.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
// The one place in lib that must know its own process: a lock has to say who holds it.
import { kill, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockError } from '../errors.js';

/** Who holds a lock, and where its process number means something; '' stands for what cannot be read. */
interface Holder {
  readonly pid: number;
  /** When the process began, so that another one with the same number is not taken for it. */
  readonly started: string;
  readonly host: string;
  /** Differs each time the machine starts. */
  readonly boot: string;
  /** The pid namespace: each container counts its processes anew. */
  readonly namespace: string;
}

/** A lock file as found. Its text has an id in it: no two locks have the same. */
interface Lock {
  readonly file: string;
  readonly text: string;
  readonly holder: Holder;
}

/** What this process puts in a lock file. */
interface Claim {
  readonly id: string;
  readonly text: string;
  readonly holder: Holder;
}

const pollMs = 100;
/** So long a wait is no matter, in milliseconds: a command that is about to end. */
const silentMs = 1_000;

/** Told in words who has the directory; again when that is another one. */
export type DirectoryWait = (holder: string) => void;

/**
 * Takes the lock file, waiting for another holder; a holder that no longer lives is passed over. One on
 * another host or in another container cannot be looked at, and counts as alive.
 *
 * @param timeoutMs - longest wait, in milliseconds
 * @param waits - told after about a second
 * @returns a function that gives the lock back, and does nothing when it is another's by then
 * @throws LockError `DIRECTORY_LOCKED`
 */
export async function lockDirectory(
  directory: string,
  timeoutMs: number,
  waits: DirectoryWait = () => {},
): Promise<() => void> {
  const file = `${directory}.lock`;
  const claim = newClaim();
  mkdirSync(dirname(file), { recursive: true });
  const started = performance.now();
  const until = started + timeoutMs;
  let told = '';
  for (;;) {
    const other = take(file, claim);
    if (other === undefined) return () => removeLock(file, claim.text);
    if (performance.now() >= until) throw locked(directory, other, claim.holder, timeoutMs);
    const holder = wordsOf(other, claim.holder);
    if (holder !== told && performance.now() >= started + silentMs) {
      waits(holder);
      told = holder;
    }
    await sleep(pollMs);
  }
}

/**
 * Takes a lock file, or returns the lock that is in the way.
 *
 * A stale lock is removed by whoever holds the lock `<file>.takeover`, and only if it is still the one that
 * was found stale. No other process removes it then, so a fresh lock is never hit; and a process that dies
 * in between leaves a stale lock like any other.
 */
function take(file: string, claim: Claim): Lock | undefined {
  for (;;) {
    if (create(file, claim)) return undefined;
    const found = readLock(file);
    if (found === undefined) continue;
    if (!isStale(found.holder, claim.holder)) return found;
    const takeover = `${file}.takeover`;
    const other = take(takeover, claim);
    if (other !== undefined) return other;
    try {
      removeLock(file, found.text);
    } finally {
      removeLock(takeover, claim.text);
    }
  }
}

/** A link to a finished file, for creating and then writing would show others an empty lock. */
function create(file: string, { id, text }: Claim): boolean {
  const unlinked = `${file}.${id}`;
  try {
    writeFileSync(unlinked, text);
    linkSync(unlinked, file);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    // NFS may answer so to a request that it has carried out and sends once more.
    return readLock(file)?.text === text;
  } finally {
    rmSync(unlinked, { force: true });
  }
}

/** Removes a lock unless it is another one by now. */
function removeLock(file: string, text: string): void {
  if (readLock(file)?.text === text) rmSync(file, { force: true });
}

/** Returns undefined when the file is gone. */
function readLock(file: string): Lock | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return { file, text, holder: parseHolder(text) };
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder {
  try {
    const { pid: number, started, host, boot, namespace } = JSON.parse(text) as Record<string, unknown>;
    if (typeof number !== 'number' || !Number.isInteger(number) || typeof started !== 'string') return nobody;
    return { pid: number, started, host: textOf(host), boot: textOf(boot), namespace: textOf(namespace) };
  } catch {
    return nobody;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Stands in a file that is no lock: what a crash of the machine may leave. */
const nobody: Holder = { pid: 0, started: '', host: '', boot: '', namespace: '' };

function newClaim(): Claim {
  const id = randomUUID();
  const holder = {
    pid,
    started: startOf(pid),
    host: hostname(),
    boot: readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: readOr('', () => readlinkSync('/proc/self/ns/pid')),
  };
  return { id, text: JSON.stringify({ ...holder, id }), holder };
}

/** Whether the holder is gone for certain. One without a host is from a limbeck that knew this host alone. */
function isStale(holder: Holder, own: Holder): boolean {
  if (holder.pid <= 0) return true;
  if (holder.host === '') return !isAlive(holder);
  if (holder.host !== own.host) return false;
  if (holder.boot !== '' && own.boot !== '' && holder.boot !== own.boot) return true;
  return holder.namespace === own.namespace && !isAlive(holder);
}

function isAlive(holder: Holder): boolean {
  try {
    kill(holder.pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
  const started = startOf(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

/** On Linux field 22 of `/proc/<pid>/stat`; elsewhere the process number must do. */
function startOf(process: number): string {
  return readOr('', () => {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  });
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}

/** Whether its process number means something here. */
function isNear(holder: Holder, own: Holder): boolean {
  return holder.host === '' || (holder.host === own.host && holder.namespace === own.namespace);
}

function wordsOf({ holder }: Lock, own: Holder): string {
  if (isNear(holder, own)) return `process ${holder.pid}`;
  const host = `host "${holder.host}"`;
  return `process ${holder.pid} ${holder.host === own.host ? `in another container on ${host}` : `on ${host}`}`;
}

function locked(directory: string, lock: Lock, own: Holder, timeoutMs: number): LockError {
  const { file, holder } = lock;
  const waited = `limbeck waited ${timeoutMs / 1000} s`;
  return new LockError('DIRECTORY_LOCKED', {
    message: `${wordsOf(lock, own)} has the embedded database open`,
    where: directory,
    next: isNear(holder, own)
      ? `wait until it ends, or end it; ${waited}`
      : `wait until it ends, or end it there; if it is gone, remove its lock with \`rm "${file}"\`; ${waited}`,
    details: { pid: holder.pid, host: holder.host, file },
  });
}
