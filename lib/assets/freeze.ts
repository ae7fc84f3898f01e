/**
 * Freezing: from live files to the versions that travel with a revision.
 */
import { AssetError } from '../errors.js';
import { ownName } from '../sql/identity.js';
import { type DefinedObject, identityOf, type ParsedSql, parseSql } from '../sql/parse.js';
import { type AssetDirectory, folderSchemaOf } from './asset-directory.js';
import { type AppliedSet, type AssetHistory, type AssetVersion, isStanding } from './asset-history.js';
import { assertDistinctPaths, assertNothingHangsOn, assertRules } from './asset-rules.js';
import { assertSendable, hashAsset } from './asset-text.js';
import { assertUnmarked } from './conflict-markers.js';
import { assertRenamesUsed, type FrozenTypes, freezeTypes, type TypeOptions } from './freeze-types.js';
import { loadOrder } from './load-order.js';
import type { AssetAction, FrozenFile, ManifestEntry } from './manifest.js';
import { duplicateObject, Owners } from './owners.js';
import { findMoved, findRenames } from './renames.js';

/** What a script does with files, in its upgrade. */
export interface AssetCalls {
  readonly loads: readonly string[];
  readonly drops: readonly string[];
  /** Texts to freeze in place of the live ones, by path. */
  readonly pinned?: ReadonlyMap<string, string>;
  /** What the script says of types, by path. */
  readonly types?: ReadonlyMap<string, TypeOptions>;
}

export interface FreezeContext {
  readonly live: AssetDirectory;
  readonly history: AssetHistory;
  /** The applied set that the revision builds on. */
  readonly before: AppliedSet;
  /** Schema of names that a file outside any schema folder leaves unqualified. */
  readonly schema: string;
}

interface ReadFile {
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedSql;
  readonly previous: readonly AssetVersion[];
  /** The versions of its former path, where the file was only renamed. */
  readonly renamed: readonly AssetVersion[];
  readonly types: FrozenTypes;
}

/**
 * Makes the frozen files of a revision, in load order; drops come last, in the opposite order.
 *
 * @throws AssetError `ASSET_NOT_FOUND`, `ASSET_UNREADABLE`, `ASSET_CONFLICT`, `ASSET_SYNTAX`, `ASSET_MISPLACED`, `ASSET_NAME`,
 *   `ASSET_DUPLICATE_OBJECT`, `ASSET_IN_USE`, `ASSET_TYPE_CHANGED`, `ASSET_NOT_REPLACEABLE`
 * @throws MigrationError `TRANSACTION_CONTROL`, `SQL_UNTERMINATED` for a file that cannot be sent
 */
export async function freezeFiles(calls: AssetCalls, context: FreezeContext): Promise<FrozenFile[]> {
  const given: ReadFile[] = [];
  for (const path of new Set([...calls.loads, ...uncoveredBy(calls, context)]))
    given.push(await readFile(path, calls, context));
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
  const needs = files.map(({ path, parsed }) => ({
    path,
    requires: owners.requiredBy(path, parsed.mentions),
  }));
  const { paths, cyclic } = loadOrder(needs);
  for (const file of files) if (cyclic.has(file.path)) assertLoadsTwice(file, context);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const requires = new Map(needs.map((need) => [need.path, need.requires]));
  const loads = paths.flatMap((path) => {
    const file = byPath.get(path);
    return file === undefined ? [] : [frozenLoad(file, requires.get(path) ?? [], cyclic.has(path))];
  });
  return [...loads, ...frozenDrops(drops, context)];
}

async function readFile(
  path: string,
  { pinned, types }: AssetCalls,
  { live, history, before, schema }: FreezeContext,
): Promise<ReadFile> {
  const text = pinned?.get(path) ?? live.read(path).text;
  const file = live.fileOf(path);
  assertUnmarked(text, file);
  assertSendable(text, file);
  const own = folderSchemaOf(path) ?? schema;
  const parsed = await parseSql(text, file, own);
  assertRules({ path, text, file, parsed });
  const typeFile = { path, text, file, schema: own, options: types?.get(path) ?? {} };
  const frozen = await freezeTypes(typeFile, history, before);
  return { path, text, parsed, previous: history.versionsAt(path, before), renamed: [], types: frozen };
}

/**
 * Files that another branch gave the objects of a dropped file: what the dropped one has left in the database
 * is to be overwritten by them.
 */
function uncoveredBy({ loads, drops }: AssetCalls, { live, history, before }: FreezeContext): string[] {
  const dropped = new Set(drops);
  const objects = new Set(
    drops
      .flatMap((path) => history.versionsAt(path, before).filter(isStanding))
      .flatMap(({ entry }) => entry.objects),
  );
  if (objects.size === 0) return [];
  return history
    .standingAt(before)
    .filter(({ path, entry }) => !dropped.has(path) && entry.objects.some((object) => objects.has(object)))
    .map(({ path }) => path)
    .filter((path) => !loads.includes(path) && live.has(path));
}

/** Finds the files that were renamed, with the versions of the path that each had. */
function renamesAmong(
  files: readonly ReadFile[],
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

/** Refuses to let go what files that stay as they are hang on. */
function assertStillHeld(
  files: readonly ReadFile[],
  gonePaths: readonly string[],
  dropped: readonly string[],
  { live, history, before }: FreezeContext,
): void {
  const given = new Set([...files.map(({ path }) => path), ...gonePaths]);
  const others = history
    .standingAt(before)
    .filter(({ path }) => !given.has(path))
    .map(({ path, entry }) => ({ path, objects: entry.objects }));
  const kept = new Set(
    [
      ...files.flatMap(({ parsed }) => parsed.objects.map(identityOf)),
      ...others.flatMap(({ objects }) => objects),
    ].map(ownName),
  );
  const old = files.flatMap(({ previous }) =>
    previous.filter(isStanding).flatMap(({ entry }) => entry.objects),
  );
  const gone = [...dropped, ...old].filter((object) => !kept.has(ownName(object)));
  assertNothingHangsOn(gone, others, live.fileOf);
}

/** Finds out which file defines each object; two files for one are refused, and names that differ in case. */
function ownersOf(
  files: readonly ReadFile[],
  gone: readonly string[],
  { live, history, before, schema }: FreezeContext,
): Owners {
  const owners = new Owners();
  const paths = files.map(({ path }) => path);
  const given = new Set([...paths, ...gone]);
  const others = history.standingAt(before).filter(({ path }) => !given.has(path));
  assertDistinctPaths(
    paths,
    others.map(({ path }) => path),
    live.fileOf,
  );
  const schemaOf = (path: string) => folderSchemaOf(path) ?? schema;
  for (const { path, entry } of others)
    for (const object of entry.objects) owners.add(object, path, schemaOf(path));
  for (const { path, parsed } of files) {
    for (const object of parsed.objects.map(identityOf)) {
      const other = owners.add(object, path, schemaOf(path));
      if (other !== undefined) throw duplicateObject(object, live.fileOf(path), live.fileOf(other));
    }
  }
  return owners;
}

function frozenLoad(
  { path, text, parsed, previous, renamed, types }: ReadFile,
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

function frozenDrops(drops: readonly string[], { live, history, before }: FreezeContext): FrozenFile[] {
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

/**
 * Refuses to create a type again: only what holds no data is dropped and made anew.
 *
 * @param moved - objects of files that the revision drops: one that a new file defines has moved there
 */
function assertReplaceable(
  { path, text, parsed, previous, types }: ReadFile,
  moved: readonly string[],
  { live }: FreezeContext,
): void {
  const standing = previous.filter(({ sha256 }) => sha256 !== null);
  const isChanged = standing.some(({ sha256 }) => sha256 !== hashAsset(text));
  const own = isChanged ? standing.flatMap(({ entry }) => entry.objects) : [];
  const existing = new Set([...own, ...moved]);
  const changesAlone = types.entry.shapes ?? {};
  const stuck = parsed.objects.find((object) => {
    const identity = identityOf(object);
    return isType(object) && existing.has(identity) && changesAlone[identity] === undefined;
  });
  if (stuck) throw notReplaceable(live.fileOf(path), stuck, keepFile);
}

/** What has columns; anything else is dropped and made anew where it cannot be replaced. */
function isType({ kind }: DefinedObject): boolean {
  return kind === 'type' || kind === 'domain';
}

/** Files that need each other are loaded twice. */
function assertLoadsTwice({ path, parsed }: ReadFile, { live }: FreezeContext): void {
  const stuck = parsed.objects.find((object) => !object.replaces);
  if (stuck) throw notReplaceable(live.fileOf(path), stuck, waysRound(stuck));
}

function droppedObjects(drops: readonly string[], { history, before }: FreezeContext): string[] {
  return drops.flatMap((path) =>
    history
      .versionsAt(path, before)
      .filter(isStanding)
      .flatMap(({ entry }) => entry.objects),
  );
}

function notStanding(file: string): AssetError {
  return new AssetError('ASSET_NOT_FOUND', {
    message: `"${file}" cannot be dropped: no revision below this one has loaded it`,
    where: file,
    next: 'correct the name, or drop the object with `op.execute`',
  });
}

function notReplaceable(file: string, object: DefinedObject, next: string): AssetError {
  return new AssetError('ASSET_NOT_REPLACEABLE', {
    message: `"${identityOf(object)}" exists already and "${file}" does not replace it`,
    where: file,
    next,
  });
}

const keepFile = 'PostgreSQL cannot replace a type: give the file its old name again';

function waysRound(object: DefinedObject): string {
  if (object.kind === 'view' || object.kind === 'function' || object.kind === 'procedure')
    return 'write CREATE OR REPLACE in the file: files that need each other are loaded twice';
  return 'files that need each other are loaded twice, which PostgreSQL does not allow for this one: let one of them do without the other';
}
