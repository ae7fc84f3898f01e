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
      'create table t (a int); create table u as select 1; grant select on t to r; comment on table t is null';
    expect(await identities(sql)).to.deep.equal([]);
  });

  it('completes names with the schema of the file, and quotes where it must', async () => {
    expect(await identities('create view v as select 1', 'reporting')).to.deep.equal(['view reporting.v']);
    expect(await identities('create view "My View" as select 1', 'S')).to.deep.equal(['view "S"."My View"']);
    expect(await identities('create view a."b""c" as select 1')).to.deep.equal(['view a."b""c"']);
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
  });
});
