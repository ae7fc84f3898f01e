import { expect } from 'chai';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { chain, dropRoles, lowestView, makeRoles } from './chain.js';
import { expectUnchanged, withAside } from './aside-work.js';

describeOnServers('setAside and putBack', (database) => {
  beforeEach('empty database', () => emptyDatabase(database));

  describe('of a chain with everything on it', () => {
    beforeEach('chain', () => database.query(`${makeRoles('aside')}; ${chain('aside')}`));
    afterEach('roles', () => database.query(dropRoles('aside')));

    it('bring it back as it was when the type of a column is changed and changed back', async () => {
      const client = await database.connect();
      await expectUnchanged(database, async () => {
        for (const type of ['text', 'varchar(20)']) {
          const work = `alter table builds alter column platform type ${type}`;
          await withAside(client, [{ table: 'builds', column: 'platform' }], work);
        }
      });
    });

    it('bring it back as it was when its lowest view is dropped and made again', async () => {
      const client = await database.connect();
      await expectUnchanged(database, async () => {
        const targets = [{ object: 'view public.platforms' }];
        await withAside(client, targets, `create ${lowestView}`, { drop: true });
      });
    });
  });

  it('give a view that became materialized, and a function that became a procedure, what they had', async () => {
    const view = 'v as select 1 as x';
    const routine = (kind: string) => `create ${kind} f(a int)`;
    await database.query(`create view ${view}; comment on view v is 'a view'; comment on column v.x is 'a column';
      grant select on v to public; alter view v owner to pg_monitor;
      ${routine('function')} returns int language sql as 'select 1'; comment on function f is 'a routine';
      revoke execute on function f from public; alter function f owner to pg_monitor`);
    const had = () =>
      database.query(`select relowner::regrole::text as owner, relacl::text as acl, obj_description(oid, 'pg_class') as said,
          col_description(oid, 1) as col from pg_class where relname = 'v'
        union all select proowner::regrole::text, proacl::text, obj_description(oid, 'pg_proc'), null from pg_proc where proname = 'f'`);
    const before = await had();
    const client = await database.connect();
    const targets = (v: string, f: string) => [
      { object: `${v} public.v` },
      { object: `${f} public.f(integer)` },
    ];
    const there = targets('materialized view', 'procedure');
    await withAside(
      client,
      there,
      `create materialized view ${view}; ${routine('procedure')} language sql as 'select 1'`,
      { drop: true },
    );
    expect(await had()).to.deep.equal(before);
    const back = targets('view', 'function');
    await withAside(
      client,
      back,
      `create view ${view}; ${routine('function')} returns int language sql as 'select 1'`,
      { drop: true },
    );
    expect(await had()).to.deep.equal(before);
  });

  it('bring back what stands on the same column of partitions and heirs', async () => {
    await database.query(`create table p (x int, n int) partition by range (n);
      create table p1 (n int, gone int, x int);
      alter table p1 drop column gone;
      alter table p attach partition p1 for values from (0) to (10);
      create table p2 partition of p for values from (10) to (20) partition by range (n);
      create table p21 partition of p2 for values from (10) to (20);
      create view of_p as select x from p; create view of_p1 as select x from p1; create view of_p21 as select x from p21;
      create view other as select n from p1;
      create table a (x int); create table b (y int) inherits (a); create table c (x int) inherits (b, a);
      create view of_c as select x, y from c;
      create function of_b() returns int begin atomic select x from b limit 1; end`);
    const client = await database.connect();
    await expectUnchanged(database, async () => {
      for (const type of ['bigint', 'int']) {
        const work = `alter table p alter column x type ${type}`;
        await withAside(client, [{ table: 'p', column: 'x' }], work);
      }
    });
    await expectUnchanged(database, async () => {
      for (const type of ['numeric', 'int']) {
        const work = `alter table a alter column x type ${type}`;
        await withAside(client, [{ table: 'a', column: 'x' }], work);
      }
    });
  });

  const score = `create function score(integer) returns integer immutable language sql as 'select $1'`;

  it('bring back all that calls a function', async () => {
    await database.query(`${score};
      create table t (id integer default score(3), n integer,
        constraint low check (score(id) < 9) not valid, constraint "High Ü" check (score(n) > 0) no inherit);
      create table child (check (score(n) < 100)) inherits (t);
      comment on constraint low on t is 'low'; comment on constraint low on child is 'low as well';
      create table other (id integer, n integer, constraint low check (score(id) < 9) not valid);
      alter table other inherit t;
      create table parted (id integer default score(1)) partition by range (id);
      create table part partition of parted for values from (0) to (10);
      alter table part alter column id set default score(2);
      create policy mine on t for select using (score(id) = 1);
      create domain percent as integer default score(5) constraint fits check (score(value) <= 100);
      comment on constraint fits on domain percent is 'fits';
      create table percents (p percent);
      create view v as select score(id) as s from t;
      alter view v alter column s set default score(7);
      create rule r as on insert to v do instead insert into t values (score(new.s));
      create statistics scored on score(id), n from t;
      comment on statistics scored is 'scores';
      create function twice() returns integer begin atomic select score(2); end;
      create operator ~~~ (function = score, rightarg = integer);
      comment on operator ~~~ (none, integer) is 'scores';
      create procedure p(inout a integer, out b integer) begin atomic select score(a), 2; end;
      revoke execute on procedure p from public`);
    const client = await database.connect();
    const targets = [{ object: 'function public.score(integer)' }];
    await expectUnchanged(database, () =>
      withAside(client, targets, `drop function score(integer); ${score}`),
    );
    await expectUnchanged(database, () => withAside(client, targets, score, { drop: true }));
  });

  it('bring back triggers, event triggers, aggregates, casts and operators', async () => {
    const made = `create function note() returns trigger language plpgsql as 'begin return new; end';
      create function watch() returns event_trigger language plpgsql as 'begin end';
      create type pair as (a integer, b text);
      create function pair_text(pair) returns text immutable language sql as 'select $1.b';
      create function pair_less(pair, pair) returns boolean immutable language sql as 'select $1.a < $2.a';
      create function more(pair, pair) returns boolean immutable language sql as 'select $1.a > $2.a';
      create function gather(pair[], pair) returns pair[] immutable language sql as 'select $1 || $2';
      create function finish(pair[]) returns bigint immutable language sql as 'select cardinality($1)'`;
    await database.query(`${made};
      create table parted (id integer) partition by range (id);
      create table part partition of parted for values from (0) to (10);
      create trigger noted before insert on parted for each row execute function note();
      alter table part disable trigger noted;
      comment on trigger noted on part is 'there';
      create table t (id integer unique);
      create constraint trigger checked after insert on t deferrable initially deferred for each row when (new.id > 0) execute function note();
      alter table t enable replica trigger checked;
      create event trigger watched on ddl_command_end when tag in ('CREATE SEQUENCE', 'DROP SEQUENCE') execute function watch();
      alter event trigger watched enable always;
      comment on event trigger watched is 'seen';
      create cast (pair as text) with function pair_text(pair) as assignment;
      comment on cast (pair as text) is 'b';
      create operator <<< (function = pair_less, leftarg = pair, rightarg = pair, commutator = >>>);
      create operator >>> (function = more, leftarg = pair, rightarg = pair, commutator = <<<, restrict = scalargtsel);
      create aggregate gathered(pair) (sfunc = gather, stype = pair[], finalfunc = finish, initcond = '{}', parallel = safe, combinefunc = array_cat);
      comment on aggregate gathered(pair) is 'all';
      revoke execute on function gathered(pair) from public;
      create function best(pair) returns pair language sql as 'select $1';
      create type wide as (one pair, two text collate "C");
      comment on type wide is 'wide'; comment on column wide.two is 'two';
      create domain good as pair default '(1,a)' constraint is_good check ((value).a > 0);
      create view pairs as select '(1,a)'::pair as p, ('(1,a)'::pair).b`);
    const client = await database.connect();
    const functions = [
      'function public.note()',
      'function public.watch()',
      'function public.pair_text(pair)',
      'function public.pair_less(pair, pair)',
      'function public.more(pair, pair)',
      'function public.gather(pair[], pair)',
      'function public.finish(pair[])',
      'type public.pair',
    ].map((object) => ({ object }));
    await expectUnchanged(database, () => withAside(client, functions, made, { drop: true }));
  });
});
