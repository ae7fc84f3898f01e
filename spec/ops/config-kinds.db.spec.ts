import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { downgrade, freeze, revision, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { migrationProject } from '../helpers/migration-project.js';

const kinds = ['types', 'procs', 'aggregates', 'operators', 'views', 'triggers', 'policies', 'grants'];

describeOnServers('kinds that a project adds', (database) => {
  beforeEach(() => emptyDatabase(database));

  const files = {
    'raw_sql/types/pair.sql': 'create type pair as (a int, b int);',
    'raw_sql/procs/same.sql': `create or replace function same(a pair, b pair) returns boolean language sql immutable
      as $$ select (a).a = (b).a and (a).b = (b).b $$;`,
    'raw_sql/procs/add.sql': `create or replace function add(a int, b int) returns int language sql immutable strict
      as $$ select a + b $$;`,
    'raw_sql/procs/stamp.sql': `create or replace function stamp() returns trigger language plpgsql
      as $$ begin new.at := now(); return new; end $$;`,
    'raw_sql/aggregates/a_total.sql':
      'create aggregate total (int) (sfunc = add, stype = int, initcond = 0);',
    'raw_sql/operators/same.sql': 'create operator === (leftarg = pair, rightarg = pair, function = same);',
    'raw_sql/views/a_sum.sql': `create or replace view a_sum as
      select total(id) as sum from builds where row(id, id)::pair === row(1, 1)::pair;`,
    'raw_sql/triggers/stamp.sql': `create or replace trigger stamp before insert on builds
      for each row execute function stamp();`,
    'raw_sql/policies/builds.sql': 'create policy readers on builds for select using (id > 0);',
    'raw_sql/grants/readers.sql': `grant select, insert on builds to pg_monitor;
      grant execute on function add(int, int) to pg_monitor;
      alter default privileges in schema public grant select on tables to pg_monitor;`,
  };

  async function shipped() {
    const project = migrationProject(database.config, {
      settings: { kinds },
      files,
      scripts: {
        a: {
          upgrade: "await op.execute('create table builds (id int, at timestamptz)');",
          downgrade: "await op.execute('drop table builds');",
        },
      },
    });
    const made = await revision(await project.open(), {
      message: 'all',
      revisionId: 'b',
      autogenerate: true,
    });
    return { ...project, made };
  }

  it('are loaded by lines of their own, in load order, and dropped in the opposite order', async () => {
    const { made, open, root } = await shipped();
    expect(made.assets.map(({ path, objects }) => [path, ...objects])).to.deep.equal([
      ['types/pair.sql', 'type public.pair'],
      ['procs/add.sql', 'function public.add(integer, integer)'],
      ['aggregates/a_total.sql', 'aggregate public.total(integer)'],
      ['procs/same.sql', 'function public.same(pair, pair)'],
      ['operators/same.sql', 'operator public.===(pair, pair)'],
      ['procs/stamp.sql', 'function public.stamp()'],
      ['views/a_sum.sql', 'view public.a_sum'],
      ['triggers/stamp.sql', 'trigger stamp on public.builds'],
      ['policies/builds.sql', 'policy readers on public.builds'],
      [
        'grants/readers.sql',
        'grant select on table public.builds to pg_monitor',
        'grant insert on table public.builds to pg_monitor',
        'grant execute on function public.add(integer, integer) to pg_monitor',
        'default privileges in schema public grant select on tables to pg_monitor',
      ],
    ]);
    const script = readFileSync(join(root, made.file ?? ''), 'utf8');
    expect(script).to.include("await op.loadAssets('triggers', ['stamp.sql']);");
    await upgrade(await open(), { target: 'a' });
    const before = await stateOf(database);
    await upgrade(await open());
    const [row] = await database.query(
      'insert into builds (id) values (1) returning at is not null as stamped',
    );
    expect(row).to.deep.equal({ stamped: true });
    expect((await database.query('select sum::int as sum from a_sum'))[0]).to.deep.equal({ sum: 1 });
    await database.query('delete from builds');
    await downgrade(await open(), { target: 'a' });
    expect(await stateOf(database)).to.deep.equal(before);
  });

  it('revoke what a grants file no longer grants, and grant it again in a downgrade', async () => {
    const { write, open } = await shipped();
    const granted = async () =>
      (
        await database.query(`select privilege_type as priv, is_grantable as opt
          from information_schema.role_table_grants where table_name = 'builds' and grantee = 'pg_monitor' order by 1`)
      ).map(({ priv, opt }) => `${String(priv)} ${String(opt)}`);
    write('raw_sql/grants/readers.sql', 'grant select on builds to pg_monitor with grant option;');
    await revision(await open(), { message: 'less', revisionId: 'c', autogenerate: true });
    await upgrade(await open(), { target: 'b' });
    const before = await stateOf(database);
    expect(await granted()).to.deep.equal(['INSERT NO', 'SELECT NO']);
    await upgrade(await open());
    expect(await granted()).to.deep.equal(['SELECT YES']);
    const executes = "select has_function_privilege('pg_monitor', 'add(int, int)', 'execute') as can";
    await database.query('revoke execute on function add(int, int) from public');
    expect((await database.query(executes))[0]).to.deep.equal({ can: false });
    await downgrade(await open(), { target: 'b' });
    expect((await database.query(executes))[0]).to.deep.equal({ can: true });
    await database.query('grant execute on function add(int, int) to public');
    expect(await granted()).to.deep.equal(['INSERT NO', 'SELECT NO']);
    expect((await stateOf(database)).objects).to.deep.equal(before.objects);
  });

  it('give EXECUTE back to PUBLIC when a file no longer revokes it', async () => {
    const { write, open } = await shipped();
    const can = async () =>
      (
        await database.query(
          "select exists (select 1 from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) where proname = 'add' and grantee = 0) as can",
        )
      )[0]?.['can'];
    const own = files['raw_sql/procs/add.sql'];
    write('raw_sql/procs/add.sql', `${own}\nrevoke all on function add(int, int) from public;`);
    await revision(await open(), { message: 'revoke', revisionId: 'c', autogenerate: true });
    write('raw_sql/procs/add.sql', `${own}\n-- for all`);
    await revision(await open(), { message: 'for all', revisionId: 'd', autogenerate: true });
    const seen = [];
    for (const target of ['b', 'c', 'd']) {
      await upgrade(await open(), { target });
      seen.push(await can());
    }
    for (const target of ['c', 'b']) {
      await downgrade(await open(), { target });
      seen.push(await can());
    }
    expect(seen).to.deep.equal([true, false, true, false, true]);
  });

  it('are dropped and made anew where PostgreSQL has no OR REPLACE, in both directions', async () => {
    const { write, open } = await shipped();
    const first = {
      'triggers/old.sql': 'create trigger old before update on builds for each row execute function stamp();',
      'operators/others.sql': `create operator class pairs for type int using btree as
          operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int);
        create operator family numbers using btree;`,
      'odd/others.sql': `create cast (pair as text) with inout;
        create collation german (locale = 'de_DE', provider = icu);
        create text search configuration plain (copy = simple);
        create text search dictionary words (template = simple);
        create rule keep as on delete to builds do instead nothing;`,
    };
    const second = {
      ...first,
      'triggers/old.sql': `drop trigger if exists old on builds;
        create trigger old before update of id on builds for each row execute function stamp();`,
      'policies/builds.sql': 'create policy readers on builds for select using (id > 7);',
      'aggregates/a_total.sql': 'create aggregate total (int) (sfunc = add, stype = int, initcond = 1);',
      'operators/same.sql':
        'create operator === (leftarg = pair, rightarg = pair, function = same, commutator = ===);',
      'operators/others.sql': `${first['operators/others.sql']} -- changed`,
      'odd/others.sql': `${first['odd/others.sql'].replace('with inout', 'with inout as assignment')} -- changed`,
    };
    const settings = { kinds: [...kinds, 'odd'] };
    for (const [id, texts] of [
      ['c', first],
      ['d', second],
    ] as const) {
      for (const [path, text] of Object.entries(texts)) write(`raw_sql/${path}`, text);
      await revision(await open({ settings }), { message: id, revisionId: id, autogenerate: true });
    }
    await upgrade(await open({ settings }), { target: 'c' });
    const before = await stateOf(database);
    const expressions = async () =>
      (
        await database.query(`select (select qual from pg_policies) as policy,
          (select agginitval from pg_aggregate where aggfnoid = 'total(int)'::regprocedure) as aggregate,
          (select oprcom::text from pg_operator where oprname = '===') <> '0' as commutes,
          (select castcontext::text from pg_cast where castsource = 'pair'::regtype) as cast,
          (select tgattr::text from pg_trigger where tgname = 'old') as columns`)
      )[0];
    const was = { policy: '(id > 0)', aggregate: '0', commutes: false, cast: 'e', columns: '' };
    expect(await expressions()).to.deep.equal(was);
    await upgrade(await open({ settings }));
    expect(await expressions()).to.deep.equal({
      policy: '(id > 7)',
      aggregate: '1',
      commutes: true,
      cast: 'a',
      columns: '1',
    });
    expect((await database.query('select sum::int as sum from a_sum'))[0]).to.deep.equal({ sum: 1 });
    await downgrade(await open({ settings }), { target: 'c' });
    expect(await expressions()).to.deep.equal(was);
    expect((await stateOf(database)).objects).to.deep.equal(before.objects);
    await upgrade(await open({ settings }));
    await downgrade(await open({ settings }), { target: 'a' });
    expect(await database.query('select 1 from pg_policies')).to.deep.equal([]);
  });

  it('are dropped with their files, and come back', async () => {
    const { remove, open, root } = await shipped();
    for (const kind of ['grants', 'policies', 'triggers', 'views', 'operators', 'aggregates'])
      remove(`raw_sql/${kind}`);
    const { file, assets } = await revision(await open(), {
      message: 'gone',
      revisionId: 'c',
      autogenerate: true,
    });
    expect(assets.map(({ path }) => path)).to.deep.equal([
      'grants/readers.sql',
      'policies/builds.sql',
      'triggers/stamp.sql',
      'views/a_sum.sql',
      'operators/same.sql',
      'aggregates/a_total.sql',
    ]);
    expect(readFileSync(join(root, file ?? ''), 'utf8')).to.include(
      "await op.dropAssets('grants', ['readers.sql']);",
    );
    await upgrade(await open(), { target: 'b' });
    const before = await stateOf(database);
    await upgrade(await open());
    expect(await database.query("select 1 from pg_trigger where tgname = 'stamp'")).to.deep.equal([]);
    await downgrade(await open(), { target: 'b' });
    expect((await stateOf(database)).objects).to.deep.equal(before.objects);
  });

  it('of names that limbeck has never heard of are loaded last', async () => {
    const { write, open, script } = await shipped();
    write('raw_sql/odd/z.sql', 'create or replace view z as select 1 as x;');
    script('c', { downRevision: 'b', upgrade: "await op.loadAssets('odd', ['z.sql']);" });
    const project = await open({ settings: { kinds: [...kinds, 'odd'] } });
    const { assets } = await freeze(project, { revision: 'c' });
    expect(assets).to.deep.equal([{ path: 'odd/z.sql', action: 'add', objects: ['view public.z'] }]);
  });
});
