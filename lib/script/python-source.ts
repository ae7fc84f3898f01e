/**
 * Python as far as the head of an Alembic revision needs it: lines of tokens, and literals.
 *
 * Nothing is executed. What is no plain literal has no value here; the caller says where.
 */

export interface PythonToken {
  readonly kind: 'name' | 'string' | 'mark';
  /** As written. */
  readonly text: string;
  /** UTF-16 offset in the source. */
  readonly offset: number;
}

/** A statement, or the head of a block: what Python calls a logical line. */
export interface PythonLine {
  /** Width of the white space before it. */
  readonly indent: number;
  readonly tokens: readonly PythonToken[];
}

export type PythonLiteral = string | null | readonly string[];

const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);

/** Cuts a source into its logical lines; a line in brackets goes on behind the end of a line. */
export function pythonLines(source: string): PythonLine[] {
  const lines: { indent: number; tokens: PythonToken[] }[] = [];
  let [depth, indent, isFresh, isEnded] = [0, 0, true, true];
  for (const { groups = {}, index, 0: text } of source.matchAll(tokenPattern)) {
    if (groups['break'] !== undefined) {
      if (depth === 0) [indent, isFresh, isEnded] = [0, true, true];
    } else if (groups['space'] !== undefined) {
      if (isFresh) indent = text.length;
    } else if (groups['skip'] === undefined) {
      isFresh = false;
      if (text === ';' && depth === 0) {
        isEnded = true;
        continue;
      }
      if (opening.has(text)) depth += 1;
      if (closing.has(text)) depth = Math.max(0, depth - 1);
      const kind = groups['string'] !== undefined ? 'string' : groups['name'] !== undefined ? 'name' : 'mark';
      if (isEnded) lines.push({ indent, tokens: [] });
      isEnded = false;
      lines.at(-1)?.tokens.push({ kind, text, offset: index });
    }
  }
  return lines;
}

const quoted = [
  '"""(?:\\\\[\\s\\S]|[^\\\\])*?"""',
  "'''(?:\\\\[\\s\\S]|[^\\\\])*?'''",
  '"(?:\\\\[\\s\\S]|[^"\\\\\\r\\n])*"',
  "'(?:\\\\[\\s\\S]|[^'\\\\\\r\\n])*'",
].join('|');
const tokenPattern = new RegExp(
  [
    '(?<break>\\r\\n|\\r|\\n)',
    '(?<space>[ \\t\\f]+)',
    '(?<skip>\\uFEFF|#[^\\r\\n]*|\\\\(?:\\r\\n|\\r|\\n))',
    `(?<string>[A-Za-z]{0,2}(?:${quoted}))`,
    '(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)',
    '[=!<>:+\\-*/%&|^@]=|->|\\d[\\w.]*|[\\s\\S]',
  ].join('|'),
  'gu',
);

/**
 * Reads tokens that are one literal: a string (also of several parts), `None`, or a tuple, list or set of
 * strings.
 *
 * @returns undefined when they are anything else
 */
export function pythonLiteral(tokens: readonly PythonToken[]): PythonLiteral | undefined {
  const first = readItem(tokens, 0);
  if (first === undefined || first.end === tokens.length) return first?.value;
  // A tuple needs no brackets: `down_revision = "a", "b"`.
  return readItems(tokens, 0, tokens.length)?.value;
}

/** Returns the text of a string literal; undefined for bytes, f-strings and what is no string. */
function pythonText({ kind, text }: PythonToken): string | undefined {
  const [, prefix = '', quote = ''] = /^([A-Za-z]*)("""|'''|"|')/.exec(text) ?? [];
  if (kind !== 'string' || !/^[ru]?$/i.test(prefix)) return undefined;
  const body = text.slice(prefix.length + quote.length, -quote.length).replaceAll(/\r\n?/g, '\n');
  return prefix.toLowerCase() === 'r' ? body : unescaped(body);
}

interface Read<Value> {
  readonly value: Value;
  /** Place behind it. */
  readonly end: number;
}

function readItem(tokens: readonly PythonToken[], start: number): Read<PythonLiteral> | undefined {
  const token = tokens[start];
  if (token === undefined) return undefined;
  if (token.kind === 'string') return readText(tokens, start);
  if (token.kind === 'name') return token.text === 'None' ? { value: null, end: start + 1 } : undefined;
  if (!opening.has(token.text)) return undefined;
  const close = closingPlace(tokens, start);
  if (close === undefined) return undefined;
  const end = close + 1;
  const single = token.text === '(' ? readItem(tokens, start + 1) : undefined;
  if (single?.end === close) return { value: single.value, end };
  const items = readItems(tokens, start + 1, close);
  return items && { value: items.value, end };
}

/** Strings that stand beside each other are one. */
function readText(tokens: readonly PythonToken[], start: number): Read<string> | undefined {
  let [value, end] = ['', start];
  for (let token = tokens[end]; token?.kind === 'string'; token = tokens[end]) {
    const part = pythonText(token);
    if (part === undefined) return undefined;
    value += part;
    end += 1;
  }
  return { value, end };
}

/** Reads strings with commas between them, up to a place. */
function readItems(
  tokens: readonly PythonToken[],
  start: number,
  close: number,
): Read<readonly string[]> | undefined {
  const value: string[] = [];
  for (let place = start; place < close; ) {
    const item = readItem(tokens, place);
    if (typeof item?.value !== 'string') return undefined;
    value.push(item.value);
    if (item.end < close && tokens[item.end]?.text !== ',') return undefined;
    place = item.end + 1;
  }
  return { value, end: close };
}

function closingPlace(tokens: readonly PythonToken[], start: number): number | undefined {
  let depth = 0;
  for (let place = start; place < tokens.length; place += 1) {
    const { kind, text } = tokens[place] ?? { kind: 'mark', text: '' };
    if (kind !== 'mark') continue;
    if (opening.has(text)) depth += 1;
    if (closing.has(text)) depth -= 1;
    if (depth === 0) return place;
  }
  return undefined;
}

const escapePattern =
  /\\(?:\n|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\\'"abfnrtv]))/g;
const controls: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Other backslashes stay, as in Python; names of characters are not known here. */
function unescaped(body: string): string | undefined {
  if (/(?<!\\)(?:\\\\)*\\N\{/.test(body)) return undefined;
  return body.replaceAll(escapePattern, (_, two, four, eight, octal, character) => {
    const hex = two ?? four ?? eight;
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
    if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
    return character === undefined ? '' : (controls[character] ?? character);
  });
}

function codePoint(code: number): string {
  return code > 0x10ffff ? '' : String.fromCodePoint(code);
}
