import { expect } from 'chai';
import { downgrade, upgrade, upgradeSql, downgradeSql } from '../../lib/index.js';
import { expectUnchanged } from '../dependents/aside-work.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';
import { requireProgram, runPsql } from '../helpers/programs.js';

const mood = (...labels: string[]) =>
  `create type mood as enum (${labels.map((label) => `'${label}'`).join(', ')});\n`;

/** The line that loads the types of these files anew, and the one that puts them back. */
const convert = (files: readonly string[], more = '') => {
  const names = files.map((file) => `'${file}'`).join(', ');
  return {
    upgrade: `await loadType(op, [${names}], { ${more}convert: true });`,
    downgrade: `await loadType(op, [${names}]);`,
  };
};

/** Everything that can stand on an enum, or be made of it; 'sad' is used by rows alone. */
const everything = (role: string) => `
  create role ${role}_owner; create role ${role}_reader; create role ${role}_other;
  grant create on schema public to ${role}_owner;
  comment on type mood is 'how it is';
  grant usage on type mood to ${role}_reader with grant option;
  revoke usage on type mood from public;
  create domain feeling as mood default 'ok' constraint not_sad check (value <> 'happy') not null;
  comment on domain feeling is 'felt'; comment on constraint not_sad on domain feeling is 'never';
  alter domain feeling owner to ${role}_owner;
  create domain feelings as mood[];
  create type pair as (m mood, several mood[], n integer);
  create table days (
    id integer primary key, m mood not null default 'ok', several mood[] default '{ok,happy}', f feeling, fs feelings,
    words text generated always as (id::text || 'x') stored,
    unique (m, id), constraint late check (m <> 'happy' or id > 1), exclude using btree (m with =, id with =)
  );
  comment on column days.m is 'of the day'; comment on constraint late on days is 'late';
  alter table days alter column m set statistics 77;
  create index ok_days on days (id desc) include (m) where m = 'ok'; comment on index ok_days is 'good ones';
  create unique index on days (m, id); create index often on days (coalesce(m, 'ok'), id); alter table days cluster on often; alter index often alter column 1 set statistics 55; alter table days replica identity full;
  create table moods (m mood primary key, unique (m)); insert into moods values ('sad'), ('ok'), ('happy');
  create table notes (m mood references moods on delete cascade, "Odd name" mood default 'happy');
  create table logs (m mood not null, d integer) partition by range (d);
  create table logs_1 partition of logs for values from (0) to (10);
  create table logs_2 partition of logs for values from (10) to (20) partition by range (d);
  create table logs_2_1 partition of logs_2 for values from (10) to (15);
  alter table only logs_1 alter column m set default 'happy';
  create index on logs (d) where m <> 'ok';
  create index on logs (m);
  create table base (m mood check (m in ('ok', 'happy', 'sad'))); create table derived (extra mood) inherits (base);
  create view good with (security_barrier) as select id, m, 'ok'::mood as usual, several, f from days where m <> 'happy';
  create materialized view counts as select m, count(*) as n from good group by m; create unique index on counts (m);
  grant select on good to ${role}_reader; comment on view good is 'good';
  create function best(a mood, b mood default 'happy') returns mood language sql immutable as $$ select greatest(a, b) $$;
  create function all_of(variadic moods mood[]) returns setof mood language sql as $$ select unnest(moods) $$;
  create function row_of(days) returns mood language sql begin atomic select ($1).m; end;
  create function pair_of(pair, feeling) returns text language sql as $$ select ($1).m::text $$;
  revoke execute on function best from public; grant execute on function best to ${role}_reader;
  create view bests as select best(m) as m from days;
  create policy own on days using (m = 'ok'); alter table days enable row level security;
  create rule quiet as on delete to days where old.m = 'ok' do instead nothing;
  create function noted() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger noted before update of m on days for each row when (new.m = 'ok') execute function noted();
  alter table days disable trigger noted;
  insert into days (id, m, several, f, fs) values (1, 'sad', '{{sad,ok},{happy,NULL}}', 'sad', '{sad}'), (2, 'happy', null, 'ok', null);
  insert into notes values ('sad'); insert into logs values ('sad', 1), ('happy', 11); insert into base values ('sad');
  refresh materialized view counts;
  alter domain feeling add constraint cheered check (value <> 'sad' and value::text <> ' NOT VALID') not valid;
  comment on constraint cheered on domain feeling is 'from now on';
  alter type mood owner to ${role}_owner;
  revoke usage on type feeling from public; grant usage on type feeling to ${role}_reader with grant option;
  set role ${role}_reader; grant usage on type mood to ${role}_other; grant usage on type feeling to ${role}_other; reset role;`;

const dropRoles = (
  role: string,
) => `drop owned by ${role}_owner cascade; drop owned by ${role}_reader cascade;
  drop owned by ${role}_other cascade; drop role ${role}_owner; drop role ${role}_reader; drop role ${role}_other;`;

describeOnServers('a type that is made anew', (database) => {
  beforeEach(() => emptyDatabase(database));

  describe('with everything on it', () => {
    afterEach('roles', () => database.query(dropRoles('anew')));

    it('leaves all as it was, once it is made anew and back', async () => {
      const project = assetProject(database);
      const file = 'types/mood.sql';
      await project.ship('a', { [file]: mood('sad', 'ok', 'happy') });
      await project.ship('b', { [file]: mood('happy', 'great', 'ok', 'sad') }, convert(['mood.sql']));
      await upgrade(await project.open(), { target: 'a' });
      await database.query(everything('anew'));
      const rows = 'select id, m::text, several::text, f::text, fs::text from days order by id';
      const before = await database.query(rows);
      await expectUnchanged(database, async () => {
        await upgrade(await project.open());
        expect(await database.query(rows)).to.deep.equal(before);
        expect(await database.query("select 'great'::mood > 'happy'::mood as later")).to.deep.equal([
          { later: true },
        ]);
        await downgrade(await project.open(), { target: 'a' });
      });
      expect(await database.query(rows)).to.deep.equal(before);
      expect(await database.query('select m::text, n::int from counts order by 1')).to.deep.equal([
        { m: 'sad', n: 1 },
      ]);
    });
  });

  it('turns a value into another one, in arrays as well', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'types/mood.sql': mood('sad', '100%', 'ok') });
    const renames = "renames: { 'mood.sad': 'ok', 'mood.100%': 'fine' }, ";
    await project.ship('b', { 'types/mood.sql': mood('fine', 'ok') }, convert(['mood.sql'], renames));
    await upgrade(await project.open(), { target: 'a' });
    await database.query(`create domain d as mood; create table t (m mood, a mood[], d d);
      insert into t values ('sad', '{sad,ok,100%}', 'sad'), ('100%', null, '100%')`);
    const rows = 'select m::text, a::text, d::text from t';
    await upgrade(await project.open());
    expect(await database.query(rows)).to.deep.equal([
      { m: 'ok', a: '{ok,ok,fine}', d: 'ok' },
      { m: 'fine', a: null, d: 'fine' },
    ]);
    await downgrade(await project.open(), { target: 'a' });
    expect(await database.query(rows)).to.deep.equal([
      { m: 'ok', a: '{ok,ok,100%}', d: 'ok' },
      { m: '100%', a: null, d: '100%' },
    ]);
  });

  it('converts the columns of a composite and of arrays of it, attribute by attribute', async () => {
    const project = assetProject(database);
    const pair = (list: string) => ({ 'types/pair.sql': `create type pair as (${list});\n` });
    await project.ship('a', pair('a integer, b text, c date'));
    const renames = "renames: { 'pair.b': 'label' }, ";
    await project.ship('b', pair('label text, a bigint, extra text'), convert(['pair.sql'], renames));
    await upgrade(await project.open(), { target: 'a' });
    await database.query(`create table t (p pair, list pair[]); create view v as select (p).a, (p).b from t;
      comment on type pair is 'two'; comment on column pair.b is 'the second';
      insert into t values ('(1,x,)', '{"(2,y,2026-01-01)",NULL}'), (null, null), ('(,,)', '{}')`);
    const rows = 'select p::text, list::text from t';
    await expectUnchanged(database, async () => {
      await upgrade(await project.open());
      expect(await database.query(rows)).to.deep.equal([
        { p: '(x,1,)', list: '{"(y,2,)",NULL}' },
        { p: null, list: null },
        { p: '(,,)', list: '{}' },
      ]);
      await downgrade(await project.open(), { target: 'a' });
    });
    expect(await database.query(rows)).to.deep.equal([
      { p: '(1,x,)', list: '{"(2,y,)",NULL}' },
      { p: null, list: null },
      { p: '(,,)', list: '{}' },
    ]);
  });

  it('keeps the dimensions of arrays of a composite, and where they begin', async () => {
    const project = assetProject(database);
    const pair = (type: string) => ({ 'types/pair.sql': `create type pair as (a text, "b$$" ${type});\n` });
    await project.ship('a', pair('integer'));
    await project.ship('b', pair('bigint'), convert(['pair.sql']));
    await upgrade(await project.open(), { target: 'a' });
    await database.query(`create domain pairs as pair[]; create domain one as pair;
      create table t (id integer, list pair[], d pairs, ones one[]);
      insert into t values
        (1, '{{"(p,1)","(q,2)"},{NULL,"(s,)"}}', '[2:2][0:1]={{"(p,1)","(q,2)"}}', '{{"(p,1)"},{"(q,2)"}}'),
        (2, '[0:1]={"(u,1)","(v,2)"}', '[-1:-1][1:1][0:1][2:2][3:3][4:4]={{{{{{"(a,1)"}}},{{{"(b,2)"}}}}}}', '[5:5]={"(x,)"}'),
        (3, '{}', null, '{}')`);
    const rows = 'select list::text, d::text, ones::text from t order by id';
    const before = await database.query(rows);
    await upgrade(await project.open());
    expect(await database.query(rows)).to.deep.equal(before);
    await downgrade(await project.open(), { target: 'a' });
    expect(await database.query(rows)).to.deep.equal(before);
  });

  it('converts a domain to another base, and one that PostgreSQL would not check', async () => {
    const project = assetProject(database);
    const file = 'types/amount.sql';
    await project.ship('a', { [file]: 'create domain amount as text;\n' });
    await project.ship(
      'b',
      { [file]: 'create domain amount as numeric(6,2) default 1 check (value > 0);\n' },
      convert(['amount.sql']),
    );
    await project.ship(
      'c',
      {
        [file]:
          'create domain amount as numeric(6,2) default 1 not null check (value > 0) check (value < 99);\n',
      },
      convert(['amount.sql']),
    );
    await upgrade(await project.open(), { target: 'a' });
    await database.query(
      `create table t (x amount, list amount[]); insert into t values ('1.5', '{2,3.25}')`,
    );
    await expectUnchanged(database, async () => {
      await upgrade(await project.open());
      expect(await database.query('select x::text, list::text from t')).to.deep.equal([
        { x: '1.50', list: '{2.00,3.25}' },
      ]);
      await downgrade(await project.open(), { target: 'a' });
    });
  });

  it('stops at what PostgreSQL cannot convert, and changes nothing', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'types/mood.sql': mood('sad', 'ok') });
    await project.ship('b', { 'types/mood.sql': mood('ok') }, convert(['mood.sql']));
    await upgrade(await project.open(), { target: 'a' });
    const refused = async (
      sql: string,
      message: RegExp,
      next: RegExp,
      code: 'ASSET_TYPE_IN_USE' | 'DEPENDENT_NOT_RESTORED' = 'ASSET_TYPE_IN_USE',
    ) => {
      await database.query(sql);
      await expectRefusal(database, async () => upgrade(await project.open()), { code, message, next });
    };
    await refused(
      'create table part (m mood, n int) partition by list (m)',
      /public\.part\.m \(part of a partition key\)/,
      /change it by hand/,
    );
    await refused(
      'drop table part; create type pair as (m mood); create table pairs (p pair, q pair[])',
      /public\.pairs\.p, public\.pairs\.q \(of a composite type that has it as an attribute\)/,
      /change it by hand/,
    );
    await refused(
      "drop table pairs; create table days (m mood); insert into days values ('sad')",
      /public\.days\.m holds 'sad', which the new type lacks/,
      /say which value takes its place/,
    );
    await refused(
      "delete from days; alter table days alter column m set default 'sad'",
      /default of column public\.days\.m does not fit the new type/,
      /./,
    );
    await refused(
      "alter table days alter column m drop default; create view v as select 'sad'::mood as m",
      /view public\.v cannot be put back/,
      /./,
      'DEPENDENT_NOT_RESTORED',
    );
    await database.query('drop view v');
    await upgrade(await project.open());
  });
});

describeOnServers('a type that is made anew by --sql', { on: ['PostgreSQL 15'] }, (database) => {
  beforeEach(() => emptyDatabase(database));
  afterEach('roles', () => database.query(dropRoles('written')));

  it('is what the run makes of it, there and back', async function () {
    requireProgram(this, 'psql');
    const project = assetProject(database);
    await project.ship('a', { 'types/mood.sql': mood('sad', 'ok', 'happy') });
    await project.ship('b', { 'types/mood.sql': mood('happy', 'great', 'ok', 'sad') }, convert(['mood.sql']));
    await upgrade(await project.open(), { target: 'a' });
    await database.query(everything('written'));
    const { url } = database.onServer();
    await expectUnchanged(database, async () => {
      const up = await upgradeSql(await project.open(), { target: 'a:b' });
      expect(await runPsql(url, up.sql)).to.include({ status: 0, stderr: '' });
      expect(await database.query('select enum_range(null::mood)::text as all')).to.deep.equal([
        { all: '{happy,great,ok,sad}' },
      ]);
      const down = await downgradeSql(await project.open(), { target: 'b:a' });
      expect(await runPsql(url, down.sql)).to.include({ status: 0, stderr: '' });
    });
  });
});
