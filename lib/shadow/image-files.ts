/**
 * Images of scratch databases, kept as files: a cache that is never an error.
 *
 * A file is written beside its place and renamed, so that another process never reads half of it. It ends with a hash
 * of the rest: one that was cut or damaged is as good as none. Where the folder cannot be written, nothing is kept.
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Images of one sort, of which only some are kept. */
export interface ImageFamily {
  readonly folder: string;
  /** How the names of its files begin. */
  readonly prefix: string;
  /** How many are kept: those that were used last. Each has some 15 MB. */
  readonly most: number;
}

/** Returns the image with a key; undefined where there is none, or none that is whole. */
export function readImage(family: ImageFamily, key: string): Blob | undefined {
  const file = fileOf(family, key);
  try {
    const bytes = readFileSync(file);
    const image = bytes.subarray(0, -hashLength);
    if (!hashOf(image).equals(bytes.subarray(-hashLength))) return undefined;
    const now = new Date();
    utimesSync(file, now, now);
    return new Blob([new Uint8Array(image)]);
  } catch {
    return undefined;
  }
}

/** Keeps an image, in place of the one that was used longest ago where there are too many. */
export async function keepImage(family: ImageFamily, key: string, image: Blob): Promise<void> {
  const bytes = new Uint8Array(await image.arrayBuffer());
  try {
    write(family, key, bytes);
    removeOld(family);
  } catch {
    // A full disk, or a folder that belongs to somebody else: the next command makes the image anew.
  }
}

/** Removes an image from which nothing could be started. */
export function dropImage(family: ImageFamily, key: string): void {
  try {
    rmSync(fileOf(family, key), { force: true });
  } catch {
    // It will be passed over again.
  }
}

const hashLength = 32;

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function fileOf({ folder, prefix }: ImageFamily, key: string): string {
  return join(folder, `${prefix}${key}.image`);
}

function write(family: ImageFamily, key: string, bytes: Uint8Array): void {
  mkdirSync(family.folder, { recursive: true });
  const unfinished = mkdtempSync(join(family.folder, unfinishedPrefix));
  try {
    const file = join(unfinished, 'image');
    // An image holds what the scripts have written: it is the business of this user alone.
    writeFileSync(file, Buffer.concat([bytes, hashOf(bytes)]), { mode: 0o600 });
    renameSync(file, fileOf(family, key));
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const unfinishedPrefix = 'unfinished-';
/** In milliseconds: nobody writes an image for so long. */
const longestWrite = 600_000;

function removeOld({ folder, prefix, most }: ImageFamily): void {
  const files = readdirSync(folder).map((name) => {
    const file = join(folder, name);
    return { name, file, changed: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const own = files.filter(({ name }) => name.startsWith(prefix) && name.endsWith('.image'));
  const old = own.toSorted((a, b) => b.changed - a.changed).slice(most);
  const left = files.filter(
    ({ name, changed }) => name.startsWith(unfinishedPrefix) && changed < Date.now() - longestWrite,
  );
  for (const { file } of [...old, ...left]) rmSync(file, { recursive: true, force: true });
}
