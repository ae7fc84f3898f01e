import { expect } from 'chai';
import { newRevisionId, type NewScript, renderScript, writeScript } from '../../lib/script/new-script.js';
import { prepareHeaderReader, readModuleHeader, readSqlHeader } from '../../lib/script/script-header.js';
import { templates } from '../../lib/script/templates.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const plain: NewScript = {
  revision: '1a2b3c4d5e6f',
  message: 'add builds',
  downRevisions: ['9f8e7d6c5b4a'],
  branchLabels: [],
  dependsOn: [],
  created: new Date('2026-11-22T10:30:05Z'),
  upgrade: [],
  downgrade: [],
  helpers: [],
};

const loading: NewScript = {
  ...plain,
  downRevisions: ['a', 'b'],
  branchLabels: ['billing'],
  dependsOn: ['c'],
  upgrade: ["await loadType(op, ['build.sql']);", "await loadStoredProc(op, ['f.sql']);"],
  downgrade: ["await loadStoredProc(op, ['f.sql']);", "await loadType(op, ['build.sql']);"],
  helpers: ['loadStoredProc', 'loadType'],
};

const style = {
  directory: 'migrations',
  extension: '.ts',
  fileName: '{timestamp}_{revision}_{slug}',
  slugLength: 40,
  timeZone: 'UTC',
  template: undefined,
} as const;

describe('newRevisionId', () => {
  it('makes twelve hex digits, others each time', () => {
    const ids = Array.from({ length: 100 }, newRevisionId);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{12}$/);
    expect(new Set(ids).size).to.equal(100);
  });
});

describe('renderScript', () => {
  before(() => prepareHeaderReader());

  it('writes TypeScript', () => {
    expect(renderScript(loading, templates.typescript)).to.equal(`/** add builds */
import { loadStoredProc, loadType, type Operations } from 'limbeck';

export const revision = '1a2b3c4d5e6f';
export const downRevision = ['a', 'b'];
export const branchLabels = ['billing'];
export const dependsOn = ['c'];

export async function upgrade(op: Operations) {
  await loadType(op, ['build.sql']);
  await loadStoredProc(op, ['f.sql']);
}

export async function downgrade(op: Operations) {
  await loadStoredProc(op, ['f.sql']);
  await loadType(op, ['build.sql']);
}
`);
  });

  it('writes an ES module', () => {
    expect(renderScript(plain, templates.esm)).to.equal(`/** add builds */
export const revision = '1a2b3c4d5e6f';
export const downRevision = '9f8e7d6c5b4a';
export const branchLabels = [];
export const dependsOn = [];

/** @param {import('limbeck').Operations} op */
export async function upgrade(op) {
}

/** @param {import('limbeck').Operations} op */
export async function downgrade(op) {
}
`);
    expect(renderScript(loading, templates.esm)).to.include(
      "/** add builds */\nimport { loadStoredProc, loadType } from 'limbeck';\n\nexport const revision",
    );
  });

  it('writes CommonJS', () => {
    expect(renderScript({ ...loading, downRevisions: [] }, templates.commonjs)).to.equal(`/** add builds */
const { loadStoredProc, loadType } = require('limbeck');

exports.revision = '1a2b3c4d5e6f';
exports.downRevision = null;
exports.branchLabels = ['billing'];
exports.dependsOn = ['c'];

/** @param {import('limbeck').Operations} op */
exports.upgrade = async (op) => {
  await loadType(op, ['build.sql']);
  await loadStoredProc(op, ['f.sql']);
};

/** @param {import('limbeck').Operations} op */
exports.downgrade = async (op) => {
  await loadStoredProc(op, ['f.sql']);
  await loadType(op, ['build.sql']);
};
`);
  });

  it('writes plain SQL', () => {
    expect(
      renderScript({ ...loading, upgrade: ['select 1;'], downgrade: [] }, templates.sql),
    ).to.equal(`-- message: add builds
-- revision: 1a2b3c4d5e6f
-- downRevision: a, b
-- branchLabels: billing
-- dependsOn: c

-- upgrade
select 1;

-- downgrade
`);
  });

  it('writes headers that are read as they were meant, whatever the message', () => {
    const messages = [
      'add builds',
      "it's \\ `odd` ${x} {{revision}}",
      'the end */ of it',
      'two\nlines',
      'fix: it',
      'upgrade',
      'downgrade',
      'revision: x',
      'message: dependsOn: x',
    ];
    for (const message of messages) {
      const meant = { ...loading, message };
      for (const text of [templates.typescript, templates.esm, templates.commonjs]) {
        const header = readModuleHeader(renderScript(meant, text), 'a.ts');
        expect(header).to.deep.include({
          revision: '1a2b3c4d5e6f',
          downRevisions: ['a', 'b'],
          dependsOn: ['c'],
        });
        expect(header?.message).to.equal(message.replace('*/', '* /').replace('\n', ' '));
      }
      const header = readSqlHeader(renderScript(meant, templates.sql), 'a.sql');
      expect(header).to.deep.include({
        revision: '1a2b3c4d5e6f',
        downRevisions: ['a', 'b'],
        dependsOn: ['c'],
      });
      expect(header?.message).to.equal(message.replace('*/', '* /').replace('\n', ' '));
    }
  });

  it("fills a project's own template, and leaves marks that it does not know", () => {
    const template =
      "// {{message}} ({{created}}) {{other}}\nimport { x } from '../helpers.js';\n  {{upgrade}}\n";
    expect(renderScript(loading, template)).to.equal(`// add builds (2026-11-22T10:30:05.000Z) {{other}}
import { x } from '../helpers.js';
  await loadType(op, ['build.sql']);
  await loadStoredProc(op, ['f.sql']);
`);
  });
});

describe('writeScript', () => {
  const write = (script: NewScript, given: object = {}, files: Record<string, string> = {}) => {
    const project = temporaryProject(files);
    const file = writeScript(script, { root: project.root, ...style, ...given });
    return { file, text: project.read(file) };
  };

  it('names the file by date, id and message, and makes the directory', () => {
    const { file, text } = write(plain);
    expect(file).to.equal('migrations/20261122103005_1a2b3c4d5e6f_add_builds.ts');
    expect(text).to.equal(renderScript(plain, templates.typescript));
  });

  it('makes words of any message, and cuts them to forty characters', () => {
    const name = (message: string) => write({ ...plain, message }, { fileName: '{slug}' }).file;
    expect(name('Größe: "add" the (new) type-1!')).to.equal('migrations/größe_add_the_new_type_1.ts');
    expect(name('x'.repeat(39) + ' yy')).to.equal(`migrations/${'x'.repeat(39)}.ts`);
    expect(write({ ...plain, message: '!?' }).file).to.equal('migrations/20261122103005_1a2b3c4d5e6f.ts');
  });

  it('takes the date in the time zone of the project', () => {
    expect(write(plain, { timeZone: 'Asia/Kolkata', fileName: '{timestamp}' }).file).to.equal(
      'migrations/20261122160005.ts',
    );
    const midnight = { ...plain, created: new Date('2026-11-22T00:00:00Z') };
    expect(write(midnight, { fileName: '{timestamp}' }).file).to.equal('migrations/20261122000000.ts');
  });

  it('knows the parts of a date, and makes sub-folders', () => {
    const fileName = '{year}/{month}/{day}-{hour}_{minute}_{second}_{epoch}';
    expect(write(plain, { fileName }).file).to.equal('migrations/2026/11/22-10_30_05_1795343405.ts');
  });

  it('cuts the message to the length that was chosen', () => {
    expect(write(plain, { fileName: '{slug}', slugLength: 5 }).file).to.equal('migrations/add_b.ts');
  });

  it('calls a file by its id when the message has no letters', () => {
    const nameless = { ...plain, message: '!?' };
    expect(write(nameless, { fileName: '{slug}' }).file).to.equal('migrations/1a2b3c4d5e6f.ts');
    expect(write(nameless, { fileName: '{year}/{slug}' }).file).to.equal('migrations/2026/1a2b3c4d5e6f.ts');
  });

  it('writes the date into the script where the name does not begin with it', async () => {
    await prepareHeaderReader();
    const dated = { fileName: '{year}/{revision}', timeZone: 'Asia/Kolkata' };
    for (const extension of ['.ts', '.mjs', '.cjs'] as const) {
      const { text, file } = write(plain, { ...dated, extension });
      expect(readModuleHeader(text, file)?.created, extension).to.equal('20261122160005');
    }
    const sql = write(plain, { ...dated, extension: '.sql' });
    expect(readSqlHeader(sql.text, sql.file)?.created).to.equal('20261122160005');
    expect(write(plain).text).to.not.include('created');
  });

  it('writes in the language of the extension, where package.json has a say', () => {
    const isTemplate = (text: string, template: string) => text === renderScript(plain, template);
    const esm = { 'package.json': '{ "type": "module" }' };
    const other = { 'package.json': '{}' };
    expect(isTemplate(write(plain, { extension: '.js' }, esm).text, templates.esm)).to.equal(true);
    expect(isTemplate(write(plain, { extension: '.js' }, other).text, templates.commonjs)).to.equal(true);
    expect(isTemplate(write(plain, { extension: '.mjs' }, other).text, templates.esm)).to.equal(true);
    expect(isTemplate(write(plain, { extension: '.cjs' }, esm).text, templates.commonjs)).to.equal(true);
    expect(isTemplate(write(plain, { extension: '.cts' }, esm).text, templates.typescript)).to.equal(true);
    expect(isTemplate(write(plain, { extension: '.sql' }).text, templates.sql)).to.equal(true);
  });

  it("takes the project's template", () => {
    const files = { 'templates/script.txt': '{{revision}} of us\n' };
    expect(write(plain, { template: 'templates/script.txt' }, files).text).to.equal('1a2b3c4d5e6f of us\n');
  });

  it('overwrites nothing', () => {
    const { root, read } = temporaryProject({ 'migrations/1a2b3c4d5e6f.ts': 'mine' });
    const error = thrownBy(() => writeScript(plain, { root, ...style, fileName: '{revision}' }));
    expect(factsOf(error)).to.deep.equal({
      code: 'FILE_EXISTS',
      message: '"migrations/1a2b3c4d5e6f.ts" is already there',
      where: 'migrations/1a2b3c4d5e6f.ts',
      next: 'choose another message or `--rev-id`',
    });
    expect(read('migrations/1a2b3c4d5e6f.ts')).to.equal('mine');
  });
});
