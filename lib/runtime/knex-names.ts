/**
 * Names that Knex puts into SQL: unquoted ones, and those that PostgreSQL would cut.
 */
import { quoteIdentifier } from '../sql/quote.js';
import { partsOf } from '../sql/scan.js';
import { knexUnsafe } from './knex-unsafe.js';

/** PostgreSQL keeps so many bytes of a name. */
const longest = 63;

const plainName = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/;

/**
 * Writes the name of a check, which Knex does not quote.
 *
 * @returns what means the same with and without quotes as it is; what would be wrong SQL in quotes
 * @throws MigrationError `KNEX_UNSAFE` for a name that the server would fold to lower case: databases that
 *   Knex has migrated hold the folded one
 */
export function checkName(name: unknown): unknown {
  if (typeof name !== 'string' || name === '' || /^"(?:[^"]|"")+"$/.test(name)) return name;
  if (!plainName.test(name)) return shortName(quoteIdentifier(name));
  if (!/[A-Z]/.test(name)) return shortName(name);
  throw knexUnsafe(
    `the check "${name}" would be named "${name.toLowerCase()}": Knex does not quote it`,
    `write '${name.toLowerCase()}', which is what Knex has always made of it, or '"${name}"' for a new check`,
  );
}

/** Writes the name that Knex generates for a check; nobody chose it, so it may be folded. */
export function generatedCheckName(name: string): string | undefined {
  return plainName.test(name) && Buffer.byteLength(name) <= longest
    ? undefined
    : shortName(quoteIdentifier(name.toLowerCase()));
}

function shortName(sql: string): string {
  assertShortNames(sql.startsWith('"') ? sql : quoteIdentifier(sql));
  return sql;
}

/**
 * Checks that the server keeps the quoted names of a text whole.
 *
 * @throws MigrationError `KNEX_UNSAFE`
 */
export function assertShortNames(sql: string): void {
  if (sql.length <= longest) return;
  const names = partsOf(sql)
    .filter(({ kind }) => kind === 'name')
    .map(({ text }) => text.slice(1, -1).replaceAll('""', '"'));
  const long = names.find((name) => Buffer.byteLength(name) > longest);
  if (long === undefined) return;
  throw knexUnsafe(
    `the name "${long}" has ${Buffer.byteLength(long)} bytes, and PostgreSQL keeps ${longest}`,
    `give a shorter name; where Knex made it up, name it yourself, as in \`t.index(columns, 'name')\`; what PostgreSQL would keep is "${kept(long)}"`,
  );
}

/** What the server would keep: whole characters only. */
function kept(name: string): string {
  let text = '';
  for (const character of name) {
    if (Buffer.byteLength(text + character) > longest) break;
    text += character;
  }
  return text;
}
