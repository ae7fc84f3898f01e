/**
 * What a live file must keep to, so that it can be dropped, made again, and found on any machine.
 */
import { AssetError } from '../errors.js';
import { holderName, ownName } from '../sql/identity.js';
import { identityOf, type ParsedSql } from '../sql/parse.js';
import { excerptAt, formatPlace, lineAndColumn } from '../sql/place.js';
import { folderSchemaOf } from './asset-directory.js';

/** A live file that was read. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  /** The file as errors name it. */
  readonly file: string;
  readonly parsed: ParsedSql;
}

/**
 * Checks a file by itself.
 *
 * @throws AssetError `ASSET_MISPLACED`, `ASSET_NAME`
 */
export function assertRules(file: ParsedFile): void {
  assertInPlace(file);
  assertFolder(file);
}

/**
 * Refuses paths that differ only in case: on some disks they are one file.
 *
 * @param others - the paths that stand beside them
 * @throws AssetError `ASSET_NAME`
 */
export function assertDistinctPaths(
  paths: readonly string[],
  others: readonly string[],
  fileOf: (path: string) => string,
): void {
  const byFolded = new Map<string, string>();
  for (const path of [...others, ...paths]) {
    const other = byFolded.get(path.toLowerCase());
    byFolded.set(path.toLowerCase(), path);
    if (other === undefined || other === path) continue;
    throw new AssetError('ASSET_NAME', {
      message: `"${fileOf(path)}" and "${fileOf(other)}" differ only in case: on some disks they are one file`,
      where: fileOf(path),
      next: 'give one of them another name',
      details: { path, other },
    });
  }
}

/**
 * Refuses to let go what files that are not loaded hang on: a trigger and what was granted go with their table or view without
 * a word, and a downgrade would not bring them back.
 *
 * @param gone - identities that are defined no more
 * @param others - the files that stay as they are, with what they define
 * @throws AssetError `ASSET_IN_USE`
 */
export function assertNothingHangsOn(
  gone: readonly string[],
  others: readonly { readonly path: string; readonly objects: readonly string[] }[],
  fileOf: (path: string) => string,
): void {
  const byName = new Map(gone.map((object) => [ownName(object), object]));
  if (byName.size === 0) return;
  for (const { path, objects } of others) {
    for (const object of objects) {
      const holder = holderName(object);
      const lost = holder === undefined ? undefined : byName.get(holder);
      if (lost !== undefined) throw inUse(lost, object, fileOf(path));
    }
  }
}

function inUse(lost: string, object: string, file: string): AssetError {
  return new AssetError('ASSET_IN_USE', {
    message: `"${lost}" would go, and with it "${object}", which "${file}" defines`,
    where: file,
    next: `take it out of "${file}" as well, or delete that file, so that one revision ships both`,
    details: { lost, object },
  });
}

function assertInPlace({ text, file, parsed }: ParsedFile): void {
  const [first] = parsed.misplaced;
  if (first === undefined) return;
  throw new AssetError('ASSET_MISPLACED', {
    message: `an SQL file cannot hold this: ${first.reason}`,
    where: formatPlace({ file, ...lineAndColumn(text, first.offset) }),
    next: first.advice,
    excerpt: excerptAt(text, first.offset),
  });
}

/** A sub-folder is a schema, and nothing lies deeper. */
function assertFolder({ path, file, parsed }: ParsedFile): void {
  if (path.split('/').length > 3) {
    throw new AssetError('ASSET_NAME', {
      message: `"${file}" lies too deep: a folder below that of the kind is a schema, and holds files only`,
      where: file,
      next: `move the file up, into "${file.split('/').slice(0, -2).join('/')}"`,
    });
  }
  const schema = folderSchemaOf(path);
  const stray = parsed.objects.find((object) => object.schema !== '' && object.schema !== schema);
  if (schema === undefined || stray === undefined) return;
  throw new AssetError('ASSET_NAME', {
    message: `"${identityOf(stray)}" is not of the schema "${schema}", whose folder its file lies in`,
    where: file,
    next: `move the file, or write the name without "${stray.schema}."`,
  });
}
