/**
 * Shadows: scratch databases to compute on, embedded or on a server.
 */
import type { Config } from '../config/config.js';
import { DatabaseError } from '../errors.js';
import type { Logger } from '../logger.js';
import { embeddedDirectoryOf } from '../runtime/embedded.js';
import type { ScratchDatabase } from '../runtime/scratch.js';
import { startServerShadow } from './server-shadow.js';

/** Where a shadow is made: in memory, or on a server. */
export type ShadowChoice = 'embedded' | 'server';

/** A scratch database, and the configuration that opens it. */
export interface Shadow {
  readonly kind: ShadowChoice;
  readonly config: Config;
  /** Removes it. */
  close(): Promise<void>;
}

/** Makes the configuration that opens a scratch database in memory. */
export function embeddedShadow(config: Config, scratch: ScratchDatabase): Shadow {
  // What the knexfile says of connecting is about its server.
  const { connection: _connection, pool: _pool, acquireConnectionTimeout: _timeout, ...knex } = config.knex;
  const { connection, close } = scratch;
  return {
    kind: 'embedded',
    config: { ...config, knex: { ...knex, client: knex.client ?? 'pg', connection } },
    close,
  };
}

/**
 * Makes a shadow on the server of `shadowUrl`, else on that of the environment.
 *
 * @throws DatabaseError `SHADOW_UNAVAILABLE` when there is no server; `PRIVILEGE_MISSING` when the user may not create
 *   databases; and as for any command
 */
export async function serverShadow(config: Config, logger: Logger): Promise<Shadow> {
  const place = serverPlaceOf(config);
  if (place === undefined) throw noServer(config);
  const { config: opening, close } = await startServerShadow(place, logger);
  return { kind: 'server', config: opening, close };
}

/** The configuration that opens a database of the server on which shadows may be made; undefined where there is none. */
export function serverPlaceOf(config: Config): Config | undefined {
  const { shadowUrl } = config.settings;
  if (shadowUrl !== undefined) {
    const { pool: _pool, acquireConnectionTimeout: _timeout, ...knex } = config.knex;
    return { ...config, knex: { ...knex, client: knex.client ?? 'pg', connection: shadowUrl } };
  }
  const { connection } = config.knex;
  const isServer =
    connection !== undefined && connection !== '' && embeddedDirectoryOf(config.knex) === undefined;
  return isServer ? config : undefined;
}

/** Makes the error for a shadow that is to be on a server where there is none. */
function noServer({ environment, knexfile }: Config): DatabaseError {
  return new DatabaseError('SHADOW_UNAVAILABLE', {
    message: `there is no server to make a shadow on: environment "${environment}" has none, and the setting "shadowUrl" is not set`,
    where: knexfile,
    next: 'set LIMBECK_SHADOW_URL, or `shadowUrl` in the knexfile, to a server on which the user may create databases',
  });
}
