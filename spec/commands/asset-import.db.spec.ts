/** From a database, or files for psql, to live files, and on to a revision that follows them. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import {
  assetImport,
  assetStatus,
  check,
  downgrade,
  freeze,
  type Project,
  revision,
  stamp,
  upgrade,
} from '../../lib/index.js';
import { limbeckIn } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { shown } from '../dependents/aside-work.js';
import { differing, emptyDatabase } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';

const objects = `create type mood as enum ('it''s', 'sad');
comment on type mood is 'how it is';
create type pair as (a int, b text collate "C");
create domain small as int default 1 not null constraint few check (value < 10);
create table t (id int primary key, m mood);
create function add(a int, b int default 1) returns int language sql as $$ select a + b $$;
create function add(a text, b text) returns text language plpgsql immutable as $$ begin return a || b; end $$;
comment on function add(int, int) is 'it''s a sum';
create procedure fill(inout n int) language plpgsql as $$ begin n := 1; end $$;
create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
create view v with (security_barrier = true) as select id, add(id) as more from t;
comment on column v.more is 'one more';
create materialized view mv as select * from v;
create unique index mv_key on mv (id);
create schema billing;
create function billing.rate() returns numeric language sql as 'select 1.5';
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before insert on t for each row execute function touch();
alter table t enable row level security;
create policy own_rows on t for select using (id > 0);
`;

const kinds = ['types', 'procs', 'views', 'triggers', 'policies'];

describeOnServers('assets import', (database) => {
  let project: MigrationProject;

  beforeEach(async () => {
    await emptyDatabase(database);
    project = migrationProject(database.config, {
      settings: { kinds, trial: false },
      files: { 'migrations/.gitkeep': '' },
    });
  });

  describe('from a database', () => {
    beforeEach(async () => {
      await database.query('drop schema if exists billing cascade');
      await database.query(objects);
    });
    afterEach(() => database.query('drop schema if exists billing cascade'));

    it('writes a file for each name, as the server prints it', async () => {
      const { files } = await assetImport(await project.open(), { fromDatabase: ['*', 'billing.*'] });
      expect(files.map(({ file, outcome }) => `${outcome} ${file}`).sort()).to.deep.equal(
        [
          'policies/own_rows',
          'procs/add',
          'procs/billing/rate',
          'procs/fill',
          'procs/total',
          'procs/touch',
          'triggers/touched',
          'types/mood',
          'types/pair',
          'types/small',
          'views/mv',
          'views/v',
        ].map((name) => `written raw_sql/${name}.sql`),
      );
      const read = (path: string) => project.read(`raw_sql/${path}.sql`);
      expect(read('types/mood')).to.equal(
        "create type public.mood as enum (\n  'it''s',\n  'sad'\n);\ncomment on type public.mood is 'how it is';\n",
      );
      expect(read('types/pair')).to.equal(
        'create type public.pair as (a integer, b text collate pg_catalog."C");\n',
      );
      expect(read('types/small')).to.match(
        /^create domain public\.small as integer default 1.* not null constraint few CHECK \(\(VALUE < 10\)\);\n$/,
      );
      expect(read('procs/add').match(/^CREATE OR REPLACE FUNCTION public\.add/gm)).to.have.length(2);
      expect(read('procs/add')).to.include(
        "comment on function public.add(a integer, b integer) is 'it''s a sum';",
      );
      expect(read('views/v')).to.match(
        /^create or replace view public\.v with \(security_barrier='true'\) as\n/,
      );
      expect(read('views/v')).to.include("comment on column public.v.more is 'one more';");
      expect(read('views/mv')).to.match(
        /^create materialized view public\.mv as\n[^]*;\nCREATE UNIQUE INDEX mv_key/,
      );
      expect(read('triggers/touched')).to.match(
        /^CREATE OR REPLACE TRIGGER touched BEFORE INSERT ON public\.t/,
      );
    });

    it('keeps what CREATE does not say', async () => {
      project = migrationProject(database.config, {
        settings: { kinds: [...kinds, 'rules'], trial: false },
        files: { 'migrations/.gitkeep': '' },
      });
      await database.query(`alter table t disable trigger touched;
        create trigger mv after delete on t for each row execute function touch();
        comment on trigger mv on t is 'called as the view';
        alter view v alter column more set default 7;
        create rule into_v as on insert to v do instead insert into t (id) values (new.id);
        comment on rule into_v on v is 'passes on';
        create rule seen as on delete to t do also notify t;
        alter table t enable always rule seen;
        comment on column pair.b is 'second';
        alter materialized view mv cluster on mv_key;
        alter materialized view mv alter column id set statistics 50;
        comment on index mv_key is 'the key';
        create statistics mv_both on id, more from mv;
        alter statistics mv_both set statistics 60;
        comment on statistics mv_both is 'both';
        comment on constraint few on domain small is 'not many';
        alter domain small add constraint late check (value <> 5) not valid;
        create materialized view later as select 1 as one with no data`);
      await database.query('drop schema billing cascade');
      const before = await shown(database);
      await assetImport(await project.open(), { fromDatabase: ['*'] });
      const read = (path: string) => project.read(`raw_sql/${path}.sql`);
      expect(read('triggers/touched')).to.match(/;\nalter table only public\.t disable trigger touched;\n$/);
      expect(read('rules/seen')).to.match(
        /^CREATE OR REPLACE RULE seen AS[^]*;\nalter table public\.t enable always rule seen;\n$/,
      );
      expect(read('views/later')).to.match(/\nwith no data;\n$/);
      expect(read('views/v')).to.include('alter view public.v alter column more set default 7;\n');

      project.script('tables', {
        downRevision: null,
        upgrade:
          "await op.execute('create table t (id int primary key); alter table t enable row level security');",
        downgrade: "await op.execute('drop table t');",
      });
      await revision(await project.open(), { message: 'import', autogenerate: true });
      await database.query('drop table t cascade');
      await emptyDatabase(database);
      await upgrade(await project.open());
      await database.query('alter table t add m mood');
      await database.query('drop table limbeck_version, limbeck_log, limbeck_assets, limbeck_stages');
      const after = await shown(database);
      expect(differing(before.snapshot, after.snapshot)).to.deep.equal([]);
      expect(after.dump).to.equal(before.dump);
    });

    it('takes what fits the pattern and the kinds', async () => {
      const names = async (options: Parameters<typeof assetImport>[1]) =>
        (await assetImport(await project.open(), { dryRun: true, ...options })).files.map(({ path }) => path);
      expect(await names({ fromDatabase: ['public.t*'] })).to.deep.equal([
        'procs/total.sql',
        'procs/touch.sql',
        'triggers/touched.sql',
      ]);
      expect(await names({ fromDatabase: ['t*'], kind: 'procs' })).to.deep.equal([
        'procs/total.sql',
        'procs/touch.sql',
      ]);
      expect(await names({ fromDatabase: ['?v', 'b*.rate'] })).to.deep.equal([
        'procs/billing/rate.sql',
        'views/mv.sql',
      ]);
      expect(existsSync(project.path('raw_sql')), 'nothing is written').to.equal(false);
      await expectFailure(assetImport(await project.open(), { fromDatabase: ['nope*', 'a_d'] }), {
        code: 'ASSET_NOT_FOUND',
        message: /is named "nope\*", "a_d"$/,
      });
    });

    it('leads to a revision that follows the database, and makes it anew elsewhere', async () => {
      await assetImport(await project.open(), { fromDatabase: ['*', 'billing.*'] });
      project.script('tables', {
        downRevision: null,
        upgrade: "await op.execute('create schema billing');",
        downgrade: "await op.execute('drop schema billing');",
      });
      // The table needs the type, and the view the table.
      project.remove('raw_sql/views');
      project.remove('raw_sql/triggers');
      project.remove('raw_sql/policies');
      const made = await revision(await project.open(), { message: 'import', autogenerate: true });
      await stamp(await project.open(), { targets: ['heads'] });
      expect((await check(await project.open(), { database: true })).findings).to.deep.equal([]);
      const { assets } = await assetStatus(await project.open(), { database: true });
      expect(assets.every(({ installed }) => installed?.isExpected === true)).to.equal(true);

      const rate = project.read('raw_sql/procs/billing/rate.sql');
      project.write('raw_sql/procs/billing/rate.sql', rate.replace('1.5', '2.5'));
      await revision(await project.open(), { message: 'rate', autogenerate: true });
      await upgrade(await project.open());
      const [{ rate: now } = {}] = await database.query('select billing.rate()');
      expect(Number(now)).to.equal(2.5);
      await downgrade(await project.open(), { target: made.revision ?? '' });
      const [{ rate: then } = {}] = await database.query('select billing.rate()');
      expect(Number(then)).to.equal(1.5);

      await database.query('drop schema billing cascade');
      await emptyDatabase(database);
      await upgrade(await project.open());
      const again = await database.query("select add(1) as one, 'sad'::mood as mood, billing.rate()");
      expect(again).to.have.length(1);
    });

    it('finds what limbeck has loaded unchanged, however the server prints it', async () => {
      await database.query('drop function billing.rate()');
      project.write(
        'raw_sql/procs/spelled.sql',
        'create or replace function SPELLED( ) returns INT language sql as $$ select 1 $$;\n',
      );
      await revision(await project.open(), { message: 'a', autogenerate: true });
      await upgrade(await project.open());
      const { files } = await assetImport(await project.open(), { fromDatabase: ['spelled'] });
      expect(files.map(({ outcome }) => outcome)).to.deep.equal(['unchanged']);
    });
  });

  describe('from files', () => {
    const file = "begin;\ncreate function f() returns int language sql as 'select 1';\ncommit;\n";

    it('writes them, tells what was left out, and what comes next', async () => {
      project.write('db/f.sql', file);
      const { stdout, status } = await limbeckIn(project.root)('assets', 'import', 'db/f.sql');
      expect(stdout).to.equal(`written  raw_sql/procs/f.sql  function public.f()
left out at db/f.sql:1:1: begin;
left out at db/f.sql:3:1: commit;
Wrote 1 live file
Ship them with \`limbeck revision -m "…" --autogenerate\`
`);
      expect(status).to.equal(0);
      await revision(await project.open(), { message: 'f', autogenerate: true });
      await upgrade(await project.open());
      expect(await database.query('select f()')).to.deep.equal([{ f: 1 }]);
    });

    it('keeps a live file that differs, and shows how, unless forced', async () => {
      project.write('db/f.sql', file);
      project.write('raw_sql/procs/f.sql', '-- mine\n');
      const { stdout, status } = await limbeckIn(project.root)('assets', 'import', 'db/f.sql');
      expect(stdout)
        .to.include('kept  raw_sql/procs/f.sql')
        .and.include('\n--- mine\n+create or replace function f()');
      expect(stdout).to.include('Kept 1 live file with another text: overwrite with `--force`');
      expect(status).to.equal(1);
      expect(project.read('raw_sql/procs/f.sql')).to.equal('-- mine\n');
      expect((await limbeckIn(project.root)('assets', 'import', 'db/f.sql', '--force')).stdout).to.match(
        /^overwritten/,
      );
      const again = await assetImport(await project.open(), { files: ['db/f.sql'] });
      expect(again.files.map(({ outcome }) => outcome)).to.deep.equal(['unchanged']);
    });

    it('reads live files and manifests once, however many objects there are', async () => {
      const functions = [1, 2, 3].map((n) => file.replace('f()', `f${n}()`));
      project.write('db/f.sql', functions.join(''));
      const own = await project.open();
      const reads: string[] = [];
      const counting = Object.create(own, {
        readHistory: { value: () => (reads.push('history'), own.readHistory()) },
        live: { value: { ...own.live, paths: () => (reads.push('live'), own.live.paths()) } },
      }) as Project;
      const { files } = await assetImport(counting, { files: ['db/f.sql'] });
      expect(files).to.have.length(3);
      expect(reads.sort()).to.deep.equal(['history', 'live']);
    });

    it('leaves an object in the file that ships it', async () => {
      project.write('raw_sql/procs/other.sql', file.replace('begin;\n', '').replace('commit;\n', ''));
      await revision(await project.open(), { message: 'f', autogenerate: true });
      project.write('db/f.sql', file);
      const { files } = await assetImport(await project.open(), { files: ['db/f.sql'] });
      expect(files.map(({ outcome, path }) => `${outcome} ${path}`)).to.deep.equal([
        'shipped procs/other.sql',
      ]);
    });

    it('writes nothing where anything stands against it, and tells all', async () => {
      project.write('db/f.sql', file);
      project.write('db/g.sql', `\\i x.sql\n${file}create table t ();\n`);
      const error = await expectFailure(
        assetImport(await project.open(), { files: ['db/f.sql', 'db/g.sql'] }),
        {
          code: 'ASSET_NOT_IMPORTABLE',
          message: 'nothing was imported: 3 things stand against it',
          where: 'db/g.sql:1:1',
          excerpt:
            /^db\/g\.sql:1:1: [^]*\ndb\/g\.sql:5:1: CREATE TABLE [^]*\ndb\/g\.sql: "db\/f\.sql" defines "function public\.f\(\)" too: /,
        },
      );
      expect(error.details['refusals']).to.have.length(3);
      expect(existsSync(project.path('raw_sql')), 'nothing is written').to.equal(false);
    });

    it('refuses neither, both, a kind that is not there, and a file that is not there', async () => {
      const opened = await project.open();
      await expectFailure(assetImport(opened, {}), { code: 'USAGE' });
      await expectFailure(assetImport(opened, { files: ['a.sql'], fromDatabase: ['*'] }), { code: 'USAGE' });
      await expectFailure(assetImport(opened, { files: ['a.sql'], kind: 'nope' }), { code: 'USAGE' });
      await expectFailure(assetImport(opened, { files: ['a.sql'] }), { code: 'ASSET_NOT_FOUND' });
    });
  });
});

describeOnServers('assets import and extensions', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  it('passes over what belongs to an extension', async () => {
    const project = migrationProject(database.config, { files: { 'migrations/.gitkeep': '' } });
    await database.query('create extension pg_trgm');
    await database.query("create function simile() returns int language sql as 'select 1'");
    const { files, extensionMembers } = await assetImport(await project.open(), { fromDatabase: ['simil*'] });
    expect(files.map(({ path }) => path)).to.deep.equal(['procs/simile.sql']);
    expect(extensionMembers.map(({ extension }) => extension)).to.include('pg_trgm');
    expect(extensionMembers.map(({ object }) => object)).to.include('function public.similarity(text, text)');
    const { stdout } = await limbeckIn(project.root)(
      'assets',
      'import',
      '--from-database',
      'simil*',
      '--dry-run',
    );
    expect(stdout.match(/^passed over .*$/gm)).to.deep.equal([
      `passed over ${extensionMembers.length} parts of the extension pg_trgm`,
    ]);
  });
});

describeOnServers('assets import of a database', (database) => {
  it('takes ranges for types, without the functions that come with them', async () => {
    await emptyDatabase(database);
    const project = migrationProject(database.config, {
      settings: { trial: false },
      files: { 'migrations/.gitkeep': '' },
    });
    const types = `create type span as range (subtype = float8, subtype_diff = float8mi);
create type textrange as range (subtype = text, collation = "C", multirange_type_name = many, subtype_opclass = text_pattern_ops);`;
    await database.query(types);
    const { files } = await assetImport(await project.open(), { fromDatabase: ['*'] });
    expect(files.map(({ path }) => path)).to.deep.equal(['types/span.sql', 'types/textrange.sql']);
    expect(['span', 'textrange'].map((name) => project.read(`raw_sql/types/${name}.sql`))).to.deep.equal([
      'create type public.span as range (subtype = double precision, subtype_diff = float8mi);\n',
      'create type public.textrange as range (subtype = text, subtype_opclass = pg_catalog.text_pattern_ops, collation = pg_catalog."C", multirange_type_name = public.many);\n',
    ]);
    await emptyDatabase(database);
    await revision(await project.open(), { message: 'types', autogenerate: true });
    await upgrade(await project.open());
    expect(await database.query('select lower(span(1, 2)) as one')).to.deep.equal([{ one: 1 }]);
  });

  it('tells what it passes over', async () => {
    await emptyDatabase(database);
    const project = migrationProject(database.config, {
      settings: { trial: false },
      files: { 'migrations/.gitkeep': '' },
    });
    await database.query(objects);
    try {
      const report = await assetImport(await project.open(), { fromDatabase: ['*'], dryRun: true });
      expect(report.withoutFolder).to.deep.equal([
        { object: 'policy own_rows on public.t', folder: 'policies' },
        { object: 'trigger touched on public.t', folder: 'triggers' },
      ]);
      expect(report.otherSchemas).to.deep.equal(['billing']);
      const all = await assetImport(await project.open(), { fromDatabase: ['*.*'], dryRun: true });
      expect(all.otherSchemas).to.deep.equal([]);
      expect(all.files.map(({ path }) => path)).to.include('procs/billing/rate.sql');
    } finally {
      await database.query('drop schema billing cascade');
    }
  });

  it('says in the file that PUBLIC may not execute a routine', async () => {
    await emptyDatabase(database);
    const project = migrationProject(database.config, {
      settings: { trial: false },
      files: { 'migrations/.gitkeep': '' },
    });
    await database.query(`create function f(a int default 1) returns int language sql security definer as 'select 1';
create procedure p() language sql as 'select 1';
create aggregate total(int) (sfunc = int4pl, stype = int);
create function open() returns int language sql as 'select 1';
revoke all on routine f, p, total(int) from public`);
    await assetImport(await project.open(), { fromDatabase: ['*'] });
    const withheld = (name: string) =>
      /^revoke .*$/m.exec(project.read(`raw_sql/procs/${name}.sql`) ?? '')?.[0];
    expect(['f', 'p', 'total', 'open'].map(withheld)).to.deep.equal([
      'revoke execute on function public.f(integer) from public;',
      'revoke execute on procedure public.p() from public;',
      'revoke execute on function public.total(integer) from public;',
      undefined,
    ]);
    await emptyDatabase(database);
    await revision(await project.open(), { message: 'procs', autogenerate: true });
    await upgrade(await project.open());
    const [row] = await database.query(
      "select proacl::text like '%{=X/%' as may from pg_proc where proname = 'f'",
    );
    expect(row).to.deep.equal({ may: false });
  });
});

describeOnServers('assets import of types that tables hold', { on: ['PGlite'] }, (database) => {
  it('leads to revisions that make types, tables and the rest in turn', async () => {
    const project = migrationProject(database.config, {
      settings: { trial: false },
      files: { 'migrations/.gitkeep': '' },
    });
    const table = 'create table t (m mood)';
    await database.query(`create type mood as enum ('sad'); ${table}; create view v as select m from t`);
    await assetImport(await project.open(), { fromDatabase: ['*'] });
    const load = "await op.loadAssets('types', ['mood.sql']);";
    project.script('types', { downRevision: null, upgrade: load, downgrade: load });
    await freeze(await project.open(), { revision: 'types' });
    project.script('tables', {
      downRevision: 'types',
      upgrade: `await op.execute('${table}');`,
      downgrade: "await op.execute('drop table t');",
    });
    await revision(await project.open(), { message: 'rest', autogenerate: true });
    await expectFailure(upgrade(await project.open()), {
      code: 'ASSET_NOT_REPLACEABLE',
      next: /limbeck stamp/,
    });
    await stamp(await project.open(), { targets: ['heads'] });
    expect((await check(await project.open(), { database: true })).findings).to.deep.equal([]);
    await emptyDatabase(database);
    await upgrade(await project.open());
    expect(await database.query('select * from v')).to.deep.equal([]);
    await downgrade(await project.open(), { target: 'base' });
  });
});
