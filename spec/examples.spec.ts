/** The files of docs/examples: the manual names them, and what they call is there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseArguments } from '../cli/parse.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'docs/examples');
const manual = readdirSync(join(root, 'docs/how-to'))
  .map((page) => readFileSync(join(root, 'docs/how-to', page), 'utf8'))
  .join('\n');

/** The words of each call of limbeck, in a shell's line or a list of YAML. */
function callsIn(text: string): string[][] {
  return [...text.matchAll(/(?:node_modules\/\.bin\/|npx )limbeck\b(.*)$/gm)].map(
    ([, rest = '']) =>
      rest
        .replaceAll(/[\][,"']/g, ' ')
        .split('#')[0]
        ?.split(/\s+/)
        .filter((word) => word !== '') ?? [],
  );
}

describe('docs/examples', () => {
  for (const name of readdirSync(folder)) {
    describe(name, () => {
      const text = readFileSync(join(folder, name), 'utf8');

      it('is named by a page of the manual', () => {
        expect(manual).to.contain(`(../examples/${name})`);
      });

      it('calls limbeck in a way that it understands', async () => {
        const calls = callsIn(text);
        expect(calls).to.not.have.lengthOf(0);
        for (const words of calls)
          expect((await parseArguments(words, () => '')).kind, words.join(' ')).to.equal('run');
      });
    });
  }

  it('has the migration of each kind that runs in production', () => {
    for (const name of ['compose.yaml', 'kubernetes-job.yaml', 'shop-migrate.service']) {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(callsIn(text), name).to.deep.equal([['upgrade']]);
      expect(text, name)
        .to.match(/NODE_ENV\b.*\n?.*\bproduction/)
        .and.to.contain('DATABASE_URL');
    }
  });
});
