import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { Client } from 'pg';
import { type MigratedDatabase, migratedDatabase, type MigratedDatabaseOptions } from '../lib/testing.js';
import { describeOnServers } from './helpers/database.js';
import { expectFailure } from './helpers/failure.js';
import { migrationProject } from './helpers/migration-project.js';
import { temporaryProject } from './helpers/project.js';

const counts: Record<string, number> = {};
Reflect.set(globalThis, Symbol.for('limbeck.spec.counts'), counts);

/** A step that counts how often it runs, in this process. */
const counting = (name: string, sql: string) => `const counts = globalThis[Symbol.for('limbeck.spec.counts')];
counts['${name}'] = (counts['${name}'] ?? 0) + 1;
await op.execute(${JSON.stringify(sql)});`;

const lamps =
  "create table lamps (id serial primary key, name text); insert into lamps (name) values ('first')";

function suite(name: string, way: () => Pick<MigratedDatabaseOptions, 'connection'>) {
  const opened: MigratedDatabase[] = [];
  const made = migrationProject(
    { client: 'pg', connection: 'postgres://127.0.0.1:1/never' },
    {
      scripts: {
        a: { upgrade: counting(name, lamps) },
        b: { upgrade: "await op.execute('create table b ()');" },
      },
    },
  );
  const open = async (options: Partial<MigratedDatabaseOptions> = {}) => {
    const database = await migratedDatabase({ folder: made.root, ...way(), ...options });
    opened.push(database);
    return database;
  };
  const names = ({ knex }: MigratedDatabase) => knex('lamps').orderBy('id').pluck('name');

  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });

  it('gives each caller a database of its own, migrated once', async () => {
    const one = await open();
    const other = await open();
    expect(counts[name]).to.equal(1);
    await one.knex('lamps').insert({ name: 'mine' });
    expect(await names(one)).to.deep.equal(['first', 'mine']);
    expect(await names(other)).to.deep.equal(['first']);
    expect(await other.knex('limbeck_version').pluck('version_num')).to.deep.equal(['b']);
  });

  it('comes back to what the migration made: rows, sequences, schema', async () => {
    const database = await open();
    await database.knex('lamps').delete();
    await database.knex('lamps').insert([{ name: 'x' }, { name: 'y' }]);
    await database.knex.schema.alterTable('lamps', (t) => t.text('colour'));
    await database.knex.schema.dropTable('b');
    await database.reset();
    expect(await database.knex('lamps')).to.deep.equal([{ id: 1, name: 'first' }]);
    expect(await database.knex('lamps').insert({ name: 'next' }).returning('id')).to.deep.equal([{ id: 2 }]);
    expect(await database.knex.schema.hasTable('b')).to.equal(true);
    await database.reset();
    expect(await names(database)).to.deep.equal(['first']);
  });

  it('migrates anew when a script was edited', async () => {
    await open();
    const before = counts[name] ?? 0;
    made.script('a', { downRevision: null, upgrade: counting(name, `${lamps}, ('second')`) });
    expect(await names(await open())).to.deep.equal(['first', 'second']);
    await open();
    expect(counts[name]).to.equal(before + 1);
  });

  return { open, made };
}

describe('migratedDatabase', () => {
  const { open } = suite('embedded', () => ({}));

  it('has no URL', async () => {
    expect((await open()).url).to.equal(undefined);
  });

  it('serves node:test', async () => {
    const project = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': "export default { client: 'pg' };",
        'migrations/20260101000000_a.js': `export const revision = 'a';
export const upgrade = (op) => op.schema.createTable('lamps', (t) => void t.text('name'));
export const downgrade = (op) => op.schema.dropTable('lamps');
`,
        'lamps.test.js': `import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { migratedDatabase } from 'limbeck/testing';

let database;
before(async () => { database = await migratedDatabase({ folder: import.meta.dirname }); });
beforeEach(() => database.reset());
after(() => database.close());

for (const name of ['one', 'two']) {
  test('counts lamps: ' + name, async () => {
    await database.knex('lamps').insert({ name });
    assert.deepEqual(await database.knex('lamps'), [{ name }]);
  });
}
`,
      },
      { link: true },
    );
    const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: project.root,
      encoding: 'utf8',
      // Inside of another runner node --test would think that it is a part of it.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: '' },
    });
    expect(stdout).to.match(/^# pass 2$/m);
    expect(status).to.equal(0);
  });
});

describeOnServers('migratedDatabase', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  const { open, made } = suite(database.name, () => ({ connection: database.onServer().connection }));

  it('goes where it is told', async () => {
    const { knex } = await open({ target: 'a' });
    expect(await knex('limbeck_version').pluck('version_num')).to.deep.equal(['a']);
    expect(await knex.schema.hasTable('b')).to.equal(false);
    await expectFailure(open({ target: 'nothing' }), { code: 'REVISION_NOT_FOUND' });
  });

  it('may be told to come from several databases at once', async () => {
    const unfinished = () => database.query("select datname from pg_database where datname ~ '_new'");
    const before = await unfinished();
    const { connection } = database.onServer();
    const settings = typeof connection === 'string' ? { connectionString: connection } : connection;
    made.script('b', {
      downRevision: 'a',
      upgrade: "await op.execute('create table b (); select pg_sleep(0.3)');",
    });
    await database.query('create database elsewhere');
    try {
      const both = [open(), open({ connection: { ...(settings as object), database: 'elsewhere' } })];
      for (const { knex, close } of await Promise.all(both)) {
        expect(await knex('limbeck_version').pluck('version_num')).to.deep.equal(['b']);
        await close();
      }
    } finally {
      await database.query('drop database elsewhere with (force)');
    }
    expect(await unfinished()).to.deep.equal(before);
  });

  it('migrates anew when it is told to', async () => {
    const before = counts[database.name] ?? 0;
    await open({ reuse: false });
    await open({ reuse: false });
    expect(counts[database.name]).to.equal(before + 2);
  });

  it('takes scripts in memory', async () => {
    const script = {
      revision: 'only',
      upgrade: (op: { execute(sql: string): unknown }) => op.execute('create table only_one (someName int)'),
      downgrade() {},
    };
    const { knex } = await open({ scripts: { 'm/only.js': script }, knex: { searchPath: ['public'] } });
    expect(await knex('only_one')).to.deep.equal([]);
  });

  it('has a URL, which may be where it comes from as well, and is gone when it is closed', async () => {
    const { url, close } = await open({ connection: database.url });
    expect(url).to.match(/limbeck_test_[0-9a-f]{12}/);
    const client = new Client({ connectionString: url });
    await client.connect();
    expect((await client.query('select count(*)::int as lamps from lamps')).rows).to.have.lengthOf(1);
    await client.end();
    await close();
    await close();
    const left = await database.query("select from pg_database where datname like 'limbeck\\_test\\_%'");
    expect(left).to.have.lengthOf(0);
  });

  it('PRIVILEGE_MISSING: says that the user may not create databases', async () => {
    await database.query('create role humble login');
    const { connection } = database.onServer();
    await expectFailure(open({ connection: { ...connection, user: 'humble' } }), {
      code: 'PRIVILEGE_MISSING',
    });
    await database.query('drop role humble');
  });

  after(async () => {
    const templates = await database.query(
      "select datname from pg_database where datname like 'limbeck\\_template\\_%'",
    );
    for (const { datname } of templates) await database.query(`drop database ${String(datname)}`);
  });
});
