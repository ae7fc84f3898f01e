/**
 * What a set of files must not do when it is frozen: define an object twice, take away what others hang on, or create
 * again what holds data.
 */
import { AssetError } from '../errors.js';
import { ownName } from '../sql/identity.js';
import { type DefinedObject, identityOf } from '../sql/parse.js';
import { folderSchemaOf } from './asset-directory.js';
import { isStanding } from './asset-history.js';
import { assertDistinctPaths, assertNothingHangsOn } from './asset-rules.js';
import { hashAsset } from './asset-text.js';
import type { FreezeContext, FileToFreeze } from './file-to-freeze.js';
import { duplicateObject, Owners } from './owners.js';

/** Finds out which file defines each object; two files for one are refused, and names that differ in case. */
export function ownersOf(
  files: readonly FileToFreeze[],
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

/** Refuses to let go what files that stay as they are hang on. */
export function assertStillHeld(
  files: readonly FileToFreeze[],
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

/**
 * Refuses to create a type again: only what holds no data is dropped and made anew.
 *
 * @param moved - objects of files that the revision drops: one that a new file defines has moved there
 */
export function assertReplaceable(
  { path, text, parsed, previous, types }: FileToFreeze,
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
export function assertLoadsTwice({ path, parsed }: FileToFreeze, { live }: FreezeContext): void {
  const stuck = parsed.objects.find((object) => !object.replaces);
  if (stuck) throw notReplaceable(live.fileOf(path), stuck, waysRound(stuck));
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
