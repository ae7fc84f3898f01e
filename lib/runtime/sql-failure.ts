/**
 * From an error of PostgreSQL to one that says which script, file, line and statement, and what to do.
 */
import { AssetError, DatabaseError, type ErrorFacts, type LimbeckError, MigrationError } from '../errors.js';
import { excerptAt, offsetOfPosition } from '../sql/place.js';
import { placeOf, type Statement } from '../sql/statement.js';

/** The fields of a driver's error that the server filled in. */
export interface ServerError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
}

/** A statement of a message, and where its text begins in it. */
export interface SentStatement {
  readonly statement: Statement;
  readonly offset: number;
}

/** Returns the statement and command that failed, by the number of commands that had completed. */
export function failedStatement(
  sent: readonly SentStatement[],
  completed: number,
): { readonly sent: SentStatement; readonly commandOffset: number } | undefined {
  let passed = 0;
  for (const each of sent) {
    const { commands } = each.statement;
    if (completed < passed + commands.length) {
      return { sent: each, commandOffset: commands[completed - passed]?.offset ?? 0 };
    }
    passed += commands.length;
  }
  return undefined;
}

/**
 * Makes the error for a statement that the server refused.
 *
 * @param text - what was sent, in which the server's position counts
 */
export function sqlFailure(
  error: ServerError,
  failed: { readonly sent: SentStatement; readonly commandOffset: number } | undefined,
  text: string,
): LimbeckError {
  if (failed === undefined) return failureOf(error, { where: undefined });
  const { statement, offset } = failed.sent;
  const explained = statement.explain?.(error.code, error);
  if (explained !== undefined) return explained;
  const at =
    error.position === undefined ? undefined : offsetOfPosition(text, Number(error.position)) - offset;
  const isInside = at !== undefined && at >= 0 && at < statement.text.length;
  const place = isInside ? at : failed.commandOffset;
  return failureOf(error, {
    where: placeOf(statement, place),
    excerpt: excerptAt(statement.text, place),
    statement: statement.text,
    file: statement.file,
  });
}

interface FailurePlace {
  readonly where: string | undefined;
  readonly excerpt?: string;
  readonly statement?: string;
  readonly file?: string | undefined;
}

/** Chooses code and advice by SQLSTATE; PostgreSQL manual, appendix "PostgreSQL Error Codes". */
export function failureOf(error: ServerError, place: FailurePlace): LimbeckError {
  const { code: sqlstate, detail, hint } = error;
  const facts = (next: string): ErrorFacts => ({
    message: detail === undefined ? error.message : `${error.message} (${detail})`,
    where: place.where,
    excerpt: place.excerpt,
    next: hint ?? next,
    cause: error,
    details: { sqlstate, ...(place.statement === undefined ? {} : { statement: place.statement }) },
  });
  if (isConnectionLost(error)) {
    return new DatabaseError(
      'CONNECTION_LOST',
      facts('see where the database stands with `limbeck current`, then run the command again'),
    );
  }
  if (place.file !== undefined && (sqlstate === '42P13' || sqlstate === '42P16' || sqlstate === '42809')) {
    return new AssetError(
      'ASSET_NOT_REPLACEABLE',
      facts('drop the file in one revision and load it in the next'),
    );
  }
  switch (sqlstate) {
    case '42501':
      return new DatabaseError(
        'PRIVILEGE_MISSING',
        facts('grant the privilege, or migrate as the owner of the objects'),
      );
    case '25006':
      return new DatabaseError('DATABASE_READ_ONLY', facts('connect to the primary server'));
    case '53100':
      return new DatabaseError('DISK_FULL', facts('free space on the server; the revision was rolled back'));
    case '55P04':
      return new MigrationError(
        'SQL_FAILED',
        facts('add the enum value in one revision and use it in the next'),
      );
    case '25001':
      return new MigrationError('SQL_FAILED', facts('this command cannot run inside a transaction'));
    default:
      return new MigrationError('SQL_FAILED', facts('mend the statement'));
  }
}

/** Whether the server went away: class 08, an administrator's end, or no answer at all. */
export function isConnectionLost({ code, message }: ServerError): boolean {
  if (code === undefined)
    return /connection (terminated|ended)|not queryable|client was closed/i.test(message);
  return code.startsWith('08') || code.startsWith('57P') || code === 'ECONNRESET' || code === 'EPIPE';
}
