/**
 * limbeck's own tables in the database: where it stands, what happened, which assets are installed.
 *
 * Plain SQL on limbeck's own connection; nothing here passes through Knex, whose mappers and hooks belong
 * to the user.
 */
import { hostname } from 'node:os';
import type { AssetVersion } from '../assets/asset-history.js';
import { MigrationError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { RowChange } from '../graph/row-changes.js';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quote.js';
import { ownStatement, type Statement } from '../sql/statement.js';
import { toolVersion } from '../version.js';
import { installText } from './asset-rows.js';
import { divisionByZero } from './sql-failure.js';

export interface LedgerNames {
  readonly schema: string;
  readonly versionTable: string;
}

/** What the ledger says. */
export interface LedgerState {
  /** Version rows, sorted. */
  readonly rows: readonly RevisionId[];
  /** Installed assets by path. */
  readonly assets: ReadonlyMap<string, { readonly sha256: string; readonly revision: RevisionId }>;
}

/** An event for `limbeck_log`. */
export interface LogEvent {
  readonly revision: RevisionId;
  readonly direction: 'upgrade' | 'downgrade' | null;
  readonly outcome: 'applied' | 'reverted' | 'stamped' | 'failed';
  readonly scriptSha256: string | null;
  /** The script, relative to the project. */
  readonly scriptFile?: string | null;
  readonly error?: string;
  /** Milliseconds; default: since the transaction began, measured by the server. */
  readonly durationMs?: number;
}

/** The statements that keep the ledger of one schema. */
export class Ledger {
  readonly schema: string;
  readonly versionTable: string;
  readonly #version: string;
  readonly #log: string;
  readonly #assets: string;
  readonly #stages: string;
  /** Who writes the log: this host, this version of limbeck. */
  readonly #writer = [hostname(), toolVersion()] as const;

  constructor({ schema, versionTable }: LedgerNames) {
    this.schema = schema;
    this.versionTable = versionTable;
    this.#version = quoteQualified(schema, versionTable);
    this.#log = quoteQualified(schema, 'limbeck_log');
    this.#assets = quoteQualified(schema, 'limbeck_assets');
    this.#stages = quoteQualified(schema, 'limbeck_stages');
  }

  /** The tables, as `schema.name`: what a snapshot leaves out. */
  get tables(): string[] {
    return [this.versionTable, 'limbeck_log', 'limbeck_assets', 'limbeck_stages'].map(
      (table) => `${this.schema}.${table}`,
    );
  }

  /** The tables of version rows, of events and of installed assets, as SQL names them. */
  get names(): { readonly version: string; readonly log: string; readonly assets: string } {
    return { version: this.#version, log: this.#log, assets: this.#assets };
  }

  /** Columns of a query: whether schema, version table and all tables are there, and how wide its column is. */
  get existenceColumns(): string {
    const exists = (table: string) => `to_regclass(${quoteLiteral(table)}) is not null`;
    const all = [this.#version, this.#log, this.#assets, this.#stages].map(exists).join(' and ');
    const schema = `to_regnamespace(${quoteLiteral(quoteIdentifier(this.schema))}) is not null`;
    return `${schema} as has_schema, ${exists(this.#version)} as has_version, ${all} as has_ledger, ${this.#isLogOlder}, ${this.rowWidth} as row_width`;
  }

  get #isLogOlder(): string {
    const log = `to_regclass(${quoteLiteral(this.#log)})`;
    return `${log} is not null and not exists (select from pg_catalog.pg_attribute where attrelid = ${log} and attname = 'script_file') as is_log_older`;
  }

  /** An expression: the limit of `varchar(32)`, as in Alembic's table; null where there is none. */
  get rowWidth(): string {
    return (
      '(select information_schema._pg_char_max_length(atttypid, atttypmod) from pg_catalog.pg_attribute' +
      ` where attrelid = to_regclass(${quoteLiteral(this.#version)}) and attname = 'version_num')`
    );
  }

  /**
   * Creates what is missing; an existing version table, Alembic's for one, is left as it is.
   *
   * Two version tables in one schema have locks of their own and share the other tables: so there is one more
   * lock, for the moment that this takes.
   *
   * @param hasSchema - CREATE SCHEMA wants a privilege on the database even where the schema exists
   */
  createText(hasSchema: boolean): string {
    return `begin;
do ${quoteLiteral(this.#creationLock)};
${hasSchema ? '' : `create schema if not exists ${quoteIdentifier(this.schema)};`}
create table if not exists ${this.#version} (version_num text primary key);
create table if not exists ${this.#log} (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  revision text not null,
  direction text check (direction in ('upgrade', 'downgrade')),
  stage text,
  outcome text not null check (outcome in ('applied', 'reverted', 'stamped', 'failed')),
  duration_ms bigint,
  db_user text not null default session_user,
  host text,
  tool_version text,
  script_sha256 text,
  script_file text,
  error text
);
create table if not exists ${this.#assets} (
  path text primary key,
  sha256 text not null,
  revision text not null,
  identities text[] not null,
  installed_at timestamptz not null default clock_timestamp()
);
create table if not exists ${this.#stages} (
  revision text not null,
  stage text not null,
  position integer not null,
  direction text not null,
  sha256 text not null,
  progress jsonb,
  at timestamptz not null default clock_timestamp(),
  primary key (revision, stage)
);
commit`;
  }

  /** Adds to tables that an earlier limbeck made what they lack. */
  get completeText(): string {
    return `alter table ${this.#log} add column if not exists script_file text`;
  }

  /** A block, since a query would have an answer, which psql prints. */
  get #creationLock(): string {
    const key = `hashtextextended(${quoteLiteral(`limbeck ledger of ${this.schema}`)}, 0)`;
    return `begin perform pg_advisory_xact_lock(${key}); end`;
  }

  /** Two queries: the version rows, the installed assets. */
  get readText(): string {
    return `select version_num from ${this.#version} order by version_num;
select path, sha256, revision from ${this.#assets}`;
  }

  /** One query: the version rows. */
  get readRowsText(): string {
    return `select version_num from ${this.#version} order by version_num`;
  }

  /**
   * Moves the version rows, and raises when one of those to delete is not there: two statements, the
   * first of which checks that the transaction is still the one that BEGIN opened.
   */
  moveRows({ deleted, inserted }: Pick<RowChange, 'deleted' | 'inserted'>): Statement[] {
    const parts = [`moved as (select ${deleted.length} as expected)`];
    if (deleted.length > 0) {
      parts.push(
        `gone as (delete from ${this.#version} where version_num in (${literals(deleted)}) returning 1)`,
      );
    }
    if (inserted.length > 0) {
      const values = inserted.map((row) => `(${quoteLiteral(row)})`).join(', ');
      parts.push(`come as (insert into ${this.#version} (version_num) values ${values})`);
    }
    const found = deleted.length > 0 ? '(select count(*) from gone)' : '0';
    const check = `select 1 / (case when expected = ${found} then 1 else 0 end) from moved`;
    return [
      ownStatement(sameTransaction, transactionLost),
      ownStatement(`with ${parts.join(', ')} ${check}`, rowsChanged),
    ];
  }

  /** Empties the version table, whatever it holds. */
  get clearRows(): Statement {
    return ownStatement(`delete from ${this.#version}`);
  }

  log({ revision, direction, outcome, scriptSha256, scriptFile, error, durationMs }: LogEvent): Statement {
    const duration =
      durationMs === undefined
        ? '(extract(epoch from clock_timestamp() - now()) * 1000)::bigint'
        : String(Math.round(durationMs));
    const values = [
      revision,
      direction,
      outcome,
      ...this.#writer,
      scriptSha256,
      scriptFile ?? null,
      error ?? null,
    ];
    return ownStatement(
      `insert into ${this.#log} (revision, direction, outcome, host, tool_version, script_sha256, script_file, error, duration_ms)` +
        ` values (${values.map(quoteLiteral).join(', ')}, ${duration})`,
    );
  }

  /** @param versions - one for each path; none makes no statement */
  installAssets(versions: readonly AssetVersion[]): Statement[] {
    return versions.length === 0 ? [] : [ownStatement(installText(this.#assets, versions))];
  }

  /** @param paths - none makes no statement */
  removeAssets(paths: readonly string[]): Statement[] {
    if (paths.length === 0) return [];
    return [ownStatement(`delete from ${this.#assets} where path in (${literals(paths)})`)];
  }

  get clearAssets(): Statement {
    return ownStatement(`delete from ${this.#assets}`);
  }
}

const uniqueViolation = '23505';

const sameTransaction =
  "select 1 / (case when current_setting('limbeck.transaction', true) = pg_current_xact_id()::text then 1 else 0 end)";

function transactionLost(sqlstate: string | undefined, cause: Error): MigrationError | undefined {
  if (sqlstate !== divisionByZero) return undefined;
  return new MigrationError('TRANSACTION_LOST', {
    message: 'the transaction of the revision ended before its version rows were written',
    next: 'look for COMMIT or ROLLBACK in the script and the procedures that it calls; what it committed stands',
    cause,
  });
}

function rowsChanged(sqlstate: string | undefined, cause: Error): MigrationError | undefined {
  if (sqlstate !== divisionByZero && sqlstate !== uniqueViolation) return undefined;
  return new MigrationError('ROWS_CHANGED', {
    message: 'the version rows were changed by somebody else while limbeck ran',
    next: 'see where the database stands with `limbeck current`, and run the command again',
    cause,
  });
}

function literals(values: readonly string[]): string {
  return values.map(quoteLiteral).join(', ');
}
