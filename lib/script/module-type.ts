/**
 * Whether a `.js` file is an ES module: the nearest package.json decides, as in Node.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns whether `.js` files beside `path`, or in it, are ES modules. */
export function isEsm(path: string): boolean {
  for (let here = path; ; here = dirname(here)) {
    const manifest = join(here, 'package.json');
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type === 'module';
    }
    if (here === dirname(here)) return false;
  }
}
