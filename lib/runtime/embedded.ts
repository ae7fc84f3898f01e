/**
 * The embedded database: PostgreSQL as PGlite, in a directory of the project, through the stock pg driver.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Knex } from 'knex';
import { type DirectoryWait, lockDirectory } from './directory-lock.js';
import { closeInTime, endingConfig } from './pglite-connection.js';

export interface EmbeddedOptions {
  /** Longest wait for another process that has the directory open, in milliseconds. Default 60 s. */
  readonly lockTimeout?: number;
}

const embeddedKey = Symbol.for('limbeck.embedded');

/** What a configuration made by `embedded` remembers. */
export interface EmbeddedDirectory {
  readonly directory: string;
  readonly options: EmbeddedOptions;
}

/**
 * Makes a Knex configuration that runs PGlite in `directory`, created on first use.
 *
 * One process at a time may open it, and it has one session, hence a pool of one. It survives a killed
 * process, but not a loss of power: it is for development and tests.
 *
 * @param directory - default `.limbeck/db`; relative to the project for limbeck's own commands, else to
 *   the current folder
 * @example
 * export default { development: embedded(), production: { client: 'pg', connection: process.env.DATABASE_URL } };
 */
export function embedded(directory = '.limbeck/db', options: EmbeddedOptions = {}): Knex.Config {
  const connection = embeddedConnection({ directory: resolve(directory), options });
  return { client: 'pg', connection: marked(connection, { directory, options }), pool: { min: 0, max: 1 } };
}

/** Returns the directory of a configuration that `embedded` has made. */
export function embeddedDirectoryOf({ connection }: Knex.Config): EmbeddedDirectory | undefined {
  return (connection as { [embeddedKey]?: EmbeddedDirectory } | undefined)?.[embeddedKey];
}

/**
 * Makes the `connection` function of a Knex configuration: it opens the directory when Knex connects, and
 * closes it when that connection ends.
 *
 * @param waits - told who has the directory open, when that takes long
 */
export function embeddedConnection(
  { directory, options }: EmbeddedDirectory,
  waits?: DirectoryWait,
): Knex.ConnectionConfigProvider {
  const connect = async () => {
    const release = await lockDirectory(directory, options.lockTimeout ?? 60_000, waits);
    try {
      return await closingConfig(await openDirectory(directory), release);
    } catch (error) {
      release();
      throw fullDisk(directory) ?? error;
    }
  };
  return marked(connect, { directory, options });
}

/** Notes the directory on the function, for naming the database without opening it. */
function marked(
  connection: Knex.ConnectionConfigProvider,
  directory: EmbeddedDirectory,
): Knex.ConnectionConfigProvider {
  return Object.defineProperty(connection, embeddedKey, { value: directory, configurable: true });
}

/** A directory is made beside its place and renamed, so that a half-made one is never taken for a database. */
async function openDirectory(directory: string): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  if (!existsSync(directory)) {
    const unfinished = `${directory}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(dirname(directory), { recursive: true });
    const made = await PGlite.create({ dataDir: unfinished });
    await made.close();
    renameSync(unfinished, directory);
  }
  return PGlite.create({ dataDir: directory });
}

/** PostgreSQL writes its log in pieces of this size, and may have to make one to open a directory. */
const logPiece = 16 * 1024 * 1024;

/** PGlite does not say why it cannot open a directory. */
function fullDisk(directory: string): Error | undefined {
  const { bavail, bsize } = statfsSync(dirname(directory));
  if (bavail * bsize >= logPiece) return undefined;
  return Object.assign(new Error('there is not enough space on the disk'), { code: 'ENOSPC' });
}

/**
 * PGlite belongs to its caller; here that is the one connection that Knex opens. Its end is announced
 * only when the directory is closed, so that whoever waits for it may open the directory again.
 */
function closingConfig(pglite: PGlite, release: () => void): Promise<Knex.ConnectionConfig> {
  return endingConfig(pglite, () => closeInTime(pglite).then(release));
}
