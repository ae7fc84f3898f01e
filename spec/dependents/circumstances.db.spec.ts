/** Setting aside and putting back under default privileges, odd settings, and other roles. */
import { expect } from 'chai';
import { putBack, setAside } from '../../lib/dependents/aside.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { chain, dropRoles, makeRoles } from './chain.js';
import { expectUnchanged, refusalOf, withAside } from './aside-work.js';

const lowest = [{ object: 'view public.platforms' }];

describeOnServers('dependents', (database) => {
  beforeEach('empty database', () => emptyDatabase(database));
  const roles: string[] = [];
  const role = async (name: string) => {
    roles.push(name);
    await database.query(`create role ${name}`);
  };
  afterEach('roles', async () => {
    for (const name of roles.splice(0))
      await database.query(`drop owned by ${name} cascade; drop role ${name}`);
  });

  it('get nothing from default privileges', async () => {
    await role('usual');
    await database.query(`
      create view platforms as select 1 as one; create view above as select * from platforms;
      create view granted as select * from platforms; grant select on granted to public; revoke select on granted from current_user;
      create function f(platforms) returns integer language sql return 1;
      create function g(platforms) returns integer language sql return 1; revoke execute on function g from public;
      alter default privileges grant all on tables to usual with grant option;
      alter default privileges in schema public grant insert on tables to public;
      alter default privileges revoke execute on functions from public;
      alter default privileges grant execute on functions to usual`);
    const client = await database.connect();
    await expectUnchanged(database, () =>
      withAside(client, lowest, 'create view platforms as select 1 as one', { drop: true }),
    );
    await database.query(`alter default privileges revoke all on tables from usual;
      alter default privileges in schema public revoke all on tables from public;
      alter default privileges grant execute on functions to public; alter default privileges revoke all on functions from usual`);
  });

  it('come back under odd settings, which stay as they are, twice in a transaction', async () => {
    await database.query(`${makeRoles('odd')}; ${chain('odd')}`);
    const client = await database.connect();
    await client.query(`create schema "Shadow";
      create function "Shadow".format(text, text) returns text language sql return 'drop';
      create function "Shadow".jsonb_agg(jsonb) returns jsonb language sql return null::jsonb;
      create table "Shadow".pg_depend (x integer); create domain "Shadow".oid as text;
      create view dated as select platform, date '2026-02-03' as d, interval '-1 day 2 hours' as i, 0.1::float8 as f, E'a\\\\b' as b, array[null, 'null'] as n from platforms`);
    await expectUnchanged(database, async () => {
      await client.query(`set search_path to "Shadow", pg_catalog, public; set datestyle to 'German, DMY'; set intervalstyle to sql_standard;
        set extra_float_digits to -5; set quote_all_identifiers to on; set standard_conforming_strings to off; set array_nulls to off;
        set check_function_bodies to on; set default_tablespace to pg_default; set escape_string_warning to off; set role odd_owner; reset role`);
      const settings = async () =>
        (
          await client.query(`select name, setting from pg_settings where name !~ '^transaction|^plpgsql' union all select 'role', current_user union all
          select 'aside', nullif(current_setting('limbeck.aside', true), '')`)
        ).rows;
      const before = await settings();
      await client.query('begin');
      for (let time = 0; time < 2; time += 1) {
        for (const { text } of [...setAside([{ table: 'public.builds', column: 'platform' }]), ...putBack()])
          await client.query(text);
        expect(await settings()).to.deep.equal(before);
      }
      await client.query('commit; reset all');
    });
    await database.query(dropRoles('odd'));
  });

  it('come back for a plain role that owns them', async () => {
    await role('plain');
    await role('team');
    await role('stranger');
    await role('reader');
    await database.query(`grant team to plain; grant create on schema public to plain, team;
      set role plain;
      create table builds (id integer primary key, platform varchar(20));
      create function score(text) returns integer immutable language sql as 'select length($1)';
      create view platforms as select platform, score(platform) from builds;
      create materialized view counted as select count(*), platform from platforms group by 2;
      create index on counted (platform);
      create view teams as select * from platforms; alter view teams owner to team;
      grant select on platforms to team with grant option; grant select on teams to reader;
      reset role; set role team; grant select on platforms to reader; reset role`);
    const client = await database.connect();
    await client.query('set session authorization plain');
    const targets = [{ table: 'builds', column: 'platform' }, { object: 'function score(text)' }];
    await expectUnchanged(database, async () => {
      await withAside(client, targets, 'alter table builds alter column platform type text');
      await withAside(client, targets, 'alter table builds alter column platform type varchar(20)');
    });
    await client.query('set session authorization postgres');
    await database.query(
      'create view strange as select * from platforms; alter view strange owner to stranger; grant select on teams to stranger with grant option; set role stranger; grant select on teams to reader; reset role',
    );
    await expectUnchanged(database, async () => {
      await client.query('set session authorization plain');
      const error = await refusalOf(withAside(client, targets, ''));
      await client.query('set session authorization postgres');
      expect(error.code).to.equal('DEPENDENTS_HOLD_DATA');
      expect(error.details['objects']).to.deep.equal([
        'view public.strange (it belongs to role stranger, which plain cannot act as)',
        'view public.teams (role stranger has granted on it, and plain cannot act as that)',
      ]);
    });
  });

  it('are filled with the search path of the session, or say that they cannot be', async () => {
    await database.query(`create table builds (platform varchar(20)); insert into builds values ('linux');
      create function counted() returns bigint language sql as 'select count(*) from public.builds';
      create materialized view numbers as select counted() as n, platform from builds`);
    const client = await database.connect();
    const targets = [{ table: 'builds', column: 'platform' }];
    await expectUnchanged(database, () => withAside(client, targets, ''));
    expect(await database.query('select * from numbers')).to.deep.equal([{ n: '1', platform: 'linux' }]);
    await database.query(
      `create or replace function counted() returns bigint language sql as 'select 1 / (count(*) - 1) from public.builds'`,
    );
    await expectUnchanged(database, async () => {
      const error = await refusalOf(withAside(client, targets, ''));
      expect(error.code).to.equal('DEPENDENT_NOT_RESTORED');
      expect(error.message).to.equal(
        'materialized view public.numbers cannot be filled again: division by zero',
      );
    });
  });

  it('say so where the role lacks a privilege, and pass errors that another try may mend', async () => {
    await role('plain');
    await database.query(`grant create on schema public to plain; set role plain;
      create table builds (platform varchar(20)); create view platforms as select platform from builds`);
    const client = await database.connect();
    await client.query('set session authorization plain');
    const targets = [{ table: 'builds', column: 'platform' }];
    await client.query('begin');
    for (const { text } of setAside(targets)) await client.query(text);
    await client.query(
      'set session authorization postgres; revoke create on schema public from plain; set session authorization plain',
    );
    const error = await refusalOf(
      client
        .query(
          putBack()
            .map((made) => made.text)
            .join(';'),
        )
        .catch((cause: unknown) => Promise.reject(new Error('', { cause }))),
    );
    expect(error.code).to.equal('PRIVILEGE_MISSING');
    expect(error.message).to.equal(
      'view public.platforms cannot be put back: permission denied for schema public',
    );
    await client.query('rollback; set session authorization postgres');
  });

  // PGlite has neither extensions nor tablespaces.
  const onServer = database.kind === 'server' ? it : () => {};
  onServer('keep tablespace, access method, replica identity, and what they go with', async () => {
    await database.query(
      'create extension pgcrypto; create access method other type table handler heap_tableam_handler',
    );
    const admin = await database.connect();
    await admin.query('set allow_in_place_tablespaces to on');
    await admin.query(`create tablespace elsewhere location ''`);
    await database.query(`create view platforms as select 1 as one, 'x'::text as two;
      create materialized view counted using other tablespace elsewhere as select one, two from platforms;
      create index counted_one on counted (one) tablespace elsewhere;
      alter materialized view counted alter column two set compression pglz;
      alter materialized view counted replica identity full;
      create function f(platforms) returns integer language sql return 1;
      create function keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger kept instead of insert on platforms for each row execute function keep();
      alter function f depends on extension pgcrypto; alter materialized view counted depends on extension pgcrypto;
      alter index counted_one depends on extension pgcrypto; alter trigger kept on platforms depends on extension pgcrypto`);
    await expectUnchanged(database, () => withAside(admin, lowest, ''));
    const [found] =
      await database.query(`select array_agg(reltablespace <> 0) as away, (select count(*)::integer from pg_depend where deptype = 'x') as depending
      from pg_class where relname in ('counted', 'counted_one')`);
    expect(found).to.deep.equal({ away: [true, true], depending: 4 });
    await emptyDatabase(database);
    await database.query('drop tablespace elsewhere');
    await database.query('drop access method other');
  });

  it('and targets that are not there are an error, unless they would be dropped', async () => {
    const client = await database.connect();
    for (const object of ['view public.none', 'function none.f(missing.kind)', 'type public.none']) {
      await withAside(client, [{ object }], '', { drop: true });
      expect((await refusalOf(withAside(client, [{ object }], ''))).message).to.equal(
        `there is no ${object}`,
      );
    }
  });
});

describeOnServers('a target that its own file makes again', (database) => {
  beforeEach('empty database', () => emptyDatabase(database));

  it('keeps what its new definition does not say, and has what it says', async () => {
    await database.query(`create role file_a; create role file_b; create role file_c; create role file_owner;
      create view v with (security_barrier) as select 1 as a, 2 as gone;
      comment on view v is 'old'; comment on column v.a is 'old a'; comment on column v.gone is 'old';
      grant select on v to file_a with grant option; grant update (a), update (gone) on v to file_b; grant insert on v to file_b;
      create function f(v) returns integer language sql return 1;
      revoke execute on function f from public; grant execute on function f to file_a; comment on function f is 'f';
      create function g() returns setof v language sql as 'select * from public.v';
      alter function g() owner to file_owner;
      create materialized view m with (fillfactor = 50) as select a from v;
      create index m_a on m (a); create index m_b on m ((a + 1)); comment on index m_a is 'old index'; comment on materialized view m is 'm';
      grant select on m to file_a`);
    const client = await database.connect();
    const made = `create view v as select 1 as a, 3 as more; comment on view v is 'new'; grant delete on v to file_c; grant select (more) on v to file_c;
      create function f(v) returns text language sql return 'x'; grant execute on function f to file_c;
      create function g() returns setof v language sql as 'select * from public.v'; revoke execute on function g from public;
      create materialized view m as select a, more from v; create index m_a on m (a, more)`;
    const objects = [
      'view public.v',
      'function public.f(v)',
      'function public.g()',
      'materialized view public.m',
    ];
    await withAside(
      client,
      objects.map((object) => ({ object })),
      made,
      { drop: true },
    );
    const rows = await database.query(`
      select concat_ws(' ', relname, relacl, reloptions, obj_description(oid)) as told from pg_class where relname in ('v', 'm', 'm_a', 'm_b')
      union all select concat_ws(' ', proname, proacl, proowner::regrole, obj_description(oid)) from pg_proc where pronamespace = 'public'::regnamespace
      union all select concat_ws(' ', attname, attacl, col_description(attrelid, attnum)) from pg_attribute where attrelid = 'v'::regclass
        and (attacl is not null or col_description(attrelid, attnum) is not null)
      order by 1`);
    const owner = database.version >= 17 || database.kind === 'pglite' ? 'arwdDxtm' : 'arwdDxt';
    expect(
      rows.map(({ told }) => String(told).replaceAll('postgres=', 'owner=').replaceAll('/postgres', '')),
    ).to.deep.equal([
      'a {file_b=w} old a',
      'f {owner=X,file_a=X,file_c=X} postgres f',
      'g {file_owner=X/file_owner} file_owner',
      `m {owner=${owner},file_a=r} m`,
      'm_a old index',
      'm_b',
      'more {file_c=r}',
      `v {owner=${owner},file_c=d,file_a=r*,file_b=a} new`,
    ]);
    await database.query(
      'drop owned by file_a, file_b, file_c, file_owner cascade; drop role file_a, file_b, file_c, file_owner',
    );
  });
});
