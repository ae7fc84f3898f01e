/**
 * From an error of PostgreSQL to one that says which script, file, line and statement, and what to do.
 */
import { AssetError, DatabaseError, type ErrorFacts, type LimbeckError, MigrationError } from '../errors.js';
import { excerptAt, offsetOfPosition } from '../sql/place.js';
import { isOwn, placeOf, type Statement } from '../sql/statement.js';
import { type FailedStatement, refinedPlace } from './failure-place.js';
import type { ServerError } from './server-error.js';

export type { ServerError } from './server-error.js';

/** The SQLSTATE that limbeck's guards raise on purpose. */
export const divisionByZero = '22012';

const statementKey = Symbol('limbeck.statement');

/** Notes on an error of the driver which statement it is about; only `driverFailure` sees it. */
export function markStatement(error: ServerError, sql: string): ServerError {
  return Object.defineProperty(error, statementKey, { value: sql, configurable: true });
}

/** What is known of an error besides its fields. */
export interface FailedFacts {
  readonly statement: Statement;
  /** The files that the message would have loaded behind the statement. */
  readonly later: readonly string[];
}

const failedKey = Symbol('limbeck.failed');

function markFailed(error: ServerError, facts: FailedFacts): void {
  Object.defineProperty(error, failedKey, { value: facts, configurable: true });
}

/** Returns what `sqlFailure` has found out about an error of the server. */
export function failedFacts(error: ServerError): FailedFacts | undefined {
  return (error as { [failedKey]?: FailedFacts })[failedKey];
}

/** Makes the error for one of the driver's that came through Knex and the script. */
export function driverFailure(error: ServerError, where: string | undefined): LimbeckError {
  const statement = (error as { [statementKey]?: string })[statementKey];
  if (statement === undefined) return failureOf(error, { where });
  const position = offsetOfPosition(statement, Number(error.position ?? 1));
  const asked = { text: statement, commands: [{ text: statement, offset: 0, words: [] }] };
  const { place } = refinedPlace({ statement: asked, place: position }, error);
  return failureOf(error, { where, statement, excerpt: excerptAt(statement, place) });
}

/** A statement of a message, and where its text begins in it. */
export interface SentStatement {
  readonly statement: Statement;
  readonly offset: number;
}

/** A message that the server answered with an error. */
export interface FailedMessage {
  readonly text: string;
  readonly sent: readonly SentStatement[];
  /** How many of its commands had succeeded. */
  readonly completed: number;
  /** The place of limbeck's own statements, if no script is to blame. */
  readonly where?: string | undefined;
}

/**
 * Makes the error for a statement that the server refused. Of limbeck's own it shows no text.
 *
 * The server parses a message before it runs its first command: where it gives a position, the statement
 * there is the one that failed, else the one that comes after those that had completed.
 */
export function sqlFailure(
  error: ServerError,
  { text, sent, completed, where }: FailedMessage,
): LimbeckError {
  const at = error.position === undefined ? undefined : offsetOfPosition(text, Number(error.position));
  const failed = failedStatement(sent, completed, at);
  if (failed === undefined) return failureOf(error, { where });
  markFailed(error, { statement: failed.statement, later: filesAfter(sent, failed.statement) });
  const { statement, place } = refinedPlace(failed, error);
  const explained = statement.explain?.(error.code, error);
  if (explained !== undefined) return explained;
  if (isOwn(statement)) return failureOf(error, { where, statement: statement.text });
  return failureOf(error, {
    where: placeOf(statement, place),
    excerpt: excerptAt(statement.text, place),
    statement: statement.text,
    file: statement.file,
    advice: statement.advice,
  });
}

/**
 * A position refines what counting tells, and overrules it only before anything has completed: then the
 * message may not even have been parsed. Else it may count in another text, such as the name of a type.
 */
function failedStatement(
  sent: readonly SentStatement[],
  completed: number,
  at: number | undefined,
): FailedStatement | undefined {
  const counted = statementAfter(sent, completed);
  const pointed = at === undefined ? undefined : statementAt(sent, at);
  return pointed && (completed === 0 || pointed.statement === counted?.statement) ? pointed : counted;
}

/** The files of a message that the server had not come to when a statement failed. */
function filesAfter(sent: readonly SentStatement[], failed: Statement): string[] {
  const index = sent.findIndex(({ statement }) => statement === failed);
  const upTo = new Set(sent.slice(0, index + 1).map(({ statement }) => statement.file));
  return sent
    .slice(index + 1)
    .flatMap(({ statement: { file } }) => (file === undefined || upTo.has(file) ? [] : [file]));
}

function statementAt(sent: readonly SentStatement[], at: number): FailedStatement | undefined {
  const found = sent.find(({ statement, offset }) => at >= offset && at < offset + statement.text.length);
  return found && { statement: found.statement, place: at - found.offset };
}

function statementAfter(sent: readonly SentStatement[], completed: number): FailedStatement | undefined {
  let passed = 0;
  for (const { statement } of sent) {
    const command = statement.commands[completed - passed];
    if (command !== undefined) return { statement, place: command.offset };
    passed += statement.commands.length;
  }
  return undefined;
}

interface FailurePlace {
  readonly where: string | undefined;
  readonly excerpt?: string;
  readonly statement?: string;
  readonly file?: string | undefined;
  readonly advice?: string | undefined;
}

/** Chooses code and advice by SQLSTATE; PostgreSQL manual, appendix "PostgreSQL Error Codes". */
export function failureOf(error: ServerError, place: FailurePlace): LimbeckError {
  const { code: sqlstate, detail } = error;
  // PostgreSQL's hint would drop what others need as well.
  const hint = sqlstate === dependentsExist && error.hint?.includes('CASCADE') ? undefined : error.hint;
  const facts = (next: string): ErrorFacts => ({
    message: detail === undefined ? error.message : `${error.message} (${detail})`,
    where: place.where,
    excerpt: place.excerpt,
    next,
    cause: error,
    details: { sqlstate, ...(hint && { hint }), ...(place.statement && { statement: place.statement }) },
  });
  if (isConnectionLost(error)) {
    const look = 'see where the database stands with `limbeck current`, then run the command again';
    return sqlstate === '53100'
      ? new DatabaseError('DISK_FULL', facts(`free space on this disk, ${look}`))
      : new DatabaseError('CONNECTION_LOST', facts(look));
  }
  if (place.file !== undefined && isInTheWay(error))
    return new AssetError('ASSET_NOT_REPLACEABLE', facts(notOwn));
  switch (sqlstate) {
    case '42501':
      return new DatabaseError(
        'PRIVILEGE_MISSING',
        facts('grant the privilege, or migrate as the owner of the objects'),
      );
    case '25006':
      return new DatabaseError(
        'DATABASE_READ_ONLY',
        facts('connect to the primary server, or leave the transaction writable'),
      );
    case '53100':
      return new DatabaseError('DISK_FULL', facts('free space on the server; the revision was rolled back'));
    case '55P04':
      return new MigrationError(
        'SQL_FAILED',
        facts('add the enum value in one revision and use it in the next'),
      );
    case dependentsExist:
      return dependentsFailure(error, facts(hint?.replace(/\.$/, '') ?? letGo));
    case '2D000':
      return new MigrationError(
        'TRANSACTION_CONTROL',
        facts(
          'take COMMIT and ROLLBACK out of the procedure or DO block: each revision is committed by limbeck',
        ),
      );
    case '25001':
      return new MigrationError(
        'SQL_FAILED',
        facts(
          'run this command with psql, beside limbeck; for an index, let the script say `create index if not exists …` as well',
        ),
      );
    case '57014':
      return new MigrationError('SQL_FAILED', facts(isTimeLimit(error) ? moreTime : cancelled));
    default:
      return new MigrationError(
        'SQL_FAILED',
        facts(place.advice ?? hint?.replace(/\.$/, '') ?? mendStatement),
      );
  }
}

const dependentsExist = '2BP01';
const letGo = 'change or drop what is listed first: in the files that define it, or in the script, above';

/** The server lists what stands there by lines. */
function dependentsFailure({ message, detail = '' }: ServerError, facts: ErrorFacts): MigrationError {
  const objects = detail.split('\n').filter((line) => line !== '');
  return new MigrationError('DEPENDENTS_EXIST', {
    ...facts,
    message: objects.length === 0 ? message : `${message}: ${objects.join('; ')}`,
    details: { ...facts.details, objects },
  });
}

/** What stands there is not what the file says, and not the file's own, which limbeck would have dropped. */
function isInTheWay({ code, hint }: ServerError): boolean {
  // Of a function whose body does not fit it has the same SQLSTATE, without a hint to drop.
  if (code === '42P13') return hint?.includes('DROP') === true;
  return code !== undefined && ['42P16', '42809', '42723', '42710', '42P07'].includes(code);
}

const notOwn =
  'drop or rename what stands there in the script, if nobody needs it: no file that was loaded before has defined it, so limbeck leaves it alone; where the database has all that the revision makes, record that with `limbeck stamp` in place of the upgrade';
/** What to do where nothing better is known. */
export const mendStatement = 'mend the statement';

const moreTime =
  'give the statement more time with the setting "ddl.statementTimeout", or with `statement_timeout` where the script, the role or the database sets it, and run the command again';
const cancelled = 'run the command again: somebody cancelled the statement';

/** The server has one SQLSTATE for both; in other languages it cannot be told apart. */
function isTimeLimit({ message }: Error): boolean {
  return /statement timeout/i.test(message);
}

/** Whether the server went away: it said so, class 08, an administrator's end, or no answer at all. */
export function isConnectionLost({ code, severity, message }: ServerError): boolean {
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  if (code === undefined)
    return /connection (terminated|ended)|not queryable|client was closed/i.test(message);
  return code.startsWith('08') || code.startsWith('57P') || code === 'ECONNRESET' || code === 'EPIPE';
}
