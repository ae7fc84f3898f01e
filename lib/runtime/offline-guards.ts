/**
 * What stands round the steps of an SQL text for psql: who may run it, from where, and the ledger.
 */
import type { RevisionId } from '../graph/revision.js';
import { doBlock, raise } from '../sql/psql-text.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import type { Ledger } from './ledger.js';
import { isLock, lockKey } from './lock.js';
import { lengthOf, widenAdvice } from './row-width.js';

/** What must be true of a database for the steps to be the right ones. */
export interface ExpectedState {
  /** The version rows, exactly; undefined when they do not matter. */
  readonly rows: readonly RevisionId[] | undefined;
  /** All that will be written to the version table. */
  readonly inserted: readonly RevisionId[];
  /** For each path that the steps load or drop: the hash that they must find installed, if any. */
  readonly installed: ReadonlyMap<string, readonly string[]>;
  /** What to do where the rows or what is installed are others. */
  readonly next: string;
}

/** Settings of psql that the text relies on, whatever the start-up file of its user says. */
export function psqlSettings(searchPath: readonly string[]): string {
  const path = searchPath.map((schema) => quoteIdentifier(schema)).join(', ');
  return [
    '\\set ON_ERROR_STOP on',
    '\\set AUTOCOMMIT on',
    '\\encoding UTF8',
    '\\pset pager off',
    ...(path === '' ? [] : [`set search_path to ${path};`]),
  ].join('\n');
}

/** Takes the lock, and stops where the database is not what the text was written for. */
export function guardText(ledger: Ledger, { rows, inserted, installed, next }: ExpectedState): string {
  const guards = [
    refuse("current_setting('server_version_num')::int < 150000", [
      raise("'the server is older than PostgreSQL 15'", 'upgrade the server'),
    ]),
    refuse(`not pg_try_advisory_lock(${lockKey(ledger)})`, [
      raise(
        `'another migrator holds the lock of limbeck: ' || ${holder(ledger)}`,
        'wait until it is done, then run this again',
      ),
    ]),
    ...(rows === undefined ? [] : [rowsGuard(ledger, rows, next)]),
    ...(inserted.length === 0 ? [] : [widthGuard(ledger, inserted)]),
    ...(installed.size === 0 ? [] : [assetsGuard(ledger, next)]),
  ];
  const width = inserted.length === 0 ? [] : [`  width int := ${ledger.rowWidth};`];
  const variables = [...rowVariables(rows), ...width, ...assetVariables(installed)];
  return doBlock(guards.join('\n'), variables.join('\n'));
}

/** Creates limbeck's tables where they are missing, for which psql is asked: a block could not commit. */
export function ledgerText(ledger: Ledger): string {
  return `select ${ledger.existenceColumns} \\gset limbeck_
\\if :limbeck_has_ledger
\\else
\\if :limbeck_has_schema
\\else
create schema ${quoteIdentifier(ledger.schema)};
\\endif
${ledger.createText(true)};
\\endif`;
}

export function unlockText(ledger: Ledger): string {
  return doBlock(`  perform pg_advisory_unlock(${lockKey(ledger)});`);
}

function refuse(condition: string, actions: readonly string[]): string {
  return `  if ${condition} then\n${actions.map((action) => `    ${action}`).join('\n')}\n  end if;`;
}

/** A table that may not be there is read by a text of its own, which is planned only when it is run. */
function readIfThere(table: string, query: string, variable: string): string {
  return refuse(`to_regclass(${quoteLiteral(table)}) is not null`, [
    `execute ${quoteLiteral(query)} into ${variable};`,
  ]);
}

/** Who has the lock, as far as privileges show it. */
function holder(ledger: Ledger): string {
  const who = `min(format('"%s", server process %s', application_name, pid))`;
  const held = `select pid from pg_locks where ${isLock(lockKey(ledger))}`;
  return `(select coalesce(${who}, 'nobody to be seen') from pg_stat_activity where pid in (${held}))`;
}

function rowVariables(rows: readonly RevisionId[] | undefined): string[] {
  return rows === undefined ? [] : ["  rows text[] := '{}';", `  start text[] := ${textArray(rows)};`];
}

function rowsGuard(ledger: Ledger, rows: readonly RevisionId[], next: string): string {
  const table = ledger.names.version;
  const start = rows.length === 0 ? 'base' : rows.join(', ');
  const at = "coalesce(nullif(array_to_string(rows, ', '), ''), 'base')";
  const query = `select coalesce(array_agg(version_num::text order by version_num), '{}') from ${table}`;
  return [
    readIfThere(table, query, 'rows'),
    refuse('not (rows @> start and rows <@ start)', [
      `perform pg_advisory_unlock(${lockKey(ledger)});`,
      raise(`'the database is at ' || ${at} || ${quoteLiteral(`, and this begins at ${start}`)}`, next),
    ]),
  ].join('\n');
}

/** The longest row tells whether the others fit. */
function widthGuard(ledger: Ledger, inserted: readonly RevisionId[]): string {
  const longest = inserted.reduce((one, other) => (lengthOf(other) > lengthOf(one) ? other : one), '');
  const column = `characters of column "version_num" in "${ledger.schema}.${ledger.versionTable}"`;
  return refuse(`width < ${lengthOf(longest)}`, [
    `perform pg_advisory_unlock(${lockKey(ledger)});`,
    raise(
      `${quoteLiteral(`"${longest}" is longer than the `)} || width || ${quoteLiteral(` ${column}`)}`,
      widenAdvice(ledger),
    ),
  ]);
}

/** Versions are texts of a path, a space and a hash. */
function assetVariables(installed: ExpectedState['installed']): string[] {
  if (installed.size === 0) return [];
  const versions = [...installed].flatMap(([path, hashes]) => hashes.map((hash) => `${path} ${hash}`));
  return [
    "  installed text[] := '{}';",
    `  paths text[] := ${textArray([...installed.keys()])};`,
    `  expected text[] := ${textArray(versions)};`,
    '  differing text;',
  ];
}

/** As the run checks each file that it loads: what is installed is a version that the steps build on. */
function assetsGuard(ledger: Ledger, next: string): string {
  const table = ledger.names.assets;
  const query = `select coalesce(array_agg(path || ' ' || sha256), '{}') from ${table}`;
  return [
    readIfThere(table, query, 'installed'),
    // The hash and the space before it are 65 characters.
    `  select string_agg(path, ', ' order by path) into differing from (
    select left(version, -65) from unnest(installed) as version
      where left(version, -65) = any(paths) and version <> all(expected)
    union
    select left(version, -65) from unnest(expected) as version
      where left(version, -65) not in (select left(other, -65) from unnest(installed) as other)
  ) as differences(path);`,
    refuse('differing is not null', [
      `perform pg_advisory_unlock(${lockKey(ledger)});`,
      raise(
        "'the database has another version of an SQL file than this builds on: ' || differing",
        `${next}; if that is refused, compare \`limbeck current\` with \`limbeck history\`: the table limbeck_assets says what is installed`,
      ),
    ]),
  ].join('\n');
}

/** One a line where there are several: people read this before they run it. */
function textArray(texts: readonly string[]): string {
  if (texts.length < 2) return `array[${texts.map(quoteLiteral).join(', ')}]::text[]`;
  return `array[\n    ${texts.map(quoteLiteral).join(',\n    ')}\n  ]`;
}
