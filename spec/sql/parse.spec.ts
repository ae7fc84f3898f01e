import { expect } from 'chai';
import { identityOf, parseSql } from '../../lib/sql/parse.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const parse = (sql: string, schema = 'public') => parseSql(sql, 'raw_sql/procs/x.sql', schema);
const identities = async (sql: string, schema?: string) => (await parse(sql, schema)).objects.map(identityOf);
const mentions = async (sql: string) => [...(await parse(sql)).mentions];

describe('parseSql', () => {
  it('finds functions, and tells overloads apart by their input types', async () => {
    const body = 'language sql as $$ select 1 $$';
    expect(
      await identities(`
        create function f() returns int ${body};
        create or replace function f(d date, n int default 1, variadic rest text[], out total bigint) ${body};
        create function f(inout a uuid) ${body};
        create function f(in a int) returns table (b int) ${body}`),
    ).to.deep.equal([
      'function public.f()',
      'function public.f(date, integer, text[])',
      'function public.f(uuid)',
      'function public.f(integer)',
    ]);
  });

  it('spells types as the server prints them', async () => {
    const types = [
      ['int2, int4, int8', 'smallint, integer, bigint'],
      ['float, real, double precision', 'double precision, real, double precision'],
      ['bool, decimal(10, 2), varchar(10)[]', 'boolean, numeric, character varying[]'],
      ['char(3), "char", bit varying(3)', 'character, "char", bit varying'],
      [
        'timestamptz, timestamp, time',
        'timestamp with time zone, timestamp without time zone, time without time zone',
      ],
      ['mood, s.pair, "My"."T"[], products.id%type', 'mood, s.pair, "My"."T"[], products.id%TYPE'],
      ['interval day, json, int[][]', 'interval, json, integer[]'],
    ];
    for (const [written, spelled] of types)
      expect(await identities(`create function f(${written}) returns int return 1`)).to.deep.equal([
        `function public.f(${spelled})`,
      ]);
  });

  it('counts the OUT types of a procedure, which DROP PROCEDURE wants', async () => {
    const sql = 'create procedure p(in a int, out b text, inout c uuid) language sql as $$ select 1 $$';
    expect(await identities(sql)).to.deep.equal(['procedure public.p(integer, OUT text, uuid)']);
  });

  it('finds views, types, domains and aggregates', async () => {
    expect(
      await identities(`
        create view v as select 1; create recursive view rv (n) as select 1;
        create materialized view s.mv as select 1;
        create type mood as enum ('ok'); create type pair as (x int); create type span as range (subtype = float8);
        create domain posint as int check (value > 0);
        create aggregate total (int) (sfunc = f, stype = int); create aggregate n (*) (sfunc = f, stype = int)`),
    ).to.deep.equal([
      'view public.v',
      'view public.rv',
      'materialized view s.mv',
      'type public.mood',
      'type public.pair',
      'type public.span',
      'domain public.posint',
      'aggregate public.total(integer)',
      'aggregate public.n(*)',
    ]);
  });

  it('takes no other command for a definition', async () => {
    const sql =
      'create table t (a int); create table u as select 1; revoke select on t from r; comment on table t is null';
    expect(await identities(sql)).to.deep.equal([]);
  });

  it('finds what hangs on a table or view, operators, casts and the like, as DROP spells them', async () => {
    expect(
      await identities(
        `create or replace trigger "My t" after insert on s.b execute function f();
        create policy "order" on b for select using (true); create rule r as on insert to v do instead nothing;
        create operator + (leftarg = mood, rightarg = int, function = f); create operator s.!! (rightarg = int4, function = f);
        create cast (text as s.mood) with function f(text); create event trigger e on ddl_command_start execute function f();
        create operator class oc for type int using btree as operator 1 <; create operator family of using "Odd";
        create collation c (locale = 'C'); create text search configuration tsc (copy = english);
        create aggregate pct (float8 order by int) (sfunc = f, stype = int); create aggregate o (basetype = "any", sfunc = f, stype = int);
        create transform for mood language sql (from sql with function f(internal)); create type shell`,
        'app',
      ),
    ).to.deep.equal([
      'trigger "My t" on s.b',
      'policy "order" on app.b',
      'rule r on app.v',
      'operator app.+(mood, integer)',
      'operator s.!!(none, integer)',
      'cast (text as s.mood)',
      'event trigger e',
      'operator class app.oc using btree',
      'operator family app.of using "Odd"',
      'collation app.c',
      'text search configuration app.tsc',
      'aggregate app.pct(double precision, integer)',
      'aggregate app.o(*)',
      'transform for mood language sql',
    ]);
  });

  it('takes each privilege that is granted for an object of its own', async () => {
    expect(
      await identities(`grant select, update (a, "B") on s.b, v to app, public with grant option;
        grant all on all tables in schema s to "My role" granted by current_user;
        grant execute on function f(int, text), g to app; grant usage on type mood to app; grant usage on schema s to app;
        revoke all on function f(int), g() from public; revoke select on v from public; revoke execute on function f(int) from app;
        alter default privileges for role x in schema s, t grant select on tables to app;
        alter default privileges revoke execute on functions from public`),
    ).to.deep.equal([
      'grant select on table s.b to app with grant option',
      'grant update (a) on table s.b to app with grant option',
      'grant update ("B") on table s.b to app with grant option',
      'grant select on table s.b to public with grant option',
      'grant update (a) on table s.b to public with grant option',
      'grant update ("B") on table s.b to public with grant option',
      'grant select on table public.v to app with grant option',
      'grant update (a) on table public.v to app with grant option',
      'grant update ("B") on table public.v to app with grant option',
      'grant select on table public.v to public with grant option',
      'grant update (a) on table public.v to public with grant option',
      'grant update ("B") on table public.v to public with grant option',
      'grant all on all tables in schema s to "My role" granted by current_user',
      'grant execute on function public.f(integer, text) to app',
      'grant execute on function public.g to app',
      'grant usage on type public.mood to app',
      'grant usage on schema s to app',
      'revoke all on function public.f(integer) from public',
      'revoke all on function public.g() from public',
      'default privileges for role x in schema s grant select on tables to app',
      'default privileges for role x in schema t grant select on tables to app',
      'default privileges revoke execute on functions from public',
    ]);
  });

  it('finds statements that have no place in an SQL file, with where they begin', async () => {
    const misplaced = async (sql: string) =>
      (await parse(sql)).misplaced.map(({ reason, offset }) => `${offset}: ${reason}`);
    expect(await misplaced('create view v as select 1;\ncreate table t (a int);')).to.deep.equal([
      '27: CREATE TABLE makes what holds data',
    ]);
    for (const sql of [
      'create table t as select 1',
      'select 1 into t',
      'create sequence s',
      'create schema s',
      'create extension citext',
      'create role r',
      'grant r to s',
      'insert into t values (1)',
      'update t set a = 1',
      'delete from t',
      'truncate t',
      'merge into t using u on true when matched then delete',
      'select f()',
      'call p()',
      'do $$ begin end $$',
      'alter table t enable row level security',
      'alter table t disable trigger other',
      'alter function other() owner to r',
      'alter view v rename to w',
      'alter view v set schema s',
      'drop view other',
      'drop view v',
      'drop view if exists v cascade',
      'revoke select on other from r',
      'create index i on t (a)',
      'create index concurrently i on m (a)',
      'set search_path = s',
      'refresh materialized view other',
      'listen x',
      'vacuum',
      'create server s foreign data wrapper w',
      'create text search parser p (start = a, gettoken = b, end = c, lextypes = d)',
    ]) {
      const file = `create view v as select 1; create materialized view m as select 1 as a; ${sql}`;
      expect(await misplaced(file), sql).to.have.lengthOf(1);
    }
  });

  it('lets a file say more of what it defines', async () => {
    for (const sql of [
      'alter function f() owner to r',
      'alter function f() set work_mem = 1',
      'revoke all on function f() from public',
      'comment on function f() is null',
      'drop function if exists f()',
      'alter view v set (security_barrier)',
      'alter view v owner to r',
      'create index i on m (a)',
      'create statistics st on a, b from m',
      'alter materialized view m cluster on i',
      'alter index i set (fillfactor = 70)',
      'refresh materialized view m',
      'alter type mood owner to r',
      'alter domain d add check (value > 0)',
      'drop trigger if exists t on b',
      'alter table b disable trigger t',
      'alter policy p on b using (false)',
      'alter operator +(int, int) owner to r',
      'alter event trigger e disable',
      "security label on view v is 'x'",
      'comment on table other is null',
      'set check_function_bodies = off',
    ]) {
      const file = `create function f() returns int return 1; create view v as select 1;
        create materialized view m as select 1 as a, 2 as b; create type mood as enum (); create domain d as int;
        create trigger t after insert on b execute function f(); create policy p on b using (true);
        create operator + (leftarg = int, rightarg = int, function = f);
        create event trigger e on sql_drop execute function f(); ${sql}`;
      expect((await parse(file)).misplaced, sql).to.deep.equal([]);
    }
  });

  it('completes names with the schema of the file, and quotes where it must', async () => {
    expect(await identities('create view v as select 1', 'reporting')).to.deep.equal(['view reporting.v']);
    expect(await identities('create view "My View" as select 1', 'S')).to.deep.equal(['view "S"."My View"']);
    expect(await identities('create view a."b""c" as select 1')).to.deep.equal(['view a."b""c"']);
    const words = 'create function "user"."order"("end", s."end") returns int language sql as $$ select 1 $$';
    expect(await identities(words)).to.deep.equal(['function "user".order("end", s.end)']);
  });

  it('knows what replaces', async () => {
    const { objects } = await parse(`create or replace view a as select 1; create view b as select 1;
      create or replace function f() returns int return 1; create or replace aggregate g (int) (sfunc = f, stype = int)`);
    expect(objects.map(({ replaces }) => replaces)).to.deep.equal([true, false, true, true]);
  });

  it('finds what definitions mention, by bare name', async () => {
    const sql =
      'create view v as select f(a.x)::mood from s.a join "B c" b using (id) where exists (select 1 from d)';
    expect(await mentions(sql)).to.include.members(['f', 'mood', 'a', 'B c', 'd']);
    expect(await mentions('create function f(x rate) returns setof builds return null')).to.include.members([
      'rate',
      'builds',
    ]);
    expect(
      await mentions('create trigger t before insert on tab for each row execute function stamp()'),
    ).to.include.members(['tab', 'stamp']);
  });

  it('finds what bodies mention, in SQL and PL/pgSQL', async () => {
    expect(
      await mentions(`create function a() returns int language sql as $$ select b() from c $$;
        create function d() returns int begin atomic insert into e values (f()); select 1; end`),
    ).to.include.members(['b', 'c', 'e', 'f']);
    expect(
      await mentions(`-- the commands are counted from the first
        select 1; create function a() returns trigger language plpgsql as $$
        declare x int := b(); r record;
        begin
          perform c(1);
          x := d(2) + 1;
          new.y := e(3);
          if exists (select 1 from g) then insert into h select * from i; end if;
          for r in select * from j loop raise notice '%', k(r); end loop;
          return new;
        end $$`),
    ).to.include.members(['b', 'c', 'd', 'e', 'g', 'h', 'i', 'j', 'k']);
    expect(await mentions('do $$ begin perform m(); end $$')).to.include('m');
  });

  it('takes a body that it cannot read for one that mentions nothing', async () => {
    const sql = 'create function f() returns int language plpgsql as $$ begin nonsense!! end $$; select g()';
    expect(await mentions(sql)).to.include('g');
    expect(await identities("create function f() returns int language c as 'lib', 'symbol'")).to.have.length(
      1,
    );
  });

  it('finds nothing in a text without commands', async () => {
    for (const sql of ['', ' \n', '-- only a comment']) {
      const { objects, mentions: mentioned } = await parse(sql);
      expect([...objects, ...mentioned], sql).to.deep.equal([]);
    }
  });

  it('refuses what is not PostgreSQL, with line, column and a caret', async () => {
    const error = await rejectionOf(parse("select 'é𝒳';\nselect 'é𝒳' fromm where;"));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_SYNTAX',
      message: 'syntax error at or near ";"',
      where: 'raw_sql/procs/x.sql:2:24',
      next: 'mend the file; it must hold plain PostgreSQL statements',
    });
    expect(error.excerpt).to.equal(
      "1 | select 'é𝒳';\n2 | select 'é𝒳' fromm where;\n  |                        ^",
    );
    expect((await rejectionOf(parse('selec 1'))).where).to.equal('raw_sql/procs/x.sql:1:1');
    for (const variable of [':owner', ":'text'", ':"name"'])
      expect((await rejectionOf(parse(`comment on view v is ${variable}`))).next, variable).to.equal(
        'write the value itself: variables are known to psql alone',
      );
  });
});
