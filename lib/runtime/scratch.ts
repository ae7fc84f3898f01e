/**
 * Scratch databases in memory: PGlite, empty or from an image of one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import type { Knex } from 'knex';
import { closeInTime, endingConfig } from './pglite-connection.js';

/** A database in memory that outlives its connections. */
export interface ScratchDatabase {
  /** The `connection` of a Knex configuration: gives the next connection when the one before has ended. */
  readonly connection: () => Promise<Knex.ConnectionConfig>;
  /** Returns its data directory as a tar, from which others can start. Some 15 MB. */
  dump(): Promise<Blob>;
  close(): Promise<void>;
}

/** Starts a scratch database: from an image in a quarter of a second, else empty, which takes seconds. */
export async function startScratch(image?: Blob): Promise<ScratchDatabase> {
  const { PGlite } = await import('@electric-sql/pglite');
  const pglite = image === undefined ? await startSlim() : await PGlite.create({ loadDataDir: image });
  const connection = () => endingConfig(pglite, async () => {});
  memoryConnections.add(connection);
  return {
    connection,
    async dump() {
      // Else whoever starts from it recovers, and sequences jump, as after a crash.
      await pglite.exec('checkpoint');
      return (await pglite.dumpDataDir('none')) as Blob;
    },
    close: () => closeInTime(pglite),
  };
}

/** Without template databases and with small pieces of log, an image has 15 MB in place of 40. */
async function startSlim(): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  const pglite = await PGlite.create({ initDbStartParams: ['--wal-segsize=1'] });
  for (const template of ['template1', 'template0']) {
    await pglite.exec(`update pg_database set datistemplate = false where datname = '${template}'`);
    await pglite.exec(`drop database ${template}`);
  }
  return pglite;
}

const memoryConnections = new WeakSet<object>();

/** Tells whether a configuration connects to a scratch database in memory. */
export function isInMemory({ connection }: Knex.Config): boolean {
  return typeof connection === 'function' && memoryConnections.has(connection);
}

/** Returns the version of PGlite: an image is for one version alone. */
export function embeddedVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.resolve('@electric-sql/pglite')));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
