import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { current, downgrade, type LimbeckSettings, type Project, stamp, upgrade } from '../../lib/index.js';
import { lockKey } from '../../lib/runtime/lock.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

/** How the scripts of these specs and the specs talk: `started` when a script waits, `go` when it may go on. */
const gate = new EventEmitter();
Reflect.set(globalThis, Symbol.for('limbeck.spec.gate'), gate);

const slow = `const gate = globalThis[Symbol.for('limbeck.spec.gate')];
const go = new Promise((resolve) => gate.once('go', resolve));
await op.knex.raw('select 1');
gate.emit('started');
await go;
await op.execute('create table a (id int)');`;

describeOnServers('the lock', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  beforeEach(() => emptyDatabase(database));
  afterEach(() => gate.removeAllListeners());

  const project = (settings: LimbeckSettings = {}) =>
    migrationProject(database.config, { settings, scripts: { a: { upgrade: slow }, b: {} } });

  /** Begins an upgrade that stops in the middle of `a`; `finish` lets it end. */
  async function startUpgrade(opened: Project) {
    const started = once(gate, 'started');
    const upgrading = upgrade(opened);
    await Promise.race([started, upgrading]);
    return async () => {
      gate.emit('go');
      return upgrading;
    };
  }

  /** Resolves with the first message that matches. */
  function listening(pattern: RegExp) {
    const messages = new EventEmitter();
    const logger = {
      debug() {},
      warn() {},
      info: (message: string) => void (pattern.test(message) && messages.emit('found', message)),
    };
    return { logger, heard: once(messages, 'found').then(([message]) => String(message)) };
  }

  it('makes a second run wait, say for whom, and go on soon after', async () => {
    const made = project();
    const finish = await startUpgrade(await made.open());
    const { logger, heard } = listening(/^waiting/);
    const second = made.open({ logger }).then(upgrade);
    expect(await heard).to.match(
      /^waiting for "limbeck upgrade a", server process \d+, of postgres from this host, connected since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+$/,
    );
    const first = await finish();
    const released = performance.now();
    const { steps, from } = await second;
    expect(performance.now() - released).to.be.below(1_500);
    expect(first.steps).to.have.lengthOf(2);
    expect({ steps, from }).to.deep.equal({ steps: [], from: ['b'] });
  });

  it('says at which database a run was waiting when it was interrupted', async () => {
    const made = project();
    const finish = await startUpgrade(await made.open());
    const { logger, heard } = listening(/^waiting/);
    const stopping = new AbortController();
    const waiting = made.open({ logger }).then((opened) => upgrade(opened, { signal: stopping.signal }));
    const failure = expectFailure(waiting, { code: 'INTERRUPTED', where: /\S/ });
    await heard;
    stopping.abort();
    await failure;
    await finish();
  });

  it('reads the version rows inside the lock, so that a waiting run does only what is left', async () => {
    const made = project();
    const finish = await startUpgrade(await made.open());
    const { logger, heard } = listening(/^waiting/);
    const second = made.open({ logger }).then((opened) => downgrade(opened, { target: 'a' }));
    await heard;
    await finish();
    const { steps } = await second;
    expect(steps.map(({ direction, revision }) => `${direction} ${revision}`)).to.deep.equal(['downgrade b']);
  });

  it('LOCK_TIMEOUT: gives up after the time that was set, and names the holder', async () => {
    const made = project();
    const finish = await startUpgrade(await made.open());
    const commands = [
      upgrade,
      (opened: Project) => downgrade(opened, { target: 'base' }),
      (opened: Project) => stamp(opened, { targets: ['heads'] }),
    ];
    for (const command of commands) {
      const error = await expectRefusal(
        database,
        async () => command(await made.open({ settings: { lockTimeout: 0 } })),
        {
          code: 'LOCK_TIMEOUT',
          message: /^another migrator holds the lock: "limbeck upgrade a", server process \d+, of postgres/,
          next: /^wait until it is done, or end it with `select pg_terminate_backend\(\d+\)`, and run the command again; limbeck waited 0 s/,
        },
      );
      expect(error.details).to.include({ timeoutMs: 0 });
    }
    await finish();
  });

  it('names of the holder what a user without privileges may see', async () => {
    await database.query('drop role if exists limbeck_waiter; create role limbeck_waiter login');
    const made = project();
    const finish = await startUpgrade(await made.open());
    const connection = { ...database.onServer().connection, user: 'limbeck_waiter' };
    const other = migrationProject(
      { client: 'pg', connection },
      { settings: { lockTimeout: 0 }, scripts: { x: {} } },
    );
    await expectFailure(other.open().then(upgrade), {
      code: 'LOCK_TIMEOUT',
      message: /^another migrator holds the lock: "limbeck upgrade a", server process \d+, of postgres$/,
    });
    await finish();
  });

  it('names the step that runs, also where all run in one transaction', async () => {
    const made = migrationProject(database.config, {
      settings: { transaction: 'all' },
      scripts: { before: {}, a: { upgrade: slow } },
    });
    const finish = await startUpgrade(await made.open());
    await expectFailure(made.open({ settings: { lockTimeout: 0 } }).then(upgrade), {
      code: 'LOCK_TIMEOUT',
      message: /"limbeck upgrade a"/,
    });
    await finish();
  });

  it('lets several version tables of a new schema be made at once', async () => {
    const tables = Array.from({ length: 6 }, (_, index) => `version_${index}`);
    const upgrades = tables.map(async (versionTable) =>
      upgrade(
        await migrationProject(database.config, {
          settings: { schema: 'tenant', versionTable },
          scripts: { x: {} },
        }).open(),
      ),
    );
    for (const report of await Promise.all(upgrades)) expect(report.current).to.deep.equal(['x']);
  });

  it('does not keep anybody from reading', async () => {
    const made = project();
    const finish = await startUpgrade(await made.open());
    expect((await current(await made.open())).current).to.deep.equal([]);
    await finish();
  });

  it('is one for each schema and version table', async () => {
    const finish = await startUpgrade(await project().open());
    for (const settings of [{ schema: 'tenant' }, { versionTable: 'other_version' }]) {
      const other = migrationProject(database.config, { settings, scripts: { x: {} } });
      expect((await upgrade(await other.open({ settings: { lockTimeout: 0 } }))).current).to.deep.equal([
        'x',
      ]);
    }
    await finish();
    expect(await versionRows(database)).to.deep.equal(['b']);
    expect(await versionRows(database, 'tenant.limbeck_version')).to.deep.equal(['x']);
  });

  it('is free when its holder is gone', async () => {
    const made = migrationProject(database.config, { scripts: { a: {} } });
    const holder = await database.connect();
    holder.on('error', () => undefined);
    await holder.query(`select pg_advisory_lock(${publicKey})`);
    const { logger, heard } = listening(/^waiting/);
    const waiting = made.open({ logger }).then(upgrade);
    expect(await heard).to.match(/^waiting for "", server process \d+, of postgres/);
    await database.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    expect((await waiting).current).to.deep.equal(['a']);
  });

  it('is waited for without keeping CREATE INDEX CONCURRENTLY of its holder from ending', async () => {
    await database.query('create table big (id int)');
    const made = migrationProject(database.config, { scripts: { a: {} } });
    const holder = await database.connect();
    await holder.query(`select pg_advisory_lock(${publicKey})`);
    const { logger, heard } = listening(/^waiting/);
    const waiting = made.open({ logger }).then(upgrade);
    await heard;
    await holder.query("set lock_timeout = '20 s'; set statement_timeout = '20 s'");
    await holder.query('create index concurrently big_id on big (id)');
    expect(
      await database.query("select indisvalid from pg_index where indexrelid = 'big_id'::regclass"),
    ).to.deep.equal([{ indisvalid: true }]);
    await holder.query(`select pg_advisory_unlock(${publicKey})`);
    expect((await waiting).current).to.deep.equal(['a']);
  });
});

const publicKey = lockKey({ schema: 'public', versionTable: 'limbeck_version' });
