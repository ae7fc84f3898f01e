/**
 * Files that were written for psql: what only psql understands is taken out where it does not matter, and told
 * where it does.
 */
import { type Command, splitCommands, type Token, tokens, UnterminatedSql } from './scan.js';
import { controlsTransaction } from './statement.js';

/** A stretch of a text, and what is to be said of it. */
export interface Passage {
  readonly offset: number;
  readonly end: number;
}

export interface Refusal extends Passage {
  /** What stands there: `"\\i" reads another file`. */
  readonly reason: string;
  /** What to do, as an imperative. */
  readonly next: string;
}

export interface PsqlFile {
  /** The commands that are left. */
  readonly commands: readonly Command[];
  /** The text with spaces where something was left out or refused: all else stands where it stood. */
  readonly text: string;
  /** What does not matter outside of psql, with the line ends behind it. */
  readonly leftOut: readonly Passage[];
  readonly refusals: readonly Refusal[];
}

/** Reads a file as psql would, and takes out of it what limbeck has no use for. */
export function readPsqlFile(sql: string): PsqlFile {
  const leftOut: Passage[] = [];
  const refusals: Refusal[] = [];
  const plain = withoutPsql(sql, leftOut, refusals);
  const commands: Command[] = [];
  let text = plain;
  for (const command of commandsOf(plain, refusals)) {
    const passage = passageOf(plain, command);
    const refusal = refusedCommand(command, passage);
    if (isNoise(command)) leftOut.push(passage);
    else if (refusal !== undefined) refusals.push(refusal);
    else {
      commands.push(command);
      continue;
    }
    text = blanked(text, passage.offset, passage.end);
  }
  return { commands, text, leftOut, refusals: refusals.sort((a, b) => a.offset - b.offset) };
}

/** Returns the text of a passage without the passages inside it that were left out. */
export function textWithout(sql: string, { offset, end }: Passage, leftOut: readonly Passage[]): string {
  let text = '';
  let at = offset;
  const inside = leftOut.filter((passage) => passage.offset >= offset && passage.end <= end);
  for (const passage of [...inside].sort((a, b) => a.offset - b.offset)) {
    text += sql.slice(at, passage.offset);
    at = passage.end;
  }
  return text + sql.slice(at, end);
}

// --- psql's own commands and variables -----------------------------------------------------------------

/** Of no consequence for what a file defines: how psql stops, shows and tells. `\restrict` is of pg_dump. */
const harmless =
  /^\\(?:set\s+(?:ON_ERROR_STOP|ON_ERROR_ROLLBACK|QUIET|VERBOSITY|SHOW_CONTEXT|ECHO\w*|FETCH_COUNT|HISTFILE)\b|unset\b|echo\b|qecho\b|warn\b|timing\b|pset\b|encoding\s+'?utf-?8\b|restrict\b|unrestrict\b|[atxHq]\s*$)/i;

const advice: readonly (readonly [RegExp, string, string])[] = [
  [
    /^\\(?:i|ir|include|include_relative)\b/,
    'reads another file',
    'import that file too, and take the line out',
  ],
  [/^\\copy\b/, 'carries data', 'write INSERT statements, in a migration'],
  [/^\\(?:c|connect)\b/, 'changes the database', 'import what belongs to this database alone'],
  [/^\\(?:if|elif|else|endif)\b/, 'chooses what is run', 'take out what does not belong into the file'],
  [/^\\g/, 'sends a statement in a way of psql', 'end the statement with a semicolon'],
  [/^\\(?:set|prompt)\b/, 'sets a variable', 'write the value where it is used'],
];

function withoutPsql(sql: string, leftOut: Passage[], refusals: Refusal[]): string {
  let text = sql;
  let first: readonly string[] = [];
  let depth = 0;
  for (let from = 0, again = true; again; ) {
    again = false;
    try {
      for (const token of tokens(text, from)) {
        const word = text.slice(token.start, token.end);
        if (token.kind === 'word') first = [...first, word.toLowerCase()];
        if (token.kind === 'open' || word === '[') depth += 1;
        if (token.kind === 'close' || word === ']') depth -= 1;
        const end = endOfPsql(text, token, { first, depth }, leftOut, refusals);
        if (token.kind === 'semicolon') first = [];
        if (end === undefined) continue;
        const isSent = text.startsWith('\\g', token.start);
        text = blanked(text, token.kind === 'semicolon' ? token.end : token.start, end);
        // `\g` ends a statement as a semicolon does.
        if (isSent) text = `${text.slice(0, token.start)};${text.slice(token.start + 1)}`;
        from = end;
        again = true;
        break;
      }
    } catch (error) {
      // Told with the commands.
      if (!(error instanceof UnterminatedSql)) throw error;
    }
  }
  return text;
}

interface Where {
  /** The words of the command so far. */
  readonly first: readonly string[];
  readonly depth: number;
}

/** Notes what begins at a token and is psql's; returns where it ends. */
function endOfPsql(
  text: string,
  token: Token,
  { first, depth }: Where,
  leftOut: Passage[],
  refusals: Refusal[],
): number | undefined {
  const { kind, start } = token;
  if (kind === 'semicolon' && first[0] === 'copy' && first.includes('from') && first.includes('stdin')) {
    return endOfData(text, token.end);
  }
  if (kind !== 'other') return undefined;
  if (text[start] === '\\') {
    const end = endOfLine(text, start);
    const line = text.slice(start, end).trimEnd();
    const [, reason = 'is a command of psql', next = 'take it out'] =
      advice.find(([pattern]) => pattern.test(line)) ?? [];
    const name = /^\\\S*/.exec(line)?.[0] ?? line;
    if (harmless.test(line)) leftOut.push({ offset: start, end: Math.min(text.length, end + 1) });
    else refusals.push({ offset: start, end, reason: `"${name}" ${reason}`, next });
    return end;
  }
  const variable = /^:(?:'[^']*'|"[^"]*"|\{\?\w+\}|[A-Za-z_]\w*)/.exec(text.slice(start, start + 80))?.[0];
  const isSlice = depth > 0 && text.lastIndexOf('[', start) > text.lastIndexOf(';', start);
  if (variable === undefined || isSlice || text[start - 1] === ':') return undefined;
  const end = start + variable.length;
  refusals.push({
    offset: start,
    end,
    reason: `"${variable}" is a variable of psql`,
    next: 'write the value in its place',
  });
  return end;
}

/** Behind `COPY … FROM stdin` stand lines of data, up to one that is `\.` */
function endOfData(text: string, start: number): number {
  const last = /^\\\.[^\S\n]*$/m.exec(text.slice(start));
  return last === null ? text.length : start + last.index + last[0].length;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** A blank text takes the place of what psql would not send. */
function blanked(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
}

// --- commands -----------------------------------------------------------------------------------------

function commandsOf(text: string, refusals: Refusal[]): Command[] {
  try {
    return splitCommands(text);
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error;
    const { offset, what } = error;
    refusals.push({ offset, end: text.length, reason: `${what} is not closed`, next: 'close it' });
    return [];
  }
}

/** A command with the semicolon that ends it. */
function passageOf(text: string, { offset, text: own }: Command): Passage {
  const end = offset + own.length;
  const semicolon = /^\s*;(?:[^\S\n]*\n)?/.exec(text.slice(end))?.[0].length ?? 0;
  return { offset, end: end + semicolon };
}

/** What pg_dump and careful people write at the top of a file, for the session that runs it. */
const sessionSettings = new Set([
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'client_encoding',
  'client_min_messages',
  'standard_conforming_strings',
  'check_function_bodies',
  'xmloption',
  'row_security',
  'default_tablespace',
  'default_table_access_method',
  'default_with_oids',
]);

/** BEGIN and COMMIT round a file, and settings of the session, mean nothing in a revision. */
function isNoise({ text, words }: Command): boolean {
  const [first = '', second = '', third = ''] = words;
  if (first === 'begin' || first === 'commit' || first === 'end')
    return !/\bprepared\b|\bchain\b/i.test(text);
  if (first === 'start' && second === 'transaction') return true;
  if (first === 'set')
    return sessionSettings.has(second === 'session' || second === 'local' ? third : second);
  return /^select\s+(?:pg_catalog\.)?set_config\('search_path',\s*'',\s*false\)$/i.test(text);
}

function refusedCommand(command: Command, passage: Passage): Refusal | undefined {
  const [first = '', second = ''] = command.words;
  const word = first.toUpperCase();
  const isSavepoint = first === 'savepoint' || first === 'release' || first === 'rollback';
  if (controlsTransaction(command) || isSavepoint) {
    return { ...passage, reason: `${word} ends or parts the transaction`, next: 'take it out' };
  }
  if (first === 'copy' && /\bfrom\s+stdin\b/i.test(command.text)) {
    return {
      ...passage,
      reason: 'COPY … FROM stdin carries data',
      next: 'write INSERT statements, in a migration',
    };
  }
  if (first === 'set' || first === 'reset') {
    const next =
      second === 'search_path'
        ? 'write the schema before the names, or put the file into the folder of its schema'
        : 'take it out, or set it on the function: CREATE FUNCTION … SET';
    return { ...passage, reason: `${word} is for the session that runs the file`, next };
  }
  return undefined;
}
