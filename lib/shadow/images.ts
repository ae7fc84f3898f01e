/**
 * Starting scratch databases from images: of an empty database, and of one at some revisions.
 */
import { join } from 'node:path';
import { embeddedVersion, type ScratchDatabase, startScratch } from '../runtime/scratch.js';
import { cacheFolder } from '../script/load-module.js';
import { dropImage, type ImageFamily, keepImage, readImage } from './image-files.js';

/** Images of databases at revisions. */
export function revisionImages(root: string): ImageFamily {
  return { folder: imageFolder(root), prefix: 'at-', most: 4 };
}

/** Images of an empty database. */
function emptyImages(root: string): ImageFamily {
  return { folder: imageFolder(root), prefix: 'empty-', most: 1 };
}

/** Where the images of a project are kept. */
export function imageFolder(root: string): string {
  return join(cacheFolder(root), 'shadow');
}

/** Starts an empty scratch database, from an image where an earlier command has left one. */
export async function startEmpty(root: string): Promise<ScratchDatabase> {
  const images = emptyImages(root);
  const key = embeddedVersion();
  const started = await startFrom(images, key);
  if (started !== undefined) return started;
  const scratch = await startScratch();
  await keepImage(images, key, await scratch.dump());
  return scratch;
}

/** Starts a scratch database from an image; undefined where there is none, or none that PGlite can start from. */
export async function startFrom(images: ImageFamily, key: string): Promise<ScratchDatabase | undefined> {
  const image = readImage(images, key);
  if (image === undefined) return undefined;
  try {
    return await startScratch(image);
  } catch {
    dropImage(images, key);
    return undefined;
  }
}
