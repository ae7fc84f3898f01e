/**
 * A server that may crash: databases copied from those where a run begins, queries that survive a restart, and the
 * ways to kill.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { RunningProgram } from '../../helpers/cli.js';
import type { Server } from '../../helpers/server.js';
import type { Query } from './stand.js';

/** limbeck, or the process that the server has for it. */
export type Victim = 'process' | 'server process';

export class CrashServer {
  readonly server: Server;
  #databases = 0;

  constructor(server: Server) {
    this.server = server;
  }

  /** Runs work with queries on one connection. */
  async on<Result>(database: string, work: (query: Query) => Promise<Result>): Promise<Result> {
    const client = new Client(this.server.connection(database));
    client.on('error', () => undefined);
    await client.connect();
    const query: Query = async (sql) =>
      [await client.query<Record<string, unknown>>(sql)].flat().at(-1)?.rows ?? [];
    return work(query).finally(() => client.end());
  }

  /** Makes queries that open a connection each: one that stays would be in the way of a copy. */
  brief(database: string): Query {
    return (sql) => this.on(database, (query) => query(sql));
  }

  async administer(sql: string): Promise<void> {
    await this.on('postgres', (query) => query(sql));
  }

  /**
   * Copies a database, with a checkpoint: a sequence that is copied through the server's log would count anew after a
   * crash, since what it has counted ahead is in the log of the original alone.
   */
  async copy(from: string, to: string): Promise<void> {
    await this.administer(`create database ${to} template ${from} strategy file_copy`);
  }

  /** Copies a database under a name of its own, which is returned. */
  async copyAnew(from: string): Promise<string> {
    this.#databases += 1;
    const name = `crash_${this.#databases}`;
    await this.copy(from, name);
    return name;
  }

  /** Kills limbeck, or its server process; then the server ends all of them, which is waited for, and comes back. */
  async kill(victim: Victim, running: RunningProgram): Promise<void> {
    if (victim === 'process') return running.signal('SIGKILL');
    const witness = new Client(this.server.connection('postgres'));
    const ended = new Promise<void>((resolve) => witness.once('end', resolve));
    witness.on('error', () => undefined);
    await witness.connect();
    const { rows } = await witness.query<{ pid: number }>(sessions);
    if (rows[0] === undefined) return witness.end();
    process.kill(rows[0].pid, 'SIGKILL');
    await ended;
  }

  /** Waits until the server is back. */
  async untilReady(): Promise<void> {
    for (;;) {
      const isReady = await this.administer('select 1').then(
        () => true,
        () => false,
      );
      if (isReady) return;
      await sleep(20);
    }
  }
}

const sessions =
  "select pid from pg_stat_activity where backend_type = 'client backend' and application_name like 'limbeck%'";

/** Waits until the server has noticed that limbeck is gone. */
export async function untilAlone(query: Query): Promise<void> {
  while ((await query(sessions)).length > 0) await sleep(10);
}
