import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import type { Client } from 'pg';
import {
  current,
  downgrade,
  embedded,
  openProject,
  type ProjectOptions,
  stamp,
  upgrade,
} from '../../lib/index.js';
import { lockKey } from '../../lib/runtime/lock.js';
import { startCountingProxy } from '../helpers/counting-proxy.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { migrationProject, type ScriptText } from '../helpers/migration-project.js';
import { pgliteDirectory } from '../helpers/pglite.js';
import { temporaryProject } from '../helpers/project.js';

/** What the next user of the connection would notice. */
const traces = (db: Knex) =>
  db.raw(`select current_setting('application_name') as name, current_setting('search_path') as path,
  current_setting('lock_timeout') as timeout, current_setting('role') as role,
  (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
  pg_current_xact_id_if_assigned() is not null as writes`);

describeOnServers('openProject with a Knex instance', (database) => {
  const opened: Knex[] = [];

  beforeEach(() => emptyDatabase(database));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((db) => db.destroy()));
  });

  /** An instance with one connection, which its owner has set up in a way of its own. */
  const ownKnex = (config: Knex.Config = {}): Knex => {
    const afterCreate = (
      connection: { query(sql: string, done: (error: Error | null) => void): void },
      done: (error: Error | null) => void,
    ) =>
      connection.query("set application_name = 'shop'; set search_path = public, pg_temp", (error) =>
        done(error),
      );
    const pool = { min: 0, max: 1, afterCreate };
    const db = knex({ ...database.config, pool, log: { warn() {} }, ...config });
    opened.push(db);
    return db;
  };

  const folderWith = (scripts: Record<string, ScriptText>) =>
    migrationProject(database.config, { scripts }).root;
  const open = (db: Knex, scripts: Record<string, ScriptText>, options: Partial<ProjectOptions> = {}) =>
    openProject({ folder: folderWith(scripts), knex: db, ...options });

  const scripts = {
    a: {
      upgrade: "await op.execute('create table a (id int)');",
      downgrade: "await op.execute('drop table a');",
    },
    b: { upgrade: "await op.execute('set search_path = pg_catalog; set lock_timeout = 77');" },
  };

  it('works through its pool of one, and leaves the connection as it came', async () => {
    const db = ownKnex();
    const { rows: before } = await traces(db);
    const project = await open(db, scripts);
    expect((await upgrade(project)).current).to.deep.equal(['b']);
    expect((await current(project)).isAtHeads).to.equal(true);
    await downgrade(project, { target: 'a' });
    await stamp(project, { targets: ['heads'] });
    const { rows: after } = await traces(db);
    expect(after).to.deep.equal(before);
    expect(after[0]).to.include({ name: 'shop', path: 'public, pg_temp', locks: 0 });
    expect(await versionRows(database)).to.deep.equal(['b']);
  });

  it('takes settings of the call and of a limbeck block, and needs no knexfile', async () => {
    const db = ownKnex({ limbeck: { versionTable: 'mine' } } as Knex.Config);
    const made = temporaryProject({ 'steps/.gitkeep': '' });
    const project = await openProject({
      folder: made.root,
      knex: db,
      settings: { directories: 'steps', schema: 'own' },
    });
    expect(project.config.settings).to.deep.include({
      versionTable: 'mine',
      schema: 'own',
      directories: ['steps'],
    });
    expect((await upgrade(project)).steps).to.deep.equal([]);
  });

  it('gives the connection back after a failure', async () => {
    const db = ownKnex();
    const { rows: before } = await traces(db);
    const project = await open(db, { a: { upgrade: "await op.execute('create table a (); select 1/0');" } });
    await expectFailure(upgrade(project), { code: 'SQL_FAILED' });
    expect((await traces(db)).rows).to.deep.equal(before);
    await expectFailure(upgrade(project), { code: 'SQL_FAILED' });
  });

  it('leaves the settings of the pool that no list of the server has', async () => {
    const afterCreate = (
      connection: { query(sql: string, done: (error: Error | null) => void): void },
      done: (error: Error | null) => void,
    ) => connection.query("set app.tenant = '7'; set work_mem = '9MB'", (error) => done(error));
    const db = ownKnex({ pool: { min: 0, max: 1, afterCreate } });
    const project = await open(db, {
      a: { upgrade: "await op.execute(`set app.tenant = '8'; set work_mem = '8MB'`);" },
    });
    await upgrade(project);
    const { rows } = await db.raw(
      "select current_setting('app.tenant') as tenant, current_setting('work_mem') as memory",
    );
    expect(rows).to.deep.equal([{ tenant: '7', memory: '9MB' }]);
    if (database.kind === 'pglite') await database.query('reset app.tenant');
  });

  const dirt = `create temp table scratch (id int); listen foo; select pg_advisory_lock(77); prepare mine as select 1;
set session authorization limbeck_weak`;
  const dirty = `select session_user as user, (select count(*)::int from pg_prepared_statements where name = 'mine') as statements,
  (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
  (select count(*)::int from pg_listening_channels()) as channels, to_regclass('pg_temp.scratch') is null as clean,
  current_setting('application_name') as name`;
  const weak = `do $$ begin
  if not exists (select from pg_roles where rolname = 'limbeck_weak') then create role limbeck_weak; end if; end $$`;

  it('gives no connection back with what a failed script has left', async () => {
    await database.query(weak);
    const db = ownKnex();
    const { rows: before } = await db.raw(dirty);
    const project = await open(db, {
      a: { upgrade: "await op.knex.raw('select pg_advisory_lock(77)'); await op.execute('select 1/0');" },
    });
    await expectFailure(upgrade(project), { code: 'SQL_FAILED' });
    expect((await db.raw(dirty)).rows).to.deep.equal(before);
  });

  it('gives no connection back with what the last script has left before the run was stopped', async () => {
    await database.query(weak);
    const db = ownKnex();
    const { rows: before } = await db.raw(dirty);
    const stopping = new AbortController();
    const project = await open(
      db,
      { a: { upgrade: `await op.execute(\`${dirt}\`);` }, b: {} },
      { onProgress: ({ kind }) => void (kind === 'step-ends' && stopping.abort()) },
    );
    const error = await expectFailure(upgrade(project, { signal: stopping.signal }), {
      code: 'INTERRUPTED',
      message: 'it was interrupted before the upgrade of "b"',
      next: 'run the command again; 1 revision before it stands, the database is at a',
    });
    expect(error.details['current']).to.deep.equal(['a']);
    expect((await db.raw(dirty)).rows).to.deep.equal(before);
  });

  it('POOL_EXHAUSTED: says that the pool is busy', async () => {
    const db = ownKnex({ acquireConnectionTimeout: 200 });
    const project = await open(db, scripts);
    const transaction = await db.transaction();
    await expectFailure(upgrade(project), {
      code: 'POOL_EXHAUSTED',
      message: /^no connection of the pool became free: Knex: Timeout acquiring a connection/,
      next: /^await what still uses the Knex instance/,
    });
    await transaction.rollback();
    expect((await upgrade(project)).current).to.deep.equal(['b']);
  });

  it('refuses a transaction, and a destroyed instance', async () => {
    const db = ownKnex();
    const folder = folderWith(scripts);
    await db.transaction(async (transaction) => {
      await expectFailure(openProject({ folder, knex: transaction }), {
        code: 'USAGE',
        message: 'the Knex instance is a transaction',
        next: /^hand in the instance that it was begun on/,
      });
    });
    const project = await openProject({ folder, knex: db });
    await db.destroy();
    await expectFailure(upgrade(project), { code: 'USAGE', message: 'the Knex instance was destroyed' });
    expect(await versionRows(database)).to.deep.equal([]);
  });
});

describeOnServers(
  'a Knex instance that was handed in',
  { on: ['PostgreSQL 18', 'PostgreSQL 15'] },
  (database) => {
    beforeEach(() => emptyDatabase(database));

    it('gets no broken connection back', async () => {
      const proxy = await startCountingProxy(database.onServer().connection);
      const pool = { min: 0, max: 1 };
      const db = knex({ client: 'pg', connection: proxy.connection, pool, log: { warn() {} } });
      try {
        const made = migrationProject(database.config, {
          scripts: { a: { upgrade: "await op.knex.raw('select pg_terminate_backend(pg_backend_pid())');" } },
        });
        const project = await openProject({ folder: made.root, knex: db });
        await expectFailure(upgrade(project), { code: 'CONNECTION_LOST' });
        expect((await db.raw('select 1 as one')).rows).to.deep.equal([{ one: 1 }]);
      } finally {
        await db.destroy();
        await proxy.close();
      }
    });

    it('gets no connection back that cannot be brought back as it was', async () => {
      await database.query('create text search configuration mine (copy = simple)');
      let isFirst = true;
      const afterCreate = (connection: Client, done: (error: Error | null) => void) => {
        const set = "set default_text_search_config = 'public.mine'";
        connection.query(isFirst ? set : 'select', (error) => done(error));
        isFirst = false;
      };
      const db = knex({ ...database.config, pool: { min: 0, max: 1, afterCreate }, log: { warn() {} } });
      const session = async () => (await db.raw('select pg_backend_pid() as pid')).rows[0];
      try {
        const before = await session();
        const made = migrationProject(database.config, {
          scripts: { a: { upgrade: "await op.execute('drop text search configuration mine');" } },
        });
        await upgrade(await openProject({ folder: made.root, knex: db }));
        expect((await session()).pid).to.not.equal(before.pid);
      } finally {
        await db.destroy();
      }
    });

    it('is free and clean after a statement was cancelled', async () => {
      const db = knex({ ...database.config, pool: { min: 0, max: 1 } });
      try {
        const made = migrationProject(database.config, {
          scripts: { a: { upgrade: "await op.knex.raw('select pg_sleep(600)');" } },
        });
        const { rows: before } = await traces(db);
        const stopping = new AbortController();
        const project = await openProject({ folder: made.root, knex: db });
        const work = upgrade(project, { signal: stopping.signal });
        const failure = expectFailure(work, { code: 'INTERRUPTED' });
        await untilAsleep(database);
        stopping.abort();
        await failure;
        expect((await traces(db)).rows).to.deep.equal(before);
      } finally {
        await db.destroy();
      }
    });

    it('gives up the lock with the command', async () => {
      const db = knex({ ...database.config, pool: { min: 0, max: 1 } });
      try {
        const made = migrationProject(database.config, { scripts: { a: {} } });
        await upgrade(await openProject({ folder: made.root, knex: db }));
        const key = lockKey({ schema: 'public', versionTable: 'limbeck_version' });
        const [row] = await database.query(`select pg_try_advisory_lock(${key}) as free`);
        expect(row).to.deep.equal({ free: true });
      } finally {
        await db.destroy();
      }
    });

    it('DATABASE_UNREACHABLE: says where it cannot connect, without the password', async () => {
      const connection = { host: '127.0.0.1', port: 1, user: 'u', database: 'd', password: 'secret' };
      const db = knex({ client: 'pg', connection, log: { warn() {} } });
      const made = migrationProject(database.config, { scripts: { a: {} } });
      const project = await openProject({ folder: made.root, knex: db });
      const error = await expectFailure(upgrade(project), {
        code: 'DATABASE_UNREACHABLE',
        where: '"d" on 127.0.0.1:1 as u',
      });
      expect(JSON.stringify([error.message, error.details])).to.not.contain('secret');
      await db.destroy();
    });
  },
);

describe('openProject with other connections', () => {
  it('works through an instance of the embedded database', async () => {
    const made = temporaryProject({ 'migrations/.gitkeep': '' });
    await pgliteDirectory(made.path('db'));
    const db = knex(embedded(made.path('db')));
    try {
      const project = await openProject({ folder: made.root, knex: db });
      expect(await project.nameDatabase()).to.equal('embedded PostgreSQL in db');
      expect((await upgrade(project)).database).to.equal('embedded PostgreSQL in db');
      expect((await db.raw('select 1 as one')).rows).to.deep.equal([{ one: 1 }]);
    } finally {
      await db.destroy();
    }
  });

  it('takes a configuration in place of a knexfile', async () => {
    const made = temporaryProject({ 'migrations/.gitkeep': '' });
    const directory = await pgliteDirectory(made.path('db'));
    const project = await openProject({ folder: made.root, knex: embedded(directory) });
    expect((await upgrade(project)).current).to.deep.equal([]);
    await expectFailure(openProject({ folder: made.root, knex: { client: 'mysql' } }), {
      code: 'NOT_POSTGRESQL',
      where: 'the configuration "knex"',
    });
    await expectFailure(openProject({ folder: made.root, knex: {}, knexfile: 'knexfile.js' }), {
      code: 'USAGE',
      message: 'both "knex" and "knexfile" are given',
    });
    // As from JavaScript, where nothing says that it is missing.
    await expectFailure(openProject({ knex: {}, scripts: {} } as unknown as ProjectOptions), {
      code: 'USAGE',
      message: '"folder" is not given',
    });
  });
});

async function untilAsleep(database: TestDatabase): Promise<void> {
  const asleep = "select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
  while ((await database.query(asleep)).length === 0) await sleep(20);
}
