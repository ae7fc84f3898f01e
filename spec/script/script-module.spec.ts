import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Operations } from '../../lib/ops/operations.js';
import { createModuleLoader } from '../../lib/script/load-module.js';
import { readScripts } from '../../lib/script/script-directory.js';
import { loadScript, scriptPlace } from '../../lib/script/script-module.js';
import { RecordingSink } from '../../lib/sql/statement.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

/** Loads the one script of a project. */
async function load(file: string, text: string, name = 'project') {
  const project = temporaryProject({ 'package.json': '{}', [`migrations/${file}`]: text }, { name });
  const [script] = await readScripts(project.root, ['migrations']);
  if (script === undefined) throw new Error('there is no script');
  return { script, module: () => loadScript(script, createModuleLoader(project.root)) };
}

const op = {} as Operations;

describe('loadScript', () => {
  it('finds both functions, exported one by one or together', async () => {
    for (const [file, text] of [
      [
        'a.ts',
        `export const revision = 'a'; export const upgrade = (op: object) => [op]; export function downgrade() { return 'down'; }`,
      ],
      [
        'a.cjs',
        `exports.revision = 'a';\nexports.upgrade = (op) => [op];\nexports.downgrade = () => 'down';`,
      ],
      [
        'a.mjs',
        `export const revision = 'a'; export default { upgrade: (op) => [op], downgrade: () => 'down' };`,
      ],
      ['a.js', `exports.revision = 'a';\nexports.upgrade = (op) => [op];\nexports.downgrade = () => 'down';`],
    ] as const) {
      const { module } = await load(file, text);
      const loaded = await module();
      expect(loaded.upgrade(op), file).to.deep.equal([op]);
      expect(loaded.downgrade(op), file).to.equal('down');
      expect(loaded.sha256, file).to.equal(createHash('sha256').update(text).digest('hex'));
    }
  });

  it('reads plain SQL without importing anything', async () => {
    const { module } = await load('a.sql', '-- revision: a\n-- upgrade\n-- downgrade\n');
    expect((await module()).upgrade).to.be.a('function');
  });

  it('reads plain SQL with the line ends of Windows as without', async () => {
    const text = '-- revision: a\r\n-- upgrade\r\nselect $$a\r\nb$$;\r\n-- downgrade\r\n';
    const { module } = await load('a.sql', text);
    const sink = new RecordingSink();
    (await module()).upgrade({ record: (made) => sink.record(made) } as Operations);
    expect(sink.statements[0]?.text).to.include('select $$a\nb$$;').and.to.not.include('\r');
  });

  it('refuses plain SQL that is not UTF-8, at the place', async () => {
    const { script, module } = await load('a.sql', '-- revision: a\n');
    writeFileSync(
      script.path,
      Buffer.from("-- revision: a\n-- upgrade\nselect 'é';\n-- downgrade\n", 'latin1'),
    );
    const error = await rejectionOf(module());
    expect([error.code, error.where]).to.deep.equal(['ASSET_UNREADABLE', 'migrations/a.sql:3:9']);
  });

  it('refuses a script without one of the functions', async () => {
    const { module } = await load('a.ts', `export const revision = 'a'; export function upgrade() {}`);
    expect(factsOf(await rejectionOf(module()))).to.deep.equal({
      code: 'SCRIPT_INCOMPLETE',
      message: 'the script exports no function "downgrade"',
      where: 'migrations/a.ts',
      next: 'add `export async function downgrade(op) { … }`; leave its body empty if there is nothing to do',
    });
    const other = await load('a.mjs', `export const revision = 'a'; export const upgrade = 'no function';`);
    expect((await rejectionOf(other.module())).message).to.equal('the script exports no function "upgrade"');
  });

  for (const file of ['a.ts', 'a.mts', 'a.mjs', 'a.cjs']) {
    it(`refuses a script that fails while it is imported, at its line (${file})`, async () => {
      const header = file === 'a.cjs' ? `exports.revision = 'a';` : `export const revision = 'a';`;
      const { module } = await load(
        file,
        `/** x */\n${header}\n\nconst nothing = null;\nnothing.boom();\n`,
        'my project',
      );
      const error = await rejectionOf(module());
      expect(factsOf(error)).to.deep.equal({
        code: 'SCRIPT_NOT_LOADED',
        message: "the script cannot be imported: Cannot read properties of null (reading 'boom')",
        where: `migrations/${file}:5:9`,
        next: 'mend the script',
      });
      expect(error.cause).to.be.instanceOf(TypeError);
    });
  }

  it('refuses a script that imports what is not there', async () => {
    const { module } = await load('a.ts', `import './gone.js';\nexport const revision = 'a';`);
    const error = await rejectionOf(module());
    expect(error.code).to.equal('SCRIPT_NOT_LOADED');
    expect(error.where).to.match(/^migrations\/a\.ts:1:/);
    expect(error.message).to.match(/^the script cannot be imported: Cannot find module '.\/gone.js'/);
  });

  for (const file of ['a.ts', 'a.mjs', 'a.cjs']) {
    it(`refuses a script that is no code, at its line (${file})`, async () => {
      const header = file === 'a.cjs' ? `exports.revision = 'a';` : `export const revision = 'a';`;
      const { module } = await load(file, `/** x */\n${header}\nconst 1x = 2;\n`);
      const error = await rejectionOf(module());
      expect([error.code, error.where]).to.deep.equal(['SCRIPT_NOT_LOADED', `migrations/${file}:3:7`]);
      expect(error.message).to.not.include('\n');
    });
  }
});

describe('scriptPlace', () => {
  it('is the file where the line is not known', async () => {
    const { script } = await load('a.mjs', `export const revision = 'a';`);
    expect(scriptPlace(new Error('from elsewhere'), script)).to.equal('migrations/a.mjs');
    expect(scriptPlace('no error', script)).to.equal('migrations/a.mjs');
  });
});
