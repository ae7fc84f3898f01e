/**
 * The `?` of Knex's texts: a value where it stands in SQL, itself where it stands in quotes or is written `\?`.
 */
import { type Command, partsOf, splitCommands, UnterminatedSql } from './scan.js';

/**
 * Puts `place(0)`, `place(1)`, … for the placeholders of a text that Knex has compiled.
 *
 * Quoted parts and comments stay as they are.
 *
 * @param escaped - what a `\?` outside of quotes becomes
 */
export function replacePlaceholders(sql: string, place: (index: number) => string, escaped = '?'): string {
  if (!sql.includes('?')) return sql;
  let index = 0;
  const replace = (mark: string) => {
    if (mark !== '?') return escaped;
    index += 1;
    return place(index - 1);
  };
  return partsOf(sql)
    .map(({ kind, text }) => (kind === 'sql' ? text.replace(/\\?\?/g, replace) : text))
    .join('');
}

/** Writes placeholders as the server reads them: `$1`, `$2`, … */
export function numberPlaceholders(sql: string): string {
  return replacePlaceholders(sql, (index) => `$${index + 1}`);
}

/** Takes a text without values as it is meant: no `?` in it is a placeholder. */
export function withoutPlaceholders(sql: string): string {
  return replacePlaceholders(sql, () => '?');
}

export function countPlaceholders(sql: string): number {
  let count = 0;
  replacePlaceholders(sql, () => `${(count += 1)}`);
  return count;
}

const boundVerbs = new Set(
  'select insert update delete merge with values table call explain declare execute'.split(' '),
);
const tableWords = new Set('table temp temporary unlogged local global'.split(' '));

/**
 * Whether the server takes values beside a command; all others are parsed before there are any.
 *
 * @see PostgreSQL source, `parse_analyze`: commands without a planned query have no parameters
 */
export function takesValues({ words, text }: Command): boolean {
  const [first, second = ''] = words;
  if (first === undefined || text.startsWith('(')) return true;
  if (first === 'create') return tableWords.has(second) && words.includes('as');
  return boundVerbs.has(first);
}

/** The commands of a text; none where something is left open, which is refused when it is sent. */
export function commandsOf(sql: string): Command[] {
  try {
    return splitCommands(sql);
  } catch (error) {
    if (error instanceof UnterminatedSql) return [];
    throw error;
  }
}
