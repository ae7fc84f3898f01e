/**
 * Keys of images: the same for a database that was made of the same.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AssetHistory } from '../assets/asset-history.js';
import { formatManifest } from '../assets/manifest.js';
import type { Config } from '../config/config.js';
import type { RevisionId } from '../graph/revision.js';
import type { ScriptArguments } from '../ops/operations.js';
import { embeddedVersion } from '../runtime/scratch.js';
import type { Script } from '../script/script-directory.js';
import { hashScript } from '../script/script-hash.js';
import { toolVersion } from '../version.js';

/** What a database at revisions is made from. */
export interface ImageSource {
  readonly config: Config;
  readonly scripts: ReadonlyMap<RevisionId, Script>;
  readonly scriptArguments: ScriptArguments;
}

/**
 * Returns the key of the database after each of the revisions, in that order: one that was made after some of them is
 * a beginning for more. Modules that scripts import from elsewhere are not looked at.
 */
export function imageKeys(
  source: ImageSource,
  history: AssetHistory,
  revisions: readonly RevisionId[],
): string[] {
  let key = hashOf(surroundings(source));
  return revisions.map((id) => {
    const script = source.scripts.get(id);
    const text = script === undefined ? '' : hashScript(readFileSync(script.path));
    const entries = history.manifestOf(id)?.entries ?? [];
    key = hashOf([key, id, script?.file, text, formatManifest(entries)]);
    return key;
  });
}

function surroundings({ config, scriptArguments }: ImageSource): unknown[] {
  const { root, knexfile, environment, settings, knex } = config;
  const { connection: _connection, pool: _pool, ...rest } = knex;
  const path = join(root, knexfile);
  const knexfileHash = existsSync(path) ? hashScript(readFileSync(path)) : '';
  const { schema, versionTable, kinds, transaction } = settings;
  const tools = [toolVersion(), embeddedVersion()];
  return [
    tools,
    environment,
    knexfileHash,
    rest,
    { schema, versionTable, kinds, transaction },
    scriptArguments,
  ];
}

/** Functions count by their text: those of Knex's configuration change what it makes. */
function hashOf(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_key, value: unknown) =>
    typeof value === 'function' ? String(value) : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
