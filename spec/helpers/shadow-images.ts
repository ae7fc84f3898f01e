/**
 * A folder of shadow images that a temporary project has for itself.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder, startEmpty } from '../../lib/shadow/images.js';

/** Gives a project a folder of its own, which holds the image of an empty shadow and nothing else. */
export async function ownImages(root: string): Promise<void> {
  const folder = imageFolder(root);
  await (await startEmpty(root)).close();
  const [name = ''] = readdirSync(folder).filter((file) => file.startsWith('empty-'));
  const image = readFileSync(join(folder, name));
  rmSync(folder);
  mkdirSync(folder);
  writeFileSync(join(folder, name), image);
}
