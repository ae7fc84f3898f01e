import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { current, openProject, upgrade } from '../../lib/index.js';
import { startCountingProxy } from '../helpers/counting-proxy.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject, type ScriptText } from '../helpers/migration-project.js';
import { type Pooler, type PoolMode, requirePgBouncer, startPgBouncer } from '../helpers/pgbouncer.js';
import type { SocketConnection } from '../helpers/server.js';

describeOnServers('a pooler', { on: ['PostgreSQL 18'] }, (database) => {
  let program: string;
  let pooler: Pooler | undefined;

  beforeEach(async function () {
    program = requirePgBouncer(this);
    await emptyDatabase(database);
  });

  afterEach(async () => {
    await pooler?.stop();
    pooler = undefined;
  });

  const scripts: Readonly<Record<string, ScriptText>> = {
    a: { upgrade: "await op.execute('create table a ()');" },
  };

  async function start(mode: PoolMode): Promise<SocketConnection> {
    pooler = await startPgBouncer(program, mode, database.onServer().connection);
    return pooler.connection;
  }

  const project = (connection: SocketConnection, text = scripts) =>
    migrationProject({ client: 'pg', connection }, { scripts: text });

  const heldLocks = () =>
    database.query(
      "select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    );

  for (const mode of ['transaction', 'statement'] as const) {
    it(`POOLER_SHARES_SESSIONS: in ${mode} mode is refused, and keeps nothing`, async () => {
      const connection = await start(mode);
      await expectRefusal(database, async () => upgrade(await project(connection).open()), {
        code: 'POOLER_SHARES_SESSIONS',
        message: 'a pooler gives sessions of the server to several clients, so that no lock can be kept',
        where: /^"spec_\d+" on .* as postgres$/,
        next: /^connect to the server itself, past the pooler, or to a pool in session mode/,
      });
      expect(await heldLocks()).to.deep.equal([]);
    });
  }

  it('does not keep anybody from reading, in any mode', async () => {
    const opened = await project(await start('transaction')).open();
    expect((await current(opened)).current).to.deep.equal([]);
  });

  it('in session mode is found out in six round trips, and used', async () => {
    const proxy = await startCountingProxy(await start('session'));
    try {
      const { open } = project(proxy.connection);
      await upgrade(await open());
      expect(await versionRows(database)).to.deep.equal(['a']);
      proxy.reset();
      await upgrade(await open());
      expect(proxy.counts().roundTrips).to.be.at.most(6);
    } finally {
      await proxy.close();
    }
  });

  it('in session mode does not keep a run from being stopped', async () => {
    const connection = await start('session');
    const made = project(connection, { a: { upgrade: "await op.knex.raw('select pg_sleep(60)');" } });
    const stopping = new AbortController();
    const opened = await openProject({ folder: made.root, signal: stopping.signal });
    const failed = expectFailure(upgrade(opened), { code: 'INTERRUPTED' });
    const running = "select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
    while ((await database.query(running)).length === 0) await sleep(20);
    stopping.abort();
    await failed;
  });
});
