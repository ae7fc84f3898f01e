/**
 * Reading the log of a database: what happened, and what it says of scripts and revisions.
 */
import type { RevisionId } from '../graph/revision.js';
import type { LoggedScript } from '../script/edited-scripts.js';
import { quoteLiteral } from '../sql/quote.js';
import type { DatabaseSink } from './database-sink.js';
import type { Ledger } from './ledger.js';

type Row = Readonly<Record<string, unknown>>;

/** One event, as `limbeck_log` holds it. */
export interface LoggedEvent {
  readonly id: number;
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly revision: RevisionId;
  /** null for a stamp, and for an edited script that was accepted. */
  readonly direction: 'upgrade' | 'downgrade' | null;
  readonly stage: string | null;
  readonly outcome: 'applied' | 'reverted' | 'stamped' | 'failed';
  readonly durationMs: number | null;
  /** The role that was connected. */
  readonly user: string;
  readonly host: string | null;
  readonly toolVersion: string | null;
  /** Of a stamp null; of an edited script that was accepted that of the script. */
  readonly scriptSha256: string | null;
  /** The script, relative to its project. */
  readonly scriptFile: string | null;
  readonly error: string | null;
}

/** Which revisions: these, or those whose id starts with a text. */
export type LogFilter = { readonly revisions: readonly RevisionId[] } | { readonly prefix: string };

export interface LogRequest {
  readonly filter?: LogFilter | undefined;
  /** Default: all. */
  readonly limit?: number | undefined;
}

/** Reads the newest events, and how many there are; none where there is no log. */
export async function readLog(
  { sink, ledger }: { readonly sink: DatabaseSink; readonly ledger: Ledger },
  { filter, limit }: LogRequest,
): Promise<{ readonly events: readonly LoggedEvent[]; readonly total: number }> {
  const table = ledger.names.log;
  const [found] = await sink.ask(`select to_regclass(${quoteLiteral(table)}) is not null as found`);
  if (found?.rows[0]?.['found'] !== true) return { events: [], total: 0 };
  const [answer] = await sink.ask(`select ${columns}
from ${table} log
where ${conditionOf(filter)}
order by id desc
limit ${limit ?? 'all'}`);
  const rows = answer?.rows ?? [];
  return { events: rows.map(eventOf), total: Number(rows[0]?.['total'] ?? 0) };
}

/** A column of the table as `log`; null where an earlier limbeck made it without. */
const scriptFile = "to_jsonb(log) ->> 'script_file' as script_file";

const columns = `id, ${atColumn('SS.MS')}, revision, direction, stage,
  outcome, duration_ms, db_user, host, tool_version, script_sha256, ${scriptFile}, error, count(*) over () as total`;

function conditionOf(filter: LogFilter | undefined): string {
  if (filter === undefined) return 'true';
  if ('prefix' in filter) return `starts_with(revision, ${quoteLiteral(filter.prefix)})`;
  return isOneOf(filter.revisions);
}

function eventOf(row: Row): LoggedEvent {
  const text = (name: string) => textOf(row[name]);
  return {
    id: Number(row['id']),
    at: String(row['at']),
    revision: String(row['revision']),
    direction: text('direction') as LoggedEvent['direction'],
    stage: text('stage'),
    outcome: String(row['outcome']) as LoggedEvent['outcome'],
    durationMs: row['duration_ms'] === null ? null : Number(row['duration_ms']),
    user: String(row['db_user']),
    host: text('host'),
    toolVersion: text('tool_version'),
    scriptSha256: text('script_sha256'),
    scriptFile: text('script_file'),
    error: text('error'),
  };
}

/**
 * One query: for each revision the script that was applied last, or accepted since; none of those that were reverted.
 */
export function loggedScriptsText({ names }: Ledger): string {
  return `select revision, script_sha256, script_file from (
  select distinct on (revision) revision, outcome, script_sha256, ${scriptFile} from ${names.log} log
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
export function loggedRevisionsText({ names }: Ledger, revisions: readonly RevisionId[]): string {
  return `select distinct on (revision) revision, outcome, db_user, host, tool_version, ${scriptFile},
  ${atColumn('SS')}
from ${names.log} log
where outcome in ('applied', 'stamped') and ${isOneOf(revisions)}
order by revision, id desc`;
}

/** Reads the answer to `loggedRevisionsText`. */
export function loggedRevisionsOf(rows: readonly Row[]): ReadonlyMap<RevisionId, LoggedRevision> {
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

/** @param seconds - how they are written */
function atColumn(seconds: 'SS' | 'SS.MS'): string {
  return `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:${seconds}"Z"') as at`;
}

function isOneOf(revisions: readonly RevisionId[]): string {
  return `revision in (${[...revisions, null].map(quoteLiteral).join(', ')})`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
