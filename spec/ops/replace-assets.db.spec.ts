import { expect } from 'chai';
import { downgrade, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { differing, emptyDatabase, snapshotOfDatabase } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';

/** SQL files by path. */
type Files = Readonly<Record<string, string>>;

const scalar = (signature: string, returns: string, body: string, kind = 'function') =>
  `create or replace ${kind} ${signature} ${returns} language sql as $$ ${body} $$;`;

/** Changes of files that PostgreSQL makes only if what stands there is dropped: what there was, and what comes. */
const changes: Readonly<Record<string, readonly [before: Files, after: Files]>> = {
  'the return type of a function': [
    { 'procs/f.sql': scalar('f(a int)', 'returns int', 'select a') },
    { 'procs/f.sql': scalar('f(a int)', 'returns text', 'select a::text') },
  ],
  'the columns of a table function': [
    { 'procs/f.sql': scalar('f(a int)', 'returns table (x int, y text)', "select a, 'y'") },
    { 'procs/f.sql': scalar('f(a int)', 'returns table (y text, x int)', "select 'y', a") },
  ],
  'the name of an argument': [
    { 'procs/f.sql': scalar('f(a int)', 'returns int', 'select a') },
    { 'procs/f.sql': scalar('f(b int)', 'returns int', 'select b') },
  ],
  'the default of an argument, taken away': [
    { 'procs/f.sql': scalar('f(a int default 1)', 'returns int', 'select a') },
    { 'procs/f.sql': scalar('f(a int)', 'returns int', 'select a') },
  ],
  'a function that becomes a procedure': [
    { 'procs/f.sql': scalar('f(a int)', 'returns int', 'select a') },
    { 'procs/f.sql': scalar('f(a int)', '', 'select a', 'procedure') },
  ],
  'a column of a view, dropped': [
    { 'views/v.sql': 'create or replace view v as select id, name from t' },
    { 'views/v.sql': 'create or replace view v as select id from t' },
  ],
  'a column of a view, renamed': [
    { 'views/v.sql': 'create or replace view v as select id, name from t' },
    { 'views/v.sql': 'create or replace view v as select id, name as title from t' },
  ],
  'the type of a column of a view': [
    { 'views/v.sql': 'create or replace view v as select id, name from t' },
    { 'views/v.sql': 'create or replace view v as select id::text as id, name from t' },
  ],
  'the order of the columns of a view': [
    { 'views/v.sql': 'create or replace view v as select id, name from t' },
    { 'views/v.sql': 'create or replace view v as select name, id from t' },
  ],
  'a column appended to a view, which the way back drops': [
    { 'views/v.sql': 'create or replace view v as select id from t' },
    { 'views/v.sql': 'create or replace view v as select id, name from t' },
  ],
  'a view that is only created': [
    { 'views/v.sql': 'create view v as select id, name from t' },
    { 'views/v.sql': 'create view v as select name from t' },
  ],
  'a materialized view': [
    { 'views/v.sql': 'create materialized view v as select id, name from t' },
    { 'views/v.sql': 'create materialized view v as select name, id from t' },
  ],
  'a view that becomes a materialized view': [
    { 'views/v.sql': 'create view v as select id, name from t' },
    { 'views/v.sql': 'create materialized view v as select id, name from t' },
  ],
  'two files of which one stands on the other, and both lose a column': [
    {
      'views/low.sql': 'create or replace view low as select id, name from t',
      'views/top.sql': 'create or replace view top as select id, name from low',
    },
    {
      'views/low.sql': 'create or replace view low as select id from t',
      'views/top.sql': 'create or replace view top as select id from low',
    },
  ],
  'a function and a view on it': [
    {
      'procs/f.sql': scalar('f(a int)', 'returns int', 'select a'),
      'views/v.sql': 'create or replace view v as select f(id) as f from t',
    },
    {
      'procs/f.sql': scalar('f(a int)', 'returns text', 'select a::text'),
      'views/v.sql': 'create or replace view v as select f(id) as f, id from t',
    },
  ],
  'a view and one that comes beside it, and needs what stands on it': [
    { 'views/a.sql': 'create or replace view a as select id, name from t' },
    {
      'views/a.sql': 'create or replace view a as select name, id from t',
      'views/b.sql': 'create or replace view b as select id from app_view',
    },
  ],
};

/** Made by hand: what stands on the files, and what a definition does not say. */
const surroundings: Readonly<Record<string, string>> = {
  'a view that becomes a materialized view':
    "comment on view v is 'kept'; grant select on v to public; alter view v owner to pg_monitor",
  'a function that becomes a procedure':
    "comment on function f is 'kept'; revoke execute on function f from public",
  'a view and one that comes beside it, and needs what stands on it':
    'create view app_view as select id from a',
};

describeOnServers('replace or recreate', (database) => {
  beforeEach(async () => {
    await emptyDatabase(database);
    await database.query("create table t (id int, name text); insert into t values (1, 'x')");
  });

  for (const [what, [before, after]] of Object.entries(changes)) {
    it(`changes ${what}, and changes it back`, async () => {
      const project = assetProject(database);
      await project.ship('a', before);
      await project.ship('b', after);
      await upgrade(await project.open(), { target: 'a' });
      if (surroundings[what]) await database.query(surroundings[what]);
      const first = await snapshotOfDatabase(database);
      await upgrade(await project.open());
      const second = await snapshotOfDatabase(database);
      expect(differing(first, second)).to.not.deep.equal([]);
      await downgrade(await project.open(), { target: 'a' });
      expect(differing(first, await snapshotOfDatabase(database))).to.deep.equal([]);
      await upgrade(await project.open());
      expect(differing(second, await snapshotOfDatabase(database))).to.deep.equal([]);
    });
  }

  const table = (columns: string, values: string) =>
    `create or replace function f() returns table (${columns}) language sql as $$ select ${values} $$;`;
  const below = {
    'procs/f.sql': table('a int, b int', '1, 2'),
    'views/v.sql': 'create or replace view v as select a, b from f()',
  };
  const above = {
    'procs/f.sql': table('a int', '1'),
    'views/v.sql': 'create or replace view v as select a from f()',
  };

  for (const isReversed of [false, true])
    it(`lets what stands on a changed file wait for its own file, which a later call loads${isReversed ? ', and back in the opposite order' : ''}`, async () => {
      const project = assetProject(database);
      const calls = ["await loadStoredProc(op, ['f.sql']);", "await loadView(op, ['v.sql']);"];
      await project.ship('a', below);
      await project.ship('b', above, {
        upgrade: calls.join('\n'),
        downgrade: (isReversed ? calls.toReversed() : calls).join('\n'),
      });
      await upgrade(await project.open(), { target: 'a' });
      await database.query(`create view app as select a from v; create materialized view m as select a from app;
      create index on m (a); comment on view v is 'kept'`);
      const first = await snapshotOfDatabase(database);
      await upgrade(await project.open());
      expect(await database.query("select obj_description('v'::regclass), a from m")).to.deep.equal([
        { obj_description: 'kept', a: 1 },
      ]);
      await downgrade(await project.open(), { target: 'a' });
      expect(differing(first, await snapshotOfDatabase(database))).to.deep.equal([]);
    });

  it('loads what a file waits for into its own schema, and leaves the search path as it was', async () => {
    const project = assetProject(database);
    const live = {
      'procs/s1/a.sql': scalar('a()', 'returns int', 'select s2.b() + c()'),
      'procs/s2/b.sql': scalar('b()', 'returns int', 'select 1'),
      'procs/c.sql': scalar('c()', 'returns int', 'select 1'),
    };
    await project.ship('a', live, {
      upgrade: `await op.execute('create schema s1; create schema s2');
        await loadStoredProc(op, ['s1/a.sql']);
        await loadStoredProc(op, ['s2/b.sql', 'c.sql']);
        await op.execute('create table after_all (id int)');`,
      downgrade: `await op.execute('drop table after_all');
        await loadStoredProc(op, ['s1/a.sql', 's2/b.sql', 'c.sql']);
        await op.execute('drop schema s1; drop schema s2');`,
    });
    const opened = await project.open();
    await upgrade(opened);
    expect(
      await database.query(`select concat(pronamespace::regnamespace, '.', proname) as made from pg_proc where proname in ('a', 'b', 'c')
        union all select concat(relnamespace::regnamespace, '.', relname) from pg_class where relname = 'after_all' order by 1`),
    ).to.deep.equal(['public.after_all', 'public.c', 's1.a', 's2.b'].map((made) => ({ made })));
    await downgrade(opened, { target: 'base' });
  });

  it('loads what was loaded before its call for others once more, though it says only CREATE', async () => {
    const project = assetProject(database);
    const live = {
      'views/a.sql': 'create view a as select x from b',
      'views/b.sql': 'create view b as select x from c',
      'views/c.sql': 'create view c as select 1 as x',
    };
    const calls = Object.keys(live).map((path) => `await loadView(op, ['${path.slice(6)}']);`);
    await project.ship('a', live, {
      upgrade: calls.join('\n'),
      downgrade: calls.join('\n'),
    });
    await upgrade(await project.open());
    expect(await database.query('select x from a')).to.deep.equal([{ x: 1 }]);
    const first = await snapshotOfDatabase(database);
    await downgrade(await project.open(), { target: 'base' });
    await upgrade(await project.open());
    expect(differing(first, await snapshotOfDatabase(database))).to.deep.equal([]);
  });

  it('leaves the check of function bodies as the script has set it', async () => {
    const project = assetProject(database);
    const mutual = {
      'procs/x.sql': scalar('x()', 'returns int', 'select y()'),
      'procs/y.sql': scalar('y()', 'returns int', 'select x()'),
    };
    await project.ship('a', mutual, {
      upgrade: `await op.execute('set local check_function_bodies = off');
        await loadStoredProc(op, ['x.sql', 'y.sql']);
        await op.execute("create function z() returns int language sql as 'select nowhere()'");`,
      downgrade: `await op.execute('drop function z()'); await loadStoredProc(op, ['x.sql', 'y.sql']);`,
    });
    await upgrade(await project.open());
    expect(await database.query("select from pg_proc where proname = 'z'")).to.have.lengthOf(1);
  });

  it('DEPENDENT_NOT_RESTORED: fails where what stands on a changed file does not fit any more', async () => {
    const project = assetProject(database);
    await project.ship('a', below);
    await project.ship('b', above);
    await upgrade(await project.open(), { target: 'a' });
    await database.query('create view app as select b from v');
    const opened = await project.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'DEPENDENT_NOT_RESTORED',
      message: /view public\.app cannot be put back: .*b"? does not exist/,
      where: 'migrations/20260101000001_b.assets/views/v.sql',
    });
  });

  it('DEPENDENTS_HOLD_DATA: stops where a table stands on it', async () => {
    const project = assetProject(database);
    await project.ship('a', below);
    await project.ship('b', above);
    await upgrade(await project.open(), { target: 'a' });
    await database.query('create table rows (id int); alter table rows add v v');
    const opened = await project.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'DEPENDENTS_HOLD_DATA',
      message: /table column public\.rows\.v/,
      where: /^migrations\/20260101000001_b\.assets\//,
    });
  });

  it('shows an error of a file that is made anew at its place in the file', async () => {
    const project = assetProject(database);
    await project.ship('a', below);
    await project.ship('b', {
      'views/v.sql':
        'create or replace view v as\n  select b from f();\ncreate or replace view w as select * from nowhere;',
    });
    await upgrade(await project.open(), { target: 'a' });
    const opened = await project.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'SQL_FAILED',
      message: /relation "nowhere" does not exist/,
      where: 'migrations/20260101000001_b.assets/views/v.sql:3:43',
    });
  });

  it('keeps a materialized view unfilled that was so, and keeps owner, grants and a revoked EXECUTE', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'views/m.sql': 'create materialized view m as select id from t', ...below });
    await project.ship('b', {
      'views/m.sql': 'create materialized view m as select id, name from t',
      ...above,
    });
    await upgrade(await project.open(), { target: 'a' });
    await database.query(`create index on m (id); refresh materialized view m with no data;
      revoke execute on function f from public; grant select on v to public`);
    await upgrade(await project.open());
    expect(
      await database.query(`select (select relispopulated from pg_class where relname = 'm') as filled,
        (select count(*)::int from pg_indexes where tablename = 'm') as indexes,
        has_table_privilege('public', 'v', 'select') as granted,
        (select proacl::text not like '%{=X%' from pg_proc where proname = 'f') as revoked`),
    ).to.deep.equal([{ filled: false, indexes: 1, granted: true, revoked: true }]);
  });
});
