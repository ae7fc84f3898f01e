/**
 * A chain of views with everything on it that can be lost when one is dropped.
 *
 * A view on a table, a materialized view on that, a view on that, a view beside it with rules and triggers; made by
 * roles of the suite, whose names begin with the prefix.
 */

/** Makes the roles of a chain. */
export const makeRoles = (role: string) =>
  `create role ${role}_owner; create role ${role}_reader; create role ${role}_grantor; create role "${role} d'Or"`;

/** The lowest view of the chain, with what its definition says. */
export const lowestView = `view platforms with (security_barrier = true, check_option = local) as
    select id, platform, size from builds where size > 0`;

/** Makes the chain, for roles that are there. */
export const chain = (role: string) => `
  create schema "Größe";
  create table builds (id integer primary key, platform varchar(20) not null, size integer);
  insert into builds values (1, 'linux', 10), (2, 'macos', 20), (3, 'linux', 30);
  grant all on schema public, "Größe" to ${role}_owner; grant select on builds to ${role}_owner;

  create ${lowestView};
  alter view platforms alter column size set default 7;
  comment on view platforms is 'It''s every \\ build';
  comment on column platforms.platform is 'names';
  alter view platforms owner to ${role}_owner;
  grant select on platforms to ${role}_reader;
  grant select, insert on platforms to ${role}_grantor with grant option;
  grant update (size), select (id) on platforms to "${role} d'Or";
  set role ${role}_grantor; grant select on platforms to "${role} d'Or"; reset role;
  create function keep() returns trigger language plpgsql as 'begin return null; end';
  create trigger "Keep it" instead of insert on platforms for each row execute function keep();
  comment on trigger "Keep it" on platforms is 'kept';
  create trigger watched after update of platform on builds for each row when (old.platform <> new.platform) execute function keep();
  alter table builds disable trigger watched;
  create trigger replayed before insert or update on builds for each row when (new.platform <> '') execute function keep();
  alter table builds enable always trigger replayed;
  create policy own on builds as restrictive for update to ${role}_reader, ${role}_grantor
    using (platform <> 'vms') with check (platform = lower(platform));
  comment on policy own on builds is 'mine';
  create rule shut as on update to builds where old.platform <> new.platform do also nothing;
  alter table builds disable rule shut;
  create rule dropped as on delete to platforms do instead nothing;
  comment on rule dropped on platforms is 'never';
  create view as_reader with (security_invoker = true) as select * from platforms;

  create materialized view counted (platform, "Zahl Ü", sizes) with (fillfactor = 70, autovacuum_enabled = false) as
    select platform, count(*), array_agg(size) from platforms group by platform;
  create unique index counted_key on counted (platform) with (fillfactor = 60);
  create index "counted Größe" on counted (("Zahl Ü" * 2)) where "Zahl Ü" > 0;
  alter index "counted Größe" alter column 1 set statistics 50;
  comment on index counted_key is 'the key';
  alter materialized view counted cluster on counted_key;
  alter materialized view counted alter column platform set statistics 300;
  alter materialized view counted alter column platform set storage external;
  alter materialized view counted alter column sizes set (n_distinct = -0.5);
  comment on materialized view counted is 'counts';
  comment on column counted."Zahl Ü" is 'number';
  create statistics counted_together (ndistinct, dependencies) on platform, "Zahl Ü" from counted;
  comment on statistics counted_together is 'both';
  alter statistics counted_together set statistics 40;
  revoke all on counted from ${role}_owner, public;
  grant select on counted to ${role}_reader with grant option;
  create materialized view empty as select platform from platforms with no data;

  create view "Größe"."Top Ten" as select platform, "Zahl Ü" from counted order by 2 desc limit 10;
  alter view "Größe"."Top Ten" owner to "${role} d'Or";
  grant select on "Größe"."Top Ten" to public;
  revoke insert, delete on "Größe"."Top Ten" from "${role} d'Or";

  create function best() returns setof "Größe"."Top Ten" language sql stable security definer cost 7 set search_path to public, "Größe"
    as $$ select * from "Größe"."Top Ten" $$;
  revoke execute on function best() from public; grant execute on function best() to ${role}_reader;
  comment on function best() is 'the best';
  alter function best() owner to ${role}_owner;
  create function name_of(platforms) returns text immutable language sql return ($1).platform;
  create function names() returns text begin atomic select string_agg(platform, ',') from platforms; end;
  create procedure note(one platforms, inout two integer) language plpgsql as 'begin two := two + 1; end';
  comment on procedure note is 'notes';
  create view named as select name_of(platforms) from platforms`;

/** Drops the roles of a chain. */
export const dropRoles = (role: string) =>
  ['_owner', '_reader', '_grantor', " d'Or"]
    .map((name) => `drop owned by "${role}${name}" cascade; drop role "${role}${name}"`)
    .join(';');
