import { expect } from 'chai';
import { downgrade, downgradeSql, upgrade, upgradeSql } from '../../lib/index.js';
import { chain, dropRoles, makeRoles } from '../dependents/chain.js';
import { shown } from '../dependents/aside-work.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';
import { requireProgram, runPsql } from '../helpers/programs.js';

const role = 'op_aside';

/** Changes the column that the chain stands on. */
const change = (
  type: string,
) => `await op.withDependentsAside({ table: 'builds', column: 'platform' }, async () => {
  await op.schema.alterTable('builds', (table) => { table.${type}.notNullable().alter(); });
});`;

const scripts = {
  a: {},
  b: { upgrade: change(`text('platform')`), downgrade: change(`string('platform', 20)`) },
};

/** The tables of limbeck are there from the first revision on. */
async function atStart(database: TestDatabase) {
  await database.query(`${makeRoles(role)}; ${chain(role)}`);
  const project = migrationProject(database.config, { scripts });
  await upgrade(await project.open(), { target: 'a' });
  return project;
}

const typeOf = async (database: TestDatabase) => {
  const [row] = await database.query(
    `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'counted'::regclass and attnum = 1`,
  );
  return row?.['type'];
};

describeOnServers('op.withDependentsAside', (database) => {
  beforeEach('empty database', () => emptyDatabase(database));
  afterEach('roles', async () => {
    const [found] = await database.query(`select from pg_roles where rolname = '${role}_owner'`);
    if (found !== undefined) await database.query(dropRoles(role));
  });

  it('changes a column under a chain, and back, and all on it is as it was', async () => {
    const project = await atStart(database);
    const before = await shown(database);
    await upgrade(await project.open());
    expect(await typeOf(database)).to.equal('text');
    await downgrade(await project.open(), { target: 'a' });
    expect(await shown(database)).to.deep.equal(before);
  });

  if (database.name === 'PostgreSQL 15')
    it('is written for psql as well', async function () {
      requireProgram(this, 'psql');
      const project = await atStart(database);
      const before = await shown(database);
      const { url } = database.onServer();
      const up = await runPsql(url, (await upgradeSql(await project.open(), { target: 'a:b' })).sql);
      expect(up).to.deep.equal({ status: 0, stdout: '', stderr: '' });
      expect(await typeOf(database)).to.equal('text');
      const down = await runPsql(url, (await downgradeSql(await project.open(), { target: 'b:a' })).sql);
      expect(down).to.deep.equal({ status: 0, stdout: '', stderr: '' });
      expect(await shown(database)).to.deep.equal(before);
    });

  const builds = `await op.execute(\`create table builds (id integer, platform varchar(20));
    create view platforms as select platform from builds;
    create view long as select platform from platforms\`);`;

  const run = async (upgradeBody: string) => {
    const project = migrationProject(database.config, {
      scripts: { a: { upgrade: builds }, b: { upgrade: upgradeBody } },
    });
    await upgrade(await project.open(), { target: 'a' });
    return upgrade(await project.open());
  };

  it('works inside of itself, and returns what the work returns', async () => {
    await run(`const five = await op.withDependentsAside({ table: 'builds', column: 'platform' }, async () => {
  await op.withDependentsAside({ table: 'builds', column: 'id' }, () => op.execute('alter table builds alter column id type bigint'));
  await op.execute('alter table builds alter column platform type text');
  return 5;
});
await op.execute(\`comment on view long is '\${five}'\`);`);
    const [row] = await database.query(
      `select obj_description('long'::regclass) as five, atttypid::regtype::text as type from pg_attribute where attrelid = 'long'::regclass and attnum = 1`,
    );
    expect(row).to.deep.equal({ five: '5', type: 'text' });
  });

  it('undoes all of it when the work fails, also where the script catches the error', async () => {
    await run(`try {
  await op.withDependentsAside({ table: 'builds', column: 'platform' }, async () => {
    await op.execute('alter table builds alter column platform type text');
    throw new Error('no');
  });
} catch {}
await op.execute("comment on view long is 'still there'");`);
    const [row] = await database.query(
      `select atttypid::regtype::text as type from pg_attribute where attrelid = 'long'::regclass and attnum = 1`,
    );
    expect(row).to.deep.equal({ type: 'character varying' });
  });

  it('tells which dependent does not fit any more, where, and what to do', async () => {
    const project = migrationProject(database.config, {
      scripts: {
        a: { upgrade: builds },
        b: {
          upgrade: `await op.withDependentsAside({ table: 'builds', column: 'platform' }, () => op.schema.alterTable('builds', (table) => { table.dropColumn('platform'); }));`,
        },
      },
    });
    await upgrade(await project.open(), { target: 'a' });
    await expectRefusal(database, async () => upgrade(await project.open()), {
      code: 'DEPENDENT_NOT_RESTORED',
      message: /view public\.platforms cannot be put back: column .*platform.* does not exist/,
      where: /_b\.ts:5:12$/,
      next: /^change it in the same revision/,
    });
  });

  it('refuses what is not there, and what is no target', async () => {
    await expectFailure(
      run(`await op.withDependentsAside({ table: 'builds', column: 'size' }, async () => {});`),
      {
        code: 'SQL_FAILED',
        message: /there is no column size of table "builds"/,
        where: /_b\.ts:5:12$/,
      },
    );
    await emptyDatabase(database);
    await expectFailure(run(`await op.withDependentsAside({ tabel: 'builds' }, async () => {});`), {
      code: 'STEP_FAILED',
      message: /op\.withDependentsAside takes \{ table, column \}/,
    });
  });

  it('must be awaited', async () => {
    await expectFailure(
      run(`op.withDependentsAside({ table: 'builds', column: 'platform' }, async () => {});`),
      {
        code: 'UNAWAITED_OPERATION',
        message: /the script did not await "op\.withDependentsAside"/,
        where: /_b\.ts:5:6$/,
      },
    );
  });

  it('names what holds data', async () => {
    await expectFailure(
      run(`await op.execute('alter table builds add column short text generated always as (left(platform, 2)) stored');
await op.withDependentsAside({ table: 'builds', column: 'platform' }, async () => {});`),
      {
        code: 'DEPENDENTS_HOLD_DATA',
        message: /default value for public\.builds\.short \(a generated column holds data\)/,
        next: /^take what is listed out of the way/,
      },
    );
  });
});
