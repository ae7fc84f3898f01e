/**
 * Importing a script and checking that it can be run.
 */
import { readFileSync } from 'node:fs';
import { decodeAsset } from '../assets/asset-text.js';
import { LimbeckError, ScriptError, thrownText } from '../errors.js';
import { placeInStack } from '../ops/caller-place.js';
import { formatPlace } from '../sql/place.js';
import type { ModuleLoader } from './load-module.js';
import type { Script } from './script-directory.js';
import { hashScript } from './script-hash.js';
import { type MigrationFunction, sqlScript } from './sql-script.js';

export type Direction = 'upgrade' | 'downgrade';

/** A script that was imported. */
export interface ScriptModule {
  readonly upgrade: MigrationFunction;
  readonly downgrade: MigrationFunction;
  /** As `hashScript` makes it; null for a module that was handed in. */
  readonly sha256: string | null;
}

/**
 * Imports a script.
 *
 * @throws ScriptError `SCRIPT_NOT_LOADED` when the file cannot be imported, `SCRIPT_INCOMPLETE` when a
 *   direction is missing
 * @throws AssetError `ASSET_UNREADABLE` when plain SQL is not UTF-8
 */
export async function loadScript(script: Script, load: ModuleLoader): Promise<ScriptModule> {
  const { source } = script;
  if (typeof source === 'object') return { ...functionsOf(source, script), sha256: null };
  const bytes = source === undefined ? readFileSync(script.path) : Buffer.from(source);
  const sha256 = hashScript(bytes);
  if (script.format === 'sql') return { ...sqlScript(decodeAsset(bytes, script.file), script.file), sha256 };
  return { ...functionsOf(await importScript(script, load), script), sha256 };
}

function functionsOf(exported: Readonly<Record<string, unknown>>, script: Script) {
  return {
    upgrade: functionOf(exported, 'upgrade', script),
    downgrade: functionOf(exported, 'downgrade', script),
  };
}

async function importScript(script: Script, load: ModuleLoader): Promise<Record<string, unknown>> {
  try {
    return await load(script.path);
  } catch (error) {
    if (error instanceof LimbeckError) throw error;
    throw new ScriptError('SCRIPT_NOT_LOADED', {
      message: `the script cannot be imported: ${thrownText(error).split('\n')[0] ?? ''}`,
      where: scriptPlace(error, script),
      next: 'mend the script',
      cause: error,
    });
  }
}

function functionOf(
  exported: Readonly<Record<string, unknown>>,
  direction: Direction,
  script: Script,
): MigrationFunction {
  const own =
    exported[direction] ?? (exported['default'] as Record<string, unknown> | undefined)?.[direction];
  if (typeof own === 'function') return own as MigrationFunction;
  throw new ScriptError('SCRIPT_INCOMPLETE', {
    message: `the script exports no function "${direction}"`,
    where: script.file,
    next: `add \`export async function ${direction}(op) { … }\`; leave its body empty if there is nothing to do`,
  });
}

/** Whether a script speaks of loading SQL files: most do not, and need not be imported to see it. */
export function mayLoadFiles({ adoptedFrom, format, path, source }: Script): boolean {
  if (adoptedFrom !== undefined || format === 'sql') return false;
  if (typeof source === 'object') return true;
  return /\b(?:load|drop)[A-Z]/.test(source ?? readFileSync(path, 'utf8'));
}

/** The line of the script that an error came from, as `file:line:column`; the file where it is not known. */
export function scriptPlace(error: unknown, { path, file }: Script): string {
  const stack = error instanceof Error ? `${error.stack ?? ''}` : '';
  const place = placeInStack(stack, path);
  return place === undefined ? file : formatPlace({ file, ...place });
}
