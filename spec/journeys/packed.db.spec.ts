/**
 * A person's way with the packed package, in each kind of project: from `limbeck init` to branches and back.
 */
import { readdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { expect } from 'chai';
import { describeOnServers } from '../helpers/database.js';
import { helperOf, type ProjectKind, projectKinds, templateOf } from './project-kinds.js';
import { edit, packedProject, runInstalled } from '../helpers/packed.js';
import { pgliteDirectory } from '../helpers/pglite.js';
import type { TemporaryProject } from '../helpers/project.js';

const rawSql = {
  'raw_sql/types/mood.sql': "create type mood as enum ('calm', 'cross');\n",
  'raw_sql/procs/add.sql':
    'create or replace function add(n int) returns int language sql immutable as $$ select n + 1 $$;\n',
  'raw_sql/views/sums.sql':
    'create or replace view sums as select n, add(n) as sum from generate_series(1, 3) n;\n',
};

/** Asks the database of the project. */
type Ask = (sql: string) => Promise<Record<string, unknown>[]>;

/** The steps, which build on each other. */
function journey(
  kind: ProjectKind,
  options: {
    readonly env: () => Record<string, string>;
    readonly prepare: (project: TemporaryProject) => Promise<Ask>;
  },
) {
  const { extension, syntax, files } = kind;
  let project: TemporaryProject;
  let ask: Ask;

  const limbeck = async (...words: string[]) => runInstalled(project, words, { env: options.env() });
  /** Runs a command that must succeed, and returns its document. */
  const report = async (...words: string[]) => {
    const { stdout, stderr, status } = await limbeck(...words, '--json');
    expect(status, `limbeck ${words.join(' ')}: ${stdout}${stderr}`).to.equal(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const scriptOf = (revision: string) => {
    const name = readdirSync(project.path('migrations')).find(
      (file) => file.includes(`_${revision}_`) && !file.endsWith('.assets'),
    );
    return `migrations/${name}`;
  };
  /** Puts lines into the two functions that `limbeck revision` has left empty. */
  const fill = (revision: string, up: string, down: string) => {
    const file = scriptOf(revision);
    edit(project, file, /(upgrade(?: = async )?\(op.*\{\n)/, `$1  ${up}\n`);
    edit(project, file, /(downgrade(?: = async )?\(op.*\{\n)/, `$1  ${down}\n`);
  };
  const addTable = (revision: string, table: string) =>
    fill(
      revision,
      `await op.schema.createTable('${table}', (t) => { t.increments(); });`,
      `await op.schema.dropTable('${table}');`,
    );
  const sum = async () => (await ask('select add(1) as sum'))[0]?.['sum'];
  const tables = async () => {
    const rows = await ask(
      "select tablename from pg_tables where schemaname = 'public' and tablename not like 'limbeck%' order by 1",
    );
    return rows.map(({ tablename }) => tablename);
  };

  before('install the packed package', function () {
    this.timeout(180_000);
    project = packedProject(this, files);
  });

  it('begins with init, in the language of the project', async () => {
    const { created } = await report('init');
    const knexfile = `knexfile.${extension}`;
    expect(created).to.include.members([knexfile, 'migrations/', '.gitattributes']);
    expect(project.read(knexfile)).to.match(
      syntax === 'esm' ? /^import .* from 'limbeck'/ : /require\('limbeck'\)/,
    );
    ask = await options.prepare(project);
    expect((await report('init'))['created']).to.deep.equal([]);
  });

  it('ships SQL files with a generated script', async () => {
    for (const [file, text] of Object.entries(rawSql)) project.write(file, text);
    const { file, assets } = await report(...'revision -m mood --autogenerate --rev-id first'.split(' '));
    expect(file).to.match(new RegExp(`^migrations/\\d{14}_first_mood\\.${extension}$`));
    expect(assets).to.deep.equal([
      { path: 'types/mood.sql', action: 'add', objects: ['type public.mood'] },
      { path: 'procs/add.sql', action: 'add', objects: ['function public.add(integer)'] },
      { path: 'views/sums.sql', action: 'add', objects: ['view public.sums'] },
    ]);
    const text = project.read(String(file));
    expect(text).to.match(
      syntax === 'esm' ? /^import .*loadStoredProc.* from 'limbeck';$/m : /require\('limbeck'\)/,
    );
    expect(text).to.match(
      syntax === 'esm' ? /^export const revision = 'first';$/m : /^exports\.revision = 'first';$/m,
    );
    expect(text.includes(': Operations')).to.equal(extension === 'ts');
  });

  it('makes a table in a script written by hand, and applies both', async () => {
    await report(...'revision -m people --rev-id people'.split(' '));
    addTable('people', 'people');
    const { steps, current } = await report('upgrade');
    expect(steps).to.have.lengthOf(2);
    expect(current).to.deep.equal(['people']);
    expect(await tables()).to.deep.equal(['people']);
    expect(await ask('select * from sums where n = 1')).to.deep.equal([{ n: 1, sum: 2 }]);
    expect(await ask("select 'cross'::mood as mood")).to.deep.equal([{ mood: 'cross' }]);
  });

  it('ships a changed proc, and nothing else', async () => {
    edit(project, 'raw_sql/procs/add.sql', 'n + 1', 'n + 2');
    const { assets } = await report(...'revision -m altered --autogenerate --rev-id altered'.split(' '));
    expect(assets).to.deep.equal([
      { path: 'procs/add.sql', action: 'replace', objects: ['function public.add(integer)'] },
    ]);
    const again = await report(...'revision -m again --autogenerate'.split(' '));
    expect(again['file']).to.equal(null);
    await report('upgrade');
    expect(await sum()).to.equal(3);
  });

  it('branches where it is told to, and merges', async () => {
    const refused = await limbeck(...'revision -m bills --head people'.split(' '));
    expect(refused.stderr).to.match(/^error\[NOT_A_HEAD\]/);
    expect(refused.status).to.equal(2);
    await report(
      ...'revision -m bills --head people --splice --branch-label billing --rev-id bills'.split(' '),
    );
    addTable('bills', 'bills');
    expect((await limbeck(...'revision -m which'.split(' '))).stderr).to.match(/^error\[MULTIPLE_HEADS\]/);
    await report(...'revision -m paid --head billing@head --rev-id paid'.split(' '));
    const { downRevisions } = await report(...'merge heads -m join --rev-id joined'.split(' '));
    expect(downRevisions).to.have.members(['paid', 'altered']);
    expect((await report('upgrade', '--env', 'development'))['current']).to.deep.equal(['joined']);
    expect(await tables()).to.deep.equal(['bills', 'people']);
  });

  it('reads where it stands', async () => {
    const { stdout } = await limbeck('history', '-i', '-q');
    expect(stdout).to.equal(
      [
        '* joined (current, head, merge point) join',
        '|\\',
        '| * paid paid',
        '| * bills [billing] bills',
        '* | altered altered',
        '|/',
        '* people (branch point) people',
        '* first mood',
        '',
      ].join('\n'),
    );
    expect(await limbeck('current', '-q')).to.include({
      stdout: 'joined (head, merge point) join\n',
      status: 0,
    });
    const shown = (await limbeck('show', 'altered')).stdout;
    expect(shown)
      .to.match(/^revision {5}altered$/m)
      .and.to.match(/^asset .*replace procs\/add\.sql: function public\.add\(integer\)$/m);
    const { branches } = await report('branches');
    expect(branches).to.have.lengthOf(1);
  });

  it('goes down to what was there, though the live file has moved on, and up again', async () => {
    edit(project, 'raw_sql/procs/add.sql', 'n + 2', 'n + 30');
    expect((await report('downgrade', 'people'))['current']).to.deep.equal(['people']);
    expect(await sum()).to.equal(2);
    expect(await tables()).to.deep.equal(['people']);
    expect((await report('upgrade', 'paid'))['current']).to.deep.equal(['paid']);
    expect((await report('upgrade'))['current']).to.deep.equal(['joined']);
    expect(await sum()).to.equal(3);
  });

  it('redoes the newest revision after an edit', async () => {
    await report(...'revision -m most --autogenerate --rev-id most'.split(' '));
    await report('upgrade');
    expect(await sum()).to.equal(31);
    edit(project, 'raw_sql/procs/add.sql', 'n + 30', 'n + 40');
    const { steps, assets } = await report('redo');
    expect(steps).to.have.lengthOf(2);
    expect(assets).to.have.lengthOf(1);
    expect(await sum()).to.equal(41);
  });

  it("writes scripts from the project's own template", async () => {
    const isTypeScript = extension === 'ts';
    project.write('template.txt', templateOf(kind));
    project.write(`support/audit.${extension}`, helperOf(kind));
    edit(
      project,
      `knexfile.${extension}`,
      /development: (.*),\n/,
      "development: { ...$1, limbeck: { template: 'template.txt' } },\n",
    );
    const { file } = await report(...'revision -m audited --rev-id audited'.split(' '));
    const text = project.read(String(file));
    expect(text).to.contain('support/audit').and.to.contain("revision = 'audited'").and.to.not.contain('{{');
    expect(text.includes(': Operations')).to.equal(isTypeScript);
    await report('upgrade');
    expect(await tables()).to.deep.equal(['audit', 'bills', 'people']);
  });

  it('proves that every downgrade restores', async () => {
    const { revisions, finding } = await report('roundtrip');
    expect({ revisions, finding }).to.deep.equal({ revisions: 8, finding: null });
  });

  it('stamps without running anything', async () => {
    await report('stamp', 'altered', 'paid');
    expect((await report('current'))['isAtHeads']).to.equal(false);
    expect(await tables()).to.deep.equal(['audit', 'bills', 'people']);
    await report('stamp', 'heads');
  });

  it('goes down to nothing', async () => {
    expect((await report('downgrade', 'base'))['current']).to.deep.equal([]);
    expect(await tables()).to.deep.equal([]);
    const left = await ask("select proname from pg_proc where pronamespace = 'public'::regnamespace");
    expect(left).to.deep.equal([]);
  });
}

describe('the packed package', () => {
  describe(`in ${projectKinds.typescriptEsm.name}, on the embedded database`, () => {
    journey(projectKinds.typescriptEsm, {
      env: () => ({}),
      async prepare(project) {
        const directory = await pgliteDirectory(project.path('.limbeck/db'));
        return async (sql) => {
          const pglite = await PGlite.create(directory);
          const { rows } = await pglite.query<Record<string, unknown>>(sql);
          await pglite.close();
          return rows;
        };
      },
    });
  });

  for (const kind of [projectKinds.typescript, projectKinds.javascriptEsm, projectKinds.javascript]) {
    describeOnServers(`in ${kind.name}`, { on: ['PostgreSQL 18'] }, (database) => {
      journey(kind, {
        env: () => ({ DATABASE_URL: database.url ?? '' }),
        async prepare(project) {
          // As the knexfile itself says: "for a server put its connection here".
          edit(
            project,
            `knexfile.${kind.extension}`,
            "embedded('.limbeck/db')",
            "{ client: 'pg', connection: process.env.DATABASE_URL }",
          );
          return (sql) => database.query(sql);
        },
      });
    });
  }

  it('says so when the driver is not installed', async function () {
    const project = packedProject(this, projectKinds.javascript.files);
    await runInstalled(project, ['init']);
    project.remove('node_modules/pg');
    const { stderr, status } = await runInstalled(project, ['current']);
    expect(stderr).to.match(/^error\[KNEX_NOT_INSTALLED\]: pg, .*\n {2}next: {2}run `npm install pg`\n$/);
    expect(status).to.equal(2);
  });
});
