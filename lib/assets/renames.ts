/**
 * Files that were only renamed: the same text and the same objects at another path.
 */
import type { AppliedSet, AssetHistory, AssetVersion } from './asset-history.js';
import { isStanding } from './asset-history.js';

/** A file at a path at which nothing stands yet. */
export interface NewFile {
  readonly path: string;
  readonly sha256: string;
  readonly objects: readonly string[];
}

/**
 * Finds the former path of each file that was renamed, as the versions that stand there.
 *
 * The folder can make other objects of the same text, where it is their schema: that is no rename.
 *
 * @param isGone - whether the file at a path is there no more
 */
export function findRenames(
  files: readonly NewFile[],
  history: AssetHistory,
  before: AppliedSet,
  isGone: (path: string) => boolean,
): Map<string, readonly AssetVersion[]> {
  if (files.length === 0) return new Map();
  const left = goneVersions(history, before, isGone);
  return new Map(
    files.flatMap(({ path, sha256, objects }) => {
      const candidates = left.get(sha256) ?? [];
      const place = candidates.findIndex(([version]) => version && isSame(objects, version.entry.objects));
      return candidates.splice(place, place === -1 ? 0 : 1).map((versions) => [path, versions] as const);
    }),
  );
}

/**
 * Finds the former path of each file that has taken over an object of a file which is there no more, and which nobody
 * drops: as where a file was renamed with the revision, and edited since.
 */
export function findMoved(
  files: readonly NewFile[],
  history: AssetHistory,
  before: AppliedSet,
  isGone: (path: string) => boolean,
): Map<string, readonly AssetVersion[]> {
  if (files.length === 0) return new Map();
  const byKey = new Map<string, readonly AssetVersion[]>();
  for (const path of history.paths.filter(isGone)) {
    const versions = history.versionsAt(path, before).filter(isStanding);
    for (const version of versions) for (const key of history.keysOf(version)) byKey.set(key, versions);
  }
  const claimed = new Set<readonly AssetVersion[]>();
  return new Map(
    files.flatMap(({ path, objects }) => {
      const versions = objects
        .map((object) => byKey.get(history.keyOf(object, path)))
        .find((found) => found && !claimed.has(found));
      if (versions === undefined) return [];
      claimed.add(versions);
      return [[path, versions] as const];
    }),
  );
}

/** What stands where no file is any more, by its text; not what branches left in several texts. */
function goneVersions(
  history: AssetHistory,
  before: AppliedSet,
  isGone: (path: string) => boolean,
): Map<string, (readonly AssetVersion[])[]> {
  const left = new Map<string, (readonly AssetVersion[])[]>();
  for (const path of history.paths.filter(isGone)) {
    const versions = history.versionsAt(path, before);
    const [version, ...others] = versions;
    if (version === undefined || !isStanding(version)) continue;
    const { sha256 } = version;
    if (others.some((other) => other.sha256 !== sha256)) continue;
    const same = left.get(sha256);
    if (same) same.push(versions);
    else left.set(sha256, [versions]);
  }
  return left;
}

function isSame(objects: readonly string[], others: readonly string[]): boolean {
  const all = new Set(objects);
  return all.size === new Set(others).size && others.every((object) => all.has(object));
}
