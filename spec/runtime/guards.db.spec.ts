import { expect } from 'chai';
import { upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure, type ExpectedFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

const script = 'migrations/20260101000001_b.ts';

describeOnServers('a script that breaks the rules', (database) => {
  beforeEach(() => emptyDatabase(database));

  const project = (body: string) =>
    migrationProject(database.config, {
      scripts: {
        a: { upgrade: "await op.execute('create table a (id int primary key)');" },
        b: { upgrade: body },
      },
    });

  async function expectRefused(body: string, expected: ExpectedFailure): Promise<void> {
    const { open } = project(body);
    await upgrade(await open(), { target: 'a' });
    await expectRefusal(database, async () => upgrade(await open()), {
      next: /; nothing was changed, the database is at a$/,
      ...expected,
    });
  }

  describe('SWALLOWED_ERROR', () => {
    const swallowing: Record<string, string> = {
      'a query through op.knex': "await op.knex('nowhere').catch(() => {});",
      'op.execute with bindings': "await op.execute('select ?::int', ['x']).catch(() => {});",
      'a query of op.schema': "await op.schema.raw('select ?::int', ['x']).catch(() => {});",
    };
    for (const [what, call] of Object.entries(swallowing)) {
      it(`does not commit after the error of ${what} was caught`, async () => {
        await expectRefused(
          `await op.execute('create table half ()');\n${call}\nawait op.execute('create table b ()');`,
          {
            code: 'SWALLOWED_ERROR',
            message:
              /^upgrade of "b" failed: the script went on after an SQL error that had spoilt its transaction: /,
          },
        );
      });
    }

    it('names the statement that was swallowed when another follows it', async () => {
      const body = `await op.execute('drop table nowhere');
await op.knex.raw('select 1').catch(() => {});
await op.knex.raw('select 2');`;
      await expectRefused(body, {
        code: 'SWALLOWED_ERROR',
        message: /table "nowhere" does not exist$/,
        where: `${script}:5:12`,
        next: /^let the error pass, or put the statement in `op.savepoint/,
      });
    });
  });

  describe('op.savepoint', () => {
    it('lets an SQL error be caught, and undoes no more than itself', async () => {
      const { open } = project(`await op.execute('create table before ()');
const caught = [];
await op.savepoint(async () => {
  await op.execute('create table inside ()');
  await op.execute('drop table nowhere');
}).catch((error) => caught.push(error.code, error.where));
await op.savepoint(async () => {
  await op.knex.raw('create table inside ()');
  await op.knex('nowhere');
}).catch((error) => caught.push(error.code));
await op.savepoint(async () => { throw new Error('cheese'); }).catch((error) => caught.push(error.message));
const result = await op.savepoint(async () => {
  await op.schema.createTable('kept', (table) => table.increments());
  await op.savepoint(async () => op.execute('create table deeper ()'));
  return 'done';
});
await op.execute('create table caught (what text)');
await op.knex('caught').insert([...caught, result].map((what) => ({ what })));`);
      await upgrade(await open());
      expect(await database.query('select what from caught')).to.deep.equal(
        ['SQL_FAILED', `${script}:9:14`, '42P01', 'cheese', 'done'].map((what) => ({ what })),
      );
      const tables = await database.query(
        "select tablename from pg_tables where tablename !~ '^limbeck_' and schemaname = 'public' order by 1",
      );
      expect(tables.map(({ tablename }) => tablename)).to.deep.equal([
        'a',
        'before',
        'caught',
        'deeper',
        'kept',
      ]);
    });

    it('passes an error on that nobody catches', async () => {
      const body = `await op.savepoint(async () => {
  await op.execute('drop table nowhere');
});`;
      await expectRefused(body, { code: 'SQL_FAILED', where: `${script}:6:14` });
    });
  });

  describe('TRANSACTION_CONTROL', () => {
    const controlling: Record<string, [call: string, word: string]> = {
      'op.execute': ["await op.execute('create table b (); /* now */ commit; select 1');", 'COMMIT'],
      'op.knex.raw': ["await op.knex.raw('rollback');", 'ROLLBACK'],
      'op.schema.raw': ["await op.schema.raw('BEGIN');", 'BEGIN'],
      'op.execute with bindings': ["await op.execute('end and chain', []);", 'END'],
      'op.knex.raw that is bound to another': ["await op.knex.raw('?', [op.knex.raw('abort')]);", 'ABORT'],
      'op.execute, behind comments': ["await op.execute('/* a */ -- b\\n commit and chain');", 'COMMIT'],
      'op.execute that prepares it': ['await op.execute("prepare transaction \'x\'");', 'PREPARE'],
      'a nested transaction of op.knex': [
        "await op.knex.transaction(async (trx) => { await trx.raw('commit'); });",
        'COMMIT',
      ],
    };
    for (const [what, [call, word]] of Object.entries(controlling)) {
      it(`is found in a text of ${what} before it is sent`, async () => {
        await expectRefused(`await op.execute('create table half ()');\n${call}`, {
          code: 'TRANSACTION_CONTROL',
          message: `upgrade of "b" failed: "${word}" would end the transaction that limbeck runs the revision in`,
          where: /_b\.ts:6:\d+$/,
        });
      });
    }

    it('is found in a query that is streamed', async () => {
      await expectRefused("for await (const row of op.knex.raw('commit').stream()) throw row;", {
        code: 'TRANSACTION_CONTROL',
        message: /"COMMIT" would end/,
      });
    });

    for (const command of ['commit', 'rollback']) {
      it(`is a ${command} in a DO block or a procedure, which the server refuses`, async () => {
        const body = `language plpgsql as $$ begin ${command}; end $$`;
        for (const sql of [`do ${body.replace(' as', '')}`, `create procedure p() ${body}; call p()`]) {
          await expectRefused(`await op.execute(${JSON.stringify(`create table half (); ${sql}`)});`, {
            code: 'TRANSACTION_CONTROL',
            message: 'upgrade of "b" failed: invalid transaction termination',
            where: `${script}:5:12`,
            next: /^take COMMIT and ROLLBACK out of the procedure or DO block: each revision is committed by limbeck/,
          });
        }
      });
    }

    it('refuses RESET ALL, which would end the limits of the step', async () => {
      await expectRefused("await op.execute('create table half (); reset all');", {
        code: 'TRANSACTION_CONTROL',
        message: /"RESET ALL" would undo what limbeck has set/,
        where: `${script}:5:12`,
        next: /^reset what the script has set, by name, or set it with SET LOCAL/,
      });
    });

    it('lets it be in the body of what is only created', async () => {
      const { open } = project(`await op.execute(\`create function f() returns int begin atomic
  select case when true then 1 end; end; create procedure p() language plpgsql as $$ begin commit; end $$\`);`);
      await upgrade(await open());
      expect(await versionRows(database)).to.deep.equal(['b']);
    });

    it('lets savepoints of a text alone', async () => {
      const { open } = project(
        "await op.execute('savepoint s; create table b (); rollback to savepoint s; release s');",
      );
      await upgrade(await open());
      expect(await versionRows(database)).to.deep.equal(['b']);
    });
  });

  it('TRANSACTION_LOST: sees before the version rows move that the transaction has ended', async () => {
    const made = project(`await op.execute('create table half ()');
const text = 'commit';
op.record({ text, commands: [{ text, offset: 0, words: [] }] });
await op.execute('create table other_half ()');`);
    await upgrade(await made.open(), { target: 'a' });
    await expectFailure(made.open().then(upgrade), {
      code: 'TRANSACTION_LOST',
      message:
        'upgrade of "b" failed: the transaction of the revision ended before its version rows were written',
      where: script,
      next: 'look for COMMIT or ROLLBACK in the script and the procedures that it calls; what it committed stands; before it the database was at a',
    });
    expect(await versionRows(database)).to.deep.equal(['a']);
  });

  it("TRANSACTION_LOST: sees it under transaction: 'all' as well, in the revision that ended it", async () => {
    const lost = `const text = 'commit';
op.record({ text, commands: [{ text, offset: 0, words: [] }] });`;
    const made = migrationProject(database.config, {
      settings: { transaction: 'all' },
      scripts: { a: {}, b: { upgrade: lost }, c: {} },
    });
    await expectFailure(made.open().then(upgrade), {
      code: 'TRANSACTION_LOST',
      message: /^upgrade of "b" failed/,
    });
  });

  describe('a nested transaction of op.knex', () => {
    it('is undone where what was recorded in it fails, and the revision goes on', async () => {
      const made = migrationProject(database.config, {
        scripts: {
          a: {
            upgrade: `await op.schema.createTable('kept', (t) => t.integer('id'));
try { await op.knex.transaction(async () => { await op.execute('select nowhere'); }); } catch (error) { if (error.code !== 'SQL_FAILED') throw error; }
await op.knex('kept').insert({ id: 1 });`,
          },
        },
      });
      await upgrade(await made.open());
      expect(await database.query('select id from kept')).to.deep.equal([{ id: 1 }]);
    });

    it('finds a schema builder of op.knex that nobody awaits', async () => {
      const made = migrationProject(database.config, {
        scripts: { a: { upgrade: "op.knex.schema.createTable('t', (t) => t.integer('id'));" } },
      });
      const opened = await made.open();
      await expectRefusal(database, () => upgrade(opened), {
        code: 'UNAWAITED_OPERATION',
        message: /"op\.knex\.schema\.createTable"/,
      });
    });
  });

  describe('UNAWAITED_OPERATION', () => {
    const unawaited: Record<string, [call: string, what: string]> = {
      'a schema builder': [
        "op.schema.createTable('b', (table) => table.increments());",
        'op.schema.createTable',
      ],
      'a check of op.schema': ["op.schema.hasTable('a');", 'op.schema.hasTable'],
      'op.execute with bindings': ["op.execute('insert into a values (?)', [1]);", 'op.execute'],
      'a query of op.knex': ["op.knex('a').insert({ id: 3 }).then(() => {});", 'op.knex'],
      'a function of the script': [
        "(async () => { await op.knex.raw('select 1'); await op.execute('insert into a values (4)'); })();",
        'op.knex',
      ],
      'op.savepoint': ["op.savepoint(async () => op.execute('insert into a values (2)'));", 'op.savepoint'],
    };
    for (const [what, [call, name]] of Object.entries(unawaited)) {
      it(`is ${what} that is still waiting at the end of the script`, async () => {
        await expectRefused(`await op.execute('create table half ()');\n${call}`, {
          code: 'UNAWAITED_OPERATION',
          message: `upgrade of "b" failed: the script did not await "${name}"`,
          where: /_b\.ts(:6:\d+)?$/,
          next: 'write `await` before it; nothing was changed, the database is at a',
        });
      });
    }
  });

  it('UNAWAITED_OPERATION: what a forgotten function still does is found, and nothing of it stays', async () => {
    const body = `['b'].forEach(async (name) => {
  await op.schema.createTable(name, (t) => t.text('x'));
  await op.knex('a').insert({ id: 5 });
});`;
    await expectRefused(body, {
      code: 'UNAWAITED_OPERATION',
      message: 'upgrade of "b" failed: the script called "op.knex" after its end',
      where: `${script}:7:14`,
    });
  });

  describe('UNAWAITED_OPERATION: a query of op.knex that is never run', () => {
    for (const [name, call] of Object.entries({
      insert: 'insert({ id: 1 })',
      update: 'where({ id: 1 }).update({ id: 2 })',
      del: 'where({ id: 1 }).del()',
      truncate: 'truncate()',
    }))
      it(`is found where it is ${name}`, () =>
        expectRefused(`op.knex('a').${call};\nawait op.knex('a').insert({ id: 9 });`, {
          code: 'UNAWAITED_OPERATION',
          message: `upgrade of "b" failed: the script did not await "op.knex(…).${name}"`,
          where: /_b\.ts:5:\d+$/,
        }));

    it('is let be where it is a text, a part, a pattern, or only reads', async () => {
      const { open } = project(`op.knex('a').select();
op.knex('a').insert({ id: 1 }).toString();
op.knex('a').insert({ id: 1 }).toSQL();
await op.execute(\`\${op.knex('a').insert({ id: 1 })}\`);
await op.knex.with('w', op.knex('a').insert({ id: 2 }).returning('id')).select().from('w');
await op.knex.raw('with w as (?) select 1', [op.knex('a').insert({ id: 3 }).returning('id')]);
const pattern = op.knex('a').insert({ id: 4 });
await pattern.clone();
await op.knex.transaction((trx) => trx('a').insert({ id: 5 }));
await op.knex.transaction((trx) => op.knex('a').insert({ id: 6 }).onConflict().ignore().transacting(trx));
await op.knex('a').insert(op.knex('a').where({ id: 6 }).select(op.knex.raw('id + 1')));`);
      await upgrade(await open());
      const rows = await database.query('select id from a order by id');
      expect(rows.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    });
  });

  it('UNAWAITED_OPERATION: an operation after the end of its script does not land in the next revision', async () => {
    const late: Record<string, string> = {
      execute: "op.execute('create table late ()')",
      schema: "op.schema.createTable('late', (t) => t.increments())",
      knex: "op.knex.raw('create table late ()')",
      savepoint: "op.savepoint(() => op.execute('create table late ()'))",
      loadAssets: "loadStoredProc(op, ['f.sql'])",
      syncAssets: 'syncAssets(op)',
      dropAssets: "dropStoredProc(op, ['f.sql'])",
    };
    const caught: unknown[] = [];
    Reflect.set(globalThis, Symbol.for('limbeck.spec.late'), (error: unknown) => caught.push(error));
    const tell = "globalThis[Symbol.for('limbeck.spec.late')]";
    const scripts = Object.values(late).map((call, index) => [
      `a${index}`,
      {
        upgrade: `setTimeout(async () => { try { await ${call}; } catch (error) { ${tell}(error); } }, 20);`,
      },
    ]);
    const last = { upgrade: 'await new Promise((done) => setTimeout(done, 100));' };
    const { open } = migrationProject(database.config, {
      scripts: { ...Object.fromEntries(scripts), b: last },
    });
    await upgrade(await open());
    expect(caught.map((error) => (error as Error).message).sort()).to.deep.equal(
      Object.keys(late)
        .map((what) => `the script called "op.${what}" after its end`)
        .sort(),
    );
    expect(caught[0]).to.include({ code: 'UNAWAITED_OPERATION' });
    expect(await database.query("select to_regclass('late') as late")).to.deep.equal([{ late: null }]);
  });

  it('rolls back what other queries of a Promise.all still did when one failed', async () => {
    const body = `await Promise.all([
  op.knex('a').insert({ id: 1 }),
  op.knex('nowhere'),
  op.execute('insert into a values (?)', [2]),
  op.knex('a').insert({ id: 3 }),
]);`;
    await expectRefused(body, { code: 'SQL_FAILED', message: /relation "nowhere" does not exist$/ });
  });

  describe('ROWS_CHANGED', () => {
    for (const [what, sql] of Object.entries({
      'a row that should go is gone': "delete from limbeck_version where version_num = 'a'",
      'a row that should come is there': "insert into limbeck_version values ('b')",
    })) {
      it(`is raised when ${what}`, async () => {
        await expectRefused(`await op.execute(${JSON.stringify(sql)});`, {
          code: 'ROWS_CHANGED',
          message: 'upgrade of "b" failed: the version rows were changed by somebody else while limbeck ran',
          next: /^see where the database stands with `limbeck current`, and run the command again/,
        });
      });
    }
  });
});
