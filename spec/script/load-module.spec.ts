import { expect } from 'chai';
import { createModuleLoader } from '../../lib/script/load-module.js';
import { toolVersion } from '../../lib/version.js';
import { temporaryProject } from '../helpers/project.js';

const esm = `import { toolVersion } from 'limbeck';
export const version = toolVersion();
export const name = 'esm';
`;
const commonJs = `const { toolVersion } = require('limbeck');
exports.version = toolVersion();
exports.name = 'cjs';
`;

describe('createModuleLoader', () => {
  for (const type of ['module', 'commonjs']) {
    it(`imports every kind of module, in a project of type ${type}`, async () => {
      const texts: Record<string, string> = {
        'a.ts': esm.replace('const name', 'const name: string'),
        'b.mts': esm.replace('const name', 'const name: string'),
        'c.cts': esm.replace('const name', 'const name: string'),
        'd.js': type === 'module' ? esm : commonJs,
        'e.mjs': esm,
        'f.cjs': commonJs,
      };
      const { root, path } = temporaryProject(
        { ...texts, 'package.json': JSON.stringify({ type }) },
        { link: true },
      );
      const load = createModuleLoader(root);
      for (const [file, text] of Object.entries(texts)) {
        const loaded = await load(path(file));
        expect(loaded['version'], file).to.equal(toolVersion());
        expect(loaded['name'], file).to.equal(text === commonJs ? 'cjs' : 'esm');
      }
    });
  }

  it("loads a project's own modules from a module, whatever they are written in", async () => {
    const { root, path } = temporaryProject({
      'package.json': '{ "type": "module" }',
      'a.ts': `import { size } from './helpers/size.js'; import { unit } from './helpers/unit.cjs';
        export const both = \`\${size} \${unit}\`;`,
      'helpers/size.ts': 'export const size: number = 5;',
      'helpers/unit.cjs': `exports.unit = 'mm';`,
    });
    expect((await createModuleLoader(root)(path('a.ts')))['both']).to.equal('5 mm');
  });

  it('loads ES modules that import what Node does not find', async () => {
    const { root, path } = temporaryProject({
      'package.json': '{ "type": "module" }',
      'a.js': `export { size as value } from './helpers/size.ts';`,
      'b.mjs': `export { size as value } from './helpers/size';`,
      'c.js': `export { size as value } from './helpers';`,
      'd.js': `export { size as value } from './helpers/size.js';`,
      'helpers/size.ts': 'enum Size { big = 5 }\nexport const size: number = Size.big;',
      'helpers/index.ts': `export * from './size.js';`,
    });
    const load = createModuleLoader(root);
    for (const file of ['a.js', 'b.mjs', 'c.js', 'd.js'])
      expect((await load(path(file)))['value'], file).to.equal(5);
  });

  it('sees a module that was edited', async () => {
    for (const file of ['a.ts', 'a.mjs']) {
      const { root, path, write } = temporaryProject({ [file]: 'export const value = 1;' });
      expect((await createModuleLoader(root)(path(file)))['value']).to.equal(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      write(file, 'export const value = 2;');
      expect((await createModuleLoader(root)(path(file)))['value'], file).to.equal(2);
    }
  });

  it('keeps the message of Node about an export that is not there', async () => {
    const { root, path } = temporaryProject({
      'a.mjs': `import { x } from './b.mjs'; x();`,
      'b.mjs': 'export const y = 1;',
    });
    const work = createModuleLoader(root)(path('a.mjs'));
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).to.include("does not provide an export named 'x'");
  });

  it('runs in a folder with spaces and signs in its name', async () => {
    const { root, path } = temporaryProject(
      { 'a.ts': 'export const value = 1;', 'b.mjs': 'export const value = 2;' },
      {
        name: 'my #1 project (100%)',
      },
    );
    const load = createModuleLoader(root);
    expect([(await load(path('a.ts')))['value'], (await load(path('b.mjs')))['value']]).to.deep.equal([1, 2]);
  });
});
