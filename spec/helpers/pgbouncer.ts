/**
 * Starts PgBouncer before a test server, on a Unix socket in a temporary folder, and leaves nothing behind.
 *
 * As with servers, a small shell holds the reading end of a pipe from this process: when this process ends, it
 * stops PgBouncer and removes the folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'mocha';
import { skipTest } from './not-run.js';
import type { SocketConnection } from './server.js';
import { serverUser, socketParent } from './server-user.js';

export type PoolMode = 'session' | 'transaction' | 'statement';

export interface Pooler {
  /** Like the connection that was given, through the pooler. */
  readonly connection: SocketConnection;
  stop(): Promise<void>;
}

const port = 6432;
const startTimeoutMs = 60_000;

const supervisor = `
"$1" -q "$2/pgbouncer.ini" </dev/null &
pooler=$!
cat >/dev/null
kill -KILL "$pooler"
wait "$pooler"
rm -rf "$2"
`;

/** Returns the path of the program, or marks the running test as pending and records it as not run. */
export function requirePgBouncer(context: Context): string {
  return findPgBouncer() ?? skipTest(context, 'PgBouncer', 'no program found');
}

function findPgBouncer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find(isExecutable);
}

/**
 * Starts `program` before the server of `target`.
 *
 * @throws Error when it does not come up
 */
export async function startPgBouncer(
  program: string,
  mode: PoolMode,
  target: SocketConnection,
): Promise<Pooler> {
  const user = serverUser();
  const folder = mkdtempSync(join(socketParent(user), 'limbeck-'));
  writeFileSync(join(folder, 'pgbouncer.ini'), configuration(folder, mode, target), { mode: 0o644 });
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const child = spawn('/bin/sh', ['-c', supervisor, 'sh', program, folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...user,
  });
  child.unref();
  child.stdin?.on('error', () => undefined);
  if (child.stdin instanceof Socket) child.stdin.unref();
  const stop = async () => {
    child.ref();
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  };
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isListening(join(folder, `.s.PGSQL.${port}`)))) {
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${program} does not start`);
    }
    await sleep(10);
  }
  return { connection: { ...target, host: folder, port }, stop };
}

/** Whoever connects is the superuser of the server, without being asked. */
function configuration(folder: string, mode: PoolMode, { host, port: serverPort, user }: SocketConnection) {
  return `[databases]
* = host=${host} port=${serverPort} user=${user}
[pgbouncer]
listen_addr =
listen_port = ${port}
unix_socket_dir = ${folder}
auth_type = any
pool_mode = ${mode}
default_pool_size = 5
`;
}

async function isListening(socket: string): Promise<boolean> {
  const client = connect(socket);
  try {
    await once(client, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
