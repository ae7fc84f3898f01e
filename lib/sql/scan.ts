/**
 * Cutting SQL text into its commands, as the server and psql see them.
 *
 * A lexer, not a parser: it knows quotes, dollar quotes, comments, parentheses and `BEGIN ATOMIC`
 * bodies, which is all it takes to find the semicolons that count. It runs on every text before it is
 * sent, so it must be quick; libpg-query, which knows the grammar, is used when assets are frozen.
 *
 * @see PostgreSQL manual, "Lexical Structure"
 */

/** One command of a text: what the server answers with one CommandComplete. */
export interface Command {
  /** The command from its first token, comments before it left out, without the semicolon. */
  readonly text: string;
  /** Where `text` starts in the whole, in UTF-16 units from 0. */
  readonly offset: number;
  /** Its first words in lower case, at most six, those inside parentheses left out. */
  readonly words: readonly string[];
}

/** A quote, comment, parenthesis or body that is still open at the end of the text. */
export class UnterminatedSql extends Error {
  readonly what: string;
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(`${what} is not closed`);
    this.what = what;
    this.offset = offset;
  }
}

/** A piece of a text; together they are the whole text. Quotes and `$1` are of kind `other`. */
export interface Token {
  readonly kind: 'space' | 'word' | 'open' | 'close' | 'semicolon' | 'other';
  readonly start: number;
  readonly end: number;
}

const wordPattern = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const dollarTagPattern = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const spacePattern = /\s+/y;
const restOfLinePattern = /[^\n\r]*/y;
const numberPattern = /\d[\w.]*|\$\d+/y;
const wordsKept = 6;

/**
 * Cuts `sql` into its commands; empty ones (only spaces and comments) are left out, as the server does.
 *
 * @throws UnterminatedSql when something is still open at the end
 */
export function splitCommands(sql: string): Command[] {
  const commands: Command[] = [];
  let current = new OpenCommand();
  for (const token of tokens(sql)) {
    if (token.kind === 'semicolon' && current.isClosed) {
      if (current.start !== undefined) commands.push(current.finish(sql, token.start));
      current = new OpenCommand();
    } else {
      current.add(token, sql);
    }
  }
  if (current.start !== undefined) {
    current.assertClosed();
    commands.push(current.finish(sql, sql.length));
  }
  return commands;
}

/** Blanks comments, texts and quoted names: what is left stands where it stood. */
export function blankQuoted(sql: string): string {
  return [...tokens(sql)]
    .map(({ kind, start, end }) => {
      const isQuoted = kind === 'other' && end - start > 1;
      const isComment = kind === 'space' && /[-/]/.test(sql.charAt(start));
      return isQuoted || isComment ? ' '.repeat(end - start) : sql.slice(start, end);
    })
    .join('');
}

/** A stretch of a text: SQL itself, or what is no SQL inside it. */
export interface Part {
  readonly kind: 'sql' | 'string' | 'name' | 'body' | 'comment';
  readonly text: string;
}

/** Takes a text apart into SQL, strings, quoted names, dollar-quoted bodies and comments; what is open at the end is a string. */
export function partsOf(sql: string): Part[] {
  const parts: { kind: Part['kind']; text: string }[] = [];
  const add = (kind: Part['kind'], text: string) => {
    const last = parts.at(-1);
    if (kind === 'sql' && last?.kind === 'sql') last.text += text;
    else parts.push({ kind, text });
  };
  try {
    for (const token of tokens(sql)) {
      const text = sql.slice(token.start, token.end);
      add(partKind(token, text), text);
    }
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error;
    add('string', sql.slice(error.offset));
  }
  return parts;
}

function partKind({ kind }: Token, text: string): Part['kind'] {
  if (kind === 'space') return /^[-/]/.test(text) ? 'comment' : 'sql';
  if (kind !== 'other' || text.length === 1) return 'sql';
  if (/^'|^[eE]'/.test(text)) return 'string';
  if (text.startsWith('"')) return 'name';
  return /^\$\D/.test(text) ? 'body' : 'sql';
}

/** A command while its end is being looked for. */
class OpenCommand {
  start: number | undefined;
  #end = 0;
  readonly #words: string[] = [];
  readonly #parentheses: number[] = [];
  readonly #bodies: number[] = [];
  /** Where the command has just said `begin`. */
  #begin: number | undefined;

  /** Whether a semicolon here would end the command. */
  get isClosed(): boolean {
    return this.#parentheses.length === 0 && this.#bodies.length === 0;
  }

  add(token: Token, sql: string): void {
    if (token.kind === 'space') return;
    this.start ??= token.start;
    this.#end = token.end;
    if (token.kind === 'open') this.#parentheses.push(token.start);
    if (token.kind === 'close') this.#parentheses.pop();
    if (token.kind === 'word' && this.#parentheses.length === 0) this.#addWord(token, sql);
    else this.#begin = undefined;
  }

  /** Notes a word, and where a `BEGIN ATOMIC` body opens and closes; a routine may be named `begin`. */
  #addWord({ start, end }: Token, sql: string): void {
    const word = sql.slice(start, end).toLowerCase();
    if (this.#words.length < wordsKept) this.#words.push(word);
    if (!this.#createsRoutine) return;
    if (word === 'atomic' && this.#begin !== undefined) this.#bodies.push(this.#begin);
    if (word === 'case' && this.#bodies.length > 0) this.#bodies.push(start);
    if (word === 'end') this.#bodies.pop();
    this.#begin = word === 'begin' ? start : undefined;
  }

  get #createsRoutine(): boolean {
    const [first, ...rest] = this.#words;
    const [kind] = rest[0] === 'or' ? rest.slice(2) : rest;
    return first === 'create' && (kind === 'function' || kind === 'procedure');
  }

  assertClosed(): void {
    const parenthesis = this.#parentheses[0];
    if (parenthesis !== undefined) throw new UnterminatedSql('a parenthesis', parenthesis);
    const body = this.#bodies[0];
    if (body !== undefined) throw new UnterminatedSql('a BEGIN ATOMIC body', body);
  }

  finish(sql: string, limit: number): Command {
    const offset = this.start ?? limit;
    return { text: sql.slice(offset, this.#end), offset, words: this.#words };
  }
}

/**
 * Cuts a text into its tokens.
 *
 * @param from - where to begin, outside of anything that is quoted
 * @throws UnterminatedSql when a quote or comment is open at the end
 */
export function* tokens(sql: string, from = 0): Generator<Token> {
  let start = from;
  while (start < sql.length) {
    const token = tokenAt(sql, start);
    yield token;
    start = token.end;
  }
}

function tokenAt(sql: string, start: number): Token {
  const [kind, end] = kindAndEnd(sql, start);
  return { kind, start, end };
}

function kindAndEnd(sql: string, start: number): [Token['kind'], number] {
  const pair = sql.slice(start, start + 2);
  if (pair === '--') return ['space', endOfLine(sql, start)];
  if (pair === '/*') return ['space', endOfBlockComment(sql, start)];
  const space = match(spacePattern, sql, start);
  if (space) return ['space', start + space.length];
  switch (pair[0]) {
    case ';':
      return ['semicolon', start + 1];
    case '(':
      return ['open', start + 1];
    case ')':
      return ['close', start + 1];
    case "'":
      return ['other', endOfQuoted(sql, start, "'", 'a string')];
    case '"':
      return ['other', endOfQuoted(sql, start, '"', 'a quoted name')];
  }
  if (/^[eE]'/.test(pair)) return ['other', endOfEscapeString(sql, start)];
  const tag = match(dollarTagPattern, sql, start);
  if (tag) return ['other', endOfDollarQuoted(sql, start, tag)];
  const word = match(wordPattern, sql, start);
  if (word) return ['word', start + word.length];
  return ['other', start + (match(numberPattern, sql, start)?.length ?? 1)];
}

function match(pattern: RegExp, sql: string, start: number): string | undefined {
  pattern.lastIndex = start;
  return pattern.exec(sql)?.[0];
}

/** A carriage return ends a comment as well, for the server as for us: what follows it is run. */
function endOfLine(sql: string, start: number): number {
  return start + (match(restOfLinePattern, sql, start)?.length ?? 0);
}

/** Block comments nest in PostgreSQL. */
function endOfBlockComment(sql: string, start: number): number {
  const edges = /\/\*|\*\//g;
  edges.lastIndex = start;
  let depth = 0;
  for (let edge = edges.exec(sql); edge; edge = edges.exec(sql)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return edges.lastIndex;
  }
  throw new UnterminatedSql('a comment', start);
}

/** A doubled quote stands for itself and does not end the text. */
function endOfQuoted(sql: string, start: number, quote: string, what: string): number {
  for (let end = sql.indexOf(quote, start + 1); end !== -1; end = sql.indexOf(quote, end + 2)) {
    if (sql[end + 1] !== quote) return end + 1;
  }
  throw new UnterminatedSql(what, start);
}

function endOfEscapeString(sql: string, start: number): number {
  for (let at = start + 2; at < sql.length; at += 1) {
    if (sql[at] === '\\') at += 1;
    else if (sql[at] === "'") {
      if (sql[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  throw new UnterminatedSql('a string', start);
}

function endOfDollarQuoted(sql: string, start: number, tag: string): number {
  const end = sql.indexOf(tag, start + tag.length);
  if (end === -1) throw new UnterminatedSql(`the dollar quote ${tag}`, start);
  return end + tag.length;
}
