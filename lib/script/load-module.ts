/**
 * Importing a user's module, whatever it is written in: TypeScript or JavaScript, ESM or CommonJS.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { isEsm } from './module-type.js';

/** Imports the module at a path and returns its exports. */
export type ModuleLoader = (path: string) => Promise<Record<string, unknown>>;

/**
 * Makes a loader for the modules of one project.
 *
 * What Node can load as it is, ES modules in JavaScript, Node loads, in a tenth of the time; there `limbeck`
 * is what Node finds from the module, by its own rules. For the rest there is jiti, loaded with the first of
 * them: TypeScript, CommonJS, and ES modules that import what only jiti finds, such as TypeScript. `limbeck`
 * inside those is the very limbeck that runs them, wherever it is installed: a second copy would be slow to
 * load, and could be of another version.
 */
export function createModuleLoader(root: string): ModuleLoader {
  let jiti: Promise<Jiti> | undefined;
  const esmFolders = new Map<string, boolean>();
  return async (path) => {
    if (isPlainEsm(path, esmFolders)) {
      try {
        return await importNatively(path);
      } catch (error) {
        if (!needsJiti(error)) {
          if (!(error instanceof SyntaxError)) throw error;
          jiti ??= startJiti(root);
          if (!isBroken(path, await jiti)) throw error;
          // Node keeps the line of the mistake to itself; jiti, which cannot import the module either, tells it.
        }
      }
    }
    jiti ??= startJiti(root);
    return (await jiti).import<Record<string, unknown>>(path);
  };
}

/** What Node says of an import of TypeScript, of a file without its extension, and of a folder. */
const codesForJiti: ReadonlySet<unknown> = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  // Of a Node that strips types and meets more than types, such as an enum.
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
]);

function needsJiti(error: unknown): boolean {
  return error instanceof Error && 'code' in error && codesForJiti.has(error.code);
}

/** Tells code that is no JavaScript from an import that the other module does not export. */
function isBroken(path: string, jiti: Jiti): boolean {
  const transformed = jiti.transform({ source: readFileSync(path, 'utf8'), filename: path, ts: false });
  return transformed.startsWith('exports.__JITI_ERROR__');
}

/** @param known - whether `.js` is ESM, by folder: a folder of scripts asks a thousand times */
function isPlainEsm(path: string, known: Map<string, boolean>): boolean {
  const extension = extname(path);
  if (extension !== '.js') return extension === '.mjs';
  const folder = dirname(path);
  const answer = known.get(folder) ?? isEsm(folder);
  known.set(folder, answer);
  return answer;
}

/** Node keeps what it has imported; the time of change in the address makes an edited file a new module. */
function importNatively(path: string): Promise<Record<string, unknown>> {
  return import(`${pathToFileURL(path).href}?changed=${statSync(path).mtimeMs}`);
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

/** Where what can be made again is kept. */
export function cacheFolder(root: string): string {
  const modules = join(root, 'node_modules');
  return existsSync(modules) ? join(modules, '.cache', 'limbeck') : join(tmpdir(), 'limbeck-cache');
}
