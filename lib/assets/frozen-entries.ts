/**
 * Manifest entries: of files that a revision loads, and of those that it drops.
 */
import { AssetError } from '../errors.js';
import { identityOf } from '../sql/parse.js';
import type { AssetVersion } from './asset-history.js';
import { hashAsset } from './asset-text.js';
import type { FreezeContext, FileToFreeze } from './file-to-freeze.js';
import { loadOrder } from './load-order.js';
import type { AssetAction, FrozenFile, ManifestEntry } from './manifest.js';

/** Makes the entry of a file that is loaded. */
export function frozenLoad(
  { path, text, parsed, previous, renamed, types }: FileToFreeze,
  requires: string[],
  cyclic: boolean,
): FrozenFile {
  const sha256 = hashAsset(text);
  const entry: ManifestEntry = {
    path,
    action: renamed.length > 0 ? 'rename' : actionOf(sha256, previous),
    sha256,
    from: [
      ...previous.map((version) => ({ revision: version.revision, sha256: version.sha256 })),
      ...renamed.map((version) => ({
        revision: version.revision,
        sha256: version.sha256,
        path: version.path,
      })),
    ],
    objects: parsed.objects.map(identityOf),
    requires,
    ...(cyclic ? { cyclic } : {}),
    ...types.entry,
  };
  return { entry, text };
}

function actionOf(sha256: string, previous: readonly AssetVersion[]): AssetAction {
  const standing = previous.filter((version) => version.sha256 !== null);
  if (standing.length === 0) return 'add';
  return standing.every((version) => version.sha256 === sha256) ? 'reload' : 'replace';
}

/**
 * Makes the entries of files that are dropped, in the opposite of the load order.
 *
 * @throws AssetError `ASSET_NOT_FOUND` when nothing stands of one
 */
export function frozenDrops(
  drops: readonly string[],
  { live, history, before }: FreezeContext,
): FrozenFile[] {
  const standing = [...new Set(drops)].map((path) => {
    const versions = history.versionsAt(path, before).filter(({ sha256 }) => sha256 !== null);
    if (versions.length === 0) throw notStanding(live.fileOf(path));
    return { path, versions };
  });
  const order = loadOrder(
    standing.map(({ path, versions }) => ({ path, requires: versions[0]?.entry.requires ?? [] })),
  );
  return order.paths.toReversed().flatMap((path) => {
    const versions = standing.find((dropped) => dropped.path === path)?.versions ?? [];
    const from = versions.map(({ revision, sha256 }) => ({ revision, sha256 }));
    const objects = [...new Set(versions.flatMap(({ entry }) => entry.objects))];
    return [{ entry: { path, action: 'drop', sha256: null, from, objects, requires: [] }, text: undefined }];
  });
}

function notStanding(file: string): AssetError {
  return new AssetError('ASSET_NOT_FOUND', {
    message: `"${file}" cannot be dropped: no revision below this one has loaded it`,
    where: file,
    next: 'correct the name, or drop the object with `op.execute`',
  });
}
