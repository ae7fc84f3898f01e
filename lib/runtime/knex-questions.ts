/**
 * `?`, `??`, `:name` and `:name:` in the raw texts that scripts hand to Knex.
 *
 * Knex finds them with regular expressions, also in strings, comments, function bodies and casts. Here those
 * parts are hidden from it while it replaces, and put back afterwards.
 */
import { type Part, partsOf } from '../sql/scan.js';
import type { KnexRaw } from './knex-internals.js';
import { knexUnsafe } from './knex-unsafe.js';
import { counted } from './knex-values.js';

/** A text in which Knex sees no more than it should, and the way back. */
export interface HiddenText {
  readonly sql: string;
  /** Returns what Knex made of it with the hidden parts in their places. */
  readonly show: (sql: string) => string;
}

/** Makes a raw's `toSQL` read its text as the server does. */
export function readAsSql(raw: KnexRaw): KnexRaw {
  const compile = raw.toSQL.bind(raw);
  const hide = remembered();
  hide(raw);
  raw.toSQL = (...args) => {
    const { sql } = raw;
    const hidden = hide(raw);
    if (hidden === undefined) return compile(...args);
    raw.sql = hidden.sql;
    try {
      const made = compile(...args);
      made.sql = hidden.show(made.sql);
      return made;
    } catch (error) {
      if (error instanceof Error) error.message = hidden.show(error.message);
      throw error;
    } finally {
      raw.sql = sql;
    }
  };
  return raw;
}

/**
 * Checks that a raw text and its values fit, before Knex compiles them.
 *
 * @throws MigrationError `KNEX_UNSAFE`
 */
export function assertReadable(sql: unknown, bindings: unknown): void {
  if (typeof sql === 'string') hideText(sql, bindings);
}

/** A raw is looked at when it is made, where the script's line is known, and again when it is compiled. */
function remembered(): (raw: KnexRaw) => HiddenText | undefined {
  let before: { sql: unknown; bindings: unknown; hidden: HiddenText | undefined } | undefined;
  return ({ sql, bindings }) => {
    if (before?.sql !== sql || before?.bindings !== bindings) {
      before = { sql, bindings, hidden: typeof sql === 'string' ? hideText(sql, bindings) : undefined };
    }
    return before?.hidden;
  };
}

/**
 * Hides what is no placeholder.
 *
 * @param bindings - as the script gave them: a list, an object of names, one value, or none
 * @returns undefined where there is nothing to hide
 * @throws MigrationError `KNEX_UNSAFE`
 */
function hideText(sql: string, bindings: unknown): HiddenText | undefined {
  const isNamed = isPlainObject(bindings);
  if (!sql.includes('?') && !(isNamed && sql.includes(':'))) return undefined;
  const parts = partsOf(sql);
  assertOneBackslash(sql);
  if (Array.isArray(bindings)) return hidePositions(parts, bindings.length);
  if (isNamed) return hideNames(parts, bindings);
  if (bindings !== undefined) assertCount(marksIn(parts, isSql), 1);
  const escape = bindings === undefined;
  return shown(parts.map((part) => (isSql(part) && escape ? escapeMarks(part.text) : quoted(part))).join(''));
}

/** Knex takes away all backslashes before a `?`; one is its way of writing `?`. */
function assertOneBackslash(sql: string): void {
  const found = /\\{2,}\?/.exec(sql)?.[0];
  if (found === undefined) return;
  throw knexUnsafe(
    `Knex would send "${found}" as "?", without the backslashes`,
    'run the text with `op.execute(text)`, which sends it as it is, or give the string as a value for a `?`',
  );
}

const marks = /\\\?|\?\??/g;
const isSql = ({ kind }: Part) => kind === 'sql';

/** How many placeholders a list of values must fill. */
function marksIn(parts: readonly Part[], where: (part: Part) => boolean, mark?: string): number {
  const found = parts.filter(where).flatMap(({ text }) => text.match(marks) ?? []);
  return found.filter((text) => text !== '\\?' && (mark === undefined || text === mark)).length;
}

/**
 * With a list, `?` is a value and `??` a name. In quotes a value cannot stand; a name can, as in
 * `'??'::regclass`, and does if it is needed for the list to fit.
 */
function hidePositions(parts: readonly Part[], values: number): HiddenText {
  const outside = marksIn(parts, isSql);
  const names = marksIn(parts, (part) => !isSql(part) && part.kind !== 'comment', '??');
  const hasNames = names > 0 && values === outside + names;
  if (!hasNames) assertCount(outside, values, parts);
  const store = new Store();
  const hide = (part: Part) => {
    if (isSql(part)) return part.text.replace(marks, (mark) => (mark === '\\?' ? store.hide(mark) : mark));
    if (!hasNames || part.kind === 'comment') return store.hide(quoted(part));
    return part.text.replace(marks, (mark) => (mark === '??' ? mark : store.hide('?')));
  };
  return store.shown(parts.map(hide).join(''));
}

function assertCount(placeholders: number, values: number, parts: readonly Part[] = []): void {
  if (placeholders === values) return;
  const inQuotes = marksIn(parts, (part) => !isSql(part));
  const isQuoted = inQuotes > 0 && placeholders < values;
  throw knexUnsafe(
    `${counted(placeholders, 'placeholder')} and ${counted(values, 'value')}${isQuoted ? '; a `?` in quotes is none' : ''}`,
    isQuoted
      ? "put the `?` outside of the quotes: `'a' || ?`; in a body write the value with `format('… %L …', ?)`"
      : 'give one value for each `?`; write `\\\\?` in JavaScript for the operator `?`',
  );
}

const namePattern = /\\?(?::\w+:(?=::)|:\w+:(?!:)|::|:\w+)/g;

/**
 * With an object, `:name` is a value and `:name:` a name, outside of quotes and casts. In a dollar-quoted
 * body names stay possible: `do $$ … :table: … $$`.
 */
function hideNames(parts: readonly Part[], values: Readonly<Record<string, unknown>>): HiddenText {
  const store = new Store();
  const isGiven = (mark: string) => values[mark.replace(/\W/g, '')] !== undefined;
  const used = new Set<string>();
  const keep = (mark: string) => {
    used.add(mark.replace(/\W/g, ''));
    return mark;
  };
  const hide = (part: Part) => {
    if (isSql(part)) {
      const named = part.text.replace(namePattern, (mark) => (mark === '::' ? store.hide(mark) : keep(mark)));
      return escapeMarks(named);
    }
    if (part.kind !== 'body') return store.hide(quoted(part));
    return hideBetween(part, store, (mark) => mark.endsWith(':') && isGiven(mark) && keep(mark) !== '');
  };
  const sql = parts.map(hide).join('');
  assertUsedOutside(parts, Object.keys(values), used);
  return store.shown(sql);
}

/** Hides a body but for the marks that stay. */
function hideBetween(part: Part, store: Store, stays: (mark: string) => boolean): string {
  const text = quoted(part);
  let made = '';
  let from = 0;
  for (const { 0: mark, index } of text.matchAll(namePattern)) {
    if (mark === '::' || !stays(mark)) continue;
    made += store.hide(text.slice(from, index)) + mark;
    from = index + mark.length;
  }
  return made + store.hide(text.slice(from));
}

/** A value that is only named in quotes was meant to stand there, and cannot. */
function assertUsedOutside(
  parts: readonly Part[],
  names: readonly string[],
  used: ReadonlySet<string>,
): void {
  const isNamed = (text: string, name: string) =>
    (text.match(namePattern) ?? []).some((mark) => mark !== '::' && mark.replace(/\W/g, '') === name);
  const lost = names.find(
    (name) =>
      !used.has(name) &&
      parts.some((part) => !isSql(part) && part.kind !== 'comment' && isNamed(part.text, name)),
  );
  if (lost === undefined) return;
  throw knexUnsafe(
    `":${lost}" stands in quotes, where no value can`,
    `put it outside of the quotes: \`'a' || :${lost}\`; in a body write the value with \`format('… %L …', :${lost})\``,
  );
}

/** In raw texts `\?` means `?` wherever it stands, as Knex has it. */
function quoted({ text }: Part): string {
  return text.replaceAll('\\?', '?');
}

function escapeMarks(text: string): string {
  return text.replace(/\\?\?/g, '\\?');
}

function shown(sql: string): HiddenText {
  return { sql, show: (made) => made };
}

/** Hidden texts by number, between characters that Unicode keeps out of texts. */
class Store {
  readonly #texts: string[] = [];

  hide(text: string): string {
    if (text === '') return '';
    this.#texts.push(text);
    return `\ufdd0${this.#texts.length - 1}\ufdd1`;
  }

  shown(sql: string): HiddenText {
    const texts = this.#texts;
    return {
      sql,
      show: (made) => made.replace(/\ufdd0(\d+)\ufdd1/g, (mark, number) => texts[Number(number)] ?? mark),
    };
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
