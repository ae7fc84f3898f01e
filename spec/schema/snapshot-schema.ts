/** A small schema with an object of every kind that a snapshot knows, for its specs. */

export const everyKind = `
do $$ begin
  if not exists (select from pg_roles where rolname = 'snapshot_reader') then create role snapshot_reader; end if;
end $$;

create schema app;
create schema odd;
create schema later;

create type app.state as enum ('new', 'done');
create type app.size as enum ('small', 'large');
create type app.pair as (x integer, y integer);
create type app.scale as enum ('small', 'large');
create type app.point as (x integer, y integer);
create type app.span as range (subtype = float8, subtype_diff = float8mi);
-- With app in the search path, count(x) may be taken for a cast to this.
create domain app.count as integer default 1 constraint positive check (value > 0);

create sequence app.numbers;
create function app.add(a integer, b integer) returns integer immutable language sql as $$select a + b$$;
create function app.half(n integer) returns integer language sql immutable as $$select n / 2$$;
create function app.touch() returns trigger language plpgsql as $$begin return new; end$$;
create function app.watch() returns event_trigger language plpgsql as $$begin end$$;
create procedure app.clean(days integer, out cleaned integer) language plpgsql as $$begin cleaned := days; end$$;
create aggregate app.total(integer) (sfunc = app.add, stype = integer, initcond = '0');
create operator app.@@@ (function = app.add, leftarg = integer, rightarg = integer, commutator = operator(app.@@@));
create cast (app.point as app.size) with inout;
create collation app.plain_order (provider = libc, locale = 'C');
create text search configuration app.words (copy = pg_catalog.english);
alter text search configuration app.words alter mapping for email with simple;

create table app.builds (
  id bigint generated always as identity primary key,
  platform text not null default 'linux',
  version varchar(30),
  build integer constraint build_positive check (build > 0),
  state app.state default 'new',
  size app.size,
  at timestamptz default '2026-02-03 04:05:06+00',
  wait interval default '1 day 02:03:04',
  raw bytea default '\\x00ff',
  place app.point,
  parent bigint constraint builds_parent_fkey references app.builds on delete cascade,
  notes text,
  twice integer generated always as (build * 2) stored
) with (fillfactor = 70);
alter table app.builds enable row level security;
create policy own on app.builds for select to snapshot_reader using (build > 0);
create index builds_version on app.builds (lower(version) desc) where build > 7;
create statistics app.builds_stats (ndistinct) on version, build from app.builds;
create trigger touched before insert or update on app.builds for each row execute function app.touch();
comment on table app.builds is 'what was built';
comment on column app.builds.notes is 'free text';
comment on trigger touched on app.builds is 'always';
grant select on app.builds to snapshot_reader;

create table app.plain (a integer, b integer, c integer);
create table app.ordered (a integer, b integer, c integer);
create table app.published (a integer, b integer);
create table app.child () inherits (app.plain);
create rule quiet as on delete to app.plain do instead nothing;

create table app.log (at date not null, id integer not null, what text, primary key (at, id)) partition by range (at);
create table app.log_2026 partition of app.log for values from ('2026-01-01') to ('2027-01-01');
create table app.log_rest partition of app.log default;
create index log_what on app.log (what);
create table app.log_note (at date, id integer, foreign key (at, id) references app.log);

create view app.recent with (security_barrier) as select id, build from app.builds where build > 10 limit 10;
create materialized view app.counts as select platform, count(*) as builds from app.builds group by platform;
create unique index counts_platform on app.counts (platform);

create foreign data wrapper snapshot_wrapper;
create server snapshot_server foreign data wrapper snapshot_wrapper options (host 'elsewhere');
create foreign table app.far (id integer options (name 'key')) server snapshot_server options (place 'there');
create user mapping for public server snapshot_server options (password 'secret');

create publication snapshot_publication for table app.published (a) where (a > 0);
alter default privileges in schema later grant select on tables to snapshot_reader;
create event trigger snapshot_watch on ddl_command_end when tag in ('CREATE TABLE') execute function app.watch();
`;

/** What PostgreSQL 18 adds. */
export const everyKindFrom18 = `
create table app.newer (
  id integer,
  named integer constraint has_a_name not null,
  doubled integer generated always as (id * 2) virtual,
  during daterange,
  rooms int4range,
  primary key (rooms, during without overlaps)
);
`;
