import { expect } from 'chai';
import { downgrade, freeze, redo, revision, roundTrip, stamp, upgrade } from '../../lib/index.js';
import { assetProject, functionsOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';

describeOnServers('files in the corners', (database) => {
  beforeEach(() => emptyDatabase(database));

  const f = (version: string) =>
    `create or replace function f() returns text language sql as $$ select '${version}' $$;`;
  const load = "await loadStoredProc(op, ['f.sql']);";

  it('loads and drops a procedure with OUT parameters', async () => {
    const project = assetProject(database);
    const p = 'create or replace procedure p(a int, out b int) language plpgsql as $$ begin b := a; end $$;';
    await project.ship('a', { 'procs/p.sql': p });
    await upgrade(await project.open());
    expect(await database.query('select identities from limbeck_assets')).to.have.lengthOf(1);
    await downgrade(await project.open(), { target: 'base' });
    expect(await database.query("select from pg_proc where proname = 'p'")).to.deep.equal([]);
  });

  it('finds bare names of a sub-folder in its schema first, then on the search path of the project', async () => {
    const project = assetProject(database);
    await project.ship(
      'a',
      {},
      {
        upgrade: "await op.execute('create schema bill; create table t0 (id int)');",
        downgrade: "await op.execute('drop table t0; drop schema bill');",
      },
    );
    await project.ship('b', {
      'types/bill/money2.sql': 'create type money2 as (cents int);',
      'procs/bill/total.sql':
        'create or replace function total(m money2) returns bigint language sql as $$ select count(*) from t0 $$;',
    });
    await upgrade(await project.open());
    expect(await database.query('select bill.total(row(1)::bill.money2) as n')).to.have.lengthOf(1);
    await downgrade(await project.open(), { target: 'base' });
    expect(await database.query("select from pg_namespace where nspname = 'bill'")).to.deep.equal([]);
  });

  it('a file may have a quote in its name', async () => {
    const project = assetProject(database);
    project.write('migrations/.gitkeep', '');
    project.write("raw_sql/procs/it's.sql", f('a'));
    await revision(await project.open(), { message: "it's", revisionId: 'a', autogenerate: true });
    await upgrade(await project.open());
    expect((await functionsOf(database, 'f'))[0]).to.include("'a'");
  });

  it('stamps a database that lacks the types', async () => {
    const project = assetProject(database);
    await project.ship('a', {
      'types/app_t.sql': 'create type app_t as (a int);',
      'procs/g.sql': 'create or replace function g(x app_t) returns int language sql as $$ select 1 $$;',
    });
    const { current } = await stamp(await project.open(), { targets: ['heads'] });
    expect(current).to.deep.equal(['a']);
  });

  it('a file may be loaded twice in a step, and again after a savepoint that was rolled back', async () => {
    const project = assetProject(database);
    const body = `${load}\n${load}\ntry { await op.savepoint(async () => { ${load} throw new Error('no'); }); } catch {}\n${load}`;
    await project.ship('a', { 'procs/f.sql': f('a') });
    await project.ship(
      'b',
      { 'procs/f.sql': f('b') },
      {
        upgrade: `try { await op.savepoint(async () => { ${load} throw new Error('no'); }); } catch {}\n${body}`,
        downgrade: body,
      },
    );
    await upgrade(await project.open());
    expect((await functionsOf(database, 'f'))[0]).to.include("'b'");
    await downgrade(await project.open(), { target: 'a' });
    expect((await functionsOf(database, 'f'))[0]).to.include("'a'");
  });

  it('ASSET_NOT_LOADED: a script must load what it ships, in both directions', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f('a') });
    project.script('a', { downRevision: null, upgrade: '', downgrade: load });
    const opened = await project.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'ASSET_NOT_LOADED',
      message: 'upgrade of "a" failed: revision "a" ships "procs/f.sql", and its upgrade does not load it',
      where: /^migrations\/.*a\./,
      next: /limbeck freeze a/,
    });
    project.script('a', { downRevision: null, upgrade: load, downgrade: '' });
    await upgrade(await project.open());
    await expectFailure(
      project.open().then((again) => downgrade(again, { target: 'base' })),
      { code: 'ASSET_NOT_LOADED', message: /its downgrade does not load it/ },
    );
  });

  it('freezing a named file keeps the others as they were frozen', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f('a'), 'procs/g.sql': f('a').replace('f()', 'g()') });
    project.write('raw_sql/procs/f.sql', f('later'));
    project.write('raw_sql/procs/g.sql', 'broken');
    const { assets } = await freeze(await project.open(), { revision: 'a', files: ['raw_sql/procs/f.sql'] });
    expect(assets.map(({ path }) => path)).to.deep.equal(['procs/f.sql', 'procs/g.sql']);
    await upgrade(await project.open());
    expect((await functionsOf(database, 'f'))[0]).to.include("'later'");
    expect((await functionsOf(database, 'g'))[0]).to.include("'a'");
  });

  it('redo changes nothing when the files cannot be frozen', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f('a') });
    await upgrade(await project.open());
    project.write('raw_sql/procs/f.sql', 'create or replace function f(');
    const opened = await project.open();
    await expectRefusal(database, () => redo(opened), { code: 'SQL_UNTERMINATED' });
  });

  it("redo refuses what would erase another branch's change", async () => {
    const project = assetProject(database);
    await project.ship('base1', { 'procs/f.sql': f('base') });
    await project.ship(
      'aa',
      { 'procs/f.sql': f('a') },
      { downRevision: 'base1', upgrade: load, downgrade: load },
    );
    await project.ship(
      'bb',
      { 'procs/f.sql': f('b') },
      { downRevision: 'base1', upgrade: load, downgrade: load },
    );
    await upgrade(await project.open(), { target: 'aa' });
    const opened = await project.open();
    await expectRefusal(database, () => redo(opened, { revision: 'bb' }), { code: 'ASSET_DIVERGENT' });
    expect((await functionsOf(database, 'f'))[0]).to.include("'a'");
  });

  it('redo says that the revert stands when the second upgrade fails', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f('a') });
    await upgrade(await project.open());
    project.write(
      'raw_sql/procs/f.sql',
      'create or replace function f() returns nowhere language sql as $$ select 1 $$;',
    );
    await expectFailure(
      project.open().then((opened) => redo(opened)),
      {
        code: 'SQL_FAILED',
        message: /it was reverted before, and stays so$/,
        next: /the revert stands, the database is at base$/,
      },
    );
    expect((await stateOf(database)) !== undefined).to.equal(true);
    expect(await functionsOf(database, 'f')).to.deep.equal([]);
  });
});

describeOnServers('a ledger in a schema of its own', { on: ['PGlite'] }, (database) => {
  it('is no difference to a round trip', async () => {
    const project = assetProject(database);
    await project.ship('a', {
      'procs/f.sql': 'create or replace function f() returns int language sql as $$ select 1 $$;',
    });
    const { finding, revisions } = await roundTrip(await project.open({ settings: { schema: 'led ger' } }));
    expect({ finding, revisions }).to.deep.equal({ finding: null, revisions: 1 });
  });
});
