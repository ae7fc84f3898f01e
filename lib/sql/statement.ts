/**
 * Statements, and the sinks that receive them.
 *
 * A migration always does the same: it makes statements. What becomes of them, whether they are run,
 * written down or looked at, is the sink's affair.
 */
import { type LimbeckError, MigrationError, OfflineError } from '../errors.js';
import { excerptAt, formatPlace, lineAndColumn, type Place } from './place.js';
import { type Command, splitCommands, UnterminatedSql } from './scan.js';

/** One SQL text on its way to a sink: usually one command, for an SQL file as many as it holds. */
export interface Statement {
  readonly text: string;
  readonly commands: readonly Command[];
  /** The line of the script that made it. */
  readonly origin?: Place | undefined;
  /** The file that `text` is the content of, if it is one. */
  readonly file?: string | undefined;
  /** What to do when the server refuses it, where that is known. */
  readonly advice?: string | undefined;
  /** Whether it does nothing but read, so that without an answer it is of no use. */
  readonly isRead?: boolean | undefined;
  /** Whether limbeck wrote it itself. */
  readonly isOwn?: boolean | undefined;
  /** A name for a long text that is needed again and again: where it is written down, it is written once. */
  readonly shared?: string | undefined;
  /** What it is for, in one line: for those who read the SQL before they run it. */
  readonly comment?: string | undefined;
  /** What it means when the server refuses the statement; for those that limbeck wrote as guards. */
  readonly explain?: Explanation;
  /** What to do in its place when the server refuses it for a reason that was foreseen. */
  readonly onError?: Recovery | undefined;
  /** Told the rows of its last command, where there is a database that answers. */
  readonly onAnswer?: (rows: QueryResult['rows']) => void;
}

/** A second way to do what a statement should have done; the sink goes back and takes it, never the script. */
export interface Recovery {
  /** The SQLSTATEs that are foreseen. */
  readonly sqlstates: readonly string[];
  /** Run once the statement is undone. */
  readonly statements: readonly Statement[];
  /** Another way, for other SQLSTATEs. */
  readonly or?: Recovery | undefined;
}

/** Makes the error for an SQLSTATE that a guard raises on purpose; undefined for any other. */
export type Explanation = (
  sqlstate: string | undefined,
  cause: Error & { readonly detail?: string },
) => LimbeckError | undefined;

/** What a query gives back: the rows of its last command. */
export interface QueryResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly rowCount: number | null;
}

/** Receives statements. */
export interface Sink {
  /** Whether answers come back; without, a script that needs one is refused. */
  readonly canRead: boolean;
  /** Takes a statement whose answer nobody waits for; it leaves with the next flush, in order. */
  record(statement: Statement): void;
  /** Sends what was recorded. */
  flush(): Promise<void>;
  /** Sends what was recorded, then runs `statement` and returns its answer. */
  query(statement: Statement): Promise<QueryResult>;
  /** Goes back to a savepoint after an error: what was recorded since is forgotten. */
  recover(savepoint: string): Promise<void>;
}

/** The place a statement is blamed on: its own file, else the line of the script. */
export function placeOf({ text, file, origin }: Statement, offset = 0): string | undefined {
  if (file !== undefined) return formatPlace({ file, ...lineAndColumn(text, offset) });
  return origin && formatPlace(origin);
}

/** The lines of its own file at an offset; none where a script made the text. */
function excerptOf({ text, file }: Statement, offset: number): string | undefined {
  return file === undefined ? undefined : excerptAt(text, offset);
}

/** What is known of a text besides itself. */
type About = Pick<Statement, 'origin' | 'file' | 'advice' | 'isRead'>;

/**
 * Makes a statement of a text that limbeck did not write.
 *
 * @throws MigrationError `TRANSACTION_CONTROL` when a command would begin or end a transaction,
 *   or reset what limbeck has set in it, `SQL_UNTERMINATED` when a quote, comment, parenthesis or body is left open
 */
export function statement(text: string, about: About = {}): Statement {
  const made: Statement = { text, commands: commandsOf(text, about), ...about };
  const control = made.commands.find(controlsTransaction);
  if (control) throw transactionControl(made, control);
  const reset = made.commands.find(({ words: [first, second] }) => first === 'reset' && second === 'all');
  if (reset) throw resetAll(made, reset);
  return made;
}

/** Makes a statement of one command that limbeck wrote itself. */
export function ownStatement(text: string, explain?: Explanation): Statement {
  return { text, commands: [{ text, offset: 0, words: [] }], isOwn: true, ...(explain && { explain }) };
}

/** Whether limbeck wrote the statement itself, so that nobody waits for its answer. */
export function isOwn(made: Statement): boolean {
  return made.isOwn === true;
}

function commandsOf(text: string, about: About): Command[] {
  try {
    return splitCommands(text);
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error;
    const made = { text, commands: [], ...about };
    throw new MigrationError('SQL_UNTERMINATED', {
      message: `${error.what} is not closed`,
      where: placeOf(made, error.offset),
      excerpt: excerptOf(made, error.offset),
      next: 'close it; limbeck sends whole commands only',
      cause: error,
    });
  }
}

const transactionWords = new Set(['begin', 'commit', 'end', 'abort', 'rollback']);

/** Whether the command begins or ends a transaction; savepoints are no matter. */
export function controlsTransaction({ words }: Command): boolean {
  const [first = '', second, third] = words;
  if (first === 'rollback') return second !== 'to' && third !== 'to';
  if (first === 'start' || first === 'prepare') return second === 'transaction';
  return transactionWords.has(first);
}

function transactionControl(made: Statement, control: Command): MigrationError {
  const word = (control.words[0] ?? '').toUpperCase();
  return new MigrationError('TRANSACTION_CONTROL', {
    message: `"${word}" would end the transaction that limbeck runs the revision in`,
    where: placeOf(made, control.offset),
    excerpt: excerptOf(made, control.offset),
    next: 'take it out: each revision is committed by limbeck, together with its version rows; split work that needs a commit into two revisions',
  });
}

/** It takes the time limits with it, and the note of the transaction, so that nobody could tell whether it is still the same. */
function resetAll(made: Statement, { offset }: Command): MigrationError {
  return new MigrationError('TRANSACTION_CONTROL', {
    message: '"RESET ALL" would undo what limbeck has set for the transaction of the revision',
    where: placeOf(made, offset),
    excerpt: excerptOf(made, offset),
    next: 'reset what the script has set, by name, or set it with SET LOCAL',
  });
}

/** Keeps what it receives, and runs nothing. */
export class RecordingSink implements Sink {
  readonly canRead = false;
  readonly statements: Statement[] = [];

  record(made: Statement): void {
    this.statements.push(made);
  }

  async flush(): Promise<void> {}

  async query(made: Statement): Promise<QueryResult> {
    const answer = unreadableAnswer(made, fileAdvice);
    this.record(made);
    return answer;
  }

  async recover(): Promise<void> {}
}

const branchAdvice = 'branch on `op.offline` in the script';
const fileAdvice = `${branchAdvice}, or name the files: \`limbeck freeze REVISION FILE…\``;

/**
 * Stands for an answer that there is not: a script may wait for it, and is refused when it looks inside.
 *
 * So `select add_release(…)`, run for what it does, passes, and a script that branches on data does not.
 * Where a query does nothing but read, waiting for it is enough: `if (await op.knex('t').first())` would
 * take the stand-in for a row.
 *
 * @throws OfflineError `OFFLINE_READ`, at once or when it is looked into
 */
export function unreadableAnswer(made: Statement, advice = branchAdvice): QueryResult {
  if (made.isRead === true) throw offlineRead(made, advice);
  return new Proxy({} as QueryResult, {
    get(_target, property) {
      if (askedOfAll.has(property)) return undefined;
      throw offlineRead(made, advice);
    },
  });
}

/** `await` asks every value whether it is a promise; Knex's `batchInsert` puts the answers into a list. */
const askedOfAll = new Set<string | symbol>(['then', Symbol.isConcatSpreadable, Symbol.toStringTag]);

/** Makes the error for a script that wants an answer. */
export function offlineRead(made: Statement, advice = branchAdvice): OfflineError {
  const shown = made.text.length > 60 ? `${made.text.slice(0, 60)}…` : made.text;
  return new OfflineError('OFFLINE_READ', {
    message: `the script reads the answer of a query, and there is no database: ${shown}`,
    where: placeOf(made),
    next: advice,
  });
}
