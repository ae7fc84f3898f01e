/** The page of the API against the code: what is exported is named, and what is shown runs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { pgliteDirectory } from './helpers/pglite.js';
import { temporaryProject } from './helpers/project.js';

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
const page = read('docs/reference/api.md');

const script = (revision: string, downRevision: string | null) => `export const revision = '${revision}';
export const downRevision = ${JSON.stringify(downRevision)};
export const upgrade = (op) => op.schema.createTable('${revision}', (t) => void t.text('name'));
export const downgrade = (op) => op.schema.dropTable('${revision}');
`;

describe('docs/reference/api.md', () => {
  for (const file of ['lib/index.ts', 'lib/testing.ts']) {
    it(`names every export of ${file}`, () => {
      const names = exportsOf(read(file));
      expect(names.length).to.be.greaterThan(2);
      expect(names.filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(page))).to.deep.equal(
        [],
      );
    });
  }

  const examples = [...page.matchAll(/```js\n\/\/ (\w+\.mjs)\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)];

  it('has examples that can be run', () => {
    expect(examples.map(([, name]) => name)).to.include.members(['upgrade.mjs', 'instance.mjs']);
  });

  for (const [, name = '', code = '', output = ''] of examples) {
    it(`prints in ${name} what it says`, async () => {
      const project = temporaryProject(
        {
          'package.json': '{ "type": "module" }',
          'knexfile.js': "import { embedded } from 'limbeck';\nexport default { development: embedded() };\n",
          'migrations/20260101000000_lamps.js': script('lamps', null),
          'migrations/20260102000000_colours.js': script('colours', 'lamps'),
          [name]: code,
        },
        { link: true },
      );
      await pgliteDirectory(project.path('.limbeck/db'));
      const { stdout, stderr } = spawnSync(process.execPath, [name], { cwd: project.root, encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(stdout).to.equal(output);
    });
  }
});

/** The names that a file of the public API exports, types too. */
function exportsOf(text: string): string[] {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(','),
  );
  const own = [...text.matchAll(/^export (?:async )?(?:interface|function|const|type) (\w+)/gm)];
  const listed = lists.map((name) => name.replace(/\btype\b/, '').trim()).filter((name) => name !== '');
  return [...listed, ...own.map(([, name = '']) => name)];
}
