/**
 * Freezing: from live files to the versions that travel with a revision.
 */
import { identityOf } from '../sql/parse.js';
import { type AssetVersion, isStanding } from './asset-history.js';
import { hashAsset } from './asset-text.js';
import {
  type AssetCalls,
  type FreezeContext,
  type FileToFreeze,
  readFileToFreeze,
} from './file-to-freeze.js';
import { assertLoadsTwice, assertReplaceable, assertStillHeld, ownersOf } from './freeze-guards.js';
import { assertRenamesUsed } from './freeze-types.js';
import { frozenDrops, frozenLoad } from './frozen-entries.js';
import { loadOrder } from './load-order.js';
import type { FrozenFile } from './manifest.js';
import type { Owners } from './owners.js';
import { findMoved, findRenames } from './renames.js';

export type { AssetCalls, FreezeContext } from './file-to-freeze.js';

/**
 * Makes the frozen files of a revision, in load order; drops come last, in the opposite order.
 *
 * @throws AssetError `ASSET_NOT_FOUND`, `ASSET_UNREADABLE`, `ASSET_CONFLICT`, `ASSET_SYNTAX`, `ASSET_MISPLACED`, `ASSET_NAME`,
 *   `ASSET_DUPLICATE_OBJECT`, `ASSET_IN_USE`, `ASSET_TYPE_CHANGED`, `ASSET_NOT_REPLACEABLE`
 * @throws MigrationError `TRANSACTION_CONTROL`, `SQL_UNTERMINATED` for a file that cannot be sent
 */
export async function freezeFiles(calls: AssetCalls, context: FreezeContext): Promise<FrozenFile[]> {
  const given: FileToFreeze[] = [];
  for (const path of new Set([...calls.loads, ...uncoveredBy(calls, context)]))
    given.push(await readFileToFreeze(path, calls, context));
  assertRenamesUsed(
    calls.types?.values() ?? [],
    given.flatMap(({ types: { used } }) => used),
  );
  const renames = renamesAmong(given, calls.drops, context);
  const files = given.map((file) => ({ ...file, renamed: renames.get(file.path) ?? [] }));
  const gone = new Set(files.flatMap(({ renamed }) => renamed.map(({ path }) => path)));
  const drops = [...new Set(calls.drops)].filter((path) => !gone.has(path));
  const owners = ownersOf(files, [...drops, ...gone], context);
  const edited = files.filter(({ text, renamed }) =>
    renamed.some(({ sha256 }) => sha256 !== hashAsset(text)),
  );
  const moved = [
    ...droppedObjects(drops, context),
    ...edited.flatMap(({ renamed }) => renamed.flatMap(({ entry }) => entry.objects)),
  ];
  assertStillHeld(files, [...drops, ...gone], moved, context);
  files.forEach((file) => assertReplaceable(file, moved, context));
  return [...frozenLoads(files, owners, context), ...frozenDrops(drops, context)];
}

/** Makes the entries of the files that are loaded, in load order. */
function frozenLoads(files: readonly FileToFreeze[], owners: Owners, context: FreezeContext): FrozenFile[] {
  const requires = new Map(
    files.map(({ path, parsed }) => [path, owners.requiredBy(path, parsed.mentions)] as const),
  );
  const { paths, cyclic } = loadOrder(
    [...requires].map(([path, required]) => ({ path, requires: required })),
  );
  for (const file of files) if (cyclic.has(file.path)) assertLoadsTwice(file, context);
  const byPath = new Map(files.map((file) => [file.path, file]));
  return paths.flatMap((path) => {
    const file = byPath.get(path);
    return file === undefined ? [] : [frozenLoad(file, requires.get(path) ?? [], cyclic.has(path))];
  });
}

/**
 * Files that another branch gave the objects of a dropped file: what the dropped one has left in the database
 * is to be overwritten by them.
 */
function uncoveredBy({ loads, drops }: AssetCalls, { live, history, before }: FreezeContext): string[] {
  const dropped = new Set(drops);
  const keys = new Set(
    drops
      .flatMap((path) => history.versionsAt(path, before).filter(isStanding))
      .flatMap((version) => history.keysOf(version)),
  );
  if (keys.size === 0) return [];
  return history
    .standingAt(before)
    .filter((version) => !dropped.has(version.path) && history.keysOf(version).some((key) => keys.has(key)))
    .map(({ path }) => path)
    .filter((path) => !loads.includes(path) && live.has(path));
}

/** Finds the files that were renamed, with the versions of the path that each had. */
function renamesAmong(
  files: readonly FileToFreeze[],
  drops: readonly string[],
  { live, history, before }: FreezeContext,
): Map<string, readonly AssetVersion[]> {
  const taken = new Set(files.map(({ path }) => path));
  const isGone = (path: string) => !taken.has(path) && !live.has(path);
  const added = files
    .filter(({ previous }) => !previous.some(isStanding))
    .map(({ path, text, parsed }) => ({
      path,
      sha256: hashAsset(text),
      objects: parsed.objects.map(identityOf),
    }));
  const renames = findRenames(added, history, before, isGone);
  for (const [version] of renames.values()) if (version) taken.add(version.path);
  for (const path of drops) taken.add(path);
  const others = added.filter(({ path }) => !renames.has(path));
  return new Map([...renames, ...findMoved(others, history, before, isGone)]);
}

function droppedObjects(drops: readonly string[], { history, before }: FreezeContext): string[] {
  return drops.flatMap((path) =>
    history
      .versionsAt(path, before)
      .filter(isStanding)
      .flatMap(({ entry }) => entry.objects),
  );
}
