/**
 * What a script asks through Knex, for a sink without a database behind it.
 */
import type { Readable } from 'node:stream';
import { OfflineError } from '../errors.js';
import { inlineBindings } from '../sql/inline.js';
import { UnwritableValue } from '../sql/literal.js';
import type { Place } from '../sql/place.js';
import { blankQuoted } from '../sql/scan.js';
import { offlineRead, placeOf, type Statement, statement } from '../sql/statement.js';

/** What is used of a query as Knex hands it over. */
interface AskedQuery {
  readonly sql: string;
  readonly bindings?: readonly unknown[] | undefined;
  readonly method?: string | undefined;
  /** Makes the answer of it: `hasTable` and `columnInfo` have one. */
  readonly output?: unknown;
}

/**
 * Returns the statement with its values written into it; one that only reads says so.
 *
 * @throws OfflineError `OFFLINE_UNWRITABLE` for a value without a literal
 */
export function writtenQuery(query: AskedQuery, made: Statement): Statement {
  return { ...statement(textOf(query, made), { origin: made.origin }), isRead: onlyReads(query) };
}

/** Ends a stream of rows, of which there are none to read. */
export async function refuseStream(
  query: AskedQuery,
  stream: Readable,
  origin: Place | undefined,
): Promise<void> {
  const made = statement(query.sql, { origin });
  stream.destroy(offlineRead(made));
}

function textOf({ bindings = [] }: AskedQuery, made: Statement): string {
  try {
    return inlineBindings(made.text, bindings);
  } catch (error) {
    if (!(error instanceof UnwritableValue)) throw error;
    throw new OfflineError('OFFLINE_UNWRITABLE', {
      message: `a value cannot be written into the statement: ${error.message}`,
      where: placeOf(made),
      next: 'bind a text, number, date, list, object or bytes',
      cause: error,
    });
  }
}

const readingMethods = new Set(['first', 'pluck', 'columnInfo']);

/** A `select` without FROM calls functions, maybe for what they do. */
function onlyReads({ method = '', output, sql }: AskedQuery): boolean {
  if (output !== undefined || readingMethods.has(method)) return true;
  return method === 'select' && /\bfrom\b/i.test(blankQuoted(sql));
}
