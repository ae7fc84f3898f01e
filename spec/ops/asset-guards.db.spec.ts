import { expect } from 'chai';
import { downgrade, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject, functionsOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { type ExpectedFailure, expectRefusal } from '../helpers/failure.js';

const path = 'procs/f.sql';
const returning = (value: number, type = 'int') =>
  `create or replace function f() returns ${type} language sql as $$ select ${value}::${type} $$;\n`;

describeOnServers('an SQL file that is not what it should be', (database) => {
  beforeEach(() => emptyDatabase(database));

  const project = () => assetProject(database);

  const refused = (made: AssetProject, expected: ExpectedFailure, target = 'heads') =>
    expectRefusal(database, async () => upgrade(await made.open(), { target }), expected);

  const refusedDown = (made: AssetProject, expected: ExpectedFailure, target: string) =>
    expectRefusal(database, async () => downgrade(await made.open(), { target }), expected);

  async function twoVersions(): Promise<AssetProject> {
    const made = project();
    await made.ship('a', { [path]: returning(1) });
    await made.ship('b', { [path]: returning(2) });
    return made;
  }

  it('records what is installed, with identities as the server prints them', async () => {
    const made = project();
    await made.ship('a', {
      'types/pair.sql': 'create type "Pair" as (x int, y int);',
      'procs/f.sql':
        'create or replace function f(a "Pair", b varchar(3), c int[] default null) returns int language sql as $$ select 1 $$;',
      'views/v.sql': 'create or replace view v as select f(null, null) as n;',
    });
    await upgrade(await made.open());
    const rows = await database.query(
      'select path, sha256, revision, identities from limbeck_assets order by path',
    );
    expect(
      rows.map(({ path: file, revision, identities }) => ({ file, revision, identities })),
    ).to.deep.equal([
      {
        file: 'procs/f.sql',
        revision: 'a',
        identities: ['function public.f(public."Pair",character varying,integer[])'],
      },
      { file: 'types/pair.sql', revision: 'a', identities: ['type public."Pair"'] },
      { file: 'views/v.sql', revision: 'a', identities: ['view public.v'] },
    ]);
    expect(rows.map(({ sha256 }) => /^[0-9a-f]{64}$/.test(String(sha256)))).to.deep.equal([true, true, true]);
    await downgrade(await made.open(), { target: 'base' });
    expect(await database.query('select from limbeck_assets')).to.deep.equal([]);
  });

  it('ASSET_MISMATCH: erases no change that somebody else installed, up or down', async () => {
    const made = await twoVersions();
    await upgrade(await made.open(), { target: 'a' });
    await database.query("update limbeck_assets set sha256 = 'other', revision = 'x'");
    await database.query(returning(9));
    await refused(made, {
      code: 'ASSET_MISMATCH',
      message:
        'upgrade of "b" failed: the database has another version of "procs/f.sql" than revision "b" builds on: it has the one of revision "x", and should have that of "a"',
      where: 'migrations/20260101000001_b.ts',
      next: /nothing was changed, the database is at a$/,
    });
    await refusedDown(made, { code: 'ASSET_MISMATCH', where: 'migrations/20260101000000_a.ts' }, 'base');
    await database.query('delete from limbeck_assets');
    await refused(made, { code: 'ASSET_MISMATCH', message: /it has none, and should have that of "a"$/ });
    expect((await functionsOf(database, 'f'))[0]).to.include('select 9');
  });

  it('ASSET_MISMATCH: does not take over what no revision has installed', async () => {
    const made = await twoVersions();
    await upgrade(await made.open(), { target: 'a' });
    await downgrade(await made.open(), { target: 'base' });
    await database.query("insert into limbeck_assets values ('procs/f.sql', 'other', 'x', '{}')");
    await refused(made, {
      code: 'ASSET_MISMATCH',
      message: /it has the one of revision "x", and should have none$/,
    });
  });

  it('ASSET_DIVERGENT: refuses two branches that change one file before the first statement', async () => {
    const made = project();
    await made.ship('a', { [path]: returning(1) });
    await made.ship('b', { [path]: returning(2) }, { downRevision: 'a' });
    await made.ship('c', { [path]: returning(3) }, { downRevision: 'a' });
    await refused(made, {
      code: 'ASSET_DIVERGENT',
      message: '"procs/f.sql" was changed by "c", "b", on branches that no merge joins',
      where: 'migrations/20260101000002_c.assets/procs/f.sql',
      next: /^join the branches and the file: `limbeck merge heads -m "…"`; where "c" is applied nowhere else, .*`limbeck freeze c`/,
    });
    expect(await versionRows(database)).to.deep.equal([]);
    await upgrade(await made.open(), { target: 'b' });
    await refused(made, { code: 'ASSET_DIVERGENT' }, 'c');
    // A merge that ships the joined version settles it, in the same plan too.
    await made.ship('d', { [path]: returning(4) }, { downRevision: ['b', 'c'] });
    await upgrade(await made.open());
    expect((await functionsOf(database, 'f'))[0]).to.include('select 4');
    await downgrade(await made.open(), { target: 'b' });
    expect((await functionsOf(database, 'f'))[0]).to.include('select 3');
    expect(await versionRows(database)).to.deep.equal(['b', 'c']);
  });

  it('ASSET_DIVERGENT: names all files that one merge would join', async () => {
    const made = project();
    const [f, g] = ['procs/f.sql', 'procs/g.sql'];
    const texts = (n: number) => ({ [f]: returning(n), [g]: returning(n).replace('f()', 'g()') });
    await made.ship('a', texts(1));
    await made.ship('b', texts(2), { downRevision: 'a' });
    await made.ship('c', texts(3), { downRevision: 'a' });
    const error = await refused(made, {
      code: 'ASSET_DIVERGENT',
      message:
        '"procs/f.sql" was changed by "c", "b", on branches that no merge joins; the same goes for "procs/g.sql"',
    });
    expect(error.details['others']).to.deep.equal([g]);
  });

  it('DEPENDENTS_EXIST: lists what stands on an object that is dropped, and does not advise to CASCADE', async () => {
    const made = project();
    await made.ship('a', { [path]: returning(1) });
    await made.ship(
      'b',
      {},
      {
        upgrade: `await op.execute('create view v as select f() as n; create view w as select f() as n');`,
      },
    );
    await upgrade(await made.open());
    made.remove(`raw_sql/${path}`);
    const drop = "await dropStoredProc(op, ['f.sql']);";
    await made.ship('c', {}, { upgrade: drop, downgrade: drop });
    const expected = {
      code: 'DEPENDENTS_EXIST',
      message:
        /cannot drop function f\(\) because other objects depend on it: view v depends on function f\(\); view w depends on function f\(\)$/,
      next: /^change or drop what is listed first/,
    } as const;
    const error = await refused(made, expected);
    expect(JSON.stringify([error.message, error.next, error.details])).to.not.include('CASCADE');
    made.script('d', { upgrade: "await op.execute('drop function f()');", downRevision: 'b' });
    await refused(made, { ...expected, where: /_d\.ts:/ }, 'd');
  });

  it('ASSET_TAMPERED: notices one byte in a frozen file, in both directions', async () => {
    const made = await twoVersions();
    const [a, b] = [
      'migrations/20260101000000_a.assets/procs/f.sql',
      'migrations/20260101000001_b.assets/procs/f.sql',
    ];
    await upgrade(await made.open(), { target: 'a' });
    const texts = [made.read(a), made.read(b)] as const;
    made.write(b, `${texts[1]} `);
    await refused(made, {
      code: 'ASSET_TAMPERED',
      where: b,
      message: /"procs\/f\.sql" in revision "b" was changed after it was frozen$/,
    });
    made.write(b, texts[1]);
    await upgrade(await made.open());
    made.write(a, `${texts[0]} `);
    await refusedDown(made, { code: 'ASSET_TAMPERED', where: a }, 'a');
    // A checkout with other line ends is no change.
    made.write(a, `\uFEFF${texts[0].replaceAll('\n', '\r\n')}`);
    await downgrade(await made.open(), { target: 'a' });
    expect((await functionsOf(database, 'f'))[0]).to.include('select 1');
  });

  it('ASSET_MISSING: notices a frozen file that is not on disk', async () => {
    const made = await twoVersions();
    made.remove('migrations/20260101000001_b.assets/procs');
    await upgrade(await made.open(), { target: 'a' });
    await refused(made, {
      code: 'ASSET_MISSING',
      where: 'migrations/20260101000001_b.assets/procs/f.sql',
      next: /^restore it from version control/,
    });
  });

  it('ASSET_NOT_FROZEN: never loads a live file', async () => {
    const made = await twoVersions();
    made.script('b', { downRevision: 'a', upgrade: "await loadStoredProc(op, ['f.sql', 'g.sql']);" });
    made.write('raw_sql/procs/g.sql', 'create function g() returns int language sql as $$ select 1 $$;');
    await upgrade(await made.open(), { target: 'a' });
    await refused(made, {
      code: 'ASSET_NOT_FROZEN',
      message: 'upgrade of "b" failed: revision "b" loads "procs/g.sql", which is not frozen with it',
      next: /^if the revision is new and applied nowhere, run `limbeck freeze b`; else load the file in a new revision/,
    });
  });

  it('MANIFEST_INVALID: reads no broken manifest', async () => {
    const made = await twoVersions();
    made.write('migrations/20260101000001_b.assets/manifest.json', '{ "procs/f.sql": {} }');
    await refused(made, {
      code: 'MANIFEST_INVALID',
      where: 'migrations/20260101000001_b.assets/manifest.json',
    });
  });

  /** What somebody made by hand, the file that meets it, and the words of the server. */
  const inTheWay: Record<string, readonly [first: string, path: string, text: string, message: RegExp]> = {
    'a function of another return type': [
      returning(1, 'text').replace('f()', 'g()'),
      path,
      `${returning(2)}\n${returning(2).replace('f()', 'g()')}`,
      /cannot change return type of existing function$/,
    ],
    'a view with other columns': [
      'create view v as select 1 as a, 2 as b',
      'views/v.sql',
      'create or replace view v as select 1 as a',
      /cannot drop columns from view$/,
    ],
    'a view': [
      'create view v as select 1',
      'views/v.sql',
      'create view v as select 1',
      /"v" already exists$/,
    ],
    'a table': [
      'create table v (a int)',
      'views/v.sql',
      'create or replace view v as select 1 as a',
      /"v" is not a view$/,
    ],
  };
  for (const [what, [first, file, text, message]] of Object.entries(inTheWay)) {
    it(`ASSET_NOT_REPLACEABLE: drops nothing that no file has defined: ${what}`, async () => {
      const made = project();
      await made.ship('a', { [path]: returning(1) });
      await made.ship('b', { [file]: text });
      await upgrade(await made.open(), { target: 'a' });
      await database.query(first);
      await refused(made, {
        code: 'ASSET_NOT_REPLACEABLE',
        message,
        where: new RegExp(`^migrations/20260101000001_b.assets/${file}:\\d:1$`),
        next: /^drop or rename what stands there in the script, .*; nothing was changed, the database is at a$/,
      });
    });
  }

  it('leaves a type alone that stands already', async () => {
    const made = project();
    const type = "create type mood as enum ('sad', 'glad');";
    const uses = 'create or replace function g(m mood) returns int language sql as $$ select 1 $$;';
    await made.ship('a', { 'types/mood.sql': type });
    await made.ship('b', { 'types/mood.sql': type, 'procs/g.sql': uses });
    await upgrade(await made.open(), { target: 'a' });
    await database.query("create table moods (m mood); insert into moods values ('sad')");
    await upgrade(await made.open());
    await downgrade(await made.open(), { target: 'a' });
    expect(await database.query('select m from moods')).to.deep.equal([{ m: 'sad' }]);
    expect(await functionsOf(database, 'g')).to.deep.equal([]);
    await refusedDown(
      made,
      { code: 'DEPENDENTS_EXIST', message: /cannot drop type mood because other objects depend on it/ },
      'base',
    );
    await database.query('drop table moods');
    await downgrade(await made.open(), { target: 'base' });
    expect(await database.query("select to_regtype('mood') as found")).to.deep.equal([{ found: null }]);
  });
});

describeOnServers('an SQL file of an extension', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  beforeEach(() => emptyDatabase(database));

  const own = (types: string) =>
    `create or replace function similarity(${types}) returns real language sql as $$ select 1 $$;`;

  it('EXTENSION_MEMBER: is refused before it would replace a part of it', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': own('text, text') });
    await database.query('create extension pg_trgm');
    const opened = await made.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'EXTENSION_MEMBER',
      message: /function public\.similarity\(text, text\) \(it belongs to extension pg_trgm\)/,
      where: 'migrations/20260101000000_a.assets/procs/f.sql',
    });
  });

  it('may be one of another signature', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': own('text, integer') });
    await database.query('create extension pg_trgm');
    await upgrade(await made.open());
  });
});
