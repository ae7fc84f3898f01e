/**
 * What people changed in the live files since the last revision that ships them.
 */
import type { AssetDirectory } from './asset-directory.js';
import type { AppliedSet, AssetHistory } from './asset-history.js';
import { hashAsset } from './asset-text.js';

export interface LiveChange {
  readonly path: string;
  readonly change: 'new' | 'changed' | 'deleted';
}

/**
 * Compares the live files with what stands at a set of revisions, in the order of the asset paths.
 *
 * @param before - what the new revision builds on: only what stands there can be deleted
 * @param everywhere - all revisions: a file as another branch left it is that branch's change, not one of
 *   the new revision
 */
export async function liveChanges(
  live: AssetDirectory,
  history: AssetHistory,
  before: AppliedSet,
  everywhere: AppliedSet,
): Promise<LiveChange[]> {
  const paths = await live.paths();
  const standingAt = (path: string) =>
    history.versionsAt(path, everywhere).filter(({ sha256 }) => sha256 !== null);
  const edited = paths.flatMap((path) => {
    const standing = standingAt(path);
    const hash = hashAsset(live.read(path).text);
    if (standing.some(({ sha256 }) => sha256 === hash)) return [];
    return [{ path, change: standing.length === 0 ? ('new' as const) : ('changed' as const) }];
  });
  const deleted = history.paths
    .filter((path) => !live.has(path) && standingAt(path).length > 0)
    .filter((path) => typeof history.versionAt(path, before)?.sha256 === 'string')
    .map((path) => ({ path, change: 'deleted' as const }));
  return [...edited, ...deleted];
}
