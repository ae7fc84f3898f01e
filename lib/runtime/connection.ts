/**
 * Opening the one connection that a command works on, through the project's own Knex.
 */
import { resolve } from 'node:path';
import type { Knex } from 'knex';
import type { Config } from '../config/config.js';
import { ConfigError } from '../errors.js';
import type { Logger } from '../logger.js';
import { type ConnectLimits, connectFailure, noAnswer } from './connect-failure.js';
import type { DirectoryWait } from './directory-lock.js';
import { embedded, embeddedConnection, embeddedDirectoryOf } from './embedded.js';
import { type KnexFactory, loadKnex } from './load-knex.js';
import { type CommandResult, type PgConnection, sendQuery } from './pg-connection.js';
import type { ProgressListener } from './progress.js';
import { isInMemory } from './scratch.js';

/** An open connection. */
export interface OpenConnection {
  readonly connection: PgConnection;
  readonly knex: KnexFactory;
  /** The environment's configuration, with the connection that is used. */
  readonly config: Knex.Config;
  /** The database in words, without password. */
  readonly database: string;
  /**
   * Runs a query on a connection of its own beside this one, and returns its rows; none where there can be
   * no other connection, or none just now. Never throws.
   */
  beside(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Opens a connection beside this one, which the caller ends; undefined where there can be no other. */
  another(): Promise<PgConnection | undefined>;
  /**
   * The number of the server's process, as the greeting told it; undefined where it did not. A pooler tells a
   * number of its own.
   */
  readonly processId: number | undefined;
  /** @param session - whether nobody can tell what is left in it; default: it is as it should be */
  close(session?: { readonly isDoubtful: boolean }): Promise<void>;
}

/**
 * Connects to the database of the environment, and names it in the log before it does.
 *
 * @param progress - told of waiting for an embedded database that another process has open
 * @throws ConfigError `NO_CONNECTION`, `INVALID_SETTING` for a URL that is none, `KNEX_NOT_INSTALLED`
 * @throws DatabaseError `DATABASE_UNREACHABLE`, `AUTHENTICATION_FAILED`, `DATABASE_NOT_FOUND`
 * @throws LockError `DIRECTORY_LOCKED`
 */
export async function openConnection(
  config: Config,
  logger: Logger,
  progress: ProgressListener = () => {},
): Promise<OpenConnection> {
  const knex = await loadKnex(config.root);
  const timeoutMs = config.settings.lockTimeout;
  const resolved = connectionOf(config, (holder) => {
    logger.info(`waiting for ${holder}`);
    progress({ kind: 'lock-waits', holder, timeoutMs });
  });
  const opened = createKnex(knex, resolved);
  const database = describeDatabase(resolved, opened, config);
  logger.info(`database: ${database} (${config.environment})`);
  const client = opened.client as KnexClient;
  const limits = limitConnecting(client);
  const started = startedBy(client);
  try {
    const connection = await client.acquireConnection();
    const close = async () => {
      await client.releaseConnection(connection as object);
      await opened.destroy();
    };
    const another = anotherOf(client);
    const beside: OpenConnection['beside'] = (text, values) =>
      queryBeside(another, text, values).catch(() => []);
    const processId = processOf(client, connection);
    return { connection, knex, config: resolved, database, another, beside, processId, close };
  } catch (error) {
    for (const connection of started) void connection.end();
    await opened.destroy();
    const silence = limits && noAnswer(error, database, limits);
    throw silence ?? connectFailure(error, database, embeddedDirectoryOf(resolved) !== undefined);
  }
}

/** What is used of the client inside a Knex. */
export interface KnexClient {
  /** Undefined until a function has given them. */
  readonly connectionSettings: { connectionTimeoutMillis?: number } | undefined;
  readonly pool?: { readonly acquireTimeoutMillis: number };
  driver: { readonly Client: new (settings: object) => PgConnection };
  acquireConnection(): Promise<PgConnection>;
  releaseConnection(connection: object): Promise<void>;
  /** Opens one beside the pool. */
  acquireRawConnection(): Promise<PgConnection>;
}

/** Longest time until a server has let one in, in milliseconds, where the connection has none of its own. */
const connectTimeout = 10_000;

/**
 * Limits how long connecting takes, which the driver does not. What a function of the knexfile gives is left
 * as it is: then it returns undefined.
 */
function limitConnecting({ connectionSettings, pool }: KnexClient): ConnectLimits | undefined {
  if (connectionSettings === undefined) return undefined;
  const acquire = pool?.acquireTimeoutMillis ?? connectTimeout;
  connectionSettings.connectionTimeoutMillis ??= Math.min(connectTimeout, acquire);
  const connect = connectionSettings.connectionTimeoutMillis;
  return { connect, acquire };
}

/**
 * Keeps account of the connections that the driver starts. One that fails on the driver's side, for want of a
 * password, it leaves open, and neither it nor Knex closes it: the process would stay alive for a minute.
 */
function startedBy(client: KnexClient): readonly PgConnection[] {
  const started: PgConnection[] = [];
  class StartedClient extends client.driver.Client {
    constructor(settings: object) {
      super(settings);
      started.push(this);
    }
  }
  client.driver = Object.create(client.driver, { Client: { value: StartedClient } }) as KnexClient['driver'];
  return started;
}

/** PGlite has one session: another connection would be the same one. */
export function isAlone(client: KnexClient): boolean {
  return client.connectionSettings !== undefined && 'connection' in client.connectionSettings;
}

/** Makes what opens a connection beside the pool; it gives undefined where there can be none. */
export function anotherOf(client: KnexClient): OpenConnection['another'] {
  return async () => (isAlone(client) ? undefined : client.acquireRawConnection());
}

/** Returns the number of the server's process that the greeting told. */
export function processOf(client: KnexClient, connection: PgConnection): number | undefined {
  return isAlone(client) ? undefined : (connection.processID ?? undefined);
}

/** Runs a query on a connection of its own and returns its rows; none where there can be no other connection. */
export async function queryBeside(
  another: OpenConnection['another'],
  text: string,
  values: readonly unknown[],
): Promise<readonly Record<string, unknown>[]> {
  const other = await another();
  if (other === undefined) return [];
  try {
    return ((await sendQuery(other, { text, values: [...values] })) as CommandResult).rows;
  } finally {
    await other.end();
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
 *
 * @param waits - told who has the embedded database open, when that takes long
 */
function connectionOf(
  { knex, root, environment, knexfile, settings }: Config,
  waits?: DirectoryWait,
): Knex.Config {
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
  if (directory === undefined) {
    assertUrl(config.connection, knexfile);
    return { ...config, connection: withoutKnexParser(config.connection) };
  }
  const place = {
    directory: resolve(root, directory.directory),
    options: { lockTimeout: settings.lockTimeout, ...directory.options },
  };
  const told =
    waits && ((holder: string) => waits(`${holder}, which has ${relative(root, place.directory)} open`));
  const connection = embeddedConnection(place, told);
  return { ...config, connection };
}

/** The driver takes any text for a URL, of a host "base". The text is not shown: it may hold a password. */
function assertUrl(connection: Knex.Config['connection'], knexfile: string): void {
  const url =
    typeof connection === 'object' && 'connectionString' in connection
      ? connection.connectionString
      : connection;
  if (typeof url !== 'string' || /^(?:(?:postgres|postgresql|pg|socket):|\/)/i.test(url)) return;
  throw notUrl('the URL of `connection` is none of PostgreSQL', knexfile);
}

function notUrl(message: string, knexfile: string): ConfigError {
  return new ConfigError('INVALID_SETTING', {
    message,
    where: knexfile,
    next: 'write it as `postgres://user:password@host:5432/database`; in user and password write / as %2F, @ as %40, % as %25',
  });
}

/** Knex takes a URL without a host, which means a Unix socket, for the name of a file; the driver does not. */
function withoutKnexParser(connection: NonNullable<Knex.Config['connection']>) {
  return typeof connection === 'string' ? { connectionString: connection } : connection;
}

const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** One connection, kept as long as the command runs; errors are thrown, not logged by Knex. */
function createKnex(knex: KnexFactory, config: Knex.Config): Knex {
  try {
    return knex({
      ...config,
      client: config.client ?? 'pg',
      // Knex would ask the server for it, one round trip for a difference that PostgreSQL 15 no longer has.
      version: config.version ?? '15',
      pool: { ...config.pool, min: 0, max: 1 },
      log: config.log ?? silent,
    });
  } catch (error) {
    if (!/Cannot find module 'pg'/.test((error as Error).message)) throw error;
    throw new ConfigError('KNEX_NOT_INSTALLED', {
      message: 'pg, the driver that Knex uses, is not installed',
      next: 'run `npm install pg`',
      cause: error,
    });
  }
}

/** Returns the database in words, without password. */
export function describeDatabase(config: Knex.Config, opened: Knex, { root, knexfile }: Config): string {
  if (isInMemory(config)) return 'an embedded scratch database in memory';
  const directory = embeddedDirectoryOf(config);
  if (directory !== undefined || typeof config.connection === 'function') {
    return directory === undefined
      ? 'the connection of the knexfile'
      : `embedded PostgreSQL in ${relative(root, directory.directory)}`;
  }
  const { database, host, port, user } = settingsOfDriver(opened.client as DriverAndSettings, knexfile);
  return `"${database}" on ${host}${host?.startsWith('/') ? '' : `:${port}`} as ${user}`;
}

/** The driver takes the URL apart. Its error holds the URL, and with it the password, so it is no cause. */
function settingsOfDriver({ driver, connectionSettings }: DriverAndSettings, knexfile: string) {
  try {
    return new driver.Client(connectionSettings);
  } catch (error) {
    if (!isUrlProblem(error)) throw error;
    throw notUrl('the URL of `connection` cannot be read', knexfile);
  }
}

function isUrlProblem(error: unknown): boolean {
  return error instanceof URIError || (error instanceof TypeError && /Invalid URL/.test(error.message));
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
