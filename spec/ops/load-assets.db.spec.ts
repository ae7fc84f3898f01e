import { expect } from 'chai';
import { downgrade, freeze, revision, upgrade } from '../../lib/index.js';
import { assetProject, functionsOf, identitiesOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { expectRefusal } from '../helpers/failure.js';
import { differing, snapshotOfDatabase, emptyDatabase } from '../helpers/database-state.js';

/** A body that shows each byte: spaces at line ends, comments, tabs, quotes, no newline at the end. */
const proc = (version: string) => `-- of ${version}
create or replace function update_adu(day date, channel text default 'a?')
returns text language plpgsql as $body$
-- ${version}: why? \\? \t
begin  ${' '}
  return 'ü ${version}''s';  /* $$ */
end $body$;`;

describeOnServers('loadStoredProc', (database) => {
  beforeEach(() => emptyDatabase(database));

  const file = 'procs/update_adu.sql';

  /** A proc that three revisions change; the live file has moved on to a fourth text. */
  async function changedThrice() {
    const project = assetProject(database);
    for (const id of ['a', 'b', 'c']) await project.ship(id, { [file]: proc(id) });
    project.write(`raw_sql/${file}`, proc('later'));
    return project;
  }

  it('puts back byte for byte what stood before each revision, although the live file has moved on', async () => {
    const project = await changedThrice();
    const installed: string[][] = [];
    for (const target of ['a', 'b', 'c']) {
      await upgrade(await project.open(), { target });
      installed.push(await functionsOf(database, 'update_adu'));
    }
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      expect(installed[index]).to.have.lengthOf(1);
      expect(installed[index]?.[0]).to.include(
        `-- ${id}: why? \\? \t\nbegin   \n  return 'ü ${id}''s';  /* $$ */\n`,
      );
    }
    for (const [target, index] of [
      ['b', 1],
      ['a', 0],
    ] as const) {
      await downgrade(await project.open(), { target });
      expect(await functionsOf(database, 'update_adu')).to.deep.equal(installed[index]);
    }
    await downgrade(await project.open(), { target: 'base' });
    expect(await functionsOf(database, 'update_adu')).to.deep.equal([]);
  });

  it('replays the history whatever becomes of the live files', async () => {
    const project = await changedThrice();
    const replay = async () => {
      const hashes = [];
      for (const target of ['a', 'b', 'c']) {
        await upgrade(await project.open(), { target });
        hashes.push((await snapshotOfDatabase(database)).sha256);
      }
      await downgrade(await project.open(), { target: 'base' });
      return hashes;
    };
    const first = await replay();
    expect(new Set(first)).to.have.lengthOf(3);
    project.write(`raw_sql/${file}`, 'not even SQL');
    expect(await replay()).to.deep.equal(first);
    project.remove('raw_sql');
    expect(await replay()).to.deep.equal(first);
  });

  it('goes down by several revisions at once', async () => {
    const project = await changedThrice();
    await upgrade(await project.open(), { target: 'a' });
    const [old] = await functionsOf(database, 'update_adu');
    await upgrade(await project.open());
    await downgrade(await project.open(), { target: 'a' });
    expect(await functionsOf(database, 'update_adu')).to.deep.equal([old]);
  });

  it('drops a proc, and puts it back', async () => {
    const project = await changedThrice();
    const lines = "await dropStoredProc(op, ['update_adu.sql']);";
    await project.ship('d', {}, { upgrade: lines, downgrade: lines });
    await upgrade(await project.open(), { target: 'c' });
    const before = await functionsOf(database, 'update_adu');
    await upgrade(await project.open());
    expect(await functionsOf(database, 'update_adu')).to.deep.equal([]);
    await downgrade(await project.open(), { target: 'c' });
    expect(await functionsOf(database, 'update_adu')).to.deep.equal(before);
  });

  it('brings a dropped proc to life again, and back to nothing', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: proc('a') });
    const lines = "await dropStoredProc(op, ['update_adu.sql']);";
    await project.ship('b', {}, { upgrade: lines, downgrade: lines });
    await project.ship('c', { [file]: proc('c') });
    await upgrade(await project.open());
    expect(await functionsOf(database, 'update_adu')).to.have.lengthOf(1);
    await downgrade(await project.open(), { target: 'b' });
    expect(await functionsOf(database, 'update_adu')).to.deep.equal([]);
    await downgrade(await project.open(), { target: 'a' });
    expect(await functionsOf(database, 'update_adu')).to.have.lengthOf(1);
  });

  it('drops by exact identity what a later version does not define: overloads, and changed arguments', async () => {
    const define = (args: string) =>
      `create or replace function f(${args}) returns int language sql as 'select 1';\n`;
    const project = assetProject(database);
    await database.query(define('bytea').replace('or replace ', ''));
    await project.ship('a', { 'procs/f.sql': define('n int') + define('t text') });
    await project.ship('b', { 'procs/f.sql': define('t text') });
    await project.ship('c', { 'procs/f.sql': define('t text, variadic d date[]') });
    const seen: string[][] = [];
    for (const target of ['a', 'b', 'c']) {
      await upgrade(await project.open(), { target });
      seen.push(await identitiesOf(database, 'f'));
    }
    for (const target of ['b', 'a', 'base']) {
      await downgrade(await project.open(), { target });
      seen.push(await identitiesOf(database, 'f'));
    }
    const [a, b, c] = [
      ['f(bytea)', 'f(integer)', 'f(text)'],
      ['f(bytea)', 'f(text)'],
      ['f(bytea)', 'f(text,date[])'],
    ];
    expect(seen).to.deep.equal([a, b, c, b, a, ['f(bytea)']]);
  });

  it('loads procedures, aggregates and functions of one file, and drops all of them', async () => {
    const project = assetProject(database);
    const empty = await snapshotOfDatabase(database);
    await project.ship('a', {
      'procs/all.sql': `create or replace function add_up(a int, b int) returns int language sql immutable begin atomic select a + b; end;
create or replace procedure clean(inout days int) language plpgsql as $$ begin days := 0; end $$;
create or replace aggregate total(int) (sfunc = add_up, stype = int, initcond = '0');
create or replace function "Odd "" name"(out a int, out b text) language sql as $$ select 1, 'x' $$;`,
    });
    await upgrade(await project.open());
    expect(await database.query('select total(n) as sum from generate_series(1, 4) n')).to.deep.equal([
      { sum: 10 },
    ]);
    await downgrade(await project.open(), { target: 'base' });
    expect(differing(empty, await snapshotOfDatabase(database))).to.deep.equal([]);
  });

  it('loads functions that call each other, and checks them', async () => {
    const project = assetProject(database);
    const even = (name: string, other: string, end: boolean) =>
      `create or replace function ${name}(n int) returns boolean language sql as $$ select case when n = 0 then ${end} else ${other}(n - 1) end $$;`;
    await project.ship('a', {
      'procs/is_even.sql': even('is_even', 'is_odd', true),
      'procs/is_odd.sql': even('is_odd', 'is_even', false),
    });
    await upgrade(await project.open());
    expect(await database.query('select is_even(6) as even, is_odd(6) as odd')).to.deep.equal([
      { even: true, odd: false },
    ]);
    await downgrade(await project.open(), { target: 'base' });
    expect([
      ...(await identitiesOf(database, 'is_even')),
      ...(await identitiesOf(database, 'is_odd')),
    ]).to.deep.equal([]);
  });

  it('makes the objects of a sub-folder in the schema of its name', async () => {
    const project = assetProject(database);
    await database.query('create schema reporting; create table public.source (n int)');
    await project.ship('a', {
      'procs/reporting/count_all.sql':
        'create or replace function count_all() returns bigint language sql as $$ select count(*) from source $$;',
      'procs/plain.sql': 'create or replace function plain() returns int language sql as $$ select 1 $$;',
      'views/reporting/totals.sql': 'create or replace view totals as select count_all() as n, plain() as p;',
    });
    await upgrade(await project.open());
    expect(await identitiesOf(database, 'count_all')).to.deep.equal(['reporting.count_all()']);
    expect(await identitiesOf(database, 'plain')).to.deep.equal(['plain()']);
    expect(
      await database.query("select viewname, schemaname from pg_views where viewname = 'totals'"),
    ).to.deep.equal([{ viewname: 'totals', schemaname: 'reporting' }]);
    await downgrade(await project.open(), { target: 'base' });
    expect(await identitiesOf(database, 'count_all')).to.deep.equal([]);
  });

  it('refuses a file in the folder of a schema that is not there, instead of making its objects in the next one', async () => {
    const project = assetProject(database);
    await project.ship('a', {
      'procs/plain.sql': 'create or replace function plain() returns int language sql as $$ select 1 $$;',
      'types/Billing/kind.sql': "create type kind as enum ('a');",
    });
    const run = async () => upgrade(await project.open());
    const error = await expectRefusal(database, run, {
      code: 'ASSET_SCHEMA_MISSING',
      message: /there is no schema "Billing"/,
      where: /_a\.assets\/types\/Billing\/kind\.sql$/,
      next: /`create schema "Billing"`/,
    });
    expect(error.details).to.include({ schema: 'Billing' });
    await database.query('create schema "Billing"');
    await run();
    expect(
      await database.query(
        "select typnamespace::regnamespace::text as schema from pg_type where typname = 'kind'",
      ),
    ).to.deep.equal([{ schema: '"Billing"' }]);
    await database.query('drop schema "Billing" cascade');
  });

  it('refuses a file whose objects the search path of a database would make in another schema', async () => {
    const project = assetProject(database);
    const script = (first: string) => ({
      upgrade: `await op.execute("${first}; set local search_path = app"); await loadStoredProc(op, ['f.sql']);`,
      downgrade: `await loadStoredProc(op, ['f.sql']); await op.execute('drop schema app');`,
    });
    const f = (name: string) =>
      `create or replace function ${name}() returns int language sql as $$ select 1 $$;`;
    await project.ship('a', { 'procs/f.sql': f('f') }, script('create schema app'));
    await expectRefusal(database, async () => upgrade(await project.open()), {
      code: 'ASSET_SCHEMA_MISSING',
      message: /frozen for the schema "public"/,
      where: /_a\.assets\/procs\/f\.sql$/,
      next: /`searchPath`/,
    });
    project.write('raw_sql/procs/f.sql', f('public.f'));
    await freeze(await project.open(), { revision: 'a' });
    await upgrade(await project.open());
    expect(
      await database.query(
        "select pronamespace::regnamespace::text as schema from pg_proc where proname = 'f'",
      ),
    ).to.deep.equal([{ schema: 'public' }]);
  });

  it('makes a schema in the script before it loads what lies in its folder', async () => {
    const project = assetProject(database);
    await project.ship(
      'a',
      { 'procs/made/f.sql': 'create or replace function f() returns int language sql as $$ select 1 $$;' },
      {
        upgrade: "await op.execute('create schema made'); await loadStoredProc(op, ['made/f.sql']);",
        downgrade: "await loadStoredProc(op, ['made/f.sql']); await op.execute('drop schema made');",
      },
    );
    await upgrade(await project.open());
    expect(await identitiesOf(database, 'f')).to.deep.equal(['made.f()']);
    await downgrade(await project.open(), { target: 'base' });
    expect(await database.query("select from pg_namespace where nspname = 'made'")).to.deep.equal([]);
  });

  it('loads the version of another revision with { at }', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: proc('a') });
    await project.ship('b', { [file]: proc('b') });
    const pinned = "await loadStoredProc(op, ['update_adu.sql'], { at: 'a' });";
    await project.ship(
      'c',
      {},
      { upgrade: pinned, downgrade: "await loadStoredProc(op, ['update_adu.sql']);" },
    );
    await upgrade(await project.open(), { target: 'b' });
    const [b] = await functionsOf(database, 'update_adu');
    await upgrade(await project.open());
    expect((await functionsOf(database, 'update_adu'))[0]).to.include('-- a: why');
    await downgrade(await project.open(), { target: 'b' });
    expect(await functionsOf(database, 'update_adu')).to.deep.equal([b]);
  });

  it('keeps what a file defines that was given another name, up and down', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: proc('a') });
    project.remove(`raw_sql/${file}`);
    project.write('raw_sql/procs/renamed.sql', proc('b'));
    await revision(await project.open(), { message: 'rename', revisionId: 'b', autogenerate: true });
    await upgrade(await project.open());
    expect((await functionsOf(database, 'update_adu'))[0]).to.include('-- b: why');
    const assets = 'select path, revision from limbeck_assets';
    expect(await database.query(assets)).to.deep.equal([{ path: 'procs/renamed.sql', revision: 'b' }]);
    await downgrade(await project.open(), { target: 'a' });
    expect((await functionsOf(database, 'update_adu'))[0]).to.include('-- a: why');
    expect(await database.query(assets)).to.deep.equal([{ path: file, revision: 'a' }]);
  });
});
