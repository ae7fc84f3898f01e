/**
 * Finding the knexfile of a project.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../errors.js';

const names = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `knexfile.${extension}`);

/**
 * Returns the path of the knexfile: the one given, else the nearest in `folder` and the folders above.
 *
 * @throws ConfigError `KNEXFILE_NOT_FOUND`
 */
export function findKnexfile(folder: string, given?: string): string {
  if (given !== undefined) {
    const path = resolve(folder, given);
    if (existsSync(path)) return path;
    throw notFound(`there is no file "${given}"`, folder);
  }
  for (let here = resolve(folder); ; here = dirname(here)) {
    const found = names.map((name) => join(here, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (here === dirname(here)) throw notFound('there is no knexfile here or in a folder above', folder);
  }
}

function notFound(message: string, folder: string): ConfigError {
  return new ConfigError('KNEXFILE_NOT_FOUND', {
    message,
    where: folder,
    next: 'run `limbeck init` to make a project, or name the file with `--knexfile`',
  });
}
