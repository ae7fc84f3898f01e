/**
 * What a call of a script leaves behind: objects that go, files that only move, and files that come back.
 */
import { type AssetVersion, isStanding } from '../assets/asset-history.js';
import { type Change, installedOf, standingOf } from './asset-change.js';
import { type LoadContext, objectsOf, type StepContext } from './load-context.js';
import { expectedOf, inLoadOrder } from './load-sequence.js';
import type { GoneObject } from './replace-assets.js';

/** Returns the objects that go with some changes, in the order in which they are dropped. */
export function goneWith(changes: readonly Change[], context: StepContext): GoneObject[] {
  const order = inLoadOrder(changes, standingOf, context.history).toReversed();
  return onceEach(order.flatMap((change) => goneObjects(change, context)));
}

/**
 * What stands and is not defined any more, the last object of a file first. What another file defines once the
 * step is done is left alone: it has only moved there.
 */
function goneObjects(change: Change, context: StepContext): GoneObject[] {
  const { path, to } = change;
  const { history } = context;
  const kept = new Set(to && history.keysOf(to));
  const standing = objectsOf(installedOf(change, context.installed)).map((object) => ({
    object,
    path,
    key: history.keyOf(object, path),
  }));
  const gone = onceEach(standing).filter(({ key }) => !kept.has(key));
  if (gone.length === 0) return [];
  const isElsewhere = (key: string) => context.definersAfter(key).some((other) => other !== path);
  const expected = expectedOf(path, context);
  return gone
    .filter(({ key }) => !isElsewhere(key) && !context.dropped.has(key))
    .map((each) => ({ ...each, expected }))
    .toReversed();
}

/** Two files may have defined an object, where branches gave a file different names. */
function onceEach<T extends Pick<GoneObject, 'key'>>(gone: readonly T[]): T[] {
  return [...new Map(gone.map((each) => [each.key, each])).values()];
}

/** Renamed files whose text is installed under the other name: nothing is to be loaded. */
export function movedFiles(changes: readonly Change[], { installed }: LoadContext): Set<string> {
  const isMoved = ({ to, otherNames }: Change) =>
    to !== undefined && otherNames.some((name) => installed.get(name)?.sha256 === to.sha256);
  return new Set(changes.filter(isMoved).map(({ path }) => path));
}

/**
 * Files beside those of a call that must be loaded after them, since branches that no merge joins any more
 * define the same object in files of different names: where one goes, the other one comes back, and where
 * both stand, the later one wins.
 */
export function uncovered(
  changes: readonly Change[],
  { history, revision, before, standingAfter }: StepContext,
): Change[] {
  const called = new Set(changes.map(({ path }) => path));
  const own = new Set(history.manifestOf(revision)?.entries.map(({ path }) => path));
  const gone = new Set(
    changes
      .filter(({ to }) => to === undefined)
      .flatMap(({ from }) => from.filter(isStanding).flatMap((version) => history.keysOf(version))),
  );
  const loaded = new Map(
    changes.flatMap(({ to }) =>
      to === undefined ? [] : history.keysOf(to).map((key) => [key, to] as const),
    ),
  );
  const comesBack = (version: AssetVersion, key: string) => {
    const other = loaded.get(key);
    if (other !== undefined) return history.compare(version, other) > 0;
    return gone.has(key) && !own.has(version.path);
  };
  return standingAfter()
    .filter(
      (version) =>
        !called.has(version.path) && history.keysOf(version).some((key) => comesBack(version, key)),
    )
    .map((to) => ({ path: to.path, from: history.versionsAt(to.path, before), to, otherNames: [] }));
}
