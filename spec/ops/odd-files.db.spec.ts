import { expect } from 'chai';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { downgrade, revision, upgrade } from '../../lib/index.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';

const fn = (name: string, body = '1') =>
  `create or replace function ${name}() returns text language sql as $$ select '${body}'::text $$;`;

/** Ships what lies there, up and down again; returns what the functions say in between. */
async function ship(
  database: TestDatabase,
  project: MigrationProject,
  calls: readonly string[],
): Promise<unknown[]> {
  const before = await stateOf(database);
  const made = await revision(await project.open(), { message: 'odd', revisionId: 'b', autogenerate: true });
  expect(made.assets, 'what is shipped').to.not.deep.equal([]);
  await upgrade(await project.open());
  const said: unknown[] = [];
  for (const call of calls) said.push((await database.query(`select ${call} as said`))[0]?.['said']);
  await downgrade(await project.open(), { target: 'base' });
  expect((await stateOf(database)).objects).to.deep.equal(before.objects);
  return said;
}

describeOnServers('an SQL file', (database) => {
  beforeEach(() => emptyDatabase(database));

  const shippable = () => migrationProject(database.config, { scripts: { a: {} } });

  it('is loaded with a byte order mark, any line ends and any characters', async () => {
    const project = shippable();
    const texts = {
      'marked.sql': [`\uFEFF${fn('marked', 'é')}`, 'é'],
      'crlf.sql': [fn('crlf', 'a\r\nb').replace('returns', '\r\nreturns'), 'a\nb'],
      'cr.sql': [fn('cr', 'a\rb'), 'a\rb'],
      'newline.sql': [`${fn('newline', 'x')}\n\n`, 'x'],
      'semicolon.sql': [fn('semicolon', 'x').replace(/;$/, ''), 'x'],
      'comment.sql': [`${fn('comment', 'x')} -- without a newline`, 'x'],
      'script.sql': [`-- 変更 ü 𝒳\n${fn('script', 'ü変𝒳')}`, 'ü変𝒳'],
    } as const;
    for (const [name, [text]] of Object.entries(texts)) project.write(`raw_sql/procs/${name}`, text);
    const calls = Object.keys(texts).map((name) => name.replace('.sql', '()'));
    expect(await ship(database, project, calls)).to.deep.equal(Object.values(texts).map(([, said]) => said));
  });

  it('is loaded with only comments, spaces or nothing, and defines nothing', async () => {
    const project = shippable();
    const texts = ['-- nothing\n/* at all */\n', '', ' \n\t\n', ';', '-- no newline', '\uFEFF'];
    for (const [index, text] of texts.entries()) project.write(`raw_sql/procs/${index}.sql`, text);
    expect(await ship(database, project, [])).to.deep.equal([]);
  });

  it('is loaded whatever its name', async () => {
    const project = shippable();
    const names = [
      'with space.sql',
      'ümläut 変.sql',
      `it's "quoted".sql`,
      'a$b`c${d}.sql',
      'F.SQL',
      'x.sql.sql',
      '-f.sql',
      '#1%.sql',
      '[a]{b}(c)!.sql',
    ];
    for (const [index, name] of names.entries())
      project.write(`raw_sql/procs/${name}`, fn(`f${index}`, name.replaceAll("'", "''")));
    const calls = names.map((_, index) => `f${index}()`);
    expect(await ship(database, project, calls)).to.deep.equal(names);
  });

  it('defines objects with names that must be quoted, in a schema with such a name', async () => {
    const project = shippable();
    await database.query('create schema "Ünd so.weiter"');
    const name = '"sum ""of"" (ä, b)"';
    project.write('raw_sql/procs/Ünd so.weiter/f.sql', fn(name, 'quoted'));
    project.write(
      'raw_sql/views/Ünd so.weiter/v.sql',
      `create or replace view "select" as select ${name}() as "from";`,
    );
    expect(await ship(database, project, [`"Ünd so.weiter".${name}()`])).to.deep.equal(['quoted']);
  });

  it('may be a link to a file; a folder that is called like one is a schema, and a hidden file none', async () => {
    const project = shippable();
    project.write('shared.sql', fn('f', 'linked'));
    await database.query('create schema "x.sql"');
    project.write('raw_sql/procs/x.sql/g.sql', fn('g'));
    symlinkSync('../../shared.sql', join(project.root, 'raw_sql/procs/f.sql'));
    project.write('raw_sql/procs/.f.sql', 'an editor has left it');
    symlinkSync('nowhere.sql', join(project.root, 'raw_sql/procs/broken.sql'));
    expect(await ship(database, project, ['f()'])).to.deep.equal(['linked']);
  });

  it('of 5 MB is loaded, with thousands of objects or with one', async () => {
    const project = shippable();
    const line = '-- ü a comment that the server keeps, since it stands in the body of a function\n';
    const big = `create or replace function big() returns text language plpgsql as $$ begin\n${line.repeat(37_000)}return 'big'; end $$;\n`;
    const many = Array.from(
      { length: 2_000 },
      (_, index) =>
        `create or replace function f${index}() returns text language plpgsql as $$ begin\n${line.repeat(13)}return 'f${index - 1}'; end $$;\n`,
    ).join('');
    expect(Buffer.byteLength(big) + Buffer.byteLength(many)).to.be.greaterThan(5_000_000);
    project.write('raw_sql/procs/big.sql', big);
    project.write('raw_sql/procs/many.sql', many);
    expect(await ship(database, project, ['big() || f1999()'])).to.deep.equal(['bigf1998']);
  });
});
