/**
 * What the texts of scripts tell about the session, where asking the server would cost too much or it cannot tell.
 */
import { type Token, tokens, UnterminatedSql } from '../sql/scan.js';

const dottedName = /^[a-z_]\w*(?:\.[a-z_]\w*)+$/i;

/** limbeck's own. */
const own = /^limbeck\./i;

/**
 * Returns the names of the custom settings that a text may change for its session: those with a dot in their
 * name, which belong to no extension, and which the server lists nowhere.
 *
 * @param values - bound to the text: a name may be among them
 */
export function customSettingsIn(text: string, values: readonly unknown[] = []): string[] {
  if (!/\bset/i.test(text)) return [];
  const found = namesIn(text).filter(isDottedName);
  const bound = /\bset_config\s*\(/i.test(text) ? values.filter(isDottedName) : [];
  return [...new Set([...found, ...bound])].filter((name) => !own.test(name));
}

/** Also of what is in texts and bodies: a DO block, or what EXECUTE runs. */
function namesIn(text: string): string[] {
  const seen = significant(text);
  return seen.flatMap(({ word, inner }, index) => {
    if (word === 'set') return nameOfCommand(seen.slice(index + 1, index + 9));
    if (word === 'set_config') return nameOfCall(seen.slice(index + 1, index + 3));
    return inner !== undefined && /\bset/i.test(inner) ? namesIn(inner) : [];
  });
}

/** A token that is more than space. */
interface Seen {
  /** In lower case; a quoted name without its quotes. */
  readonly word: string | undefined;
  /** What stands inside a text or a body. */
  readonly inner: string | undefined;
  /** The token as it stands. */
  readonly text: string;
}

function significant(text: string): Seen[] {
  const seen: Seen[] = [];
  try {
    for (const token of tokens(text)) if (token.kind !== 'space') seen.push(seenAs(token, text));
  } catch (error) {
    // What stands inside a text need not be SQL.
    if (!(error instanceof UnterminatedSql)) throw error;
  }
  return seen;
}

function seenAs({ kind, start, end }: Token, sql: string): Seen {
  const text = sql.slice(start, end);
  if (kind === 'word') return { word: text.toLowerCase(), inner: undefined, text };
  const [, name] = /^"(.+)"$/s.exec(text) ?? [];
  const [, , string = undefined] = /^(e?)'(.*)'$/is.exec(text) ?? [];
  const [, , body = undefined] = /^(\$(?:[^\d$][^$]*)?\$)(.*)\1$/s.exec(text) ?? [];
  return { word: name?.toLowerCase(), inner: string?.replaceAll("''", "'") ?? body, text };
}

/** Behind SET: `my.setting =`, perhaps in quotes. */
function nameOfCommand(behind: readonly Seen[]): string[] {
  const [first, ...rest] = behind[0]?.word === 'session' ? behind.slice(1) : behind;
  let name = first?.word ?? '';
  let at = 0;
  for (; rest[at]?.text === '.'; at += 2) name += `.${rest[at + 1]?.word ?? ''}`;
  return rest[at]?.text === '=' || rest[at]?.word === 'to' ? [name] : [];
}

/** Behind `set_config`: `('my.setting'`. */
function nameOfCall([open, given]: readonly Seen[]): string[] {
  return open?.text === '(' && given?.inner !== undefined ? [given.inner] : [];
}

function isDottedName(value: unknown): value is string {
  return typeof value === 'string' && dottedName.test(value);
}

const keeping =
  /\b(?:call|declare|discard|do|execute|explain|listen|prepare|select|temp|temporary|unlisten)\b|pg_temp/i;

/** Whether a text may take a lock, prepare a statement and the like, or call what does; a plain definition may not. */
export function mayKeepThings(text: string): boolean {
  return keeping.test(text);
}
