/**
 * A database for tests in memory: started from a dump of one that was migrated.
 *
 * The dump is kept beside the project's other caches, so that the processes of a test runner, one for each
 * file of tests with some, migrate once altogether.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ScratchDatabase, startScratch } from '../runtime/embedded.js';
import { cacheFolder } from '../script/load-module.js';
import type { TemplateSource } from './template-source.js';
import type { TestPlace } from './test-place.js';

export async function embeddedPlace(source: TemplateSource): Promise<TestPlace> {
  const dump = await dumpOf(source);
  let scratch = await startScratch(dump);
  return {
    // Knex asks for the connection each time that the one before has ended.
    config: { connection: () => scratch.connect(), pool: onePool, acquireConnectionTimeout: 10_000 },
    url: undefined,
    async renew() {
      await scratch.close();
      scratch = await startScratch(dump);
    },
    remove: () => scratch.close(),
  };
}

/** PGlite has one session. */
const onePool = { min: 0, max: 1 };

async function dumpOf(source: TemplateSource): Promise<Blob> {
  if (!source.isReusable) return migratedDump(source);
  const { optionsHash, contentHash } = source;
  const folder = cacheFolder(source.project.root);
  const prefix = `template-${optionsHash}-`;
  const name = `${prefix}${contentHash}.tar`;
  if (existsSync(join(folder, name))) return new Blob([new Uint8Array(readFileSync(join(folder, name)))]);
  const dump = await migratedDump(source);
  keep(folder, name, new Uint8Array(await dump.arrayBuffer()));
  for (const old of readdirSync(folder).filter((file) => file.startsWith(prefix) && file !== name))
    rmSync(join(folder, old), { force: true });
  return dump;
}

async function migratedDump(source: TemplateSource): Promise<Blob> {
  const scratch: ScratchDatabase = await startScratch();
  try {
    await source.migrate({ connection: () => scratch.connect(), pool: onePool });
    return await scratch.dump();
  } finally {
    await scratch.close();
  }
}

/** Written beside its place and renamed: another process never reads half of it. */
function keep(folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  const unfinished = mkdtempSync(join(folder, 'unfinished-'));
  writeFileSync(join(unfinished, name), bytes, { mode: 0o600 });
  renameSync(join(unfinished, name), join(folder, name));
  rmSync(unfinished, { recursive: true, force: true });
}
