/**
 * A live file on its way to be frozen: read, parsed, and compared with what stands of it.
 */
import { type ParsedSql, parseSql } from '../sql/parse.js';
import { type AssetDirectory, folderSchemaOf } from './asset-directory.js';
import type { AppliedSet, AssetHistory, AssetVersion } from './asset-history.js';
import { assertRules } from './asset-rules.js';
import { assertSendable } from './asset-text.js';
import { assertUnmarked } from './conflict-markers.js';
import { type FrozenTypes, freezeTypes, type TypeOptions } from './freeze-types.js';

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
  /** What is typed to freeze files with options, as advice names it. Default: `limbeck revision`. */
  readonly command?: string;
}

const usualCommand = 'limbeck revision -m "…" --autogenerate';

export interface FileToFreeze {
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedSql;
  readonly previous: readonly AssetVersion[];
  /** The versions of its former path, where the file was only renamed. */
  readonly renamed: readonly AssetVersion[];
  readonly types: FrozenTypes;
}

/**
 * Reads and parses a file.
 *
 * @throws AssetError `ASSET_NOT_FOUND`, `ASSET_UNREADABLE`, `ASSET_CONFLICT`, `ASSET_SYNTAX`, `ASSET_MISPLACED`,
 *   `ASSET_NAME`, `ASSET_TYPE_CHANGED`
 * @throws MigrationError `TRANSACTION_CONTROL`, `SQL_UNTERMINATED` for a file that cannot be sent
 */
export async function readFileToFreeze(
  path: string,
  { pinned, types }: AssetCalls,
  { live, history, before, schema, command = usualCommand }: FreezeContext,
): Promise<FileToFreeze> {
  const text = pinned?.get(path) ?? live.read(path).text;
  const file = live.fileOf(path);
  assertUnmarked(text, file);
  assertSendable(text, file);
  const own = folderSchemaOf(path) ?? schema;
  const parsed = await parseSql(text, file, own);
  assertRules({ path, text, file, parsed });
  const typeFile = { path, text, file, schema: own, options: types?.get(path) ?? {}, command };
  const frozen = await freezeTypes(typeFile, history, before);
  return { path, text, parsed, previous: history.versionsAt(path, before), renamed: [], types: frozen };
}
