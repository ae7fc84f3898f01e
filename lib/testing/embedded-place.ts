/**
 * A database for tests in memory: started from an image of one that was migrated.
 *
 * The image is kept beside the project's other caches, so that the processes of a test runner, one for each
 * file of tests with some, migrate once altogether.
 */
import { startScratch } from '../runtime/scratch.js';
import { type ImageFamily, keepImage, readImage } from '../shadow/image-files.js';
import { imageFolder, startEmpty } from '../shadow/images.js';
import type { TemplateSource } from './template-source.js';
import type { TestPlace } from './test-place.js';

export async function embeddedPlace(source: TemplateSource): Promise<TestPlace> {
  const image = await imageOf(source);
  let scratch = await startScratch(image);
  return {
    // Knex asks for the connection each time that the one before has ended.
    config: { connection: () => scratch.connection(), pool: onePool, acquireConnectionTimeout: 10_000 },
    url: undefined,
    async renew() {
      await scratch.close();
      scratch = await startScratch(image);
    },
    remove: () => scratch.close(),
  };
}

/** PGlite has one session. */
const onePool = { min: 0, max: 1 };

async function imageOf(source: TemplateSource): Promise<Blob> {
  if (!source.isReusable) return migratedImage(source);
  const { project, optionsHash, contentHash } = source;
  const images: ImageFamily = {
    folder: imageFolder(project.root),
    prefix: `template-${optionsHash}-`,
    most: 1,
  };
  const kept = readImage(images, contentHash);
  if (kept !== undefined) return kept;
  const image = await migratedImage(source);
  await keepImage(images, contentHash, image);
  return image;
}

async function migratedImage(source: TemplateSource): Promise<Blob> {
  const scratch = await startEmpty(source.project.root);
  try {
    await source.migrate({ connection: scratch.connection, pool: onePool });
    return await scratch.dump();
  } finally {
    await scratch.close();
  }
}
