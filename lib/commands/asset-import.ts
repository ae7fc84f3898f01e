/**
 * Importing: from a database, or from files that were written for psql, to live files.
 */
import { readForeign } from '../assets/asset-directory.js';
import { hashAsset } from '../assets/asset-text.js';
import {
  assetPathFor,
  folderFor,
  type ImportedAsset,
  type ImportRefusal,
  type ImportRules,
  readImport,
} from '../assets/import-file.js';
import { AssetError, UsageError } from '../errors.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { type ImportableObject, importableObjects, importableText } from '../runtime/importable-objects.js';
import type { Session } from '../runtime/session.js';
import { identityOf, parseSql } from '../sql/parse.js';
import { assertOnDisk, defaultSchema } from './freezing.js';
import { unifiedDiff } from './unified-diff.js';

export interface AssetImportOptions {
  /** Files to read, relative to the project. */
  readonly files?: readonly string[] | undefined;
  /** Patterns of names in the database: `public.update_*`; without a point they are of the default schema. */
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
  /** What was left out of files: commands of psql, BEGIN and COMMIT, settings of the session. */
  readonly leftOut: readonly { readonly where: string; readonly text: string }[];
  readonly isDryRun: boolean;
}

/** What is to be imported. */
interface Found extends Pick<AssetImportReport, 'extensionMembers' | 'leftOut'> {
  readonly assets: readonly ImportedAsset[];
  /** Hashes of what the database has installed by limbeck, by path. */
  readonly installed?: ReadonlyMap<string, string>;
}

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
  const rules = { kinds, kind, whole, schema: defaultSchema(project) };
  const found =
    files.length > 0
      ? await fromFiles(project, files, rules)
      : await fromServer(project, fromDatabase, rules);
  const entries = await Promise.all(found.assets.map((asset) => compared(project, asset, found, force)));
  if (!dryRun) {
    for (const [index, { path, outcome }] of entries.entries()) {
      const text = found.assets[index]?.text ?? '';
      if (outcome === 'written' || outcome === 'overwritten') project.live.write(path, text);
    }
  }
  const { extensionMembers, leftOut } = found;
  return { files: entries, extensionMembers, leftOut, isDryRun: dryRun };
}

async function fromFiles(project: Project, files: readonly string[], rules: ImportRules): Promise<Found> {
  const read = [];
  for (const name of files)
    read.push(await readImport({ name, bytes: readForeign(project.root, name) }, rules));
  const refusals = read.flatMap((each) => each.refusals);
  const { assets, twice } = joined(read.flatMap((each) => each.assets));
  refusals.push(...twice);
  if (refusals.length > 0) throw notImportable(refusals);
  if (assets.length === 0) throw nothingDefined(files);
  return { assets, extensionMembers: [], leftOut: read.flatMap((each) => each.leftOut) };
}

/** Two files may define overloads of one name, and may not define the same object. */
function joined(assets: readonly ImportedAsset[]): { assets: ImportedAsset[]; twice: ImportRefusal[] } {
  const byPath = new Map<string, ImportedAsset>();
  const sources = new Map<string, string>();
  const twice: ImportRefusal[] = [];
  for (const asset of assets) {
    for (const object of asset.objects) {
      const other = sources.get(object);
      if (other !== undefined) twice.push(definedTwice(object, other, asset.source));
      sources.set(object, asset.source);
    }
    const key = asset.path.toLowerCase();
    const there = byPath.get(key);
    const objects = [...(there?.objects ?? []), ...asset.objects];
    const text = there === undefined ? asset.text : `${there.text}\n${asset.text}`;
    byPath.set(key, { ...asset, path: there?.path ?? asset.path, objects, text });
  }
  return { assets: [...byPath.values()], twice: [...twice, ...repeated(assets)] };
}

/** The same object twice in one file. */
function repeated(assets: readonly ImportedAsset[]): ImportRefusal[] {
  return assets.flatMap(({ objects, source }) =>
    objects
      .filter((object, index) => objects.indexOf(object) !== index)
      .map((object) => definedTwice(object, source, source)),
  );
}

function definedTwice(object: string, first: string, second: string): ImportRefusal {
  return {
    where: second,
    message: first === second ? `it defines "${object}" twice` : `"${first}" defines "${object}" too`,
    next: 'keep each object in one file',
  };
}

async function fromServer(project: Project, patterns: readonly string[], rules: ImportRules): Promise<Found> {
  const session = await project.openSession('assets import', { lock: false });
  try {
    const objects = await readObjects(session, importableText(patterns, rules.schema));
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
    const installed = new Map([...session.state.assets].map(([path, { sha256 }]) => [path, sha256]));
    return {
      assets: joined(await Promise.all(assets)).assets,
      extensionMembers: members,
      leftOut: [],
      installed,
    };
  } finally {
    await session.close();
  }
}

async function readObjects({ sink }: Session, text: string): Promise<ImportableObject[]> {
  try {
    return importableObjects(await sink.ask(text));
  } catch (error) {
    await sink.rollback();
    throw error;
  }
}

/** What is to become of one file. */
async function compared(
  project: Project,
  asset: ImportedAsset,
  { installed }: Found,
  force: boolean,
): Promise<AssetImportEntry> {
  const { live } = project;
  const { objects, source, text } = asset;
  const same = (await live.paths()).find((path) => path.toLowerCase() === asset.path.toLowerCase());
  const path = same ?? asset.path;
  const entry = { path, file: live.fileOf(path), objects, source, patch: '' };
  if (same === undefined) {
    const other = shippedElsewhere(project, asset);
    if (other === undefined) return { ...entry, outcome: 'written' };
    return { ...entry, path: other, file: live.fileOf(other), outcome: 'shipped' };
  }
  const there = live.read(path).text;
  // What limbeck itself has loaded is spelled by its file, and not as the server prints it.
  const isOwn = installed?.get(path) === hashAsset(there);
  if (isOwn || there === text) return { ...entry, outcome: 'unchanged' };
  const before = { name: live.fileOf(path), label: 'live', text: there };
  const patch = unifiedDiff(before, { name: live.fileOf(path), label: source, text });
  return { ...entry, patch, outcome: force ? 'overwritten' : 'kept' };
}

/** Each object is in one file: one that revisions ship under another name stays there. */
function shippedElsewhere({ graph, readHistory }: Project, { objects }: ImportedAsset): string | undefined {
  const standing = readHistory().standingAt(graph.closure(graph.effectiveHeads));
  return standing.find(({ entry }) => entry.objects.some((object) => objects.includes(object)))?.path;
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

function nothingFound(patterns: readonly string[], database: string): AssetError {
  return new AssetError('ASSET_NOT_FOUND', {
    message: `no object that the kinds of this project can hold is named ${listed(patterns)}`,
    where: database,
    next: 'correct the pattern: `public.update_*` names those of a schema, and quotes keep the shell from reading it',
    details: { patterns },
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
