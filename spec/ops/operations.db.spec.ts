import { expect } from 'chai';
import type { Knex } from 'knex';
import { downgrade, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, versionRows } from '../helpers/database-state.js';
import { migrationProject } from '../helpers/migration-project.js';

/** A snake-case mapper as people write it, and results of another shape. */
const mappers: Knex.Config = {
  wrapIdentifier: (value, quote) => quote(value.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  postProcessResponse: (result) => ({ mapped: result }),
};

describeOnServers('op', (database) => {
  beforeEach(() => emptyDatabase(database));

  /** Runs one script, which may put what it learns into the table `notes`. */
  async function run(body: string, knex: Knex.Config = {}) {
    const { open } = migrationProject(database.config, {
      knex,
      scripts: {
        a: { upgrade: "await op.execute('create table notes (what text)');" },
        b: { upgrade: body },
      },
    });
    return upgrade(await open());
  }

  const notes = async () => (await database.query('select what from notes')).map(({ what }) => what);

  const note = (value: string) => `await op.knex('notes').insert({ what: String(${value}) });`;

  it('stores question marks of builders as they were written', async () => {
    await run(`await op.schema.createTable('asked', (table) => {
  table.text('why').defaultTo("why? \\\\? really??").comment('what? \\\\?');
  table.comment('where?');
  table.jsonb('facts').defaultTo('{"a?": 1}');
});`);
    const [row] = await database.query(`insert into asked default values returning *,
      col_description('asked'::regclass, 1) as comment, obj_description('asked'::regclass) as table_comment`);
    expect(row).to.deep.equal({
      why: 'why? \\? really??',
      facts: { 'a?': 1 },
      comment: 'what? \\?',
      table_comment: 'where?',
    });
  });

  it('stores question marks of texts as they were written', async () => {
    await run(`await op.execute(\`create function ask(facts jsonb) returns text language sql as $$
      select case when facts ? 'a' and facts ?| array['b', '?'] then 'yes? \\\\?' end -- :name
    $$\`);
await op.knex.raw("insert into notes values ('raw? :name')");
await op.schema.raw("insert into notes values ('schema? :name')");
await op.execute("insert into notes select ask('{\\"a\\": 1, \\"b\\": 2}')");`);
    expect(await notes()).to.deep.equal(['raw? :name', 'schema? :name', 'yes? \\?']);
    const [{ body } = {}] = await database.query(`select prosrc as body from pg_proc where proname = 'ask'`);
    expect(body).to.include(`facts ? 'a' and facts ?| array['b', '?'] then 'yes? \\?' end -- :name`);
  });

  it('replaces bindings, and leaves the operator that is written as \\\\?', async () => {
    await run(`const facts = '{"a": 1}';
const one = await op.knex.raw("select ?::jsonb \\\\? ? as has, '{}'::jsonb \\\\? ? as lacks", [facts, 'a', 'a']);
${note('JSON.stringify(one.rows)')}
const two = await op.execute("select :facts::jsonb \\\\? :key as has", { facts, key: 'a' });
${note('JSON.stringify(two.rows)')}
const three = await op.execute("select '{\\"a\\": 1}'::jsonb \\\\? 'a' as has", []);
${note('JSON.stringify(three.rows)')}`);
    expect(await notes()).to.deep.equal(['[{"has":true,"lacks":false}]', '[{"has":true}]', '[{"has":true}]']);
  });

  it('answers hasTable, hasColumn and columnInfo at once, with what was recorded before', async () => {
    await run(`${note("await op.schema.hasTable('late')")}
await op.schema.createTable('late', (table) => table.text('name'));
${note("await op.schema.hasTable('late')")}
${note("await op.schema.hasColumn('late', 'size')")}
await op.schema.alterTable('late', (table) => table.integer('size'));
${note("await op.schema.hasColumn('late', 'size')")}
${note("Object.keys(await op.knex('late').columnInfo())")}`);
    expect(await notes()).to.deep.equal(['false', 'true', 'false', 'true', 'name,size']);
  });

  it('keeps the order of recorded and immediate statements', async () => {
    await run(`await op.execute("insert into notes values ('1')");
await op.knex('notes').insert({ what: '2' });
await op.schema.raw("insert into notes values ('3')");
await op.execute('insert into notes values (?)', ['4']);
await op.execute("insert into notes values ('5')");
await op.schema.renameTable('notes', 'other');
await op.knex('other').insert({ what: (await op.knex('other').select()).map(({ what }) => what).join() });
await op.execute('alter table other rename to notes');`);
    expect(await notes()).to.deep.equal(['1', '2', '3', '4', '5', '1,2,3,4,5']);
  });

  it('makes a transaction of op.knex a savepoint', async () => {
    await run(`await op.knex.transaction(async (trx) => {
  await trx('notes').insert({ what: 'kept' });
  await trx.transaction(async (inner) => inner('notes').insert({ what: 'deeper' }));
});
await op.knex.transaction(async (trx) => {
  await trx('notes').insert({ what: 'undone' });
  throw new Error('back');
}).catch((error) => op.knex('notes').insert({ what: error.message }));
await op.knex.transaction(async (trx) => trx('nowhere')).catch((error) => op.knex('notes').insert({ what: error.code }));
const trx = await op.knex.transaction();
await trx('notes').insert({ what: 'by hand' });
await trx.rollback();
await op.execute("insert into notes values ('last')");`);
    expect(await notes()).to.deep.equal(['kept', 'deeper', 'back', '42P01', 'last']);
    expect(await versionRows(database)).to.deep.equal(['b']);
  });

  it('undoes a committed transaction of op.knex with the revision', async () => {
    const { open } = migrationProject(database.config, {
      scripts: {
        a: {
          upgrade: `await op.knex.transaction((trx) => trx.raw('create table inner_one ()'));
throw new Error('later');`,
        },
      },
    });
    const error = await upgrade(await open()).catch((reason: Error) => reason);
    expect(error).to.have.property('code', 'STEP_FAILED');
    expect(await database.query("select to_regclass('inner_one') as found")).to.deep.equal([{ found: null }]);
  });

  it('sends large texts, and returns rows in numbers', async () => {
    await run(`const values = Array.from({ length: 20000 }, (_, index) => "('" + index + " ? $1 $$')");
await op.execute('insert into notes values ' + values.join(', '));
const [{ count }] = await op.knex('notes').count();
await op.knex('notes').where('what', '<>', '7 ? $1 $$').del();
${note('count')}`);
    expect(await notes()).to.deep.equal(['7 ? $1 $$', '20000']);
  });

  it('heeds the mappers of the project in scripts, and keeps them away from the ledger', async () => {
    await run(
      `await op.schema.createTable('crashReports', (table) => table.text('productName'));
const { mapped } = await op.knex('crashReports').insert({ productName: 'x' }).returning('productName');
await op.execute('insert into notes values (?)', [JSON.stringify(mapped)]);`,
      mappers,
    );
    expect(await notes()).to.deep.equal(['[{"product_name":"x"}]']);
    expect(await versionRows(database)).to.deep.equal(['b']);
    expect(await logLines(database)).to.deep.equal(['a upgrade applied', 'b upgrade applied']);
  });

  it("makes objects in the first schema of the project's search path", async () => {
    await database.query('create schema app; create schema other');
    const { open } = migrationProject(database.config, {
      knex: { searchPath: ['app', 'other'] },
      scripts: {
        a: {
          upgrade: `await op.schema.createTable('one', (table) => table.increments());
await op.execute('create table two ()');
await op.knex.raw('create table three ()');`,
          downgrade: 'for (const name of ["one", "two", "three"]) await op.schema.dropTable(name);',
        },
      },
    });
    await upgrade(await open());
    const tables = () =>
      database.query("select tablename as name from pg_tables where schemaname = 'app' order by 1");
    expect((await tables()).map(({ name }) => name)).to.deep.equal(['one', 'three', 'two']);
    expect(await versionRows(database)).to.deep.equal(['a']);
    await downgrade(await open(), { target: 'base' });
    expect(await tables()).to.deep.equal([]);
  });
});
