/**
 * The frozen files of a project as they lie there, whatever manifests say.
 */
import { join } from 'node:path';
import type { Project } from '../project.js';
import { withoutDot } from '../script/script-directory.js';

/** A file in a `.assets` folder; the manifest is none. */
export interface FoundFile {
  /** The `.assets` folder, as errors name it. */
  readonly folder: string;
  /** Below it: `procs/update_adu.sql`. */
  readonly path: string;
}

/** Lists the files below the `.assets` folders of all script directories, sorted; hidden ones are left out. */
export async function listFrozenFiles({ root, config, memory }: Project): Promise<FoundFile[]> {
  const files = memory === undefined ? await filesBelow(root, config.settings) : [...memory.assets.keys()];
  return [...new Set(files)].sort().flatMap((file) => {
    const [, folder, path] = /^(.*?\.assets)\/(.+)$/.exec(file) ?? [];
    return folder === undefined || path === undefined || path === 'manifest.json' ? [] : [{ folder, path }];
  });
}

async function filesBelow(
  root: string,
  { directories, recursive }: Project['config']['settings'],
): Promise<string[]> {
  // Loaded on first use: most commands look at no files but those that they name.
  const { default: glob } = await import('fast-glob');
  const found = directories.map(async (directory) => {
    const folder = withoutDot(directory);
    const pattern = recursive ? '**/*.assets/**' : '*.assets/**';
    const files = await glob(pattern, { cwd: join(root, folder), ignore: ['**/node_modules/**'] });
    return files.map((file) => (folder === '.' ? file : `${folder}/${file}`));
  });
  return (await Promise.all(found)).flat();
}
