/**
 * Starts real PostgreSQL servers for the specs, and leaves none behind.
 *
 * Each server lives in a temporary folder of its own (mode 700) with its data and its Unix socket, and has no TCP
 * port. A small shell supervises it and holds the reading end of a pipe from this process: when this process ends,
 * even by SIGKILL, the pipe closes, and the shell stops the server and removes the folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  copyNative,
  findInstallation,
  type Installation,
  isReadyInPlace,
  type ServerName,
} from './installation.js';
import { type ServerUser, serverUser, socketParent } from './server-user.js';

/** How to reach a database of a server: what `pg` and Knex take as a connection. */
export interface SocketConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface Server {
  readonly name: ServerName;
  /** Major version. */
  readonly version: number;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** The temporary folder: data directory in `data`, Unix socket, log. Gone once the server has stopped. */
  readonly folder: string;
  /** Folder of the programs that run it: `postgres`, `initdb`, `pg_ctl`. */
  readonly bin: string;
  /** Returns how to reach `database` as superuser `postgres`. */
  connection(database: string): SocketConnection;
  /** Returns the same as a URL that pg and libpq understand, fit for `DATABASE_URL`. */
  url(database: string): string;
  /** Returns what the server has logged. */
  log(): string;
  /** Stops the server and removes its folder; calling it again is harmless. */
  stop(): Promise<void>;
}

const port = 5432;
const startTimeoutMs = 60_000;
const servers = new Map<ServerName, Promise<Server>>();

/** No durability, since the data never outlive the process; no autovacuum, so that nothing takes locks unasked. */
const settings = [
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'autovacuum=off',
  'max_connections=100',
  'shared_buffers=64MB',
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'timezone=UTC',
  'log_timezone=UTC',
  'lc_messages=C',
  'logging_collector=off',
];

/**
 * `$1` is the folder of the server, `$2` that of the programs, the rest are arguments for `postgres`. It waits for a
 * line that says that the programs are in place; the end of its input, at any time, means that nobody wants the
 * server any more. SIGQUIT is PostgreSQL's immediate shutdown: it waits for nobody, and the data are thrown away.
 * It is sent until the server is gone, since a shell lets a background process ignore SIGQUIT, and the first one is
 * lost when it comes before PostgreSQL has set its own handler.
 * When the server ends by itself, the folder stays for its log until the end of the input.
 */
const supervisor = `
exec 3<&0 </dev/null
folder=$1 bin=$2
shift 2
trap 'touch "$folder/ended"; cat <&3 >/dev/null; rm -rf "$folder"' EXIT
read -r ready <&3 || exit 1
"$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions 3<&- || exit 1
"$bin/postgres" -D "$folder/data" -k "$folder" -p ${port} "$@" 3<&- &
server=$!
{ cat <&3 >/dev/null; while kill -QUIT "$server"; do sleep 1; done; } 2>/dev/null &
watcher=$!
wait "$server"
kill "$watcher"
`;

/** Returns the server `name` of this process, started at the first call and shared by all later ones. */
export function sharedServer(name: ServerName): Promise<Server> {
  const known = servers.get(name);
  if (known !== undefined) return known;
  const installation = findInstallation(name);
  if (installation === undefined) throw new Error(`no binaries of ${name} on this machine`);
  const starting = startServer(installation);
  servers.set(name, starting);
  return starting;
}

/** Stops the shared servers of this process. */
export async function stopServers(): Promise<void> {
  const running = await Promise.allSettled(servers.values());
  servers.clear();
  await Promise.all(
    running.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)),
  );
}

/**
 * Starts a server of its own, with a fresh data directory: superuser `postgres`, UTF8, locale C.
 *
 * It does not keep this process alive.
 *
 * @throws Error with the log of initdb and the server when it does not come up
 */
export async function startServer(installation: Installation): Promise<Server> {
  const user = serverUser();
  const folder = makeServerFolder(user);
  const isInPlace = isReadyInPlace(installation, user);
  const bin = isInPlace ? installation.bin : join(folder, 'native', 'bin');
  const child = supervise(folder, bin, user);
  try {
    if (!isInPlace && installation.native !== undefined) copyNative(installation.native, dirname(bin), user);
    child.stdin?.write('ready\n');
    const pid = await serverReady(child, folder);
    return describeServer(installation, { child, folder, bin, pid });
  } catch (error) {
    const cause = `${String(error)}\n${readLog(folder)}`;
    await stopSupervisor(child);
    throw new Error(`${installation.name} does not start: ${cause}`, { cause: error });
  }
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly bin: string;
  readonly pid: number;
}

function describeServer({ name, version }: Installation, running: RunningServer): Server {
  const { child, folder, bin, pid } = running;
  return {
    name,
    version,
    pid,
    folder,
    bin,
    connection: (database) => ({ host: folder, port, user: 'postgres', database }),
    url: (database) => `postgresql://postgres@/${encodeURIComponent(database)}?host=${folder}&port=${port}`,
    log: () => readLog(folder),
    stop: () => stopSupervisor(child),
  };
}

function makeServerFolder(user: ServerUser | undefined): string {
  const folder = mkdtempSync(join(socketParent(user), 'limbeck-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Detached, so that Ctrl-C in a terminal reaches this process alone and the server ends in its own order. */
function supervise(folder: string, bin: string, user: ServerUser | undefined): ChildProcess {
  const log = openSync(join(folder, 'log'), 'a');
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const child = spawn('/bin/sh', ['-c', supervisor, 'sh', folder, bin, ...flags], {
    cwd: '/',
    detached: true,
    env: serverEnvironment(),
    stdio: ['pipe', log, log],
    ...user,
  });
  closeSync(log);
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

/** Without `PG…` variables, which initdb and the server would obey. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

/** Waits until the postmaster has written that it is ready; returns its process id. */
async function serverReady(child: ChildProcess, folder: string): Promise<number> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const lines = readIfPresent(join(folder, 'data', 'postmaster.pid')).split('\n');
    if (lines[7]?.trim() === 'ready') return Number(lines[0]);
    if (hasEnded(child) || existsSync(join(folder, 'ended'))) throw new Error('it ended at once');
    await sleep(10);
  }
  throw new Error(`it is not ready after ${startTimeoutMs} ms`);
}

/** Closes the pipe, which makes the supervisor stop the server and remove the folder, and waits for it. */
async function stopSupervisor(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}

/** A child without process id could not be spawned. */
function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function readLog(folder: string): string {
  return readIfPresent(join(folder, 'log'));
}

/** Not asked beforehand whether the file exists: initdb makes and removes its own `postmaster.pid` meanwhile. */
function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
