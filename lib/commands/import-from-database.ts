/**
 * What a database makes of patterns of names: live files with the objects as the server prints them.
 */
import { assetPathFor, folderFor, type ImportRules } from '../assets/import-paths.js';
import type { ImportedAsset } from '../assets/import-units.js';
import { joinImports } from '../assets/join-imports.js';
import { AssetError } from '../errors.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { type ImportableObject, importableObjects, importableText } from '../runtime/importable-objects.js';
import { otherSchemas, otherSchemasText } from '../runtime/other-schemas.js';
import type { Session } from '../runtime/session.js';
import { identityOf, parseSql } from '../sql/parse.js';
import type { QueryResult } from '../sql/statement.js';

/** What was found in a database. */
export interface DatabaseImport {
  readonly assets: readonly ImportedAsset[];
  /** Parts of extensions, which are theirs. */
  readonly extensionMembers: readonly { readonly object: string; readonly extension: string }[];
  /** Objects that fit a pattern, with the folder for them that `kinds` lacks. */
  readonly withoutFolder: readonly { readonly object: string; readonly folder: string }[];
  /** Schemas with objects that were not looked at, where patterns name no schema. */
  readonly otherSchemas: readonly string[];
  /** Hashes of what the database has installed by limbeck, by path. */
  readonly installed: ReadonlyMap<string, string>;
}

/**
 * Reads the objects whose names fit a pattern.
 *
 * @throws AssetError `ASSET_NOT_FOUND` when no pattern finds one
 */
export async function importFromDatabase(
  project: Project,
  patterns: readonly string[],
  rules: ImportRules,
): Promise<DatabaseImport> {
  const session = await project.openSession('assets import', { lock: false });
  try {
    const objects = importableObjects(await ask(session, importableText(patterns, rules.schema)));
    const folderOf = (object: ImportableObject) => folderFor(object, rules.kinds);
    const wanted = objects.filter((object) => {
      const folder = folderOf(object) ?? '';
      return rules.kinds.includes(folder) && (rules.kind === undefined || folder === rules.kind);
    });
    const missing = patterns.filter((pattern) => !wanted.some((object) => object.pattern === pattern));
    if (missing.length > 0 && wanted.length === 0) throw nothingFound(missing, session.database);
    const members = wanted.flatMap(({ named, extension }) =>
      extension === null ? [] : [{ object: named, extension }],
    );
    const assets = wanted
      .filter(({ extension }) => extension === null)
      .map(async (object): Promise<ImportedAsset> => {
        const schema = object.schema === rules.schema ? '' : object.schema;
        const path = assetPathFor(folderOf(object) ?? '', schema, object.name);
        const parsed = await parseSql(object.text, path, object.schema);
        const made = parsed.objects.filter(({ kind }) => kind !== 'grant');
        return { path, text: `${object.text}\n`, objects: made.map(identityOf), source: session.database };
      });
    const namesSchema = patterns.some((pattern) => pattern.includes('.'));
    const others = namesSchema ? [] : otherSchemas(await ask(session, otherSchemasText(rules.schema)));
    const installed = new Map([...session.state.assets].map(([path, { sha256 }]) => [path, sha256]));
    return {
      assets: joinImports(await Promise.all(assets)).assets,
      extensionMembers: members,
      withoutFolder: rules.kind === undefined ? objects.flatMap((object) => lacking(object, rules)) : [],
      otherSchemas: others,
      installed,
    };
  } finally {
    await session.close();
  }
}

function lacking(object: ImportableObject, { kinds }: ImportRules) {
  const folder = folderFor(object, kinds);
  if (folder === undefined || kinds.includes(folder) || object.extension !== null) return [];
  return [{ object: object.named, folder }];
}

async function ask({ sink }: Session, text: string): Promise<readonly QueryResult[]> {
  try {
    return await sink.ask(text);
  } catch (error) {
    await sink.rollback();
    throw error;
  }
}

function nothingFound(patterns: readonly string[], database: string): AssetError {
  return new AssetError('ASSET_NOT_FOUND', {
    message: `no object that the kinds of this project can hold is named ${listed(patterns)}`,
    where: database,
    next: 'correct the pattern: `public.update_*` names those of a schema, and quotes keep the shell from reading it',
    details: { patterns },
  });
}
