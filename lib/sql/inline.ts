/**
 * Writing values into a statement in place of its placeholders, for where there is no driver to send them.
 */
import { literal } from './literal.js';
import { tokens } from './scan.js';

/**
 * Replaces `$1`, `$2`, … by literals; quotes, quoted names, dollar quotes and comments are left alone.
 *
 * @throws UnwritableValue for a value without a literal, UnterminatedSql for a text that is not whole
 */
export function inlineBindings(sql: string, bindings: readonly unknown[]): string {
  if (bindings.length === 0) return sql;
  let text = '';
  for (const { kind, start, end } of tokens(sql)) {
    const token = sql.slice(start, end);
    const number = kind === 'other' ? /^\$(\d+)$/.exec(token)?.[1] : undefined;
    const isPlaceholder = number !== undefined && Number(number) >= 1 && Number(number) <= bindings.length;
    text += isPlaceholder ? apart(text, literal(bindings[Number(number) - 1])) : token;
  }
  return text;
}

/** `u&$1` is an operator, and `u&'…'` would be a text with escapes. */
function apart(before: string, written: string): string {
  return /[\w&]$/.test(before) ? ` ${written}` : written;
}
