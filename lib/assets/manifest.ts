/**
 * Manifests: which versions of which SQL files belong to a revision.
 *
 * A manifest and its frozen files live beside the script, in `<stem>.assets/`. limbeck writes them; people
 * only review them.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { formatPlace, lineAndColumn } from '../sql/place.js';
import type { TypeShape } from '../sql/type-shape.js';
import { decodeAsset, hashAsset } from './asset-text.js';

export type { CompositeAttribute, DomainConstraint, TypeShape } from '../sql/type-shape.js';

export type AssetAction = 'add' | 'replace' | 'recreate' | 'drop' | 'rename' | 'reload';
const actions: readonly AssetAction[] = ['add', 'replace', 'recreate', 'drop', 'rename', 'reload'];

/** One file in a manifest. */
export interface ManifestEntry {
  readonly path: string;
  readonly action: AssetAction;
  /** Hash of the frozen text; `null` for a drop. */
  readonly sha256: string | null;
  /** The versions that this one follows: one for each parent that has the file. */
  readonly from: readonly PreviousVersion[];
  /** What the text defines, as DROP spells it; for a drop what it had defined. */
  readonly objects: readonly string[];
  /** The asset paths that must be loaded before. */
  readonly requires: readonly string[];
  /** Set when files need each other: they are loaded unchecked first, then once more with checks. */
  readonly cyclic?: boolean;
  /** Of a file with types: what each is made of, by identity, so that a run need not parse to change one. */
  readonly shapes?: Readonly<Record<string, TypeShape>>;
  /** Values of enums and attributes of composites that were renamed: `public.mood.sad` to `unhappy`. */
  readonly renames?: Readonly<Record<string, string>>;
  /** Whether columns of a type that must be made anew are converted to it. */
  readonly converts?: boolean;
  /** Of a recreated object: what stood on it where the change was tried; absent where it was not tried. */
  readonly dependents?: readonly Dependent[];
}

/** A version that another one follows. */
export interface PreviousVersion {
  readonly revision: RevisionId;
  /** `null` where that revision dropped the file. */
  readonly sha256: string | null;
  /** The path that the file had there, where it was renamed since. */
  readonly path?: string;
}

/** An object that stands on another one, with what is lost when it is dropped. */
export interface Dependent {
  /** Identity: `view public.totals`. */
  readonly object: string;
  /** The owner; absent where it is the role that migrates. */
  readonly owner?: string;
  /** `app has SELECT with grant option from owner`, sorted; absent where they are the usual ones. */
  readonly grants?: readonly string[];
}

/** The entries of a revision in load order. */
export interface Manifest {
  readonly revision: RevisionId;
  /** The `.assets` folder, as errors name it. */
  readonly folder: string;
  readonly entries: readonly ManifestEntry[];
  /** The texts of the folder's files, where they are not on disk. */
  readonly texts?: MemoryTexts;
}

/** Texts by file, as errors name it, in place of a disk. */
export type MemoryTexts = ReadonlyMap<string, string>;

/** A frozen file on its way to disk: a manifest entry and its text. */
export interface FrozenFile {
  readonly entry: ManifestEntry;
  readonly text: string | undefined;
}

/** The folder that holds the assets of the script at `scriptFile`. */
export function assetFolderOf(scriptFile: string): string {
  return `${scriptFile.replace(/\.[cm]?[jt]s$|\.sql$/, '')}.assets`;
}

/**
 * Reads the manifest of a revision; none means that the revision has no assets.
 *
 * @throws AssetError `MANIFEST_INVALID`
 */
export function readManifest(root: string, folder: string, revision: RevisionId): Manifest | undefined {
  const file = join(folder, 'manifest.json');
  if (!existsSync(join(root, file))) return undefined;
  return { revision, folder, entries: parseManifest(readFileSync(join(root, file), 'utf8'), file) };
}

/**
 * Reads the manifest of a revision from texts that were handed in.
 *
 * @throws AssetError `MANIFEST_INVALID`
 */
export function readManifestFrom(
  texts: MemoryTexts,
  folder: string,
  revision: RevisionId,
): Manifest | undefined {
  const file = `${folder}/manifest.json`;
  const text = texts.get(file);
  return text === undefined ? undefined : { revision, folder, entries: parseManifest(text, file), texts };
}

/**
 * Reads the frozen text of an entry, and checks that it is the one that was frozen.
 *
 * @throws AssetError `ASSET_MISSING`, `ASSET_TAMPERED`
 */
export function readFrozen(root: string, manifest: Manifest, entry: ManifestEntry): string {
  const file = frozenFileOf(manifest, entry.path);
  const bytes = bytesOf(root, manifest, file);
  if (bytes === undefined) {
    const where = manifest.texts === undefined ? 'on disk' : 'among the assets that were handed in';
    throw new AssetError('ASSET_MISSING', {
      message: `the frozen version of "${entry.path}" in revision "${manifest.revision}" is not ${where}`,
      where: file,
      next: 'restore it from version control; `.assets` folders travel with their scripts',
    });
  }
  const text = decodeAsset(bytes, file);
  if (hashAsset(text) !== entry.sha256) {
    throw new AssetError('ASSET_TAMPERED', {
      message: `the frozen version of "${entry.path}" in revision "${manifest.revision}" was changed after it was frozen`,
      where: file,
      next: `restore it from version control; to change the object edit the live file and run \`limbeck revision -m "…" --autogenerate\``,
    });
  }
  return text;
}

function bytesOf(root: string, { texts }: Manifest, file: string): Uint8Array | undefined {
  if (texts === undefined) return existsSync(join(root, file)) ? readFileSync(join(root, file)) : undefined;
  const text = texts.get(file);
  return text === undefined ? undefined : Buffer.from(text);
}

/** Where the frozen text of a path lies, as errors name it. */
export function frozenFileOf(manifest: Manifest, path: string): string {
  return `${manifest.folder}/${path}`;
}

/**
 * Writes manifest and frozen files, in place of what the folder held.
 *
 * They are written beside their place and renamed, so that a full disk leaves what was there.
 */
export function writeManifest(root: string, folder: string, files: readonly FrozenFile[]): void {
  const target = join(root, folder);
  const unfinished = `${target}${unfinishedSuffix}`;
  rmSync(unfinished, { recursive: true, force: true });
  if (files.length > 0) writeFiles(unfinished, files);
  rmSync(target, { recursive: true, force: true });
  if (files.length > 0) renameSync(unfinished, target);
}

/** Ends the name of an `.assets` folder that is being written. */
const unfinishedSuffix = '.new';

function writeFiles(folder: string, files: readonly FrozenFile[]): void {
  for (const { entry, text } of files) {
    if (text === undefined) continue;
    const file = join(folder, entry.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), formatManifest(files.map(({ entry }) => entry)));
}

/** Writes a manifest as JSON, one entry after the other in load order. */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const content = Object.fromEntries(entries.map(({ path, ...entry }) => [path, entry]));
  return `${JSON.stringify(content, null, 2)}\n`;
}

function parseManifest(json: string, file: string): ManifestEntry[] {
  const content = parseJson(json, file);
  return Object.entries(content).map(([path, value]) => parseEntry(path, value, file));
}

function parseJson(json: string, file: string): object {
  try {
    const content: unknown = JSON.parse(json);
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    const place = position === undefined ? file : placeIn(json, Number(position), file);
    throw invalid(place, message);
  }
  throw invalid(file, 'it is not an object');
}

function parseEntry(path: string, value: unknown, file: string): ManifestEntry {
  const entry = value as Partial<ManifestEntry> | null;
  if (typeof entry !== 'object' || entry === null) throw invalid(file, `"${path}" is not an object`);
  const { action, sha256 = null, from = [], objects = [], requires = [] } = entry;
  const { cyclic, shapes, renames, converts, dependents } = entry;
  if (!actions.includes(action as AssetAction)) throw invalid(file, `"${path}" has no known action`);
  if ((sha256 === null) !== (action === 'drop')) throw invalid(file, `"${path}" has no sha256`);
  if (path.split('/').includes('..')) throw invalid(file, `"${path}" leaves its folder`);
  return {
    path,
    action: action as AssetAction,
    sha256,
    from,
    objects,
    requires,
    ...(cyclic !== undefined && { cyclic }),
    ...(shapes && { shapes }),
    ...(renames && { renames }),
    ...(converts !== undefined && { converts }),
    ...(dependents && { dependents }),
  };
}

function placeIn(json: string, offset: number, file: string): string {
  return formatPlace({ file, ...lineAndColumn(json, offset) });
}

function invalid(file: string, reason: string): AssetError {
  return new AssetError('MANIFEST_INVALID', {
    message: `the manifest cannot be read: ${reason}`,
    where: file,
    next: 'restore it from version control; manifests are written by `limbeck freeze`',
  });
}
