/**
 * Reading the log of a database: what happened, newest first.
 */
import type { RevisionId } from '../graph/revision.js';
import { quoteLiteral, quoteQualified } from '../sql/quote.js';
import { scriptFileOf } from './logged-scripts.js';
import type { Session } from './session.js';

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
  { sink, ledger }: Session,
  { filter, limit }: LogRequest,
): Promise<{ readonly events: readonly LoggedEvent[]; readonly total: number }> {
  const table = quoteQualified(ledger.schema, 'limbeck_log');
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

const columns = `id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, revision, direction, stage,
  outcome, duration_ms, db_user, host, tool_version, script_sha256, ${scriptFileOf('log')}, error, count(*) over () as total`;

function conditionOf(filter: LogFilter | undefined): string {
  if (filter === undefined) return 'true';
  if ('prefix' in filter) return `starts_with(revision, ${quoteLiteral(filter.prefix)})`;
  return `revision in (${[...filter.revisions, null].map(quoteLiteral).join(', ')})`;
}

function eventOf(row: Readonly<Record<string, unknown>>): LoggedEvent {
  const text = (name: string) => (row[name] === null ? null : String(row[name]));
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
