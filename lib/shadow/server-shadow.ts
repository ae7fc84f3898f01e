/**
 * A shadow as a scratch database on a server: made, and dropped in every case.
 */
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Config } from '../config/config.js';
import { DatabaseError, LimbeckError, thrownText } from '../errors.js';
import { type Logger, silentLogger } from '../logger.js';
import { type OpenConnection, openConnection } from '../runtime/connection.js';
import { type MessageError, sendMessage } from '../runtime/pg-connection.js';
import { inDatabase } from '../runtime/server-address.js';
import { failureOf } from '../runtime/sql-failure.js';
import { quoteIdentifier } from '../sql/quote.js';
import {
  creationText,
  leftoversText,
  markText,
  scratchName,
  searchPathText,
  sessionBegun,
} from './scratch-names.js';

/** A database on a server that lives as long as it is used. */
export interface ServerScratch {
  /** Opens it. */
  readonly config: Config;
  close(): Promise<void>;
}

/**
 * Makes a scratch database, and drops those that killed processes have left.
 *
 * @param config - opens a database of the server, which is left as it is
 * @throws DatabaseError `PRIVILEGE_MISSING` when the user may not create databases, `SHADOW_UNAVAILABLE` for a
 *   connection that leads to no server, and as for any command
 */
export async function startServerShadow(config: Config, logger: Logger): Promise<ServerScratch> {
  const connection = await givenConnection(config);
  const opened = await openConnection({ ...config, knex: { ...config.knex, connection } }, silentLogger);
  const run = runOn(opened);
  try {
    const name = await createDatabase(opened, run);
    return {
      config: { ...config, knex: { ...config.knex, connection: inDatabase(connection, name) } },
      async close() {
        await run(`drop database if exists ${quoteIdentifier(name)} with (force)`).catch((error: unknown) => {
          logger.warn(
            `the scratch database "${name}" on ${opened.database} was not dropped: ${thrownText(error)}; the next command that makes one drops it`,
          );
        });
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Settings that a function of the knexfile gives are asked for once. */
async function givenConnection({ knex, knexfile }: Config): Promise<string | Knex.PgConnectionConfig> {
  const { connection } = knex;
  const given: unknown =
    typeof connection === 'function'
      ? await (connection as () => unknown)()
      : typeof connection === 'string'
        ? { connectionString: connection }
        : connection;
  // PGlite, and whatever else brings a stream of its own: there is one database behind it.
  if (typeof given === 'object' && given !== null && !('connection' in given))
    return given as Knex.PgConnectionConfig;
  if (typeof given === 'string') return { connectionString: given };
  throw new DatabaseError('SHADOW_UNAVAILABLE', {
    message: 'the connection leads to one database, and not to a server that could have another',
    where: knexfile,
    next: 'set LIMBECK_SHADOW_URL, or `shadowUrl` in the knexfile, to a server on which the user may create databases',
  });
}

type Run = (sql: string) => Promise<readonly Record<string, unknown>[]>;

function runOn({ connection, database }: OpenConnection): Run {
  return async (sql) => {
    try {
      return (await sendMessage(connection, sql)).at(-1)?.rows ?? [];
    } catch (error) {
      throw failureOf((error as MessageError).cause, { where: database });
    }
  };
}

async function createDatabase({ database }: OpenConnection, run: Run): Promise<string> {
  await dropLeftovers(run);
  const [own] = await run(`select pg_backend_pid() as process, ${sessionBegun} as begun`);
  const name = scratchName(Number(own?.['process']), randomBytes(6).toString('hex'));
  const [made] = await run(creationText(name));
  await run(String(made?.['statement'])).catch((error: unknown) => {
    throw mayNotCreate(error, database) ?? error;
  });
  await run(markText(name, String(own?.['begun'])));
  for (const { statement } of await run(searchPathText(name))) await run(String(statement));
  return name;
}

async function dropLeftovers(run: Run): Promise<void> {
  for (const { datname } of await run(leftoversText)) {
    // Somebody else may be dropping it, or still be connected.
    await run(`drop database if exists ${quoteIdentifier(String(datname))}`).catch(() => undefined);
  }
}

function mayNotCreate(error: unknown, database: string): DatabaseError | undefined {
  if (!(error instanceof LimbeckError) || error.code !== 'PRIVILEGE_MISSING') return undefined;
  return new DatabaseError('PRIVILEGE_MISSING', {
    message: `the user may not create a scratch database on the server of ${database}`,
    where: database,
    next: 'grant it with `ALTER ROLE … CREATEDB`, or set LIMBECK_SHADOW_URL to a server where the user may',
    cause: error,
    details: error.details,
  });
}
