/**
 * What the log says of scripts and revisions: which was applied last, when and by whom.
 */
import type { RevisionId } from '../graph/revision.js';
import type { LoggedScript } from '../script/edited-scripts.js';
import { quoteLiteral, quoteQualified } from '../sql/quote.js';

/** The column `script_file` of a log by this alias; null where an earlier limbeck made the log without it. */
export function scriptFileOf(alias: string): string {
  return `to_jsonb(${alias}) ->> 'script_file' as script_file`;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * One query: for each revision the script that was applied last, or accepted since; none of those that were reverted.
 */
export function loggedScriptsText(schema: string): string {
  return `select revision, script_sha256, script_file from (
  select distinct on (revision) revision, outcome, script_sha256, ${scriptFileOf('log')} from ${quoteQualified(schema, 'limbeck_log')} log
  where outcome in ('applied', 'reverted') or outcome = 'stamped' and script_sha256 is not null
  order by revision, id desc) as latest
where outcome <> 'reverted' and script_file is not null and script_sha256 is not null`;
}

/** Reads the answer to `loggedScriptsText`. */
export function loggedScriptsOf(rows: readonly Row[]): ReadonlyMap<RevisionId, LoggedScript> {
  return new Map(
    rows.map(({ revision, script_sha256: sha256, script_file: file }) => [
      String(revision),
      { sha256: String(sha256), file: String(file) },
    ]),
  );
}

/** How a revision came to be applied. */
export interface LoggedRevision {
  readonly outcome: 'applied' | 'stamped';
  /** In ISO 8601, UTC. */
  readonly at: string;
  readonly user: string;
  readonly host: string | null;
  readonly toolVersion: string | null;
  /** The script that was applied, relative to its project. */
  readonly file: string | null;
}

/** One query: how each of these revisions came to be applied, last. */
export function loggedRevisionsText(schema: string, revisions: readonly RevisionId[]): string {
  return `select distinct on (revision) revision, outcome, db_user, host, tool_version, ${scriptFileOf('log')},
  to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
from ${quoteQualified(schema, 'limbeck_log')} log
where outcome in ('applied', 'stamped') and revision in (${revisions.map(quoteLiteral).join(', ')})
order by revision, id desc`;
}

/** Reads the answer to `loggedRevisionsText`. */
export function loggedRevisionsOf(rows: readonly Row[]): ReadonlyMap<RevisionId, LoggedRevision> {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  return new Map(
    rows.map((row) => [
      String(row['revision']),
      {
        outcome: row['outcome'] === 'applied' ? 'applied' : 'stamped',
        at: String(row['at']),
        user: String(row['db_user']),
        host: textOf(row['host']),
        toolVersion: textOf(row['tool_version']),
        file: textOf(row['script_file']),
      },
    ]),
  );
}
