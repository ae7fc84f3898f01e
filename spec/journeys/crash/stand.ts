/**
 * Where a database stands, as data: what an undisturbed run leaves after each step, and what a killed one has left.
 */
import { expect } from 'chai';
import { openProject, upgrade } from '../../../lib/index.js';
import { readSnapshot, type SchemaObject } from '../../../lib/schema/snapshot.js';
import { limbeckIn } from '../../helpers/cli.js';
import { ledgerTables } from '../../helpers/database-state.js';
import type { CrashProject } from './crash-project.js';

export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** All that must agree with the version rows. */
export interface Stand {
  readonly objects: Readonly<Record<string, SchemaObject>>;
  /** The rows of each table of the user, and what is noted of installed assets. */
  readonly rows: Readonly<Record<string, string>>;
}

/** What an undisturbed run goes through. */
export interface Journey {
  /** By version rows. */
  readonly stands: ReadonlyMap<string, Stand>;
  /** The version rows after each step, from the lowest. */
  readonly rows: readonly string[];
}

/** An event of the log: `upgrade left1 applied`. */
export type EventLine = string;

export async function readRows(query: Query): Promise<string> {
  const rows = await query('select version_num from limbeck_version order by 1');
  return rows.map(({ version_num }) => String(version_num)).join(' ');
}

export async function readEvents(query: Query): Promise<EventLine[]> {
  const rows = await query(
    "select concat_ws(' ', direction, revision, outcome) as line from limbeck_log order by id",
  );
  return rows.map(({ line }) => String(line));
}

export async function readStand(query: Query): Promise<Stand> {
  const { objects } = await readSnapshot(query, { excludeTables: ledgerTables });
  const tables = await query(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'limbeck%'",
  );
  const contents = tables.map(
    ({ name }) =>
      `select '${String(name)}' as name, (select string_agg(t::text, ' ' order by t::text) from ${String(name)} t) as rows`,
  );
  const assets =
    "select 'assets', (select string_agg(concat(path, sha256, revision, identities), ' ' order by path) from limbeck_assets)";
  const rows = await query([...contents, assets].join(' union all '));
  return {
    objects: Object.fromEntries(objects),
    rows: Object.fromEntries(rows.map((row) => [String(row['name']), String(row['rows'])])),
  };
}

/** Walks up revision by revision in this process; `atStart` is told when the first one is applied. */
export async function walk(
  project: CrashProject,
  query: Query,
  atStart: () => Promise<void>,
): Promise<Journey> {
  const stands = new Map<string, Stand>();
  for (const target of project.revisions) {
    await upgrade(await openProject({ folder: project.root }), { target });
    stands.set(await readRows(query), await readStand(query));
    if (target === project.revisions[0]) await atStart();
  }
  expect(stands.size, 'each step leaves rows of its own').to.equal(project.revisions.length);
  return { stands, rows: [...stands.keys()] };
}

export interface AfterKill {
  readonly query: Query;
  readonly direction: 'upgrade' | 'downgrade';
  /** The log before the run. */
  readonly eventsBefore: readonly EventLine[];
}

/**
 * Expects that rows, catalog, data and log agree.
 *
 * @returns the version rows
 */
export async function expectAgreement(
  { stands, rows: path }: Journey,
  project: CrashProject,
  { query, direction, eventsBefore }: AfterKill,
): Promise<string> {
  const rows = await readRows(query);
  expect(path, 'the version rows').to.include(rows);
  expect(await readStand(query), `the database at ${rows}`).to.deep.equal(stands.get(rows));
  const at = path.indexOf(rows);
  const done =
    direction === 'upgrade'
      ? project.revisions.slice(1, at + 1).map((id) => `upgrade ${id} applied`)
      : project.revisions
          .slice(at + 1)
          .toReversed()
          .map((id) => `downgrade ${id} reverted`);
  expect(await readEvents(query), 'the log').to.deep.equal([...eventsBefore, ...done]);
  return rows;
}

/** Expects that reading works at once. */
export async function expectReadable({ rows }: Journey, project: CrashProject): Promise<void> {
  const { stdout, stderr, status } = await limbeckIn(project.root)('current', '--json');
  expect(status, stderr + stdout).to.equal(0);
  const { current, unknown } = JSON.parse(stdout) as { current: { revision: string }[]; unknown: string[] };
  expect(unknown).to.deep.equal([]);
  expect(rows).to.include(
    current
      .map(({ revision }) => revision)
      .sort()
      .join(' '),
  );
}

/** Expects that the next run brings the database where an undisturbed one does. */
export async function expectUpgradable({ stands, rows }: Journey, project: CrashProject, query: Query) {
  const { stdout, stderr, status } = await limbeckIn(project.root)('upgrade');
  expect(status, stderr + stdout).to.equal(0);
  expect(await readRows(query)).to.equal(rows.at(-1));
  expect(await readStand(query), 'the database in the end').to.deep.equal(stands.get(rows.at(-1) ?? ''));
}
