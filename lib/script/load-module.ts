/**
 * Importing a user's module, whatever it is written in: TypeScript or JavaScript, ESM or CommonJS.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Jiti } from 'jiti';

/** Imports the module at a path and returns its exports. */
export type ModuleLoader = (path: string) => Promise<Record<string, unknown>>;

/**
 * Makes a loader for the modules of one project; jiti is loaded with the first of them.
 *
 * `limbeck` inside such a module is the very limbeck that runs it, wherever it is installed: a second
 * copy would be slow to load, and could be of another version.
 */
export function createModuleLoader(root: string): ModuleLoader {
  let jiti: Promise<Jiti> | undefined;
  return async (path) => {
    jiti ??= startJiti(root);
    return (await jiti).import<Record<string, unknown>>(path);
  };
}

async function startJiti(root: string): Promise<Jiti> {
  const { createJiti } = await import('jiti');
  // By its address, for nothing here depends on it: it is what the user's modules import.
  const limbeck: unknown = await import(new URL('../index.js', import.meta.url).href);
  return createJiti(join(root, 'knexfile.ts'), {
    fsCache: cacheFolder(root),
    moduleCache: false,
    interopDefault: false,
    virtualModules: { limbeck },
  });
}

function cacheFolder(root: string): string {
  const modules = join(root, 'node_modules');
  return existsSync(modules) ? join(modules, '.cache', 'limbeck') : join(tmpdir(), 'limbeck-cache');
}
