/**
 * Working through a connection of a Knex instance that belongs to somebody else.
 *
 * It comes from the instance's pool and goes back as it came: without limbeck's lock, without an open
 * transaction, with the settings that it had. If that cannot be said for sure, as after a script that failed,
 * it is thrown away.
 */
import type { Knex } from 'knex';
import type { Config } from '../config/config.js';
import { DatabaseError, UsageError } from '../errors.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import { connectFailure } from './connect-failure.js';
import {
  anotherOf,
  describeDatabase,
  isAlone,
  type KnexClient,
  type OpenConnection,
  type openConnection,
  processOf,
  queryBeside,
} from './connection.js';
import { embeddedDirectoryOf } from './embedded.js';
import { loadKnex } from './load-knex.js';
import { isOwnLock, lockKey } from './lock.js';
import { type PgConnection, sendMessage } from './pg-connection.js';
import type { ServerError } from './sql-failure.js';

/** Returns whether something is a Knex instance, and not the configuration of one. */
export function isKnexInstance(given: unknown): given is Knex {
  return typeof given === 'function' && 'client' in given;
}

/**
 * Refuses what limbeck cannot work through.
 *
 * @throws UsageError `USAGE` for a transaction: limbeck commits, and rolls back, on its own
 */
export function assertInstance(instance: Knex): void {
  if (instance.isTransaction !== true) return;
  throw new UsageError('USAGE', {
    message: 'the Knex instance is a transaction',
    where: 'openProject',
    next: 'hand in the instance that it was begun on: limbeck has transactions of its own',
  });
}

/** Returns the configuration that an instance was made from, without a pool that is not its own. */
export function configOfInstance({ client }: Knex): Knex.Config {
  const { connectionPool: _pool, ...config } = (
    client as { config: Knex.Config & { connectionPool?: unknown } }
  ).config;
  return config;
}

/** Names the database of an instance, without password and without connecting. */
export function nameInstance(instance: Knex, config: Config): string {
  const given = config.knex;
  const isNamed = typeof given.connection !== 'function' || embeddedDirectoryOf(given) !== undefined;
  return isNamed && given.connection !== undefined
    ? describeDatabase(given, instance, config)
    : 'the connection of the Knex instance';
}

/**
 * Makes what a session connects with: it takes a connection from the pool of the instance, and closing it
 * gives it back.
 *
 * The connection it opens throws DatabaseError `POOL_EXHAUSTED` when all are in use for too long, and as
 * `openConnection`; UsageError `USAGE` when the instance was destroyed.
 */
export function borrowConnection(instance: Knex): typeof openConnection {
  return async (config, logger) => {
    const knex = await loadKnex(config.root);
    const database = nameInstance(instance, config);
    logger.info(`database: ${database} (${config.environment})`);
    const borrowed = await borrow(instance, config, database);
    const { client, connection } = borrowed;
    const looking = new Set<Promise<unknown>>();
    // A pool of the driver's keeps its address to itself; Knex would go to the default one.
    const isHidden = 'connectionPool' in (instance.client as { config: object }).config;
    const another = isHidden ? async () => undefined : anotherOf(client);
    const beside: OpenConnection['beside'] = async (text, values) => {
      const answer = queryBeside(another, text, values).catch(() => []);
      looking.add(answer);
      return answer.finally(() => looking.delete(answer));
    };
    return {
      connection,
      knex,
      config: config.knex,
      database,
      another,
      beside,
      processId: processOf(client, connection),
      async close({ isDoubtful } = { isDoubtful: false }) {
        // One of them may be cancelling what runs here, which must not hit whoever has the connection next.
        await Promise.all(looking);
        await giveBack(borrowed, config, isDoubtful);
      },
    };
  };
}

interface Borrowed {
  readonly client: KnexClient;
  readonly connection: PgConnection;
  /** The settings that the connection came with. */
  readonly settings: Settings;
}

/** By name; the roles are among them. */
type Settings = ReadonlyMap<string, { readonly value: string; readonly isOfSession: boolean }>;

async function borrow(instance: Knex, config: Config, database: string): Promise<Borrowed> {
  const client = instance.client as KnexClient;
  const connection = await client.acquireConnection().catch((error: unknown) => {
    throw acquireFailure(error as Error, config, database);
  });
  try {
    return { client, connection, settings: await readSettings(connection) };
  } catch (error) {
    await throwAway(client, connection);
    throw connectFailure((error as Error).cause ?? error, database, isEmbedded(config));
  }
}

/** The session's user comes first: changing it ends the role. */
const settingsText = `select 'session_authorization' as name, session_user::text as value, true as is_of_session
union all select 'role', current_setting('role'), true
union all select name, setting, source = 'session' from pg_settings where context in ('user', 'superuser')`;

async function readSettings(connection: PgConnection, before = ''): Promise<Settings> {
  const answers = await sendMessage(connection, before + settingsText);
  const rows = answers.at(-1)?.rows ?? [];
  return new Map(
    rows.map(({ name, value, is_of_session: isOfSession }) => [
      String(name),
      { value: String(value), isOfSession: isOfSession === true },
    ]),
  );
}

async function giveBack(borrowed: Borrowed, config: Config, isDoubtful: boolean): Promise<void> {
  const { client, connection } = borrowed;
  // PGlite has one session, which the next connection would find as it is, and lives in memory perhaps.
  if (isDoubtful && !isAlone(client)) return throwAway(client, connection);
  const key = lockKey(config.settings);
  const bringBack = () => restore(borrowed, isDoubtful ? `${emptySession};\n` : `${unlock(key)};\n`);
  try {
    // A cancellation of what ran before may come late.
    await bringBack().catch((error: unknown) =>
      isCancellation(error) ? bringBack() : Promise.reject(error),
    );
  } catch {
    return throwAway(client, connection);
  }
  await client.releaseConnection(connection as object);
}

function isCancellation(error: unknown): boolean {
  return ((error as Error).cause as ServerError | undefined)?.code === '57014';
}

/** As DISCARD ALL, but for settings and roles. */
const emptySession = `close all; deallocate all; unlisten *;
select pg_advisory_unlock_all(); discard temp`;

async function restore({ connection, settings }: Borrowed, ending: string): Promise<void> {
  await sendMessage(connection, 'rollback');
  const now = await readSettings(connection, ending);
  await sendMessage(connection, settingsBack(settings, now));
}

/**
 * What a pool's `afterCreate` has set, and what Knex has, is in force for the session, and RESET would go back
 * behind it. RESET ALL would take more: settings such as `app.tenant`, which no list has.
 */
function settingsBack(before: Settings, now: Settings): string {
  const resets = [...now].flatMap(([name, { isOfSession }]) =>
    isOfSession && before.get(name)?.isOfSession !== true
      ? [`reset ${name.split('.').map(quoteIdentifier).join('.')}`]
      : [],
  );
  // Also where it is the same: perhaps it may not be what it was any more.
  const sets = [...before].flatMap(([name, { value, isOfSession }]) =>
    isOfSession ? [`select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`] : [],
  );
  return [...sets, 'reset limbeck.settings', ...resets].join(';\n');
}

/** Unlocks only what is locked: PostgreSQL would warn, and a session that has no lock needs none of it. */
function unlock(key: string): string {
  return `select pg_advisory_unlock(${key}) from pg_locks where ${isOwnLock(key)}`;
}

/** The pool looks at this mark when it hands out a connection next, and drops one that has it. */
async function throwAway(client: KnexClient, connection: PgConnection): Promise<void> {
  Object.assign(connection, { __knex__disposed: 'limbeck could not bring it back as it was' });
  // Locks and transaction end with it at once, not only when the pool looks.
  void connection.end().catch(() => {});
  await client.releaseConnection(connection as object);
}

function acquireFailure(error: Error, config: Config, database: string): Error {
  if (error.name === 'KnexTimeoutError') {
    return new DatabaseError('POOL_EXHAUSTED', {
      message: `no connection of the pool became free: ${error.message}`,
      where: database,
      next: 'await what still uses the Knex instance, an open transaction for one, before limbeck runs; or raise `pool.max`',
      cause: error,
    });
  }
  if (/Unable to acquire a connection|^aborted$/.test(error.message)) {
    return new UsageError('USAGE', {
      message: 'the Knex instance was destroyed',
      where: 'openProject',
      next: 'hand in one that is in use, or call its `initialize()`',
      cause: error,
    });
  }
  return connectFailure(error, database, isEmbedded(config));
}

function isEmbedded({ knex }: Config): boolean {
  return embeddedDirectoryOf(knex) !== undefined;
}
