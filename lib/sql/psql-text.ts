/**
 * Statements as psql reads them: ended, kept from its variables and commands, and with guards that say
 * in words why they stop.
 */
import { OfflineError, type LimbeckError } from '../errors.js';
import { quoteLiteral } from './quote.js';
import { blankQuoted, type Command, tokens } from './scan.js';
import { isOwn, placeOf, type Recovery, type Statement } from './statement.js';

/** The settings in which a text for psql has kept other texts, by text. */
export type KeptTexts = ReadonlyMap<string, string>;

/** Returns all texts that are to be kept before a statement is written, with their names. */
export function sharedTexts(made: Statement): (readonly [text: string, name: string])[] {
  const own = made.shared === undefined ? [] : [[made.text, made.shared] as const];
  const others = recoveriesOf(made.onError).flatMap(({ statements }) => statements.flatMap(sharedTexts));
  return [...own, ...others];
}

/** Writes a block that keeps a text in a setting. */
export function keepText(text: string, setting: string): string {
  return doBlock(`  perform set_config('${setting}', ${inDollars(text)}, false);`);
}

/**
 * Writes a statement for psql, with the semicolon that ends it.
 *
 * @throws OfflineError `OFFLINE_UNWRITABLE` for what psql would take for a command or data of its own
 */
export function psqlText(made: Statement, kept: KeptTexts = new Map()): string {
  if (made.onError !== undefined) return twoWaysText(made, kept);
  const setting = kept.get(made.text);
  if (setting !== undefined) return doBlock(`  execute current_setting('${setting}');`);
  if (isOwn(made)) return ownText(made);
  assertPlain(made);
  return ended(made, apartFromVariables(made.text));
}

/** Writes a PL/pgSQL block that runs at once. */
export function doBlock(body: string, declarations = ''): string {
  const quote = dollarQuoteFor(declarations + body, 'limbeck');
  const declare = declarations === '' ? '' : `declare\n${declarations}\n`;
  return `do ${quote}\n${declare}begin\n${body}\nend ${quote};`;
}

/** Writes a RAISE that stops, with what to do next as the hint. */
export function raise(message: string, hint: string, sqlstate?: string): string {
  const code = sqlstate === undefined ? '' : `errcode = '${sqlstate}', `;
  return `raise exception using ${code}message = ${message}, hint = ${quoteLiteral(hint)};`;
}

/** Guards tell what they found; other answers of limbeck's own statements would only be noise. */
function ownText(made: Statement): string {
  const meanings = meaningsOf(made);
  if (meanings.length > 0) return guardText(made.text, meanings);
  if (/^select /i.test(made.text)) return doBlock(`  perform ${made.text.slice('select '.length)};`);
  return `${made.text};`;
}

interface Meaning {
  readonly error: LimbeckError;
  readonly sqlstates: readonly string[];
}

/** The SQLSTATEs that limbeck's guards raise on purpose: division by zero, unique violation. */
const guardStates = ['22012', '23505'];

/** What the guard means by each error; a COMMIT explains errors too, and cannot stand in a block. */
function meaningsOf({ text, explain }: Statement): Meaning[] {
  if (explain === undefined || text === 'commit') return [];
  const meanings = new Map<string, Meaning>();
  for (const sqlstate of guardStates) {
    const error = explain(sqlstate, new Error(text));
    if (error === undefined) continue;
    const { sqlstates = [] } = meanings.get(error.code) ?? {};
    meanings.set(error.code, { error, sqlstates: [...sqlstates, sqlstate] });
  }
  return [...meanings.values()];
}

function guardText(text: string, meanings: readonly Meaning[]): string {
  const handlers = meanings.map(({ error, sqlstates }) => {
    const states = sqlstates.map((sqlstate) => `sqlstate '${sqlstate}'`).join(' or ');
    return `  when ${states} then\n    ${raise(quoteLiteral(error.message), error.next)}`;
  });
  return doBlock(`  execute ${inDollars(text)};\nexception\n${handlers.join('\n')}`);
}

/** A block with an EXCEPTION clause is a savepoint; the text stands in it once, though both ways may run it. */
function twoWaysText(made: Statement, kept: KeptTexts): string {
  assertPlain(made);
  const declaration = `  attempt constant text := ${inDollars(made.text)};`;
  // Its comment stands above the block.
  const uncommented = { ...made, comment: undefined };
  return doBlock(twoWaysBody(uncommented, new Map([...kept, [made.text, undefined]])), declaration);
}

/** The settings that keep texts; undefined for the one that the block itself has as `attempt`. */
type Texts = ReadonlyMap<string, string | undefined>;

function twoWaysBody(made: Statement, texts: Texts): string {
  const handlers = recoveriesOf(made.onError).map(({ sqlstates, statements }) => {
    const states = sqlstates.map((sqlstate) => `sqlstate '${sqlstate}'`).join(' or ');
    return [`when ${states} then`, ...statements.map((each) => runText(each, texts))].join('\n');
  });
  return `${runOnce(made, texts)}\nexception ${handlers.join('\n')}`;
}

function recoveriesOf(recovery: Recovery | undefined): Recovery[] {
  return recovery === undefined ? [] : [recovery, ...recoveriesOf(recovery.or)];
}

function runText(made: Statement, texts: Texts): string {
  return made.onError === undefined ? runOnce(made, texts) : `begin\n${twoWaysBody(made, texts)}\nend;`;
}

function runOnce({ text, comment }: Statement, texts: Texts): string {
  const setting = texts.get(text);
  const kept = setting === undefined ? 'attempt' : `current_setting('${setting}')`;
  const run = `  execute ${texts.has(text) ? kept : inDollars(text)};`;
  return comment === undefined ? run : `  ${commentLine(comment)}\n${run}`;
}

/** Whatever a text holds, it stays a comment of one line. */
export function commentLine(text: string): string {
  return `-- ${text.replaceAll(/\s+/g, ' ').trim()}`;
}

function inDollars(text: string): string {
  const quote = dollarQuoteFor(text, 'sql');
  return `${quote}${text}${quote}`;
}

function dollarQuoteFor(text: string, tag: string): string {
  return text.includes(`$${tag}$`) ? dollarQuoteFor(text, `${tag}_`) : `$${tag}$`;
}

/** A file may end with a semicolon of its own, or with a comment that would swallow ours. */
function ended({ text, commands }: Statement, written: string): string {
  const trimmed = written.trim();
  const last = commands.at(-1);
  if (last === undefined) return trimmed;
  const rest = text.slice(last.offset + last.text.length);
  if (blankQuoted(rest).includes(';')) return trimmed;
  return rest.trim() === '' ? `${trimmed};` : `${trimmed}\n;`;
}

/**
 * Parts the colon of a slice, `list[1:last]`, from what follows: `:last` is a variable of psql. In quotes
 * and comments psql looks for none.
 */
function apartFromVariables(sql: string): string {
  if (!sql.includes(':')) return sql;
  let written = '';
  for (const { kind, start, end } of tokens(sql)) {
    const token = sql.slice(start, end);
    const isColon = kind === 'other' && token === ':' && sql[start - 1] !== ':';
    written += isColon && /^[\p{L}_'"{]/u.test(sql.slice(end, end + 2)) ? ': ' : token;
  }
  return written;
}

function assertPlain(made: Statement): void {
  const backslash = blankQuoted(made.text).indexOf('\\');
  if (backslash !== -1)
    throw unwritable(made, backslash, 'a backslash outside of quotes is a command of psql');
  const copy = made.commands.find(copiesFromInput);
  if (copy) throw unwritable(made, copy.offset, 'COPY … FROM stdin would take what follows for its data');
}

function copiesFromInput({ text, words }: Command): boolean {
  return words[0] === 'copy' && /\bfrom\s+stdin\b/i.test(blankQuoted(text));
}

function unwritable(made: Statement, offset: number, message: string): OfflineError {
  return new OfflineError('OFFLINE_UNWRITABLE', {
    message,
    where: placeOf(made, offset),
    next: 'take it out, or write it as SQL',
  });
}
