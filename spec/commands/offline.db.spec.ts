/** What `--sql` writes, on real databases: where it stops, what it leaves, and how one goes on. */
import { expect } from 'chai';
import {
  downgradeSql,
  ensureVersion,
  ensureVersionSql,
  type OfflineReport,
  stamp,
  stampSql,
  upgrade,
  upgradeSql,
} from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase, logLines, stateOf, versionRows } from '../helpers/database-state.js';
import { migrationProject, type MigrationProjectOptions } from '../helpers/migration-project.js';
import { type ProgramResult, requireProgram, runPsql } from '../helpers/programs.js';

const makes = (table: string) => ({
  upgrade: `await op.execute('create table ${table} (id int)');`,
  downgrade: `await op.execute('drop table ${table}');`,
});

const fork = {
  root: makes('at_root'),
  left: { downRevision: 'root', ...makes('at_left') },
  right: { downRevision: 'root', ...makes('at_right') },
  joined: { downRevision: ['left', 'right'], ...makes('at_joined') },
};

describeOnServers('SQL for psql', { on: ['PostgreSQL 18'] }, (database) => {
  before(function () {
    requireProgram(this, 'psql');
  });
  beforeEach(() => emptyDatabase(database));

  const run = ({ sql }: Pick<OfflineReport, 'sql'>): Promise<ProgramResult> =>
    runPsql(database.onServer().url, sql);
  const project = (options: MigrationProjectOptions = { scripts: fork }) =>
    migrationProject(database.config, options);

  const runWhole = async (report: Pick<OfflineReport, 'sql'>) => {
    expect(await run(report)).to.deep.equal({ status: 0, stdout: '', stderr: '' });
  };

  /** Expects that psql stops at a guard, and that the database is left as it was. */
  const expectStop = async (report: Pick<OfflineReport, 'sql'>, message: string | RegExp, hint: RegExp) => {
    const before = await stateOf(database);
    const log = await logIfThere(database);
    const { status, stdout, stderr } = await run(report);
    const [, told, advice] = /ERROR: {2}(.*)\nHINT: {2}(.*)\n/.exec(stderr) ?? [];
    expect(told, stderr).to.match(message instanceof RegExp ? message : new RegExp(`^${message}$`));
    expect(advice).to.match(hint);
    expect({ status, stdout }).to.deep.equal({ status: 3, stdout: '' });
    expect(await stateOf(database)).to.deep.equal(before);
    expect(await logIfThere(database)).to.deep.equal(log);
    await expectUnlocked(database);
  };

  it('applies revisions, with rows and log, and gives the lock back', async () => {
    await runWhole(await upgradeSql(await project().open()));
    expect(await versionRows(database)).to.deep.equal(['joined']);
    expect(await logLines(database)).to.deep.equal(
      ['root', 'left', 'right', 'joined'].map((revision) => `${revision} upgrade applied`),
    );
    await expectUnlocked(database);
    expect((await upgrade(await project().open())).steps).to.deep.equal([]);
  });

  it('stops when it is run again, and changes nothing', async () => {
    const report = await upgradeSql(await project().open());
    await runWhole(report);
    await expectStop(
      report,
      'the database is at joined, and this begins at base',
      /upgrade heads --sql --from-database/,
    );
  });

  it('stops where the rows are others, before it makes a table', async () => {
    const opened = await project().open();
    const fromLeft = await upgradeSql(opened, { target: 'left,right:heads' });
    await expectStop(fromLeft, 'the database is at base, and this begins at left, right', /--from-database/);
    await runWhole(await upgradeSql(opened, { target: 'left' }));
    await expectStop(fromLeft, 'the database is at left, and this begins at left, right', /--from-database/);
  });

  it('stops before the first step where the version table is too narrow', async () => {
    const long = `${'x'.repeat(31)}äö`;
    const settings = { versionTable: 'alembic_version' };
    const opened = await project({ scripts: { one: makes('a'), [long]: {} }, settings }).open();
    await database.query('create table alembic_version (version_num varchar(32) primary key)');
    const message = `"${long}" is longer than the 32 characters of column "version_num" in "public.alembic_version"`;
    const advice = /alter table public.alembic_version alter column version_num type text/;
    await expectStop(await upgradeSql(opened), message, advice);
    await expectStop(await stampSql(opened, { targets: [long] }), message, advice);
    expect(await run(await upgradeSql(opened, { target: 'one' }))).to.include({ status: 0 });
    await database.query('alter table alembic_version alter column version_num type text');
    await runWhole(await upgradeSql(opened, { target: 'one:heads' }));
  });

  it('goes on from two heads', async () => {
    const opened = await project().open();
    await upgrade(opened, { target: 'left' });
    await upgrade(opened, { target: 'right' });
    await runWhole(await upgradeSql(opened, { target: 'right,left:heads' }));
    expect(await versionRows(database)).to.deep.equal(['joined']);
  });

  it('stops while another migrator works', async () => {
    const report = await upgradeSql(await project().open());
    const other = await database.connect();
    await other.query(`set application_name = 'elsewhere'; select pg_advisory_lock(${keyIn(report.sql)})`);
    const { status, stderr } = await run(report);
    expect(status).to.equal(3);
    expect(stderr).to.match(
      /ERROR: {2}another migrator holds the lock of limbeck: "elsewhere", server process \d+\nHINT: {2}wait until it is done/,
    );
    expect(await versionRows(database)).to.deep.equal([]);
  });

  it('begins where the database is, which it reads and does not lock', async () => {
    const opened = await project().open();
    await upgrade(opened, { target: 'left' });
    const before = await stateOf(database);
    const holder = await database.connect();
    await holder.query(`select pg_advisory_lock(${keyIn((await upgradeSql(opened)).sql)})`);
    const report = await upgradeSql(opened, { fromDatabase: true });
    expect(report.from).to.deep.equal(['left']);
    expect(report.steps.map(({ revision }) => revision)).to.deep.equal(['right', 'joined']);
    expect(await stateOf(database)).to.deep.equal(before);
    await holder.end();
    await runWhole(report);
    expect(await versionRows(database)).to.deep.equal(['joined']);
  });

  it('begins where a table of Alembic is, with the rows of ancestors that it may hold', async () => {
    const opened = await project({ scripts: fork, settings: { versionTable: 'alembic_version' } }).open();
    await upgrade(opened, { target: 'left' });
    await database.query(`alter table alembic_version alter column version_num type varchar(32);
      insert into alembic_version values ('root')`);
    const report = await upgradeSql(opened, { fromDatabase: true });
    expect(report.from).to.have.members(['left', 'root']);
    await runWhole(report);
    expect(await versionRows(database, 'alembic_version')).to.deep.equal(['joined']);
  });

  it('reverts revisions', async () => {
    const opened = await project().open();
    await upgrade(opened);
    await runWhole(await downgradeSql(opened, { target: 'heads:left' }));
    expect(await versionRows(database)).to.deep.equal(['left', 'right']);
    await runWhole(await downgradeSql(opened, { target: 'base', fromDatabase: true }));
    expect(await versionRows(database)).to.deep.equal([]);
    expect((await logLines(database)).at(-1)).to.equal('root downgrade reverted');
  });

  it('leaves what stands when a statement fails, and can be written anew from there', async () => {
    const made = project({
      scripts: { one: makes('a'), two: { upgrade: "await op.execute('create tabel b ()');" } },
    });
    const { status, stderr } = await run(await upgradeSql(await made.open()));
    expect(status).to.equal(3);
    expect(stderr).to.match(/ERROR: {2}syntax error at or near "tabel"\nLINE 1: create tabel b \(\);/);
    expect(await versionRows(database)).to.deep.equal(['one']);
    made.script('two', { ...makes('b'), downRevision: 'one' });
    await runWhole(await upgradeSql(await made.open(), { fromDatabase: true }));
    expect(await versionRows(database)).to.deep.equal(['two']);
  });

  it('leaves nothing of a transaction for all', async () => {
    const scripts = { one: makes('a'), two: { upgrade: "await op.execute('create tabel b ()');" } };
    const { status } = await run(
      await upgradeSql(await project({ scripts, settings: { transaction: 'all' } }).open()),
    );
    expect(status).to.equal(3);
    expect(await versionRows(database)).to.deep.equal([]);
    expect(await logLines(database)).to.deep.equal([]);
  });

  it('says in words that the rows of a step were changed', async () => {
    const meddle = { upgrade: "await op.execute('delete from limbeck_version');" };
    const opened = await project({ scripts: { one: {}, two: meddle } }).open();
    await upgrade(opened, { target: 'one' });
    await expectStop(
      await upgradeSql(opened, { target: 'one:two' }),
      'the version rows were changed by somebody else while limbeck ran',
      /limbeck current/,
    );
  });

  it('waits for locks of the application no longer than the run', async () => {
    const opened = await project({
      scripts: { one: makes('a'), two: { upgrade: "await op.execute('alter table a add column b int');" } },
      settings: { ddl: { lockTimeout: 50 } },
    }).open();
    await upgrade(opened, { target: 'one' });
    const application = await database.connect();
    await application.query('begin; lock table a in access share mode');
    const { status, stderr } = await run(await upgradeSql(opened, { target: 'one:two' }));
    expect(status).to.equal(3);
    expect(stderr).to.include('canceling statement due to lock timeout');
  });

  it('uses the schema and the version table of the settings', async () => {
    const opened = await project({
      scripts: fork,
      settings: { schema: 'Ledger "x"', versionTable: 'alembic_version' },
    }).open();
    await runWhole(await upgradeSql(opened));
    expect(await versionRows(database, '"Ledger ""x""".alembic_version')).to.deep.equal(['joined']);
    expect((await upgrade(opened)).steps).to.deep.equal([]);
  });

  describe('with SQL files', () => {
    const version = (body: string) =>
      `create or replace function f() returns text language sql as $limbeck$ select '${body}:x' $limbeck$;\n-- the end`;

    it('loads what was frozen, and puts back what stood before', async () => {
      const shipped = assetProject(database);
      await shipped.ship('one', { 'procs/f.sql': version('first') });
      await shipped.ship('two', { 'procs/f.sql': version('second') });
      const opened = await shipped.open();
      await runWhole(await upgradeSql(opened));
      expect(await database.query('select f()')).to.deep.equal([{ f: 'second:x' }]);
      await runWhole(await downgradeSql(opened, { target: 'two:one' }));
      expect(await database.query('select f()')).to.deep.equal([{ f: 'first:x' }]);
      expect(await database.query('select path, revision from limbeck_assets')).to.deep.equal([
        { path: 'procs/f.sql', revision: 'one' },
      ]);
      await runWhole(await upgradeSql(opened, { target: 'one:two' }));
    });

    it('stops where another version is installed than the steps build on', async () => {
      const shipped = assetProject(database);
      await shipped.ship('one', { 'procs/f.sql': version('first') });
      await shipped.ship('two', { 'procs/f.sql': version('second') });
      const opened = await shipped.open();
      await upgrade(opened, { target: 'one' });
      await database.query(`update limbeck_assets set sha256 = repeat('0', 64)`);
      await expectStop(
        await upgradeSql(opened, { target: 'one:two' }),
        'the database has another version of an SQL file than this builds on: procs/f.sql',
        /limbeck_assets/,
      );
    });
  });

  describe('of a stamp', () => {
    it('records what the stamp would', async () => {
      const opened = await project().open();
      await runWhole(await stampSql(opened, { targets: ['left', 'right'] }));
      expect(await versionRows(database)).to.deep.equal(['left', 'right']);
      await expectStop(
        await stampSql(opened, { targets: ['joined'] }),
        'the database is at left, right, and this begins at base',
        /stamp joined --sql --from-database/,
      );
      await runWhole(await stampSql(opened, { targets: ['left,right:joined'] }));
      await runWhole(await stampSql(opened, { targets: ['root'], fromDatabase: true }));
      expect(await versionRows(database)).to.deep.equal(['root']);
      const wanted = await logLines(database);
      await emptyDatabase(database);
      for (const targets of [['left', 'right'], ['joined'], ['root']]) await stamp(opened, { targets });
      expect(await logLines(database)).to.deep.equal(wanted);
    });

    it('with purge forgets whatever is there', async () => {
      const opened = await project().open();
      await upgrade(opened);
      await database.query("update limbeck_version set version_num = 'unknown'");
      await runWhole(await stampSql(opened, { targets: ['left'], purge: true }));
      expect(await versionRows(database)).to.deep.equal(['left']);
    });
  });

  describe('of ensureVersion', () => {
    it('makes the tables as the command does, and may be run again', async () => {
      const opened = await project().open();
      await runWhole(await ensureVersionSql(opened));
      const made = await stateOf(database);
      expect(await ensureVersion(opened)).to.include({ created: false });
      await runWhole(await ensureVersionSql(opened));
      await emptyDatabase(database);
      expect(await ensureVersion(opened)).to.include({ created: true, environment: 'development' });
      expect(await stateOf(database)).to.deep.equal(made);
      expect(await versionRows(database)).to.deep.equal([]);
    });
  });
});

describeOnServers('ensureVersion', { on: ['PGlite'] }, (database) => {
  it('makes the tables of the ledger once', async () => {
    const opened = await migrationProject(database.config, { scripts: { one: {} } }).open();
    expect((await ensureVersion(opened)).created).to.equal(true);
    expect((await ensureVersion(opened)).created).to.equal(false);
    expect(await logLines(database)).to.deep.equal([]);
  });
});

function keyIn(sql: string): string {
  return /pg_try_advisory_lock\((-?\d+)\)/.exec(sql)?.[1] ?? '';
}

async function expectUnlocked(database: TestDatabase): Promise<void> {
  const locks = await database.query(
    `select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  expect(locks).to.deep.equal([]);
}

async function logIfThere(database: TestDatabase): Promise<readonly string[]> {
  const [found] = await database.query("select to_regclass('public.limbeck_log') is not null as exists");
  return found?.['exists'] === true ? logLines(database) : [];
}
