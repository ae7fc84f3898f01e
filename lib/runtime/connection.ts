/**
 * Opening the one connection that a command works on, through the project's own Knex.
 */
import { resolve } from 'node:path';
import type { Knex } from 'knex';
import type { Config } from '../config/config.js';
import { ConfigError, DatabaseError, LimbeckError } from '../errors.js';
import type { Logger } from '../logger.js';
import { embedded, embeddedConnection, embeddedDirectoryOf } from './embedded.js';
import { type KnexFactory, loadKnex } from './knex-client.js';
import type { PgConnection } from './pg-connection.js';
import { failureOf, type ServerError } from './sql-failure.js';

/** An open connection. */
export interface OpenConnection {
  readonly connection: PgConnection;
  readonly knex: KnexFactory;
  /** The environment's configuration, with the connection that is used. */
  readonly config: Knex.Config;
  /** The database in words, without password. */
  readonly database: string;
  close(): Promise<void>;
}

/**
 * Connects to the database of the environment, and names it in the log before it does.
 *
 * @throws ConfigError `NO_CONNECTION`, `KNEX_NOT_INSTALLED`
 * @throws DatabaseError `DATABASE_UNREACHABLE`, `AUTHENTICATION_FAILED`, `DATABASE_NOT_FOUND`
 * @throws LockError `DIRECTORY_LOCKED`
 */
export async function openConnection(config: Config, logger: Logger): Promise<OpenConnection> {
  const knex = await loadKnex(config.root);
  const resolved = connectionOf(config);
  const opened = createKnex(knex, resolved);
  const database = describeDatabase(resolved, opened, config);
  logger.info(`database: ${database} (${config.environment})`);
  const client = opened.client as {
    acquireConnection(): Promise<PgConnection>;
    releaseConnection(c: object): Promise<void>;
  };
  try {
    const connection = await client.acquireConnection();
    const close = async () => {
      await client.releaseConnection(connection as object);
      await opened.destroy();
    };
    return { connection, knex, config: resolved, database, close };
  } catch (error) {
    await opened.destroy();
    throw connectFailure(error, database);
  }
}

/** Names the database of an environment, without password and without connecting. */
export async function nameDatabase(config: Config): Promise<string> {
  const resolved = connectionOf(config);
  const opened = createKnex(await loadKnex(config.root), resolved);
  const database = describeDatabase(resolved, opened, config);
  await opened.destroy();
  return database;
}

/**
 * In development a missing connection means the embedded database; anywhere else it is an error, so that
 * no deploy ever migrates an empty scratch database and reports success.
 */
function connectionOf({ knex, root, environment, knexfile, settings }: Config): Knex.Config {
  const config =
    knex.connection === undefined && environment === 'development' ? { ...knex, ...embedded() } : knex;
  if (config.connection === undefined || config.connection === '') {
    throw new ConfigError('NO_CONNECTION', {
      message: `environment "${environment}" has no connection`,
      where: knexfile,
      next: 'set `connection` in the knexfile; if it comes from a variable such as DATABASE_URL, set that',
    });
  }
  const directory = embeddedDirectoryOf(config);
  if (directory === undefined) return { ...config, connection: withoutKnexParser(config.connection) };
  const place = {
    directory: resolve(root, directory.directory),
    options: { lockTimeout: settings.lockTimeout },
  };
  const connection = embeddedConnection({ ...place, options: { ...place.options, ...directory.options } });
  return { ...config, connection };
}

/** Knex takes a URL without a host, which means a Unix socket, for the name of a file; the driver does not. */
function withoutKnexParser(connection: NonNullable<Knex.Config['connection']>) {
  return typeof connection === 'string' ? { connectionString: connection } : connection;
}

const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** One connection, kept as long as the command runs; errors are thrown, not logged by Knex. */
function createKnex(knex: KnexFactory, config: Knex.Config): Knex {
  return knex({
    ...config,
    client: config.client ?? 'pg',
    // Knex would ask the server for it, one round trip for a difference that PostgreSQL 15 no longer has.
    version: config.version ?? '15',
    pool: { ...config.pool, min: 0, max: 1 },
    log: config.log ?? silent,
  });
}

function describeDatabase(config: Knex.Config, opened: Knex, { root, knex }: Config): string {
  const directory = embeddedDirectoryOf(config) ?? embeddedDirectoryOf(knex);
  if (directory !== undefined || typeof config.connection === 'function') {
    return directory === undefined
      ? 'the connection of the knexfile'
      : `embedded PostgreSQL in ${relative(root, directory.directory)}`;
  }
  const { driver, connectionSettings } = opened.client as DriverAndSettings;
  const { database, host, port, user } = new driver.Client(connectionSettings);
  return `"${database}" on ${host}${host?.startsWith('/') ? '' : `:${port}`} as ${user}`;
}

interface DriverAndSettings {
  readonly connectionSettings: object;
  readonly driver: {
    readonly Client: new (
      settings: object,
    ) => { database?: string; host?: string; port?: number; user?: string };
  };
}

function relative(root: string, directory: string): string {
  return directory.startsWith(`${root}/`) ? directory.slice(root.length + 1) : directory;
}

/** Chooses code and advice for a connection that cannot be opened. */
function connectFailure(error: unknown, database: string): LimbeckError {
  if (error instanceof LimbeckError) return error;
  const cause = error as ServerError;
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
    case 'ENOSPC':
      return new DatabaseError('DISK_FULL', facts('free space on this disk'));
    case '53300':
    case '57P03':
      return failureOf(cause, { where: database });
    default:
      return isPasswordProblem(cause)
        ? new DatabaseError('AUTHENTICATION_FAILED', facts('set the password in the knexfile'))
        : new DatabaseError(
            'DATABASE_UNREACHABLE',
            facts('start the server, or correct host and port in the knexfile'),
          );
  }
}

/** What the driver says, without a code, when the server asks for a password and there is none. */
function isPasswordProblem({ message }: Error): boolean {
  return /password must be a string|SASL/.test(message);
}
