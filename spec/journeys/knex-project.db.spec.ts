/**
 * limbeck in a project that Knex has migrated until now.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const knexfile = `module.exports = {
  development: {
    client: 'pg',
    connection: process.env.DATABASE_URL,
    migrations: { tableName: 'knex_history' },
  },
  production: { client: 'pg', connection: { host: 'db.invalid', password: 'open sesame' } },
};
`;

const migrations: Readonly<Record<string, string>> = {
  'migrations/20250101000000_books.js': `exports.up = (knex) => knex.schema.createTable('books', (t) => { t.increments(); });
exports.down = (knex) => knex.schema.dropTable('books');
`,
  'migrations/20250102000000_authors.js': `exports.up = async function (knex) {
  await knex.schema.createTable('authors', (t) => { t.increments(); });
};
exports.down = async function (knex) {
  await knex.schema.dropTable('authors');
};
`,
};

describeOnServers('limbeck in a Knex project', { on: ['PostgreSQL 18'] }, (database) => {
  let project: TemporaryProject;
  let original: Record<string, string>;

  before(async () => {
    const files = { 'package.json': '{ "name": "library" }', 'knexfile.js': knexfile, ...migrations };
    project = temporaryProject(files, { link: true });
    const directory = project.path('migrations');
    await database.knex().migrate.latest({ directory, tableName: 'knex_history' });
    original = contents(project);
  });
  const limbeck = (words: string) =>
    runProgram(project.root, words.split(' '), { env: { DATABASE_URL: database.url ?? '' } });

  it('says with init what is possible, and overwrites nothing', async () => {
    const { stdout, stderr, status } = await limbeck('init');
    expect(stdout).to.match(/^This is a Knex project: knexfile.js, 2 Knex migrations\n/);
    expect(stdout).to.contain('Kept knexfile.js\nKept migrations/\n').and.to.contain('Made raw_sql/procs/\n');
    expect(stdout)
      .to.contain("`limbeck: { directories: 'revisions' }`")
      .and.to.contain('`knex migrate:latest`');
    expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    expect(contents(project)).to.include(original);
  });

  it('takes no Knex migration for a script of its own, and says what to do', async () => {
    const { stderr, status } = await limbeck('heads');
    expect(stderr).to.match(/^error\[NOT_A_SCRIPT\]: "migrations\/20250101000000_books.js" is not a script/);
    expect(stderr).to.contain('it looks like a Knex migration');
    expect(status).to.equal(2);
  });

  it('works once it has a directory of its own, as init advises', async () => {
    const own = knexfile.replace(
      '    migrations:',
      "    limbeck: { directories: 'revisions' },\n    migrations:",
    );
    project.write('knexfile.js', own);
    const missing = await limbeck('heads');
    expect(missing.stderr)
      .to.match(/^error\[DIRECTORY_NOT_FOUND\].*"revisions"/)
      .and.to.contain('`mkdir -p revisions`');
    project.write('revisions/.gitkeep', '');
    expect(await limbeck('revision -m loans --rev-id loans')).to.include({ status: 0 });
    const [file = ''] = readdirSync(project.path('revisions')).filter((name) =>
      name.endsWith('_loans_loans.js'),
    );
    const text = project.read(`revisions/${file}`);
    expect(text).to.match(/^exports\.upgrade = async \(op\) => \{$/m);
    project.write(
      `revisions/${file}`,
      text.replace(
        'async (op) => {',
        "async (op) => {\n  await op.schema.createTable('loans', (t) => { t.increments(); });",
      ),
    );
    expect(await limbeck('upgrade --quiet')).to.include({ status: 0, stderr: '' });
    const tables = await database.query(
      "select tablename from pg_tables where schemaname = 'public' order by 1",
    );
    expect(tables.map(({ tablename }) => tablename)).to.include.members([
      'authors',
      'books',
      'knex_history',
      'loans',
    ]);
    expect(await database.query('select count(*)::int as n from knex_history')).to.deep.equal([{ n: 2 }]);
  });

  it('leaves init with nothing to add', async () => {
    const { stdout } = await limbeck('init');
    expect(stdout).to.match(/^This folder is a project already\n/);
    expect(stdout).to.not.contain('Made');
  });
});

/** The text of every file, by path. */
function contents({ root }: TemporaryProject): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.startsWith('node_modules'))
    .filter((file) => statSync(join(root, file)).isFile());
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}
