import { EventEmitter, once } from 'node:events';
import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from 'pg';
import { current, upgrade } from '../../lib/index.js';
import { type CountingProxy, startCountingProxy } from '../helpers/counting-proxy.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase, logLines, stateOf, versionRows } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { findInstallation } from '../helpers/installation.js';
import { migrationProject } from '../helpers/migration-project.js';
import { skipTest } from '../helpers/not-run.js';
import { startServer } from '../helpers/server.js';

const gate = new EventEmitter();
Reflect.set(globalThis, Symbol.for('limbeck.spec.lost'), gate);

/** Stops in the middle, with a table made and not committed. */
const interrupted = `await op.knex.raw('create table half ()');
const gate = globalThis[Symbol.for('limbeck.spec.lost')];
const go = new Promise((resolve) => gate.once('go', resolve));
gate.emit('reached');
await go;
await op.knex.raw('create table other_half ()');`;

describeOnServers('CONNECTION_LOST', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  let proxy: CountingProxy;

  beforeEach(async () => {
    await emptyDatabase(database);
    proxy = await startCountingProxy(database.onServer().connection);
  });

  afterEach(() => proxy.close());

  const project = () =>
    migrationProject(
      { client: 'pg', connection: proxy.connection },
      {
        scripts: {
          a: { upgrade: "await op.execute('create table a ()');" },
          b: { upgrade: interrupted },
          c: {},
        },
      },
    );

  const breaking: Record<string, () => Promise<unknown>> = {
    'the network breaks': async () => proxy.cut(),
    'an administrator ends the session': () =>
      database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'limbeck%' and datname = current_database()",
      ),
  };
  for (const [what, breakIt] of Object.entries(breaking)) {
    it(`keeps what was committed when ${what} in the middle of a revision`, async () => {
      const { open, script } = project();
      const reached = once(gate, 'reached');
      const work = open().then(upgrade);
      await Promise.race([reached, work]);
      await breakIt();
      await untilAlone(database);
      gate.emit('go');
      const error = await expectFailure(work, {
        code: 'CONNECTION_LOST',
        message: /^upgrade of "b" failed: /,
        where: /^migrations\/20260101000001_b\.ts/,
        next: 'see where the database stands with `limbeck current`, then run the command again; before it the database was at a',
      });
      expect(error.details).to.deep.include({ revision: 'b', current: ['a'] });
      const { objects, rows } = await stateOf(database);
      expect(Object.keys(objects)).to.include('table public.a').and.not.include('table public.half');
      expect(rows['public.limbeck_version']).to.deep.equal([{ version_num: 'a' }]);
      expect(await logLines(database)).to.deep.equal(['a upgrade applied']);
      script('b', { downRevision: 'a' });
      expect((await upgrade(await open())).steps.map(({ revision }) => revision)).to.deep.equal(['b', 'c']);
    });
  }

  it('is told when the server ends the session inside a message', async () => {
    const { open, script } = project();
    script('b', {
      downRevision: 'a',
      upgrade: "await op.execute('create table half (); select pg_terminate_backend(pg_backend_pid())');",
    });
    await expectFailure(open().then(upgrade), {
      code: 'CONNECTION_LOST',
      where: /^migrations\/20260101000001_b\.ts/,
    });
    await untilAlone(database);
    expect(await versionRows(database)).to.deep.equal(['a']);
  });
});

describe('DATABASE_READ_ONLY', () => {
  it('is told of a standby before anything is tried, and reading works', async function () {
    this.timeout(60_000);
    const installation =
      findInstallation('PostgreSQL 18') ?? skipTest(this, 'PostgreSQL 18', 'no binaries found');
    const server = await startServer(installation);
    try {
      const connection = server.connection('postgres');
      const { open, script } = migrationProject({ client: 'pg', connection }, { scripts: { a: {} } });
      await upgrade(await open());
      script('b', {});
      await becomeStandby(server.folder, connection);
      await expectFailure(open().then(upgrade), {
        code: 'DATABASE_READ_ONLY',
        message: 'the server is a read-only replica',
        where: /^"postgres" on /,
        next: 'connect to the primary server',
      });
      expect((await current(await open())).current.map(({ revision }) => revision)).to.deep.equal(['a']);
    } finally {
      await server.stop();
    }
  });
});

/** Waits until the server has noticed that the sessions of limbeck are gone. */
async function untilAlone(database: TestDatabase): Promise<void> {
  for (;;) {
    const sessions = await database.query(
      "select from pg_stat_activity where application_name like 'limbeck%' and datname = current_database()",
    );
    if (sessions.length === 0) return;
    await sleep(20);
  }
}

/** A server that restarts after one of its processes was killed looks for this file, and then only replays. */
async function becomeStandby(folder: string, connection: object): Promise<void> {
  const data = join(folder, 'data');
  const { uid, gid } = statSync(data);
  writeFileSync(join(data, 'standby.signal'), '');
  chownSync(join(data, 'standby.signal'), uid, gid);
  const client = new Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client
    .query('checkpoint; select pg_backend_pid() as pid')
    .then((results) => [results].flat().at(-1) ?? { rows: [] });
  process.kill(Number(rows[0]?.pid), 'SIGKILL');
  await client.end().catch(() => undefined);
  for (;;) {
    const next = new Client(connection);
    next.on('error', () => undefined);
    const isReady = await next.connect().then(
      () => true,
      () => false,
    );
    const inRecovery =
      isReady && (await next.query('select pg_is_in_recovery() as yes')).rows[0]?.yes === true;
    await next.end().catch(() => undefined);
    if (inRecovery) return;
    await sleep(50);
  }
}
