/**
 * Version tables whose column is narrower than an id: Alembic makes it 32 characters wide.
 */
import { RevisionError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { listed } from '../graph/wording.js';
import { quoteQualified } from '../sql/quote.js';
import type { LedgerNames } from './ledger.js';
import type { Session } from './session.js';

/**
 * Refuses rows that the version table cannot hold, before anything has run.
 *
 * @param rows - all that will be written to it
 * @throws RevisionError `REVISION_TOO_LONG`
 */
export function refuseLongRows(
  rows: readonly RevisionId[],
  {
    session,
    graph,
  }: { readonly session: Pick<Session, 'rowWidth' | 'ledger'>; readonly graph: RevisionGraph },
): void {
  const { rowWidth: width, ledger } = session;
  if (width === null) return;
  const long = [...new Set(rows)].filter((row) => lengthOf(row) > width);
  const [first] = long;
  if (first === undefined) return;
  const { schema, versionTable } = ledger;
  throw new RevisionError('REVISION_TOO_LONG', {
    message: `${listed(long)} ${long.length === 1 ? 'is' : 'are'} longer than the ${width} characters of column "version_num" in "${schema}.${versionTable}"`,
    where: graph.get(first)?.file,
    next: widenAdvice(ledger),
    details: { revisions: long, width },
  });
}

/** What to do about a column that is too narrow. */
export function widenAdvice({ schema, versionTable }: LedgerNames): string {
  return `widen the column, \`alter table ${nameOf(schema, versionTable)} alter column version_num type text\` (Alembic works with that too), or give the revision a shorter id`;
}

/** As the server counts: characters, not UTF-16 units. */
export function lengthOf(row: string): number {
  return Array.from(row).length;
}

/** Quoted only if it must be, so that the statement can be typed into a shell too. */
function nameOf(schema: string, table: string): string {
  const isPlain = [schema, table].every((name) => /^[a-z_][a-z0-9_]*$/.test(name));
  return isPlain ? `${schema}.${table}` : quoteQualified(schema, table);
}
