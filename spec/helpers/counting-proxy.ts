/**
 * A proxy between clients and a server that counts what passes, to measure the round trips of a command.
 *
 * It listens on a Unix socket in a temporary folder of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as connectSocket, type Server as SocketServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SocketConnection } from './server.js';
import { socketParent } from './server-user.js';
import { BackendReader, FrontendReader, sqlOf, type WireMessage } from './wire-protocol.js';

/** A statement as the client sent it: `query` in the simple protocol, `parse` in the extended one. */
export interface SentStatement {
  readonly kind: 'query' | 'parse';
  readonly sql: string;
}

export interface ProxyCounts {
  readonly connections: number;
  /** ReadyForQuery messages of the server: synchronised round trips, of which each connection start is one. */
  readonly roundTrips: number;
  /** Messages from clients, the start of a session included. */
  readonly clientMessages: number;
  /** Messages from the server. */
  readonly serverMessages: number;
  readonly statements: readonly SentStatement[];
}

export interface CountingProxy {
  /** Like the connection that was given, through the proxy. */
  readonly connection: SocketConnection;
  /** The same as a URL. */
  readonly url: string;
  /** Returns what has passed since the start or the last `reset`. */
  counts(): ProxyCounts;
  /** Sets all counts to zero; sessions go on. */
  reset(): void;
  /** Breaks all connections, as a failing network would; new ones are accepted. */
  cut(): void;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a proxy to `target`.
 *
 * @example
 * const proxy = await startCountingProxy(database.onServer().connection);
 * const connection = knex({ client: 'pg', connection: proxy.connection });
 */
export async function startCountingProxy(target: SocketConnection): Promise<CountingProxy> {
  const folder = mkdtempSync(join(socketParent(undefined), 'limbeck-'));
  const tally = new Tally();
  const sockets = new Set<Socket>();
  // A client that ends is answered when the server has ended: only then has that given up its locks.
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    tally.connections += 1;
    relay(client, connectSocket({ path: socketPath(target), allowHalfOpen: true }), tally, sockets);
  });
  listener.listen(socketPath({ ...target, host: folder }));
  await once(listener, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    connection: { ...target, host: folder },
    url: `postgresql://${target.user}@/${encodeURIComponent(target.database)}?host=${folder}&port=${target.port}`,
    counts: () => tally.counts(),
    reset: () => tally.reset(),
    cut,
    close: () => closeListener(listener, cut, folder),
  };
}

class Tally {
  connections = 0;
  roundTrips = 0;
  clientMessages = 0;
  serverMessages = 0;
  statements: SentStatement[] = [];

  noteClient(message: WireMessage): void {
    this.clientMessages += 1;
    const sql = sqlOf(message);
    if (sql !== undefined) this.statements.push({ kind: message.type === 'Q' ? 'query' : 'parse', sql });
  }

  noteServer(message: WireMessage): void {
    this.serverMessages += 1;
    if (message.type === 'Z') this.roundTrips += 1;
  }

  counts(): ProxyCounts {
    const { connections, roundTrips, clientMessages, serverMessages } = this;
    return { connections, roundTrips, clientMessages, serverMessages, statements: [...this.statements] };
  }

  reset(): void {
    Object.assign(this, new Tally());
  }
}

/** The reader of the client goes first, since only it knows which bytes of the server are no messages. */
function relay(client: Socket, server: Socket, tally: Tally, sockets: Set<Socket>): void {
  const [frontend, backend] = [new FrontendReader(), new BackendReader()];
  client.on('data', (chunk: Buffer) => {
    for (const message of frontend.read(chunk)) tally.noteClient(message);
    backend.expectBareBytes(frontend.takeEncryptionRequests());
    server.write(chunk);
  });
  server.on('data', (chunk: Buffer) => {
    for (const message of backend.read(chunk)) tally.noteServer(message);
    client.write(chunk);
  });
  joinFates(client, server, sockets);
  joinFates(server, client, sockets);
}

/** When one side ends, what is still under way reaches the other before that ends too. */
function joinFates(one: Socket, other: Socket, sockets: Set<Socket>): void {
  sockets.add(one);
  one.on('end', () => other.end());
  one.on('error', () => other.destroy());
  one.on('close', () => {
    sockets.delete(one);
    other.end();
  });
}

function socketPath({ host, port }: SocketConnection): string {
  return join(host, `.s.PGSQL.${port}`);
}

async function closeListener(listener: SocketServer, cut: () => void, folder: string): Promise<void> {
  const closed = once(listener, 'close');
  listener.close();
  cut();
  await closed;
  rmSync(folder, { recursive: true, force: true });
}
