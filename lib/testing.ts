/**
 * `limbeck/testing`: a migrated database for a suite of tests, whatever runs them.
 */
import type { Knex } from 'knex';
import type { ProjectOptions } from './project.js';
import { embeddedPlace } from './testing/embedded-place.js';
import { readTemplateSource } from './testing/template-source.js';
import { serverPlace } from './testing/server-place.js';
import type { TestPlace } from './testing/test-place.js';

export interface MigratedDatabaseOptions extends Omit<ProjectOptions, 'knex' | 'signal' | 'onProgress'> {
  /** Where to migrate: an identifier as `upgrade` takes it. Default `heads`. */
  readonly target?: string;
  /**
   * A server to make the database on: a URL, or settings of pg; the user must be allowed to create databases.
   * Default: none; the database is embedded, in memory.
   */
  readonly connection?: string | Knex.PgConnectionConfig | undefined;
  /** Joins the configuration of the project's environment, whose own `connection` is never used. */
  readonly knex?: Omit<Knex.Config, 'connection'>;
  /**
   * Whether a migrated copy of an earlier run will do that was made of the same files. Default true. Files
   * that scripts import from outside of their directories are not looked at.
   */
  readonly reuse?: boolean;
}

/** A database at the target, for tests alone. */
export interface MigratedDatabase {
  /** Connected to it; stays the same when it is reset. */
  readonly knex: Knex;
  /** Fit for `DATABASE_URL`, password included; undefined where the database is embedded. */
  readonly url: string | undefined;
  /** Makes it as it was after the migration: rows, sequences, schema. Nothing may be using it. */
  reset(): Promise<void>;
  /** Ends the connections, and removes the database; once more does nothing. */
  close(): Promise<void>;
}

/**
 * Makes a migrated database: a copy of one that was migrated once, kept for as long as the scripts stay the
 * same. Each call gives a database of its own.
 *
 * @throws what `openProject` and `upgrade` throw
 * @example
 * const database = await migratedDatabase({ folder: import.meta.dirname });
 * await database.knex('products').insert({ name: 'lamp' });
 * await database.reset();
 * await database.close();
 */
export async function migratedDatabase(options: MigratedDatabaseOptions): Promise<MigratedDatabase> {
  const { connection, ...opening } = options;
  const source = await readTemplateSource(opening);
  const place =
    connection === undefined ? await embeddedPlace(source) : await serverPlace(source, connection);
  const knex = source.knex({ ...source.config, ...place.config });
  let closing: Promise<void> | undefined;
  return {
    knex,
    url: place.url,
    reset: () => reset(knex, place),
    close: () => (closing ??= close(knex, place)),
  };
}

/** Knex is asked to connect anew: what the tests hold stays the same instance. */
async function reset(knex: Knex, place: TestPlace): Promise<void> {
  await knex.destroy();
  await place.renew();
  knex.initialize();
}

async function close(knex: Knex, place: TestPlace): Promise<void> {
  await knex.destroy();
  await place.remove();
}
