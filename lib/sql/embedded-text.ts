/**
 * Texts inside SQL: the bodies and strings of a command, and where each of their characters stands in it.
 */
import { splitCommands, type Token, tokens, UnterminatedSql } from './scan.js';

/** A text in quotes, without them. */
export interface EmbeddedText {
  readonly text: string;
  /** Where it begins in the text around it, quotes left out. */
  readonly start: number;
  /** Returns where an offset of `text` lies in the text around it. */
  outerOffset(offset: number): number;
}

/** Returns the strings and dollar-quoted texts of an SQL text, in order; none of what cannot be read. */
export function embeddedTexts(sql: string): EmbeddedText[] {
  return safeTokens(sql).flatMap((token) => embedded(sql, token) ?? []);
}

/** Returns the body of a command that makes a routine, or of a DO block. */
export function bodyOf(command: string): EmbeddedText | undefined {
  let before = '';
  let isBlock: boolean | undefined;
  for (const token of safeTokens(command)) {
    const text = command.slice(token.start, token.end);
    isBlock ??= text.toLowerCase() === 'do';
    const found = embedded(command, token);
    if (found !== undefined && (before === 'as' || (isBlock && before !== 'language'))) return found;
    if (token.kind !== 'space') before = text.toLowerCase();
  }
  return undefined;
}

/** Returns the offset at which the commands of a body begin that the statement of this number, from 1, has. */
export function offsetOfStatement(body: string, number: number): number | undefined {
  try {
    return splitCommands(body)[number - 1]?.offset;
  } catch (error) {
    if (error instanceof UnterminatedSql) return undefined;
    throw error;
  }
}

/** A body need not be SQL: where it cannot be cut into tokens, what came before counts. */
function safeTokens(sql: string): Token[] {
  const found: Token[] = [];
  try {
    for (const token of tokens(sql)) found.push(token);
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error;
  }
  return found;
}

function embedded(sql: string, { kind, start, end }: Token): EmbeddedText | undefined {
  if (kind !== 'other' || end - start < 2) return undefined;
  const tag = /^\$\D*?\$|^\$[^\d$][^$]*\$/.exec(sql.slice(start, end))?.[0];
  if (tag !== undefined) return shifted(sql.slice(start + tag.length, end - tag.length), start + tag.length);
  if (sql[start] === "'") return unescaped(sql, start + 1, end - 1, /''/y);
  if (/^e'/i.test(sql.slice(start, start + 2))) return unescaped(sql, start + 2, end - 1, escapePattern);
  return undefined;
}

function shifted(text: string, start: number): EmbeddedText {
  return { text, start, outerOffset: (offset) => start + offset };
}

const escapePattern = /''|\\(?:x[0-9a-f]{1,2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[0-7]{1,3}|[^])/iy;

/** Undoes the escapes of a string, and remembers where each character stood. */
function unescaped(sql: string, start: number, end: number, escapes: RegExp): EmbeddedText {
  const offsets: number[] = [];
  let text = '';
  for (let at = start; at < end; ) {
    escapes.lastIndex = at;
    const escape = escapes.exec(sql)?.[0];
    const character = escape === undefined ? sql.charAt(at) : meaningOf(escape);
    for (let unit = 0; unit < character.length; unit += 1) offsets.push(at);
    text += character;
    at += escape?.length ?? 1;
  }
  return { text, start, outerOffset: (offset) => offsets[offset] ?? end };
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** PostgreSQL manual, "String Constants with C-Style Escapes". */
function meaningOf(escape: string): string {
  const rest = escape.slice(1);
  if (escape[0] === "'") return "'";
  if (/^[xu].+/i.test(rest)) return String.fromCodePoint(Math.min(0x10ffff, parseInt(rest.slice(1), 16)));
  if (/^[0-7]/.test(rest)) return String.fromCodePoint(parseInt(rest, 8));
  return controls[rest] ?? rest;
}
