/**
 * What is in a database: its schema as a snapshot, and the rows of its tables, to show that nothing changed.
 */
import { compareSnapshots } from '../../lib/schema/compare-snapshots.js';
import { describeDifference } from '../../lib/schema/describe-difference.js';
import { readSnapshot, type SchemaObject, type Snapshot } from '../../lib/schema/snapshot.js';
import type { TestDatabase } from './database.js';

/** Limbeck's tables under their default names. */
export const ledgerTables = [
  'public.limbeck_version',
  'public.limbeck_log',
  'public.limbeck_assets',
  'public.limbeck_stages',
];

/** A database as data. */
export interface DatabaseState {
  /** All objects but limbeck's tables, by identity. */
  readonly objects: Readonly<Record<string, SchemaObject>>;
  /** The rows of each table that has any, limbeck's log apart. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
}

/** Empties a database: all schemas go, and `public` comes back as initdb makes it. */
export async function emptyDatabase(database: TestDatabase): Promise<void> {
  if (database.kind === 'pglite') await database.query('discard all');
  await database.query(`do $$ declare name text; begin
  for name in select nspname from pg_namespace where nspname !~ '^pg_|^information_schema$' loop
    execute format('drop schema %I cascade', name);
  end loop;
end $$;
create schema public authorization pg_database_owner;
grant usage on schema public to public;
comment on schema public is 'standard public schema'`);
}

/** Reads the snapshot of a database without limbeck's tables. */
export function snapshotOfDatabase(database: TestDatabase, excludeTables = ledgerTables): Promise<Snapshot> {
  return readSnapshot((sql) => database.query(sql), { excludeTables });
}

/** Reads all that a failed command must leave as it was. */
export async function stateOf(database: TestDatabase): Promise<DatabaseState> {
  const { objects } = await snapshotOfDatabase(database);
  const tables = await database.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname !~ '^pg_|^information_schema$' and tablename <> 'limbeck_log' order by 1`,
  );
  const rows: Record<string, readonly unknown[]> = {};
  for (const { name } of tables) {
    const found = await database.query(`select * from ${String(name)} as row order by row::text`);
    if (found.length > 0) rows[String(name)] = found;
  }
  return { objects: Object.fromEntries(objects), rows };
}

/** Returns what differs between two snapshots, each difference in a line. */
export function differing(before: Snapshot, after: Snapshot): string[] {
  return compareSnapshots(before, after).map(describeDifference);
}

/** Returns the version rows, sorted; none where there is no version table. */
export async function versionRows(
  database: TestDatabase,
  table = 'public.limbeck_version',
): Promise<readonly string[]> {
  const [found] = await database.query('select to_regclass($1) is not null as exists', [table]);
  if (found?.['exists'] !== true) return [];
  const rows = await database.query(`select version_num from ${table} order by 1`);
  return rows.map(({ version_num }) => String(version_num));
}

/** Returns the chosen columns of the log, oldest first, as texts such as `a upgrade applied`. */
export async function logLines(
  database: TestDatabase,
  columns = 'revision, direction, outcome',
): Promise<string[]> {
  const rows = await database.query(`select concat_ws(' ', ${columns}) as line from limbeck_log order by id`);
  return rows.map(({ line }) => String(line));
}
