import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { init, openProject, revision } from '../../lib/index.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const esmPackage = { 'package.json': '{ "type": "module" }' };
const cjsPackage = { 'package.json': '{}' };

describe('init', () => {
  /** The knexfile that is made, and the first script of the project. */
  async function made(files: Record<string, string>, template?: string): Promise<string[]> {
    const { root, read } = temporaryProject(files, { link: true });
    const [knexfile = ''] = init({ folder: root, template }).created;
    const { file } = await revision(await openProject({ folder: root }), { message: 'x' });
    const isEsm = /^import /m.test(read(knexfile));
    const scriptIsEsm = /^export const revision/m.test(read(file ?? ''));
    return [knexfile, isEsm ? 'esm' : 'cjs', (file ?? '').replace(/^.*_x/, 'x'), scriptIsEsm ? 'esm' : 'cjs'];
  }

  it('takes the language of the folder', async () => {
    expect(await made({})).to.deep.equal(['knexfile.ts', 'esm', 'x.ts', 'esm']);
    expect(await made({ ...cjsPackage, 'tsconfig.json': '{}' })).to.deep.equal([
      'knexfile.ts',
      'esm',
      'x.ts',
      'esm',
    ]);
    expect(await made(esmPackage)).to.deep.equal(['knexfile.js', 'esm', 'x.js', 'esm']);
    expect(await made(cjsPackage)).to.deep.equal(['knexfile.js', 'cjs', 'x.js', 'cjs']);
  });

  it('takes the language that is named, with the ending that means it', async () => {
    expect(await made(esmPackage, 'ts')).to.deep.equal(['knexfile.ts', 'esm', 'x.ts', 'esm']);
    expect(await made(esmPackage, 'esm')).to.deep.equal(['knexfile.js', 'esm', 'x.js', 'esm']);
    expect(await made(esmPackage, 'cjs')).to.deep.equal(['knexfile.cjs', 'cjs', 'x.cjs', 'cjs']);
    expect(await made(cjsPackage, 'esm')).to.deep.equal(['knexfile.mjs', 'esm', 'x.mjs', 'esm']);
    expect(await made(cjsPackage, 'cjs')).to.deep.equal(['knexfile.js', 'cjs', 'x.js', 'cjs']);
    expect(await made({}, 'cjs')).to.deep.equal(['knexfile.js', 'cjs', 'x.js', 'cjs']);
  });

  it('keeps what is there', () => {
    const knexfile = "export default { client: 'pg' };\n";
    const { root, read } = temporaryProject({ ...esmPackage, 'knexfile.js': knexfile });
    expect(init({ folder: root, template: 'ts' }).kept).to.include('knexfile.js');
    expect(read('knexfile.js')).to.equal(knexfile);
  });

  it('refuses a template that there is not, lists those that there are, and makes nothing', () => {
    const { root, path } = temporaryProject();
    expect(factsOf(thrownBy(() => init({ folder: root, template: 'typescript' })))).to.deep.equal({
      code: 'USAGE',
      message: 'there is no template "typescript"',
      where: undefined,
      next: 'choose one of "ts", "esm", "cjs": TypeScript, ES modules, CommonJS',
    });
    expect(thrownBy(() => init({ folder: root, template: 'esn' })).next).to.match(
      /^did you mean "esm"\? Else/,
    );
    expect(existsSync(path('migrations'))).to.equal(false);
  });
});
