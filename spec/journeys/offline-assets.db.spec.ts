/** What `--sql` writes for files that must be replaced or made anew, run by psql, against the run itself. */
import { expect } from 'chai';
import type { Dependent } from '../../lib/assets/manifest.js';
import { downgrade, downgradeSql, upgrade, upgradeSql } from '../../lib/index.js';
import { type AssetProject, assetProject } from '../helpers/asset-project.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { dumpDatabase, type ProgramResult, requireProgram, runPsql } from '../helpers/programs.js';

const f = (returns: string, value: string) =>
  `create or replace function f(a int) returns ${returns} language sql as $$ select ${value} $$;`;

const first = {
  'procs/f.sql': f('int', 'a'),
  'views/low.sql': 'create or replace view low as select id, name, f(id) as f from t',
  'views/mat.sql': 'create materialized view mat as select name from t',
  'views/billing/sum.sql':
    'create or replace view billing.sum as select sum(id) as total, count(*) as n from t',
};

const second = {
  'procs/f.sql': f('text', "a::text || ':x'"),
  'views/low.sql': "create or replace view low as select id, f(id) as f, ':y' as y from t -- $sql$",
  'views/mat.sql': 'create materialized view mat as select name, id from t',
  'views/billing/sum.sql': 'create or replace view billing.sum as select sum(id) as total from t',
};

describeOnServers('files that are made anew, by --sql', { on: ['PostgreSQL 15'] }, (online) => {
  let offline: TestDatabase;
  let project: AssetProject;

  beforeEach(async function () {
    requireProgram(this, 'psql');
    requireProgram(this, 'pg_dump');
    await emptyDatabase(online);
    offline = await online.freshDatabase();
    project = assetProject(online);
    project.script('tables', {
      upgrade: `await op.execute("create table t (id int, name text); insert into t values (1, 'x'); create schema billing");`,
    });
    await project.ship('a', first);
    await project.ship('b', second);
    standsOn('procs/f.sql', [{ object: 'view public.low', grants: ['PUBLIC has SELECT from owner'] }]);
    standsOn('views/mat.sql', [{ object: 'index public.mat_name_idx' }]);
    await upgrade(await project.open(), { target: 'a' });
  });

  /** What a run on a database like this one would have noted. */
  function standsOn(path: string, dependents: readonly Dependent[]): void {
    const file = `migrations/20260101000002_b.assets/manifest.json`;
    const manifest = JSON.parse(project.read(file)) as Record<string, object>;
    manifest[path] = { ...manifest[path], dependents };
    project.write(file, JSON.stringify(manifest));
  }

  const runOffline = (sql: string): Promise<ProgramResult> => runPsql(offline.onServer().url, sql);

  async function expectSame(): Promise<void> {
    const dumps = [];
    for (const database of [online, offline]) {
      await database.query("update limbeck_assets set installed_at = 'epoch'");
      dumps.push(await dumpDatabase(database.onServer().url));
    }
    expect(dumps[1]).to.equal(dumps[0]);
  }

  it('stop where the schema of a folder is not there', async () => {
    const { sql } = await upgradeSql(await project.open(), { target: 'base:a' });
    const { status, stderr } = await runOffline(sql.replace('; create schema billing', ''));
    expect(status).to.not.equal(0);
    expect(stderr).to.include('there is no schema "billing"');
    expect(stderr).to.include('`create schema "billing"`');
  });

  it('end as the run does, up and down', async () => {
    const opened = await project.open();
    const done = { status: 0, stderr: '' };
    expect(await runOffline((await upgradeSql(opened, { target: 'base:a' })).sql)).to.deep.include(done);
    await expectSame();
    for (const database of [online, offline])
      await database.query(`grant select on low to public; comment on view low is 'low';
        create index on mat (name); revoke execute on function f from public`);
    const up = await upgradeSql(opened, { target: 'a:b' });
    expect(await runOffline(up.sql)).to.deep.include(done);
    await upgrade(await project.open());
    await expectSame();
    const down = await downgradeSql(opened, { target: 'b:a' });
    expect(await runOffline(down.sql)).to.deep.include(done);
    await downgrade(await project.open(), { target: 'a' });
    await expectSame();
  });

  it('stop where something else stands on them than was frozen, and change nothing', async () => {
    const opened = await project.open();
    await runOffline((await upgradeSql(opened, { target: 'base:a' })).sql);
    await offline.query('create view app as select id from low');
    const before = await dumpDatabase(offline.onServer().url);
    const { status, stderr } = await runOffline((await upgradeSql(opened, { target: 'a:b' })).sql);
    expect(status).to.equal(3);
    expect(stderr).to.match(/ERROR: {2}what stands on the change is not what was frozen\n/);
    expect(stderr).to.include('there: view public.app');
    expect(stderr).to.match(/HINT: .*`limbeck upgrade`/);
    expect(stderr.split('\n').length).to.be.lessThan(10);
    expect(await dumpDatabase(offline.onServer().url)).to.equal(before);
  });

  it('say where they replace what stands, and there alone, that psql tells of nothing that they reset', async () => {
    const told = async (target: string) =>
      (await upgradeSql(await project.open(), { target })).sql.match(
        /^-- \S+\n-- What was set and is not said here is reset, and psql tells nothing:/gm,
      );
    expect(await told('base:a')).to.equal(null);
    expect(await told('a:b')).to.have.lengthOf(4);
  });

  it('are written with what is tried, once for all files', async () => {
    const { sql } = await upgradeSql(await project.open(), { target: 'a:b' });
    expect(sql.match(/set_config\('limbeck\.set_aside', /g)).to.have.lengthOf(1);
    expect(sql).to.include(`-- migrations/20260101000002_b.assets/views/low.sql
-- What was set and is not said here is reset, and psql tells nothing: volatility, security definer, options of a view, a disabled trigger
\\set SHOW_CONTEXT never
do $limbeck$
declare
  attempt constant text := $sql_$${second['views/low.sql']}$sql_$;
begin
  execute attempt;
exception when sqlstate '42P01' or sqlstate '42883' or sqlstate '42704' or sqlstate '42703' or sqlstate '42P10' then
  -- What was set aside comes back
`);
    expect(sql).to.include("\n  execute current_setting('limbeck.put_back');\n");
    expect(sql).to.include('  -- PostgreSQL cannot replace view public.low: dropped here, and made anew\n');
  });
});
