import { symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { readScripts, scriptsById } from '../../lib/script/script-directory.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const script = (id: string) => `export const revision = '${id}';\n`;

describe('readScripts', () => {
  it('reads every script of every directory, in the order of names', async () => {
    const { root } = temporaryProject({
      'migrations/20260102030405_b_second.ts': `/** second */\n${script('b')}export const downRevision = 'a';`,
      'migrations/20260101000000_a.js': script('a'),
      'more/c.sql': '-- revision: c\n-- downRevision: b\n-- upgrade\n-- downgrade\n',
    });
    const scripts = await readScripts(root, ['./migrations/', 'more']);
    expect(scripts.map(({ file, format, revision }) => [file, format, revision.id])).to.deep.equal([
      ['migrations/20260101000000_a.js', 'module', 'a'],
      ['migrations/20260102030405_b_second.ts', 'module', 'b'],
      ['more/c.sql', 'sql', 'c'],
    ]);
    expect(scripts[1]).to.deep.equal({
      revision: {
        id: 'b',
        downRevisions: ['a'],
        dependsOn: [],
        branchLabels: [],
        created: '20260102030405',
        message: 'second',
        file: 'migrations/20260102030405_b_second.ts',
      },
      file: 'migrations/20260102030405_b_second.ts',
      path: `${root}/migrations/20260102030405_b_second.ts`,
      format: 'module',
    });
    expect([...scriptsById(scripts).keys()]).to.deep.equal(['a', 'b', 'c']);
  });

  it('takes the date from the 14 digits of the name, else from the header', async () => {
    const { root } = temporaryProject({
      'migrations/20260101000000_a.ts': `${script('a')}export const created = '2025-05-05';`,
      'migrations/202601010000001_b.ts': `${script('b')}export const created = '2025-05-05';`,
      'migrations/c.ts': script('c'),
    });
    const scripts = await readScripts(root, ['migrations']);
    expect(scripts.map(({ revision }) => [revision.id, revision.created])).to.deep.equal([
      ['b', '20250505000000'],
      ['a', '20260101000000'],
      ['c', undefined],
    ]);
  });

  it('knows scripts in every language of modules', async () => {
    const names = ['a.ts', 'b.mts', 'c.cts', 'd.js', 'e.mjs', 'f.cjs'];
    const { root } = temporaryProject(
      Object.fromEntries(names.map((name) => [`migrations/${name}`, script(name.slice(0, 1))])),
    );
    expect((await readScripts(root, ['migrations'])).map(({ revision }) => revision.id).join('')).to.equal(
      'abcdef',
    );
  });

  it('passes over types, maps, assets and hidden files', async () => {
    const { root } = temporaryProject({
      'migrations/a.js': script('a'),
      'migrations/a.d.ts': 'export declare const revision: string;',
      'migrations/a.d.mts': '',
      'migrations/a.js.map': '{}',
      'migrations/a.assets/manifest.json': '{}',
      'migrations/a.assets.new/manifest.json': '{}',
      'migrations/.gitkeep': '',
    });
    expect((await readScripts(root, ['migrations'])).map(({ file }) => file)).to.deep.equal([
      'migrations/a.js',
    ]);
  });

  it('executes nothing', async () => {
    const { root } = temporaryProject({ 'migrations/a.js': `${script('a')}throw new Error('executed');` });
    expect(await readScripts(root, ['migrations'])).to.have.length(1);
  });

  it('finds an empty directory empty', async () => {
    const { root } = temporaryProject({ 'migrations/.gitkeep': '' });
    expect(await readScripts(root, ['migrations'])).to.deep.equal([]);
  });

  it('refuses a directory that does not exist', async () => {
    const { root } = temporaryProject();
    expect(factsOf(await rejectionOf(readScripts(root, ['db/migrations'])))).to.deep.equal({
      code: 'DIRECTORY_NOT_FOUND',
      message: 'there is no script directory "db/migrations"',
      where: root,
      next: 'create it with `mkdir -p db/migrations`, or correct `limbeck.directories` in the knexfile',
    });
  });

  it('refuses anything else in the directory, by name', async () => {
    for (const name of ['README.md', 'helpers.ts', 'old.sql']) {
      const { root } = temporaryProject({ [`migrations/${name}`]: '// nothing\n' });
      const file = `migrations/${name}`;
      expect(factsOf(await rejectionOf(readScripts(root, ['migrations'])))).to.deep.equal({
        code: 'NOT_A_SCRIPT',
        message: `"${file}" is not a script: it declares no revision`,
        where: file,
        next: 'move it out of the script directory, or give it the header `export const revision = …`',
      });
    }
  });

  describe('with sub-folders', () => {
    const files = {
      'migrations/b.js': script('b'),
      'migrations/billing/a.js': script('a'),
      'migrations/billing/a.assets/manifest.json': '{}',
      'migrations/billing/deep/c.sql': '-- revision: c\n-- upgrade\n-- downgrade\n',
      'migrations/.hidden/x.txt': '',
    };
    const namesIn = async (root: string, directories: string[], recursive: boolean) =>
      (await readScripts(root, directories, { recursive })).map(({ file }) =>
        file.replace('migrations/', ''),
      );

    it('reads them when it is told to', async () => {
      const { root } = temporaryProject(files);
      expect(await namesIn(root, ['migrations'], true)).to.deep.equal([
        'b.js',
        'billing/a.js',
        'billing/deep/c.sql',
      ]);
    });

    it('refuses them when it is not', async () => {
      const { root } = temporaryProject(files);
      expect(factsOf(await rejectionOf(readScripts(root, ['migrations'])))).to.deep.equal({
        code: 'NOT_A_SCRIPT',
        message: '"migrations/billing" is a folder, and scripts are not looked for in sub-folders',
        where: 'migrations/billing',
        next: 'set `limbeck.recursive` to true in the knexfile, name it in `limbeck.directories`, or move it away',
      });
    });

    it('reads one that is a script directory itself once', async () => {
      const { root } = temporaryProject(files);
      const directories = ['migrations/', './migrations/billing', 'migrations'];
      const expected = ['b.js', 'billing/a.js', 'billing/deep/c.sql'];
      expect(await namesIn(root, directories, true)).to.deep.equal(expected);
      const flat = temporaryProject({
        'migrations/b.js': script('b'),
        'migrations/billing/a.js': script('a'),
      });
      expect(await namesIn(flat.root, directories, false)).to.deep.equal(['b.js', 'billing/a.js']);
    });

    it('follows links, but not round in circles', async () => {
      const { root, path } = temporaryProject({ 'migrations/a.js': script('a'), 'shared/b.js': script('b') });
      symlinkSync(path('shared'), path('migrations/shared'));
      symlinkSync(path('migrations'), path('shared/round'));
      expect(await namesIn(root, ['migrations'], true)).to.deep.equal(['a.js', 'shared/b.js']);
    });
  });

  it('recognises a Knex migration', async () => {
    const knex = 'exports.up = (knex) => knex.schema;\nexports.down = (knex) => knex.schema;';
    const { root } = temporaryProject({ 'migrations/1.js': knex });
    const error = await rejectionOf(readScripts(root, ['migrations']));
    expect(error.code).to.equal('NOT_A_SCRIPT');
    expect(error.next).to.equal(
      'it looks like a Knex migration: give limbeck a directory of its own, with `limbeck.directories` in the knexfile',
    );
  });

  it('names the file and the line of a header that cannot be read', async () => {
    const { root } = temporaryProject({ 'migrations/a.ts': '\nexport const revision = id();\n' });
    const error = await rejectionOf(readScripts(root, ['migrations']));
    expect([error.code, error.where]).to.deep.equal(['HEADER_UNREADABLE', 'migrations/a.ts:2:22']);
  });
});
