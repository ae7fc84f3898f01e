/**
 * The text of an SQL file between the settings that it is loaded with.
 *
 * A sub-folder is a schema: it comes first on the search path, so that bare names are looked up in it. Functions
 * that call each other pass no check until all are there: they are loaded unchecked first.
 */
import { folderSchemaOf } from '../assets/asset-directory.js';
import type { AssetVersion } from '../assets/asset-history.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import { ownStatement, type Recovery, type Statement } from '../sql/statement.js';

/** A version of a file, and its text. */
export interface FileText {
  readonly version: AssetVersion;
  readonly made: Statement;
}

/** A setting, and the SQL expression of the value that it has for a while. */
type Setting = readonly [name: string, value: string];

/** Makes what loads a file. */
export function fileStatements({ version, made }: FileText, onError: Recovery | undefined): Statement[] {
  return within(settingsOf(version), [{ ...made, ...(onError && { onError }) }]);
}

/** Makes the second loads of functions that call each other: these check them. */
export function checkedLoads(files: readonly FileText[]): Statement[] {
  return files
    .filter(({ version }) => isCyclic(version))
    .flatMap(({ version, made }) => inSchemaOf(version.path, [made]));
}

/** Puts the schema of a file's sub-folder first on the search path of some statements. */
export function inSchemaOf(path: string, statements: readonly Statement[]): Statement[] {
  return within(searchPathOf(path), statements);
}

/** Takes statements that come in the middle of a file's own, as those of other files, out of its settings. */
export function outOf(version: AssetVersion, statements: readonly Statement[]): Statement[] {
  const settings = settingsOf(version);
  if (settings.length === 0 || statements.length === 0) return [...statements];
  return [leave(settings), ...statements, enter(settings)];
}

function settingsOf(version: AssetVersion): Setting[] {
  const unchecked: Setting[] = isCyclic(version) ? [['check_function_bodies', "'off'"]] : [];
  return [...searchPathOf(version.path), ...unchecked];
}

function searchPathOf(path: string): Setting[] {
  const schema = folderSchemaOf(path);
  if (schema === undefined) return [];
  const first = quoteLiteral(quoteIdentifier(schema));
  return [['search_path', `concat_ws(', ', ${first}, nullif(current_setting('search_path'), ''))`]];
}

function within(settings: readonly Setting[], statements: readonly Statement[]): Statement[] {
  return settings.length === 0 ? [...statements] : [enter(settings), ...statements, leave(settings)];
}

/** Notes what is set, in settings of the transaction, and sets it. One file ends before another one begins. */
function enter(settings: readonly Setting[]): Statement {
  return setAll(
    settings.flatMap(([name, value]) => [
      [`limbeck.${name}`, `current_setting('${name}')`],
      [name, value],
    ]),
  );
}

function leave(settings: readonly Setting[]): Statement {
  return setAll(settings.map(([name]) => [name, `current_setting('limbeck.${name}')`]));
}

function setAll(settings: readonly Setting[]): Statement {
  return ownStatement(
    `select ${settings.map(([name, value]) => `set_config('${name}', ${value}, true)`).join(', ')}`,
  );
}

function isCyclic({ entry }: AssetVersion): boolean {
  return entry.cyclic === true;
}
