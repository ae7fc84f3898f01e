/**
 * A proxy between a client and a server that stops at a statement: what is sent from then on stays under way.
 *
 * It makes a moment last, so that somebody can be killed in it.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { SocketConnection } from './server.js';
import { socketParent } from './server-user.js';
import { BackendReader, FrontendReader, sqlOf } from './wire-protocol.js';

/** Where to stop: before a message reaches the server, or before its answer reaches the client. */
export interface HoldPoint {
  readonly at: 'message' | 'answer';
  readonly pattern: RegExp;
}

export interface HoldingProxy {
  /** Like the connection that was given, through the proxy. */
  readonly url: string;
  /** Resolves when the proxy has stopped. */
  readonly held: Promise<void>;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
}

/** Starts a proxy to `target` that stops once, at the first message that matches. */
export async function startHoldingProxy(target: SocketConnection, point: HoldPoint): Promise<HoldingProxy> {
  const folder = mkdtempSync(join(socketParent(undefined), 'limbeck-'));
  const sockets = new Set<Socket>();
  let stop = () => {};
  const held = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const listener = createServer((client) => {
    const server = connectSocket(join(target.host, `.s.PGSQL.${target.port}`));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    relay(client, server, point, stop);
  });
  listener.listen(join(folder, `.s.PGSQL.${target.port}`));
  await once(listener, 'listening');
  return {
    url: `postgresql://${target.user}@/${target.database}?host=${folder}&port=${target.port}`,
    held,
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function relay(client: Socket, server: Socket, { at, pattern }: HoldPoint, stop: () => void): void {
  const [frontend, backend] = [new FrontendReader(), new BackendReader()];
  let state: 'open' | 'answering' | 'held' = 'open';
  const hold = () => {
    state = 'held';
    stop();
  };
  client.on('data', (chunk: Buffer) => {
    if (state === 'held') return;
    const matches = frontend.read(chunk).some((message) => pattern.test(sqlOf(message) ?? ''));
    backend.expectBareBytes(frontend.takeEncryptionRequests());
    if (matches && at === 'message') return hold();
    if (matches) state = 'answering';
    server.write(chunk);
  });
  server.on('data', (chunk: Buffer) => {
    if (state === 'held') return;
    const isAnswered = backend.read(chunk).some(({ type }) => type === 'Z');
    if (state === 'answering' && isAnswered) return hold();
    client.write(chunk);
  });
}
