/**
 * Scratch databases on a server: their names, and how those that a killed process has left are told from others.
 *
 * A name holds the number of the server's process that made the database, which lives as long as the shadow is used:
 * the connection stays open until the database is dropped. The comment is limbeck's mark, and says since when.
 */
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';

/** Names a scratch database. */
export function scratchName(process: number, random: string): string {
  return `limbeck_shadow_${process}_${random}`;
}

const mark = 'limbeck: a scratch database, dropped when the session that made it ends; begun ';

/** An expression: when the session began, in seconds. */
export const sessionBegun =
  '(select extract(epoch from backend_start)::text from pg_catalog.pg_stat_activity where pid = pg_backend_pid())';

/** Marks a database as limbeck's own. */
export function markText(name: string, begun: string): string {
  return `comment on database ${quoteIdentifier(name)} is ${quoteLiteral(mark + begun)}`;
}

/** A query for the statement that gives a database the search path of the one that asks, where that has one of its own. */
export function searchPathText(name: string): string {
  return `select pg_catalog.format('alter database %I set search_path to %s', ${quoteLiteral(name)},
    pg_catalog.substr(config, pg_catalog.length('search_path=') + 1)) as statement
from pg_catalog.pg_db_role_setting cross join pg_catalog.unnest(setconfig) as config
where setrole = 0 and pg_catalog.starts_with(config, 'search_path=')
  and setdatabase = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`;
}

/**
 * A query for the names of databases that a session of limbeck has left which is gone; those that others of the same
 * server's users have made are passed over.
 *
 * Where somebody is connected to one, PostgreSQL refuses to drop it as well: DROP DATABASE without FORCE.
 */
export const leftoversText = `select d.datname from pg_catalog.pg_database d
cross join lateral (select substring(pg_catalog.shobj_description(d.oid, 'pg_database') from ${mark.length + 1}) as begun) as made
where d.datname ~ '^limbeck_shadow_[0-9]{1,9}_[0-9a-f]{12}$' and pg_catalog.pg_has_role(d.datdba, 'USAGE')
  and pg_catalog.starts_with(pg_catalog.shobj_description(d.oid, 'pg_database'), ${quoteLiteral(mark)})
  and not exists (
    select from pg_catalog.pg_stat_activity a
    where a.pid = pg_catalog.split_part(d.datname, '_', 3)::int
      and coalesce(extract(epoch from a.backend_start)::text, made.begun) = made.begun
  )`;

/**
 * A query for the statement that makes a scratch database: empty, with encoding and locale of the one that asks.
 *
 * From template0: what somebody has put into template1 is not made by scripts, and CREATE DATABASE fails while
 * anybody is connected to it.
 */
export function creationText(name: string): string {
  const column = (...names: string[]) => `coalesce(${names.map((each) => `row ->> '${each}'`).join(', ')})`;
  return `select pg_catalog.format('create database %I template template0 encoding %L lc_collate %L lc_ctype %L', ${quoteLiteral(name)},
    pg_catalog.pg_encoding_to_char((row ->> 'encoding')::int), row ->> 'datcollate', row ->> 'datctype')
  || case row ->> 'datlocprovider'
    when 'i' then pg_catalog.format(' locale_provider icu icu_locale %L', ${column('datlocale', 'daticulocale')})
    when 'b' then pg_catalog.format(' locale_provider builtin builtin_locale %L', row ->> 'datlocale')
    else ' locale_provider libc' end as statement
from (select pg_catalog.to_jsonb(d) as row from pg_catalog.pg_database d where datname = pg_catalog.current_database()) as own`;
}
