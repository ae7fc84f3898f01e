/**
 * Loading SQL files in the version that belongs to a revision, in both directions.
 *
 * Only frozen versions are read here, never live files: whatever happens to a file later, this revision
 * loads what it always loaded.
 */
import type { AssetVersion } from '../assets/asset-history.js';
import { AssetError } from '../errors.js';
import {
  assertUnchanged,
  type Change,
  changeOf,
  installedOf,
  isDone,
  renamedTogether,
} from './asset-change.js';
import type { AssetLoader } from './asset-loader.js';
import { goneWith, movedFiles, uncovered } from './gone-objects.js';
import { createStepContext, type LoadContext, objectsOf, type StepContext } from './load-context.js';
import { loadsOf, needsLoading } from './load-sequence.js';
import { type WatchContext, watchLosses } from './load-warnings.js';
import { type GoneObject, type Load, replacementStatements } from './replace-assets.js';

/** The loader of a step, which knows at its end whether the script has loaded all that it ships. */
export interface RunLoader extends AssetLoader {
  /** @throws AssetError `ASSET_NOT_LOADED` */
  assertComplete(): void;
}

/** Makes the loader of one step. */
export function createAssetLoader(given: LoadContext): RunLoader {
  const { revision, history } = given;
  const context = createStepContext(given);
  const own = history.manifestOf(revision)?.entries ?? [];
  const names = renamedTogether(own);
  const namesOf = (path: string) => names.get(path) ?? [path];
  const touched = new Set<string>();
  // A version pinned with `{ at }` was frozen with the revision, and needs no care here.
  const run = (paths: readonly string[]) => {
    if (paths.length === 0) throw nothingNamed(context);
    const all = [...new Set(paths.flatMap(namesOf))];
    const changes = all.map((path) => ({
      ...changeOf(path, context),
      otherNames: namesOf(path).filter((name) => name !== path),
    }));
    const left = own.filter(({ path }) => !touched.has(path) && !all.includes(path));
    apply(
      changes.filter((change) => !touched.has(change.path) || !isDone(change, context)),
      left.map(({ path }) => path),
      context,
    );
    for (const path of all) touched.add(path);
  };
  return {
    load: run,
    drop: run,
    sync: () => own.length > 0 && run(own.map(({ path }) => path)),
    mark: () => markOf(context),
    assertComplete() {
      const left = own.find(({ path }) => !touched.has(path));
      if (left) throw notLoaded(left.path, context);
    },
  };
}

function markOf({ installed, dropped }: StepContext): () => void {
  const goBack = installed.mark();
  const before = [...dropped];
  return () => {
    goBack();
    dropped.clear();
    for (const object of before) dropped.add(object);
  };
}

/**
 * Drops what goes away, dependents first, then loads what stays, requirements first.
 *
 * @param left - paths that other calls of the script still have to load
 */
function apply(changes: readonly Change[], left: readonly string[], context: StepContext): void {
  const { sink } = context;
  for (const change of changes) assertUnchanged(change, context);
  const moved = movedFiles(changes, context);
  const wanted = [...changes.filter(({ path }) => !moved.has(path)), ...uncovered(changes, context)].filter(
    ({ to }) => to !== undefined && needsLoading(to, context),
  );
  const gone = goneWith(changes, context);
  const loads = loadsOf(wanted, left, context);
  for (const { waitsFor } of loads)
    for (const object of objectsOf(waitsFor?.versions ?? [])) context.early.add(object);
  for (const { key } of gone) context.dropped.add(key);
  const keysOf = (version: AssetVersion) => context.history.keysOf(version);
  for (const key of loads.flatMap(({ version }) => keysOf(version))) context.dropped.delete(key);
  const later = [...new Set(objectsOf(left.flatMap((path) => versionsOf(path, context))))];
  const keys = new Set([
    ...context.standingBefore(),
    ...changes.flatMap((change) => installedOf(change, context.installed)).flatMap(keysOf),
  ]);
  const stands = (object: string, path: string) => keys.has(context.history.keyOf(object, path));
  const isNew = changes.every((change) => installedOf(change, context.installed).length === 0);
  const [before, after] =
    !sink.canRead || isNew || loads.length === 0
      ? []
      : watchLosses(watchContext(loads, gone, changes, context));
  if (before) sink.record(before);
  const untold = sink.canRead ? new Set() : replacedFiles(loads, changes, context);
  for (const made of replacementStatements({ stands, early: context.early, gone, loads, later }))
    sink.record(untold.has(made.file) && made.comment === undefined ? { ...made, comment: resets } : made);
  if (after) sink.record(after);
  for (const { path, to } of changes) {
    if (to === undefined) context.installed.remove(path);
    else context.installed.install(to);
  }
}

/** Said where nobody can compare: a run would warn. */
const resets =
  'What was set and is not said here is reset, and psql tells nothing: volatility, security definer, options of a view, a disabled trigger';

/** The frozen files that take the place of what stands. */
function replacedFiles(
  loads: readonly Load[],
  changes: readonly Change[],
  context: StepContext,
): Set<unknown> {
  const replaced = changes.filter((change) => installedOf(change, context.installed).length > 0);
  const paths = new Set(replaced.map(({ path }) => path));
  return new Set(
    loads.flatMap(({ version, made, types }) => (types || !paths.has(version.path) ? [] : made.file)),
  );
}

/** What stands of a path before the step, or after it. */
function versionsOf(path: string, { history, before, after }: StepContext): AssetVersion[] {
  return [...history.versionsAt(path, before), ...history.versionsAt(path, after)];
}

/** What is there for the first time has lost nothing, and without a database nobody would answer. */
function watchContext(
  loads: readonly Load[],
  gone: readonly GoneObject[],
  changes: readonly Change[],
  context: StepContext,
): WatchContext {
  const standing = changes.flatMap((change) => installedOf(change, context.installed));
  return {
    versions: loads.map(({ version }) => version),
    gone: gone.map(({ object }) => object),
    defined: () => objectsOf(context.standingAfter()),
    // Who writes a new text may forget a word; who goes back to an old one does not choose its words.
    isStated: (words) =>
      context.direction === 'downgrade' &&
      standing.some((version) => words.test(context.readFrozen(version))),
    warn: context.warn ?? (() => {}),
  };
}

function notLoaded(path: string, { revision, direction, file }: LoadContext): AssetError {
  return new AssetError('ASSET_NOT_LOADED', {
    message: `revision "${revision}" ships "${path}", and its ${direction} does not load it`,
    where: file,
    next: `load it in the ${direction}, by the same line as in the other direction, or take it out with \`limbeck freeze ${revision}\``,
    details: { path, revision },
  });
}

function nothingNamed({ revision, file }: LoadContext): AssetError {
  return new AssetError('ASSET_NOT_FROZEN', {
    message: `revision "${revision}" loads an empty list of files`,
    where: file,
    next: 'name the files, or remove the call',
  });
}
