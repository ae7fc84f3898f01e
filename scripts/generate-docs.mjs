/** Writes the pages of docs/reference that are made from the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from '../dist/spec/helpers/reference-docs.js';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const [file, text] of referencePages()) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  console.log(`Wrote ${file}`);
}
