/**
 * Values written into the text: where the server takes none beside it, as in every ALTER and CREATE, and
 * where Knex writes them itself, as in checks and views.
 *
 * Knex's own literals are used for what they are right for; of a date it would lose the offset, of a
 * buffer make a bit string, of a bigint nothing.
 */
import {
  commandsOf,
  countPlaceholders,
  numberPlaceholders,
  replacePlaceholders,
  takesValues,
  withoutPlaceholders,
} from '../sql/placeholders.js';
import type { KnexPart, KnexTexts } from './knex-internals.js';
import { knexUnsafe } from './knex-unsafe.js';

type Literals = Pick<KnexTexts, '_escapeBinding'>;

/**
 * Writes a value as a literal, through Knex's own `escape`.
 *
 * @throws MigrationError `KNEX_UNSAFE` for a value that Knex would write otherwise than it sends it
 */
export function inlineValue(value: unknown, escape: (value: unknown) => string): string {
  if (typeof value === 'bigint') return String(value);
  if (isPlain(value) || (Array.isArray(value) && value.every(isPlainElement))) return escape(value);
  throw knexUnsafe(
    `${kindOf(value)} cannot be written into the text of a statement`,
    'write it as a string that PostgreSQL reads, such as `date.toISOString()`, `JSON.stringify(object)` or `\\\\x…` for bytes',
  );
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean';
}

/** In an array Knex writes control characters as JSON does, which PostgreSQL reads otherwise. */
function isPlainElement(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlainElement);
  // oxlint-disable-next-line no-control-regex
  return typeof value === 'string' ? !/[\0-\x1f\p{Surrogate}]/u.test(value) : isPlain(value);
}

/** Names a value by its class: `a Date`. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const name = value.constructor?.name ?? 'Object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/**
 * Writes the values of a compiled text into it.
 *
 * @param escaped - what a `\?` becomes: `?`, or itself where the text is a part of another
 */
export function inline(client: Literals, { sql, bindings = [] }: KnexPart, escaped = '?'): string {
  if (bindings.length === 0) return escaped === '?' ? withoutPlaceholders(sql) : sql;
  const place = (index: number) => (index < bindings.length ? client._escapeBinding(bindings[index]) : '?');
  return replacePlaceholders(sql, place, escaped);
}

/** Counts in words: `1 value`, `2 values`. */
export function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** A text as it is sent, and the values beside it. */
export interface Finished {
  readonly sql: string;
  readonly bindings: readonly unknown[];
}

/**
 * Makes of a compiled text what is sent.
 *
 * @throws MigrationError `KNEX_UNSAFE` when values and placeholders differ in number, or several commands
 *   share the values
 */
export function finish(client: Literals, { sql, bindings = [] }: KnexPart): Finished {
  if (bindings.length === 0) return { sql: withoutPlaceholders(sql), bindings };
  const placeholders = countPlaceholders(sql);
  if (placeholders !== bindings.length) {
    throw knexUnsafe(
      `the query has ${counted(placeholders, 'placeholder')} and ${counted(bindings.length, 'value')}: ${sql}`,
      'give one value for each `?`; write `\\\\?` in JavaScript for the operator `?`',
    );
  }
  const numbered = numberPlaceholders(sql);
  const commands = commandsOf(numbered);
  if (commands.length > 1) {
    throw knexUnsafe(
      `${commands.length} commands share one list of values, which PostgreSQL does not take`,
      'make one call for each command',
    );
  }
  const [command] = commands;
  if (command === undefined || takesValues(command)) return { sql: numbered, bindings };
  return { sql: inline(client, { sql, bindings }), bindings: [] };
}
