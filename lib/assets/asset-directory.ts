/**
 * The live files: what people edit under `raw_sql/<kind>/`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AssetError } from '../errors.js';
import { decodeAsset } from './asset-text.js';

/** A live file, by its asset path: `procs/update_adu.sql`, `views/reporting/totals.sql`. */
export interface LiveFile {
  readonly path: string;
  readonly text: string;
}

/** The live files of one project. */
export interface AssetDirectory {
  /** The folder, as errors name it: `raw_sql`. */
  readonly name: string;
  /** All asset paths, sorted by name within the order of the kinds: files whose names end in `.sql`, however it is written. */
  paths(): Promise<string[]>;
  has(path: string): boolean;
  /**
   * Reads one live file.
   *
   * @throws AssetError `ASSET_NOT_FOUND`, `ASSET_UNREADABLE`
   */
  read(path: string): LiveFile;
  /** The file on disk, for messages. */
  fileOf(path: string): string;
}

/** The live files, for those who merge them. */
export interface WritableAssetDirectory extends AssetDirectory {
  /** Writes one live file, with the line ends and the byte order mark that it had. */
  write(path: string, text: string): void;
  /** Deletes one live file, if it is there. */
  remove(path: string): void;
}

/**
 * Opens the folder of live files; one that does not exist holds none.
 *
 * @param root - where `name` is looked up
 * @param kinds - the sub-folders that hold assets, in load order
 */
export function openAssetDirectory(
  root: string,
  name: string,
  kinds: readonly string[],
): WritableAssetDirectory {
  const fileOf = (path: string) => `${name}/${path}`;
  const onDisk = (path: string) => join(root, name, path);
  return {
    name,
    fileOf,
    async paths() {
      // Loaded on first use: most commands look at no live file.
      const { default: glob } = await import('fast-glob');
      const found = await glob(
        kinds.map((kind) => `${glob.escapePath(kind)}/**/*.sql`),
        // On a disk that does not tell them apart `F.SQL` is an SQL file as well.
        { cwd: join(root, name), caseSensitiveMatch: false },
      );
      return kinds.flatMap((kind) => found.filter((path) => kindOf(path) === kind).sort());
    },
    has: (path) => isFile(onDisk(path)),
    read(path) {
      if (!isFile(onDisk(path))) throw notFound(fileOf(path));
      return { path, text: decodeAsset(readFileSync(onDisk(path)), fileOf(path)) };
    },
    write(path, text) {
      const before = existsSync(onDisk(path)) ? readFileSync(onDisk(path), 'utf8') : '';
      mkdirSync(dirname(onDisk(path)), { recursive: true });
      writeFileSync(onDisk(path), styledAs(before, text));
    },
    remove: (path) => rmSync(onDisk(path), { force: true }),
  };
}

/** A link to a file is that file; a folder is none, whatever its name. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The kind of an asset path: its first folder. */
export function kindOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

/** The schema that a sub-folder stands for: `views/reporting/totals.sql` is of `reporting`. */
export function folderSchemaOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1] : undefined;
}

/** Gives a normalised text the line ends and the byte order mark of another one. */
function styledAs(before: string, text: string): string {
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : '';
  return mark + (before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text);
}

/**
 * Reads an SQL file from anywhere, to be made into live files.
 *
 * @param file - as errors name it
 * @throws AssetError `ASSET_NOT_FOUND`
 */
export function readForeign(root: string, file: string): Uint8Array {
  const path = resolve(root, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return readFileSync(path);
  throw new AssetError('ASSET_NOT_FOUND', {
    message: `there is no file "${file}"`,
    where: file,
    next: 'correct the name',
  });
}

function notFound(file: string): AssetError {
  return new AssetError('ASSET_NOT_FOUND', {
    message: `there is no live file "${file}"`,
    where: file,
    next: 'create it, or correct the name in the script',
  });
}
