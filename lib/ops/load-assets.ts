/**
 * Loading SQL files in the version that belongs to a revision, in both directions.
 *
 * Only frozen versions are read here, never live files: whatever happens to a file later, this revision
 * loads what it always loaded.
 */
import { kindOf } from '../assets/asset-directory.js';
import {
  type AppliedSet,
  type AssetHistory,
  type AssetVersion,
  formerPaths,
  isStanding,
} from '../assets/asset-history.js';
import { loadOrder } from '../assets/load-order.js';
import { type Dependent, frozenFileOf, type ManifestEntry } from '../assets/manifest.js';
import { AssetError } from '../errors.js';
import { reachable } from '../graph/dag.js';
import type { RevisionId } from '../graph/revision.js';
import { type Sink, statement } from '../sql/statement.js';
import type { AssetLoader } from './asset-loader.js';
import { hasShapes, typeStatements } from './load-types.js';
import { type LoadWarning, type WatchContext, watchLosses } from './load-warnings.js';
import { type GoneObject, type Load, replacementStatements } from './replace-assets.js';

/** What the database has installed, by path; kept true while the run goes on. */
export interface InstalledAssets {
  get(path: string): { readonly sha256: string; readonly revision: RevisionId } | undefined;
  /** Notes a version as installed, in the ledger as well. */
  install(version: AssetVersion): void;
  /** Notes that nothing is installed, in the ledger as well. */
  remove(path: string): void;
  /** Returns a function that goes back to what is installed now, for when the database does. */
  mark(): () => void;
}

/** The loader of a step, which knows at its end whether the script has loaded all that it ships. */
export interface RunLoader extends AssetLoader {
  /** @throws AssetError `ASSET_NOT_LOADED` */
  assertComplete(): void;
}

export interface LoadContext {
  readonly revision: RevisionId;
  readonly direction: 'upgrade' | 'downgrade';
  /** The script, as errors name it. */
  readonly file: string;
  readonly sink: Sink;
  readonly history: AssetHistory;
  /** The applied set before the step, and after it. */
  readonly before: AppliedSet;
  readonly after: AppliedSet;
  readonly installed: InstalledAssets;
  readonly readFrozen: (version: AssetVersion) => string;
  /** Told what files have lost without a word; default: nobody. */
  readonly warn?: (warning: LoadWarning) => void;
}

/** The context of a step, with what stands after it and before it. */
interface StepContext extends LoadContext {
  readonly standingAfter: () => readonly AssetVersion[];
  /** The files that define an object after it. */
  readonly definersAfter: (object: string) => readonly string[];
  /** All objects that files had defined before it. */
  readonly standingBefore: () => readonly string[];
  /** What the step has dropped and not loaded again: where branches gave a file two names, both have defined it. */
  readonly dropped: Set<string>;
}

/** A path on its way from what stands to what should stand. */
interface Change {
  readonly path: string;
  readonly from: readonly AssetVersion[];
  /** undefined where nothing should be left. */
  readonly to: AssetVersion | undefined;
  /** The other names of the file, where the revision renames it. */
  readonly otherNames: readonly string[];
}

type FromTo = Omit<Change, 'otherNames'>;

/** Makes the loader of one step. */
export function createAssetLoader(given: LoadContext): RunLoader {
  const { revision, direction, history } = given;
  let before: readonly string[] | undefined;
  let after: readonly AssetVersion[] | undefined;
  let definers: ReadonlyMap<string, readonly string[]> | undefined;
  const standingAfter = () => (after ??= history.standingAt(given.after));
  const context: StepContext = {
    ...given,
    standingBefore: () => (before ??= objectsOf(history.standingAt(given.before))),
    standingAfter,
    definersAfter: (object) => (definers ??= definersOf(standingAfter())).get(object) ?? [],
    dropped: new Set(),
  };
  const own = history.manifestOf(revision)?.entries ?? [];
  const names = renamedTogether(own);
  const namesOf = (path: string) => names.get(path) ?? [path];
  const changeOf = direction === 'upgrade' ? upgradeOf : downgradeOf;
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

/** For each path of a rename all its names: one line of a script moves the file, by whichever it calls it. */
function renamedTogether(entries: readonly ManifestEntry[]): Map<string, readonly string[]> {
  return new Map(
    entries.flatMap((entry) => {
      const names = [entry.path, ...formerPaths(entry)];
      return names.length === 1 ? [] : names.map((name) => [name, names] as const);
    }),
  );
}

/** What stands of a path before the step, or after it. */
function versionsOf(path: string, { history, before, after }: StepContext): AssetVersion[] {
  return [...history.versionsAt(path, before), ...history.versionsAt(path, after)];
}

/** Whether an earlier call of the script has already done it. */
function isDone({ path, to }: Change, { installed }: LoadContext): boolean {
  const found = installed.get(path);
  return found?.sha256 === to?.sha256 && found?.revision === to?.revision;
}

/** Going up, the version is the one that was frozen with the revision itself. */
function upgradeOf(path: string, { history, revision, before, file }: LoadContext): FromTo {
  const own = history.versionOf(path, revision);
  if (own === undefined) throw notFrozen(path, revision, file);
  return { path, from: history.versionsAt(path, before), to: isStanding(own) ? own : undefined };
}

/** Going down, the version is the one that the remaining revisions ask for; the same call serves both. */
function downgradeOf(path: string, { history, revision, before, after, file }: LoadContext): FromTo {
  const from = history.versionsAt(path, before);
  const to = history.versionAt(path, after);
  if (from.length === 0 && to === undefined) throw notFrozen(path, revision, file);
  return { path, from, to: to?.sha256 === null ? undefined : to };
}

/**
 * Drops what goes away, dependents first, then loads what stays, requirements first.
 *
 * @param left - paths that other calls of the script still have to load
 */
function apply(changes: readonly Change[], left: readonly string[], context: StepContext): void {
  const { sink, history } = context;
  for (const change of changes) assertUnchanged(change, context);
  const moved = movedFiles(changes, context);
  const wanted = [...changes.filter(({ path }) => !moved.has(path)), ...uncovered(changes, context)].filter(
    ({ to }) => to !== undefined && needsLoading(to, context),
  );
  const gone = onceEach(
    inLoadOrder(changes, standingOf, history)
      .toReversed()
      .flatMap((change) => goneObjects(change, context)),
  );
  const loads = inLoadOrder(wanted, ({ to }) => to, history).flatMap(({ to }) =>
    to ? [{ ...loadOf(to, context), waitsFor: waitsFor(to, left, context) }] : [],
  );
  for (const { object } of gone) context.dropped.add(object);
  for (const object of objectsOf(loads.map(({ version }) => version))) context.dropped.delete(object);
  const later = [...new Set(objectsOf(left.flatMap((path) => versionsOf(path, context))))];
  const standing = new Set([
    ...context.standingBefore(),
    ...objectsOf(changes.flatMap((change) => installedOf(change, context.installed))),
  ]);
  const isNew = changes.every((change) => installedOf(change, context.installed).length === 0);
  const [before, after] =
    !sink.canRead || isNew || loads.length === 0
      ? []
      : watchLosses(watchContext(loads, gone, changes, context));
  if (before) sink.record(before);
  for (const made of replacementStatements({ standing, gone, loads, later })) sink.record(made);
  if (after) sink.record(after);
  for (const { path, to } of changes) {
    if (to === undefined) context.installed.remove(path);
    else context.installed.install(to);
  }
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

/** A type of which nobody knows what it is made of cannot be loaded twice: the guard has seen that it stands. */
function needsLoading(version: AssetVersion, { installed }: LoadContext): boolean {
  const { path, sha256 } = version;
  return hasShapes(version) || kindOf(path) !== 'types' || installed.get(path)?.sha256 !== sha256;
}

/** Renamed files whose text is installed under the other name: nothing is to be loaded. */
function movedFiles(changes: readonly Change[], { installed }: LoadContext): Set<string> {
  const isMoved = ({ to, otherNames }: Change) =>
    to !== undefined && otherNames.some((name) => installed.get(name)?.sha256 === to.sha256);
  return new Set(changes.filter(isMoved).map(({ path }) => path));
}

/**
 * Files beside those of a call that must be loaded after them, since branches that no merge joins any more
 * define the same object in files of different names: where one goes, the other one comes back, and where
 * both stand, the later one wins.
 */
function uncovered(
  changes: readonly Change[],
  { history, revision, before, standingAfter }: StepContext,
): Change[] {
  const called = new Set(changes.map(({ path }) => path));
  const own = new Set(history.manifestOf(revision)?.entries.map(({ path }) => path));
  const gone = new Set(changes.filter(({ to }) => to === undefined).flatMap(({ from }) => objectsOf(from)));
  const loaded = new Map(
    changes.flatMap(({ to }) =>
      to === undefined ? [] : to.entry.objects.map((object) => [object, to] as const),
    ),
  );
  const comesBack = (version: AssetVersion, object: string) => {
    const other = loaded.get(object);
    if (other !== undefined) return history.compare(version, other) > 0;
    return gone.has(object) && !own.has(version.path);
  };
  return standingAfter()
    .filter(
      (version) =>
        !called.has(version.path) && version.entry.objects.some((object) => comesBack(version, object)),
    )
    .map((to) => ({ path: to.path, from: history.versionsAt(to.path, before), to, otherNames: [] }));
}

function objectsOf(versions: readonly AssetVersion[]): string[] {
  return versions.filter(isStanding).flatMap(({ entry }) => entry.objects);
}

function standingOf({ from }: Change): AssetVersion | undefined {
  return from.find(isStanding);
}

/** Of files that define the same object, on branches that no merge joins any more, the later one is loaded last. */
function overwritten(versions: readonly AssetVersion[], history: AssetHistory): Map<string, string[]> {
  const lastOf = new Map<string, string>();
  const earlier = new Map<string, string[]>();
  for (const { path, entry } of versions.toSorted((a, b) => history.compare(a, b))) {
    const others = entry.objects.flatMap((object) => lastOf.get(object) ?? []);
    if (others.length > 0) earlier.set(path, others);
    for (const object of entry.objects) lastOf.set(object, path);
  }
  return earlier;
}

/** What a file needs may have got another name since it was frozen. */
function currentNames(path: string, given: ReadonlyMap<string, unknown>, history: AssetHistory): string[] {
  if (given.has(path)) return [path];
  return [...history.laterNames(path)].filter((name) => given.has(name));
}

function inLoadOrder(
  changes: readonly Change[],
  version: (change: Change) => AssetVersion | undefined,
  history: AssetHistory,
): Change[] {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  const earlier = overwritten(
    changes.flatMap((change) => version(change) ?? []),
    history,
  );
  const needs = changes.map((change) => {
    const requires = version(change)?.entry.requires ?? [];
    return {
      path: change.path,
      requires: [
        ...requires.flatMap((path) => currentNames(path, byPath, history)),
        ...(earlier.get(change.path) ?? []),
      ],
    };
  });
  return loadOrder(needs).paths.flatMap((path) => byPath.get(path) ?? []);
}

/**
 * What stands and is not defined any more, the last object of a file first. What another file defines once the
 * step is done is left alone: it has only moved there.
 */
function goneObjects(change: Change, context: StepContext): GoneObject[] {
  const { path, to } = change;
  const standing = objectsOf(installedOf(change, context.installed));
  const kept = new Set(to?.entry.objects);
  const gone = [...new Set(standing)].filter((object) => !kept.has(object));
  if (gone.length === 0) return [];
  const isElsewhere = (object: string) => context.definersAfter(object).some((other) => other !== path);
  const expected = expectedOf(path, context);
  return gone
    .filter((object) => !isElsewhere(object) && !context.dropped.has(object))
    .map((object) => ({ object, path, expected }))
    .toReversed();
}

function definersOf(versions: readonly AssetVersion[]): Map<string, string[]> {
  const definers = new Map<string, string[]>();
  for (const { path, entry } of versions)
    for (const object of entry.objects) definers.set(object, [...(definers.get(object) ?? []), path]);
  return definers;
}

/** Two files may have defined an object, where branches gave a file different names. */
function onceEach(gone: readonly GoneObject[]): GoneObject[] {
  return [...new Map(gone.map((each) => [each.object, each])).values()];
}

/** The files that a version requires among those that later calls load. */
function waitsFor(
  { entry }: AssetVersion,
  left: readonly string[],
  context: StepContext,
): (() => Load[]) | undefined {
  const required = new Set(entry.requires.filter((path) => left.includes(path)));
  if (required.size === 0) return undefined;
  return () => {
    const changeOf = context.direction === 'upgrade' ? upgradeOf : downgradeOf;
    const changes = left.map((path) => ({ ...changeOf(path, context), otherNames: [] }));
    const byPath = new Map(changes.map((change) => [change.path, change]));
    const all = reachable(required, (path) =>
      (byPath.get(path)?.to?.entry.requires ?? []).filter((other) => byPath.has(other)),
    );
    return inLoadOrder(
      changes.filter(({ path }) => all.has(path)),
      ({ to }) => to,
      context.history,
    ).flatMap(({ to }) => (to ? [loadOf(to, context)] : []));
  };
}

function loadOf(version: AssetVersion, context: StepContext): Load {
  const { path, manifest, revision } = version;
  const file = frozenFileOf(manifest, path);
  const advice = `mend the live file of "${path}", then run \`limbeck redo ${revision}\``;
  const made = statement(context.readFrozen(version), { file, advice });
  const types = hasShapes(version) ? typeStatements(version, made, context) : undefined;
  return { version, made, types, expected: expectedOf(path, context) };
}

/** Where there is a database, whatever stands on an object is found there. */
function expectedOf(
  path: string,
  { sink, history, revision }: StepContext,
): readonly Dependent[] | undefined {
  if (sink.canRead) return undefined;
  return history.versionOf(path, revision)?.entry.dependents ?? [];
}

/** Of several versions that branches left, the one that the database has; none where a branch dropped the file. */
function installedOf({ path, from }: Change, installed: InstalledAssets): readonly AssetVersion[] {
  const found = installed.get(path);
  return from.filter(({ sha256 }) => sha256 !== null && sha256 === found?.sha256);
}

/**
 * The lost-update guard: what is installed must be a version that the step builds on, else somebody
 * else's change would be erased in silence.
 */
function assertUnchanged({ path, from }: Change, { installed, revision, file }: LoadContext): void {
  const found = installed.get(path);
  const hash = found?.sha256 ?? null;
  const isNew = found === undefined && from.length === 0;
  if (isNew || from.some(({ sha256 }) => sha256 === hash)) return;
  const expected = from.filter(({ sha256 }) => sha256 !== null);
  const has = found === undefined ? 'none' : `the one of revision "${found.revision}"`;
  const builds =
    expected.length === 0 ? 'none' : expected.map((version) => `"${version.revision}"`).join(' or ');
  throw new AssetError('ASSET_MISMATCH', {
    message: `the database has another version of "${path}" than revision "${revision}" builds on: it has ${has}, and should have ${expected.length === 0 ? 'none' : `that of ${builds}`}`,
    where: file,
    next: 'compare `limbeck current` with `limbeck history`: if another branch changed the file, join the two with `limbeck merge`; the table limbeck_assets says what is installed',
    details: { path, installed: found ?? null, expected: expected.map((version) => version.revision) },
  });
}

function notFrozen(path: string, revision: RevisionId, file: string): AssetError {
  return new AssetError('ASSET_NOT_FROZEN', {
    message: `revision "${revision}" loads "${path}", which is not frozen with it`,
    where: file,
    next: `run \`limbeck freeze ${revision}\``,
    details: { path, revision },
  });
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
