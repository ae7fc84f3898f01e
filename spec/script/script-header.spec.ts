import { expect } from 'chai';
import {
  prepareHeaderReader,
  readModuleHeader,
  readSqlHeader,
  type ScriptHeader,
} from '../../lib/script/script-header.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const empty: ScriptHeader = {
  revision: 'a',
  downRevisions: [],
  branchLabels: [],
  dependsOn: [],
  created: undefined,
  message: undefined,
};

describe('readModuleHeader', () => {
  before(() => prepareHeaderReader());

  const read = (text: string) => readModuleHeader(text, 'migrations/a.ts');

  function expectHeader(text: string, expected: Partial<ScriptHeader> = {}): void {
    expect(read(text), text).to.deep.equal({ ...empty, ...expected });
  }

  it('reads all fields of a script', () => {
    expectHeader(
      `/** add builds */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = '1a2b3c4d5e6f';
export const downRevision = '9f8e7d6c5b4a';   // null, 'id' or ['id', 'id']
export const branchLabels = ['billing'];
export const dependsOn = ["x", \`y\`];

export async function upgrade(op: Operations): Promise<void> {
  await op.schema.alterTable('products', (t) => t.text('channel'));
}
`,
      {
        revision: '1a2b3c4d5e6f',
        downRevisions: ['9f8e7d6c5b4a'],
        branchLabels: ['billing'],
        dependsOn: ['x', 'y'],
        message: 'add builds',
      },
    );
  });

  it('takes null, undefined, an empty list and nothing for no links', () => {
    expectHeader(`export const revision = 'a'; export const downRevision = null;`);
    expectHeader(`export const revision = 'a'; export const downRevision = undefined;`);
    expectHeader(`export const revision = 'a'; export const downRevision = [];`);
    expectHeader(`export const revision = 'a'`);
  });

  it('reads through types', () => {
    expectHeader(`export const revision: string = 'a';\nexport const downRevision: string | null = null;`);
    expectHeader(
      `export const revision = 'a' as const;\nexport const downRevision = ['b', 'c'] as const;
       export const dependsOn: readonly string[] = ['d'] satisfies string[];
       export const branchLabels: Array<string> = ['e']`,
      { downRevisions: ['b', 'c'], dependsOn: ['d'], branchLabels: ['e'] },
    );
  });

  it('reads every way to declare, and to break lines', () => {
    expectHeader(`export let revision="a";export var downRevision="b"`, { downRevisions: ['b'] });
    expectHeader(`export const revision = 'a', downRevision = 'b';`, { downRevisions: ['b'] });
    expectHeader(`export const revision\n  = 'a'\nexport const downRevision =\n  'b'\n`, {
      downRevisions: ['b'],
    });
    expectHeader(`export const revision = 'a'\n;[1].map(String)`);
  });

  it('reads lists with line breaks, comments and a comma at the end', () => {
    expectHeader(
      `export const revision = 'a';
       export const downRevision = [
         'b', // not 'x'
         /* nor 'y' */ "c" /* nor "z" */,
       ];`,
      { downRevisions: ['b', 'c'] },
    );
  });

  it('passes over comments around the value', () => {
    expectHeader(`export const revision /* is */ = /* now */ 'a' /* and */; // not 'b'`);
    expectHeader(`export const revision =\n // the id\n 'a' // so\nexport const downRevision = 'b'`, {
      downRevisions: ['b'],
    });
  });

  it('understands escapes', () => {
    expectHeader(
      `export const revision = 'a'; export const message = 'it\\'s \\u00e9\\x41\\u{1d4b3}\\n\\\\';`,
      {
        message: "it's éA𝒳\n\\",
      },
    );
  });

  it('reads files of Windows, and with a byte order mark', () => {
    expectHeader(
      `\uFEFF/**\r\n * add builds\r\n * and more\r\n */\r\nexport const revision = 'a';\r\nexport const downRevision = [\r\n  'b',\r\n];\r\n`,
      { downRevisions: ['b'], message: 'add builds' },
    );
  });

  it('takes no header that is only quoted or commented out', () => {
    const header = `export const revision = 'x';\nexports.revision = 'y';\nmodule.exports.downRevision = 'z';`;
    for (const quoted of [
      `/*\n${header}\n*/`,
      `const doc = \`\n${header}\n\`;`,
      `// ${header.split('\n')[0] ?? ''}`,
    ])
      expectHeader(`'use strict';\n${quoted}\nexport const revision = 'a';`, {
        message: quoted.startsWith('/') ? header.split('\n')[0] : undefined,
      });
    expect(read(`/*\n${header}\n*/\nconst text = \`\n${header}\n\``)).to.equal(undefined);
  });

  it('reads CommonJS', () => {
    const text = `/* add builds */
exports.revision = 'a';
module.exports.downRevision = ['b', 'c'];
exports.dependsOn = [];
exports.upgrade = async (op) => {
  exports.created = 'not at the start of a line';
};`;
    expectHeader(text, { downRevisions: ['b', 'c'], message: 'add builds' });
    expectHeader(
      `/*\nexports.revision = 'x';\n*/\nconst t = \`\nexports.revision = 'y';\n\`;\nexports.revision = 'a';`,
      {
        message: "exports.revision = 'x';",
      },
    );
    expectHeader(`if (exports.revision === 'b') {}\nexports.revision = 'a'`);
  });

  it('reads what the TypeScript compiler makes of a script', () => {
    expectHeader(
      `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.dependsOn = exports.branchLabels = exports.downRevision = exports.revision = void 0;
exports.upgrade = upgrade;
const limbeck_1 = require("limbeck");
exports.revision = 'a';
exports.downRevision = '9f8e7d6c5b4a'; // null
exports.branchLabels = [];
exports.dependsOn = [];
async function upgrade(op) { }`,
      { downRevisions: ['9f8e7d6c5b4a'] },
    );
    expectHeader(`"use strict";\nexports.revision = void 0;\nexports.revision = 'a';`);
  });

  it('reads the creation date as 14 digits', () => {
    const created = (value: string) =>
      read(`export const revision = 'a'; export const created = '${value}';`)?.created;
    expect(created('2026-01-05T09:30:00.123Z')).to.equal('20260105093000');
    expect(created('2026-01-05')).to.equal('20260105000000');
  });

  it('takes the message from an export, else from the first comment', () => {
    expectHeader(`// add builds\nexport const revision = 'a';`, { message: 'add builds' });
    expectHeader(`/** one */\nexport const revision = 'a'; export const message = 'two';`, {
      message: 'two',
    });
    expectHeader(`"use strict";\n/** one */\nexports.revision = 'a';`, { message: 'one' });
    expectHeader(`export const revision = 'a';\n/** later */`);
  });

  it('says nothing of a text without a revision', () => {
    for (const text of [
      '',
      'export const up = 1;',
      `export default { revision: 'a' };`,
      `const revision = 'a';`,
    ])
      expect(read(text), text).to.equal(undefined);
    expect(
      read(`export type revision = 'a'; export * from './a.js'; export { revision } from './b.js';`),
    ).to.equal(undefined);
  });

  it('refuses values that only running would tell, with line and column', () => {
    const error = thrownBy(() =>
      read(`/** x */\nexport const revision = 'a';\nexport const downRevision = idOf('b');`),
    );
    expect(factsOf(error)).to.deep.equal({
      code: 'HEADER_UNREADABLE',
      message: 'the value of "downRevision" cannot be read without running the script',
      where: 'migrations/a.ts:3:26',
      next: 'write it as a plain literal: a text in quotes, null, or a list of texts',
    });
    for (const value of [
      '12',
      'id',
      '`a${1}`',
      "'a' + 'b'",
      "'a'\n  + 'b'",
      "'a'.repeat(2)",
      "['a', b]",
      "['a'].concat(more)",
      "['a', 1]",
      'null ?? x',
      "on ? 'a' : 'b'",
      '',
    ])
      expect(thrownBy(() => read(`export const revision = ${value};`)).code, value).to.equal(
        'HEADER_UNREADABLE',
      );
    for (const text of [
      `const revision = 'a'; export { revision };`,
      'export function revision() {}',
      `exports.revision = exports.id = 'a';`,
      'export const revision = null;',
      `export const revision = ['a'];`,
    ])
      expect(thrownBy(() => read(text)).code, text).to.equal('HEADER_UNREADABLE');
  });

  it('refuses code that is broken, at the place', () => {
    expect(factsOf(thrownBy(() => read(`/** x */\nexport const revision = 'a;\n`)))).to.deep.equal({
      code: 'HEADER_UNREADABLE',
      message: 'the header cannot be read: the code is broken',
      where: 'migrations/a.ts:2:28',
      next: 'mend the code',
    });
  });
});

describe('readSqlHeader', () => {
  const read = (text: string) => readSqlHeader(text, 'migrations/a.sql');

  it('reads all fields before the first section', () => {
    expect(
      read(`-- describe and grant
--
-- revision: a
-- downRevision: b, c
-- branchLabels: billing
-- dependsOn: d e
-- created: 2026-01-05 09:30:00

-- upgrade
-- revision: not this one
select 1;
`),
    ).to.deep.equal({
      revision: 'a',
      downRevisions: ['b', 'c'],
      branchLabels: ['billing'],
      dependsOn: ['d', 'e'],
      created: '20260105093000',
      message: 'describe and grant',
    });
  });

  it('takes null and nothing for no links', () => {
    expect(read('-- revision: a\n-- downRevision: null\n-- dependsOn:\n-- upgrade\n')).to.deep.equal(empty);
  });

  it('takes the message from its field, else from the first comment that is no field', () => {
    expect(read('-- fix: the rates\n-- revision: a')?.message).to.equal('fix: the rates');
    expect(read('-- one\n-- revision: a\n-- message: two')?.message).to.equal('two');
    expect(read('-- revision: a\n-- upgrade\n-- later')?.message).to.equal(undefined);
  });

  it('takes a comment before the revision for no section', () => {
    expect(read('-- upgrade\n--\n-- revision: a\n-- downRevision: b\n\n-- upgrade\n')).to.deep.equal({
      ...empty,
      downRevisions: ['b'],
      message: 'upgrade',
    });
  });

  it('reads nothing of a section that comes before `-- upgrade`', () => {
    expect(read('-- revision: a\n-- downgrade\n-- revision: b\n-- upgrade\n')?.revision).to.equal('a');
  });

  it('takes an empty message for none', () => {
    expect(read('-- message: \n-- revision: a')?.message).to.equal(undefined);
  });

  it('reads files of Windows, and with a byte order mark', () => {
    expect(read('\uFEFF-- revision: a\r\n-- downRevision: b\r\n\r\n-- upgrade\r\n')).to.deep.equal({
      ...empty,
      downRevisions: ['b'],
    });
    expect(read('\uFEFF-- words\r\n-- revision: a\r\n')?.message).to.equal('words');
  });

  it('says nothing of a text without a revision', () => {
    expect(read('select 1;')).to.equal(undefined);
    expect(read('-- upgrade\nselect 1;\n-- revision: a')).to.equal(undefined);
  });
});
