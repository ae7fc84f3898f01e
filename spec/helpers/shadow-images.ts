/**
 * The image of an empty shadow for temporary projects, so that not each of them pays for initdb.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageFolder, startEmpty } from '../../lib/shadow/images.js';

let shared: Promise<string> | undefined;

/** Puts the image of an empty shadow where the commands of a project look for it. */
export async function lendEmptyImage(root: string): Promise<void> {
  shared ??= makeImage();
  const file = await shared;
  mkdirSync(imageFolder(root), { recursive: true });
  copyFileSync(file, join(imageFolder(root), file.slice(file.lastIndexOf('empty-'))));
}

async function makeImage(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'limbeck-shadow-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'node_modules'));
  await (await startEmpty(root)).close();
  const [name = ''] = readdirSync(imageFolder(root));
  return join(imageFolder(root), name);
}
