/**
 * From what stopped a connection to an error that says what to do.
 */
import { DatabaseError, LimbeckError } from '../errors.js';
import type { ServerError } from './sql-failure.js';

const serverAdvice = {
  forbidden: 'see that this user may use the socket of the server',
  unreachable: 'start the server, or correct host and port in the knexfile',
};
const embeddedAdvice = {
  forbidden: 'see that this user may write to the folder',
  unreachable: 'if the folder is damaged, remove it: the next `limbeck upgrade` makes it anew',
};

/** Chooses code and advice for a connection that cannot be opened. */
export function connectFailure(error: unknown, database: string, isEmbedded: boolean): LimbeckError {
  if (error instanceof LimbeckError) return error;
  const cause = error as ServerError;
  const advice = isEmbedded ? embeddedAdvice : serverAdvice;
  const facts = (next: string) => ({
    message: `cannot connect to ${database}: ${cause.message || String(cause.code)}`,
    where: database,
    next,
    cause,
    details: { sqlstate: cause.code },
  });
  switch (cause.code) {
    case '28P01':
    case '28000':
      return new DatabaseError(
        'AUTHENTICATION_FAILED',
        facts('check user and password in the knexfile, and pg_hba.conf on the server'),
      );
    case '3D000':
      return new DatabaseError(
        'DATABASE_NOT_FOUND',
        facts('create the database, or correct its name in the knexfile'),
      );
    case '42501':
      return new DatabaseError('PRIVILEGE_MISSING', facts('grant CONNECT on the database to the user'));
    case 'EROFS':
    case 'EPERM':
    case 'EACCES':
      return new DatabaseError('PRIVILEGE_MISSING', facts(advice.forbidden));
    case 'ENOSPC':
      return new DatabaseError('DISK_FULL', facts('free space on this disk'));
    case '53300':
      return new DatabaseError(
        'DATABASE_UNREACHABLE',
        facts('free a connection, or raise the limit of the role, the database or the server'),
      );
    case '57P03':
      return new DatabaseError(
        'DATABASE_UNREACHABLE',
        facts('try again in a moment: the server is starting up or shutting down'),
      );
    default:
      if (isPasswordProblem(cause))
        return new DatabaseError('AUTHENTICATION_FAILED', facts('set the password in the knexfile'));
      return new DatabaseError(
        'DATABASE_UNREACHABLE',
        facts(isWithoutSsl(cause) ? withoutSsl : advice.unreachable),
      );
  }
}

/** What the driver says, without a code, when the server asks for a password and there is none. */
function isPasswordProblem({ message }: Error): boolean {
  return /password must be a string|SASL/.test(message);
}

const withoutSsl =
  'switch SSL on at the server, or take `ssl` out of the connection, `sslmode` out of the URL, or the variable PGSSLMODE away';

/** What the driver says, without a code, when it asked for SSL in vain. */
function isWithoutSsl({ message }: Error): boolean {
  return /does not support SSL/.test(message);
}

/** Longest times, in milliseconds. */
export interface ConnectLimits {
  /** Until the server has let one in. */
  readonly connect: number;
  /** Until Knex gives up. */
  readonly acquire: number;
}

/**
 * Makes the error for a server that took the connection, or the packets, and said nothing; undefined for
 * any other error.
 */
export function noAnswer(error: unknown, database: string, limits: ConnectLimits): DatabaseError | undefined {
  const { name, message } = error as Error;
  const isKnex = name === 'KnexTimeoutError';
  if (!isKnex && message !== 'timeout expired') return undefined;
  return new DatabaseError('DATABASE_UNREACHABLE', {
    message: `cannot connect to ${database}: the server did not answer in ${(isKnex ? limits.acquire : limits.connect) / 1000} s`,
    where: database,
    next: 'check host, port and firewall',
    cause: error,
  });
}
