/**
 * The sections of RESULTS.md: each measurement replaces its own, and leaves what else is there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('RESULTS.md', import.meta.url));

export function writeSection(name, lines) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const section = [begin, ...lines, end].join('\n');
  const text = read();
  const there = text.indexOf(begin);
  const next =
    there === -1
      ? `${text}\n${section}\n`
      : text.slice(0, there) + section + text.slice(text.indexOf(end) + end.length);
  writeFileSync(path, next);
}

function read() {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return `# Results

Machines differ and are noisy: read the ratios, and measure again on yours before you compare.
`;
  }
}
