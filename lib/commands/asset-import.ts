/**
 * Importing: from a database, or from files that were written for psql, to live files.
 */
import { readForeign } from '../assets/asset-directory.js';
import { hashAsset } from '../assets/asset-text.js';
import { type ImportRefusal, readImport } from '../assets/import-file.js';
import type { ImportRules } from '../assets/import-paths.js';
import type { ImportedAsset } from '../assets/import-units.js';
import { joinImports } from '../assets/join-imports.js';
import { defaultSchema } from '../config/config.js';
import { AssetError, UsageError } from '../errors.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { assertOnDisk } from './freezing.js';
import { type DatabaseImport, importFromDatabase } from './import-from-database.js';
import { unifiedDiff } from './unified-diff.js';

export interface AssetImportOptions {
  /** Files to read, relative to the project. */
  readonly files?: readonly string[] | undefined;
  /** Patterns of names in the database: `public.update_*`, `*.*`; without a point they are of the default schema. */
  readonly fromDatabase?: readonly string[] | undefined;
  /** The folder for the objects of a file, in place of the one for their kind; of a database only what belongs there. */
  readonly kind?: string | undefined;
  /** Whether a file that defines several objects stays one file. Default false. */
  readonly whole?: boolean;
  /** Whether live files that differ are overwritten. Default false. */
  readonly force?: boolean;
  /** Whether nothing is written. Default false. */
  readonly dryRun?: boolean;
}

export interface AssetImportEntry {
  readonly path: string;
  /** The live file, relative to the project. */
  readonly file: string;
  readonly objects: readonly string[];
  /** The file that it was read from, or the database in words. */
  readonly source: string;
  /** `kept` is a live file that differs; `shipped` one of another name that defines an object already. */
  readonly outcome: 'written' | 'overwritten' | 'unchanged' | 'kept' | 'shipped';
  /** What differs from the live file that was there, as a unified diff; else ''. */
  readonly patch: string;
}

export interface AssetImportReport {
  readonly files: readonly AssetImportEntry[];
  /** Parts of extensions, which are theirs. */
  readonly extensionMembers: readonly { readonly object: string; readonly extension: string }[];
  /** Objects of the database that fit, with the folder for them that the setting `kinds` lacks. */
  readonly withoutFolder: readonly { readonly object: string; readonly folder: string }[];
  /** Schemas with functions, views or types that were not looked at, where patterns name no schema. */
  readonly otherSchemas: readonly string[];
  /** What was left out of files: commands of psql, BEGIN and COMMIT, settings of the session. */
  readonly leftOut: readonly { readonly where: string; readonly text: string }[];
  readonly isDryRun: boolean;
}

/** What is to be imported. */
type Found = Pick<DatabaseImport, 'assets' | 'extensionMembers' | 'withoutFolder' | 'otherSchemas'> &
  Partial<Pick<DatabaseImport, 'installed'>> &
  Pick<AssetImportReport, 'leftOut'>;

/**
 * Writes live files; a file that is there and differs is kept, unless `force` is given.
 *
 * @throws UsageError `USAGE` when neither files nor patterns are named, or both
 * @throws AssetError `ASSET_NOT_FOUND` for a file that is not there, or a pattern that finds nothing;
 *   `ASSET_NOT_IMPORTABLE` with all that stands against it; nothing is written then
 */
export async function assetImport(project: Project, options: AssetImportOptions): Promise<AssetImportReport> {
  assertOnDisk(project);
  const { files = [], fromDatabase = [], whole = false, force = false, dryRun = false, kind } = options;
  assertSources(files, fromDatabase);
  const { kinds } = project.config.settings;
  if (kind !== undefined && !kinds.includes(kind)) throw unknownKind(kind, kinds);
  const rules = { kinds, kind, whole, schema: defaultSchema(project.config) };
  const found: Found =
    files.length > 0
      ? await fromFiles(project, files, rules)
      : { ...(await importFromDatabase(project, fromDatabase, rules)), leftOut: [] };
  const there = await whatIsThere(project);
  const entries = found.assets.map((asset) => compared(project, asset, there, { ...found, force }));
  if (!dryRun) {
    for (const [index, { path, outcome }] of entries.entries()) {
      const text = found.assets[index]?.text ?? '';
      if (outcome === 'written' || outcome === 'overwritten') project.live.write(path, text);
    }
  }
  const { extensionMembers, withoutFolder, otherSchemas, leftOut } = found;
  return { files: entries, extensionMembers, withoutFolder, otherSchemas, leftOut, isDryRun: dryRun };
}

async function fromFiles(project: Project, files: readonly string[], rules: ImportRules): Promise<Found> {
  const read = [];
  for (const name of files)
    read.push(await readImport({ name, bytes: readForeign(project.root, name) }, rules));
  const refusals = read.flatMap((each) => each.refusals);
  const { assets, twice } = joinImports(read.flatMap((each) => each.assets));
  refusals.push(...twice);
  if (refusals.length > 0) throw notImportable(refusals);
  if (assets.length === 0) throw nothingDefined(files);
  return {
    assets,
    extensionMembers: [],
    withoutFolder: [],
    otherSchemas: [],
    leftOut: read.flatMap((each) => each.leftOut),
  };
}

/** The live files, by path in lower case; and the paths of those that revisions ship, by what they define. */
interface WhatIsThere {
  readonly live: ReadonlyMap<string, string>;
  readonly shipped: ReadonlyMap<string, string>;
}

async function whatIsThere({ live, graph, readHistory }: Project): Promise<WhatIsThere> {
  const paths = await live.paths();
  const standing = readHistory().standingAt(graph.closure(graph.effectiveHeads));
  return {
    live: new Map(paths.map((path) => [path.toLowerCase(), path])),
    shipped: new Map(
      standing.flatMap(({ path, entry }) => entry.objects.map((object) => [object, path] as const)),
    ),
  };
}

/** What is to become of one file. */
function compared(
  { live }: Project,
  asset: ImportedAsset,
  there: WhatIsThere,
  { installed, force }: Pick<Found, 'installed'> & { readonly force: boolean },
): AssetImportEntry {
  const { objects, source, text } = asset;
  const same = there.live.get(asset.path.toLowerCase());
  const path = same ?? asset.path;
  const entry = { path, file: live.fileOf(path), objects, source, patch: '' };
  if (same === undefined) {
    // Each object is in one file: one that revisions ship under another name stays there.
    const other = objects.map((object) => there.shipped.get(object)).find((found) => found !== undefined);
    if (other === undefined) return { ...entry, outcome: 'written' };
    return { ...entry, path: other, file: live.fileOf(other), outcome: 'shipped' };
  }
  const own = live.read(path).text;
  // What limbeck itself has loaded is spelled by its file, and not as the server prints it.
  const isOwn = installed?.get(path) === hashAsset(own);
  if (isOwn || own === text) return { ...entry, outcome: 'unchanged' };
  const before = { name: live.fileOf(path), label: 'live', text: own };
  const patch = unifiedDiff(before, { name: live.fileOf(path), label: source, text });
  return { ...entry, patch, outcome: force ? 'overwritten' : 'kept' };
}

function assertSources(files: readonly string[], patterns: readonly string[]): void {
  if (files.length > 0 !== patterns.length > 0) return;
  throw new UsageError('USAGE', {
    message:
      files.length === 0
        ? 'neither files nor a pattern of names in the database are given'
        : 'both files and patterns of names in the database are given',
    next: 'name files, as in `limbeck assets import schema/functions.sql`, or objects, as in `limbeck assets import --from-database "public.*"`',
  });
}

function unknownKind(kind: string, kinds: readonly string[]): UsageError {
  return new UsageError('USAGE', {
    message: `there is no kind "${kind}" in this project`,
    next: `choose one of ${kinds.join(', ')}, or add it to \`limbeck.kinds\` in the knexfile`,
  });
}

function nothingDefined(files: readonly string[]): AssetError {
  return new AssetError('ASSET_NOT_FOUND', {
    message: `${listed(files)} define nothing`,
    where: files[0],
    next: 'name files with functions, types or views',
  });
}

/** All at once: a file that was written for psql rarely has one thing to mend. */
function notImportable(refusals: readonly ImportRefusal[]): AssetError {
  const [first] = refusals;
  const count = refusals.length;
  const lines = refusals.map(({ where, message, next }) => `${where}: ${message}: ${next}`);
  return new AssetError('ASSET_NOT_IMPORTABLE', {
    message: `nothing was imported: ${count === 1 ? '1 thing stands' : `${count} things stand`} against it`,
    where: first?.where,
    excerpt: lines.join('\n'),
    next: 'mend the file, or a copy of it, and run the command again',
    details: { refusals },
  });
}
