/**
 * What people changed in the live files since the last revision that ships them.
 */
import type { AssetDirectory } from './asset-directory.js';
import { type AppliedSet, type AssetHistory, type AssetVersion, isStanding } from './asset-history.js';
import { hashAsset } from './asset-text.js';

export interface LiveChange {
  readonly path: string;
  readonly change: 'new' | 'changed' | 'deleted' | 'renamed';
  /** The path that a renamed file had. */
  readonly was?: string;
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
  const standingAt = (path: string) => history.versionsAt(path, everywhere).filter(isStanding);
  const edited = paths.flatMap((path) => {
    const standing = standingAt(path);
    const sha256 = hashAsset(live.read(path).text);
    if (standing.some((version) => version.sha256 === sha256)) return [];
    return [{ path, sha256, change: standing.length === 0 ? ('new' as const) : ('changed' as const) }];
  });
  const deleted = history.paths
    .filter((path) => !live.has(path) && standingAt(path).length > 0)
    .map((path) => ({ path, standing: history.versionsAt(path, before).filter(isStanding) }))
    .filter(({ standing }) => standing.length > 0);
  return withRenames(edited, deleted);
}

/** A new file with the text of one that has gone is that file, under another name. */
function withRenames(
  edited: readonly (LiveChange & { readonly sha256: string })[],
  deleted: readonly { readonly path: string; readonly standing: readonly AssetVersion[] }[],
): LiveChange[] {
  const left = new Map(
    deleted.map(({ path, standing }) => [path, new Set(standing.map(({ sha256 }) => sha256))]),
  );
  const changes = edited.map(({ path, change, sha256 }): LiveChange => {
    const [was] = [...left].find(([, texts]) => texts.size === 1 && texts.has(sha256)) ?? [];
    if (change !== 'new' || was === undefined) return { path, change };
    left.delete(was);
    return { path, change: 'renamed', was };
  });
  return [...changes, ...[...left.keys()].map((path) => ({ path, change: 'deleted' as const }))];
}
