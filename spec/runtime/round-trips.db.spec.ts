import { expect } from 'chai';
import { current, downgrade, freeze, upgrade } from '../../lib/index.js';
import { type CountingProxy, startCountingProxy } from '../helpers/counting-proxy.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { migrationProject, type ScriptText } from '../helpers/migration-project.js';

const plain = (name: string): ScriptText => ({
  upgrade: `await op.schema.createTable('${name}', (table) => {
  table.increments().comment('which');
  table.text('name').notNullable().index();
});
await op.execute("insert into ${name} (name) values ('x'); update ${name} set name = 'y'");
await op.schema.alterTable('${name}', (table) => table.integer('size').defaultTo(3));`,
  downgrade: `await op.schema.dropTable('${name}');`,
});

/** Connect, introduce and lock, read the ledger. */
const session = 3;

describeOnServers('round trips', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  let proxy: CountingProxy;

  beforeEach(async () => {
    await emptyDatabase(database);
    proxy = await startCountingProxy(database.onServer().connection);
  });

  afterEach(() => proxy.close());

  /** Round trips of a piece of work. */
  async function count(work: () => Promise<unknown>): Promise<number> {
    proxy.reset();
    await work();
    return proxy.counts().roundTrips;
  }

  const project = (scripts: Record<string, ScriptText> = {}, files: Record<string, string> = {}) =>
    migrationProject({ client: 'pg', connection: proxy.connection }, { scripts, files });

  const names = Array.from({ length: 12 }, (_, index) => `t${index}`);
  const twelve = Object.fromEntries(names.map((name) => [name, plain(name)]));

  it('takes three for a run that has nothing to do', async () => {
    const { open } = project(twelve);
    await upgrade(await open());
    expect(await count(async () => upgrade(await open()))).to.equal(session);
    expect(await count(async () => upgrade(await open(), { target: 't11' }))).to.equal(session);
    expect(proxy.counts().connections).to.equal(1);
  });

  it('takes two to see that there is no ledger', async () => {
    expect(await count(async () => current(await project(twelve).open()))).to.equal(2);
  });

  it('takes three to read where the database is', async () => {
    const { open } = project(twelve);
    await upgrade(await open());
    expect(await count(async () => current(await open()))).to.equal(session);
  });

  it('takes one for a plain revision, up and down', async () => {
    const { open } = project(twelve);
    // Without a ledger there is nothing to read, and the tables are made.
    expect(await count(async () => upgrade(await open(), { target: 't0' }))).to.equal(session + 1);
    expect(await count(async () => upgrade(await open(), { target: 't1' }))).to.equal(session + 1);
    expect(await count(async () => upgrade(await open(), { target: 't4' }))).to.equal(session + 3);
    expect(await count(async () => upgrade(await open()))).to.equal(session + 7);
    expect(await count(async () => downgrade(await open(), { target: 't9' }))).to.equal(session + 2);
    expect(await count(async () => downgrade(await open(), { target: 'base' }))).to.equal(session + 10);
  });

  it('takes one for a revision that loads SQL files', async () => {
    const files = Object.fromEntries(
      names.map((name) => [
        `raw_sql/procs/${name}.sql`,
        `create or replace function ${name}() returns int language sql as 'select 1';`,
      ]),
    );
    const loads = `await loadStoredProc(op, ${JSON.stringify(names.map((name) => `${name}.sql`))});`;
    const { open } = project({ first: {}, a: { upgrade: loads, downgrade: loads } }, files);
    await freeze(await open());
    await upgrade(await open(), { target: 'first' });
    expect(await count(async () => upgrade(await open()))).to.equal(session + 1);
    expect(await count(async () => downgrade(await open(), { target: '-1' }))).to.equal(session + 1);
  });

  it('takes one for a revision that replaces SQL files, and one more where it cannot replace one', async () => {
    const text = (returns: string) =>
      `create or replace function f() returns ${returns} language sql as 'select 1';`;
    const load = {
      upgrade: "await loadStoredProc(op, ['f.sql']);",
      downgrade: "await loadStoredProc(op, ['f.sql']);",
    };
    const made = project({ a: load }, { 'raw_sql/procs/f.sql': text('int') });
    await freeze(await made.open());
    for (const [id, returns] of [
      ['b', 'int /* again */'],
      ['c', 'bigint'],
    ] as const) {
      made.write('raw_sql/procs/f.sql', text(returns));
      made.script(id, load);
      await freeze(await made.open());
    }
    await upgrade(await made.open(), { target: 'a' });
    expect(await count(async () => upgrade(await made.open(), { target: 'b' }))).to.equal(session + 1);
    expect(await count(async () => upgrade(await made.open(), { target: 'c' }))).to.equal(session + 2);
    expect(await count(async () => downgrade(await made.open(), { target: 'a' }))).to.equal(session + 3);
  });

  it('takes one more for each query through op.knex, and one for all that comes before it', async () => {
    const { open } = project({
      first: {},
      a: {
        upgrade: `await op.execute('create table a (x int)');
await op.execute('create table b (x int)');
await op.knex('a').insert({ x: 1 });
await op.knex('a').select();
await op.schema.hasTable('b');`,
      },
    });
    await upgrade(await open(), { target: 'first' });
    expect(await count(async () => upgrade(await open()))).to.equal(session + 5);
  });

  it('sends a plain revision as one message', async () => {
    const { open } = project({ first: {}, a: plain('a') });
    await upgrade(await open(), { target: 'first' });
    await count(async () => upgrade(await open()));
    const { statements } = proxy.counts();
    expect(statements.at(-1)?.kind).to.equal('query');
    expect(statements.at(-1)?.sql).to.match(
      /^begin\n;[\s\S]*create table "a"[\s\S]*limbeck_version[\s\S]*limbeck_log[\s\S]*\ncommit\n;\s*$/,
    );
  });
});
