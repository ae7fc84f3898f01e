/**
 * What stands round the steps of an SQL text for psql: who may run it, from where, and the ledger.
 */
import type { RevisionId } from '../graph/revision.js';
import { doBlock, raise } from '../sql/psql-text.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import type { Ledger, LedgerState } from './ledger.js';
import { lockKey } from './lock.js';

/** What must be true of a database for the steps to be the right ones. */
export interface ExpectedState {
  /** The version rows, exactly; undefined when they do not matter. */
  readonly rows: readonly RevisionId[] | undefined;
  /** The installed versions that the steps build on. */
  readonly assets: LedgerState['assets'];
  /** The paths that the steps load or drop. */
  readonly paths: readonly string[];
  /** What to do where it is not so: a command. */
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
export function guardText(ledger: Ledger, { rows, assets, paths, next }: ExpectedState): string {
  const key = lockKey(ledger);
  const installed = paths.flatMap((path) => {
    const found = assets.get(path);
    return found === undefined ? [] : [`${path} ${found.sha256}`];
  });
  const body = [
    refuse("current_setting('server_version_num')::int < 150000", [
      raise("'the server is older than PostgreSQL 15'", 'upgrade the server'),
    ]),
    refuse(`not pg_try_advisory_lock(${key})`, [
      raise("'another migrator holds the lock of limbeck'", 'wait until it is done, then run this again'),
    ]),
    ...(rows === undefined ? [] : [rowsGuard(ledger, rows, next)]),
    ...(paths.length === 0 ? [] : [assetsGuard(ledger, installed, paths)]),
  ];
  return doBlock(body.join('\n'), "  rows text[] := '{}';\n  installed text[] := '{}';\n  differing text;");
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

function rowsGuard(ledger: Ledger, rows: readonly RevisionId[], next: string): string {
  const table = ledger.names.version;
  const start = rows.length === 0 ? 'base' : rows.join(', ');
  const at = "coalesce(nullif(array_to_string(rows, ', '), ''), 'base')";
  return [
    readIfThere(
      table,
      `select coalesce(array_agg(version_num::text order by version_num), '{}') from ${table}`,
      'rows',
    ),
    refuse(`not (rows @> ${textArray(rows)} and rows <@ ${textArray(rows)})`, [
      `perform pg_advisory_unlock(${lockKey(ledger)});`,
      raise(`'the database is at ' || ${at} || ${quoteLiteral(`, and this begins at ${start}`)}`, next),
    ]),
  ].join('\n');
}

/** As the run checks each file that it loads: what is installed is what the step builds on. */
function assetsGuard(ledger: Ledger, installed: readonly string[], paths: readonly string[]): string {
  const table = ledger.names.assets;
  const expected = textArray(installed);
  const found = `select coalesce(array_agg(path || ' ' || sha256), '{}') from ${table} where path = any(${textArray(paths)})`;
  return [
    readIfThere(table, found, 'installed'),
    // A hash and the space before it are 65 characters.
    `  select string_agg(distinct left(version, -65), ', ') into differing from (
    (select unnest(installed) except select unnest(${expected}))
    union all (select unnest(${expected}) except select unnest(installed))
  ) as versions(version);`,
    refuse('differing is not null', [
      `perform pg_advisory_unlock(${lockKey(ledger)});`,
      raise(
        "'the database has another version of an SQL file than this builds on: ' || differing",
        'compare `limbeck current` with `limbeck history`: another branch has changed the file; the table limbeck_assets says what is installed',
      ),
    ]),
  ].join('\n');
}

function textArray(texts: readonly string[]): string {
  return `array[${texts.map(quoteLiteral).join(', ')}]::text[]`;
}
