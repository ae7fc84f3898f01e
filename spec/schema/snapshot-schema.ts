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

-- tables and what hangs on them
create access method second_heap type table handler heap_tableam_handler;
create access method second_btree type index handler bthandler;
create table app.typed of app.point;
create table app.rooms (
  id integer primary key,
  code text,
  kind text,
  words tsvector,
  during tsrange,
  constraint rooms_code_key unique (code) include (kind),
  constraint rooms_no_overlap exclude using gist (during with &&) where (id > 0)
);
create index rooms_words on app.rooms using gist (words tsvector_ops (siglen = 64));
create index rooms_kind on app.rooms (kind text_pattern_ops, id) include (code);
create unique index rooms_pair on app.rooms (kind, code) nulls not distinct;
create table app.stays (room integer default 1, code text, other integer,
  constraint stays_room foreign key (room) references app.rooms);
create view app.editable as select a, b from app.plain where a > 0;
create function app.divert() returns trigger language plpgsql as $$begin return null; end$$;
create trigger instead_of instead of insert on app.recent for each row execute function app.divert();
create constraint trigger checked after insert on app.plain deferrable for each row execute function app.touch('one', 'two');
create trigger seen after update on app.plain referencing old table as gone new table as come
  for each statement execute function app.divert();
create policy write on app.builds as restrictive for insert with check (build < 100);
create statistics app.plain_stats on (a + b), (a * b) from app.plain;

create table app.parent (a integer, b integer, constraint a_known check (a is not null));
create foreign table app.far_child () inherits (app.parent) server snapshot_server;
create table app.parted (a integer) partition by list (a);
create foreign table app.far_part partition of app.parted for values in (1) server snapshot_server;

-- types
create collation app.by_c (provider = libc, locale = 'C');
create type app.named as (label text collate app.by_c, n integer);
create domain app.label as text collate app.by_c;
create type app.shell;
create type app.number;
create function app.number_in(cstring) returns app.number language internal immutable strict as 'int4in';
create function app.number_out(app.number) returns cstring language internal immutable strict as 'int4out';
create function app.number_recv(internal) returns app.number language internal immutable strict as 'int4recv';
create function app.number_send(app.number) returns bytea language internal immutable strict as 'int4send';
create type app.number (input = app.number_in, output = app.number_out, internallength = 4, passedbyvalue, alignment = int4);
create type app.words_span as range (subtype = text, collation = "C", multirange_type_name = app.words_spans);

-- programs
create function app.many(first integer, variadic rest text[] default '{}') returns table (n integer, t text)
  language sql stable strict security definer leakproof parallel safe cost 7 rows 3 set work_mem = '1MB'
  as $$select 1, 'a'$$;
create function app.atomic(n integer) returns integer return n + 1;
create function app.ranked() returns bigint window language internal as 'window_row_number';
create procedure app.swap(inout a integer, inout b integer) language sql as $$select b, a$$;
create transform for integer language sql (from sql with function prsd_lextype(internal), to sql with function int4recv(internal));
create function app.transformed(n integer) returns integer transform for type integer language sql as $$select n$$;
create aggregate app.mean(float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, combinefunc = float8_combine,
  initcond = '{0,0,0}', msfunc = float8pl, minvfunc = float8mi, mstype = float8, minitcond = '0', parallel = safe);
create aggregate app.least(integer) (sfunc = int4smaller, stype = integer, sortop = <);
create aggregate app.ranked_at(float8 order by float8) (sfunc = ordered_set_transition, stype = internal,
  finalfunc = percentile_disc_final, finalfunc_extra);
create aggregate app.sums(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_sum,
  combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize);
create function app.bulky() returns integer language sql support generate_series_int4_support as $$select 1$$;

-- operators
create function app.same(a integer, b integer) returns boolean immutable language sql as $$select a = b$$;
create operator app.=== (function = app.same, leftarg = integer, rightarg = integer);
create operator family app.family using btree;
create operator class app.backwards for type integer using btree family app.family as
  operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 btint4cmp(integer, integer);
create operator family app.geometry using gist;
create operator class app.stored for type app.pair using gist family app.geometry as storage integer,
  function 1 gist_point_consistent(internal, point, smallint, oid, internal);
create conversion app.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;

-- text search
create text search parser app.reader (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template app.plainest (init = dsimple_init, lexize = dsimple_lexize);
create text search dictionary app.stops (template = pg_catalog.simple, stopwords = 'english');

-- outside
create trusted language second_plpgsql handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
create user mapping for snapshot_reader server snapshot_server options (user 'me');
alter default privileges grant execute on functions to snapshot_reader;
create publication snapshot_all for all tables with (publish = 'insert');
`;

/** What PostgreSQL 18 adds. */
export const everyKindFrom18 = `
create table app.newer (
  id integer,
  named integer constraint has_a_name not null,
  doubled integer generated always as (id * 2) virtual,
  during daterange,
  rooms int4range,
  range_key int4range,
  primary key (rooms, during without overlaps),
  constraint newer_key unique (range_key, during without overlaps)
);
create table app.newer_stays (rooms int4range, during daterange,
  constraint newer_stays_fkey foreign key (rooms, period during) references app.newer (rooms, period during));
`;
