import { expect } from 'chai';
import { downgrade, freeze, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, versionRows } from '../helpers/database-state.js';
import { expectFailure, expectRefusal, type ExpectedFailure } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

/** The script that fails, and the second of its project. */
const script = 'migrations/20260101000001_b.ts';

describeOnServers('sqlFailure', (database) => {
  beforeEach(() => emptyDatabase(database));

  /** Applies `a`, and expects that `b` fails with this body. */
  async function expectSqlFailure(body: string, expected: Partial<ExpectedFailure>) {
    const { open } = migrationProject(database.config, {
      scripts: {
        a: { upgrade: "await op.execute('create table a (id int primary key)');" },
        b: { upgrade: body },
      },
    });
    await upgrade(await open(), { target: 'a' });
    const error = await expectRefusal(database, async () => upgrade(await open()), {
      code: 'SQL_FAILED',
      next: /; nothing was changed, the database is at a$/,
      ...expected,
    });
    expect(error.details).to.deep.include({
      revision: 'b',
      direction: 'upgrade',
      applied: [],
      current: ['a'],
    });
    expect(await versionRows(database)).to.deep.equal(['a']);
    expect(await logLines(database)).to.deep.equal(['a upgrade applied', 'b upgrade failed']);
    return error;
  }

  it('names the line of the operation, and the command by the position of the server', async () => {
    const body = `await op.execute('create table one ()');
await op.execute(\`
  create table "grün 🌱" (); -- not this
  insert into "grün 🌱" values ('😀'), (1);
  create table three ();
\`);`;
    const { details } = await expectSqlFailure(body, {
      message: 'upgrade of "b" failed: INSERT has more expressions than target columns',
      where: `${script}:6:12`,
      excerpt: `1 | 
2 |     create table "grün 🌱" (); -- not this
3 |     insert into "grün 🌱" values ('😀'), (1);
  |                                   ^`,
    });
    expect(details).to.include({ sqlstate: '42601' });
    expect(details['statement']).to.match(/create table three/);
  });

  it('finds the command by counting where the server gives no position', async () => {
    const body = `await op.execute('create table one (); create table two ()');
await op.execute("insert into one default values; /* ; */ ; select ';'; do $$ begin raise 'no; cheese'; end $$; select 1");
await op.execute('create table three ()');`;
    await expectSqlFailure(body, {
      message: 'upgrade of "b" failed: no; cheese',
      where: `${script}:6:12`,
      excerpt: /\^/,
    });
  });

  it('blames the statement that failed, not the one that sent it', async () => {
    const body = `await op.execute('create table one ()');
await op.execute('drop table two');
await op.execute('drop table three');
await op.knex.raw('select 1');`;
    await expectSqlFailure(body, {
      message: 'upgrade of "b" failed: table "two" does not exist',
      where: `${script}:6:12`,
    });
  });

  it('names the line of a schema builder', async () => {
    const body = `await op.schema.createTable('one', (table) => table.increments());
await op.schema
  .createTable('two', (table) => table.increments())
  .createTable('one', (table) => table.increments());`;
    const { details } = await expectSqlFailure(body, {
      message: 'upgrade of "b" failed: relation "one" already exists',
      where: `${script}:6:12`,
    });
    expect(details['statement']).to.equal('create table "one" ("id" serial primary key)');
  });

  it('names the line of a query through op.knex, and of op.execute with bindings', async () => {
    await expectSqlFailure(
      "await op.knex('a').insert({ id: 1 });\nawait op.knex('nowhere').where({ id: 1 });",
      {
        message: 'upgrade of "b" failed: relation "nowhere" does not exist',
        where: `${script}:6:12`,
        excerpt: '1 | select * from "nowhere" where "id" = $1\n  |               ^',
      },
    );
    await emptyDatabase(database);
    await expectSqlFailure(
      "await op.execute('select ?::int', [1]);\nawait op.execute('select ?::int', ['x']);",
      {
        message: 'upgrade of "b" failed: invalid input syntax for type integer: "x"',
        where: `${script}:6:12`,
      },
    );
  });

  it('names file, line and column of an SQL file, with a caret', async () => {
    const made = migrationProject(database.config, {
      scripts: { a: { upgrade: "await loadStoredProc(op, ['good.sql', 'totals.sql']);" } },
      files: {
        'raw_sql/procs/good.sql':
          'create or replace function good() returns int language sql as $$ select 1 $$;',
        'raw_sql/procs/totals.sql': `-- the totals
create or replace function totals() returns bigint language sql as $$
  select count(*)
    from nowhere
$$;
`,
      },
    });
    await freeze(await made.open());
    await expectRefusal(database, async () => upgrade(await made.open()), {
      code: 'SQL_FAILED',
      message: 'upgrade of "a" failed: relation "nowhere" does not exist',
      where: 'migrations/20260101000000_a.assets/procs/totals.sql:4:10',
      excerpt: `2 | create or replace function totals() returns bigint language sql as $$
3 |   select count(*)
4 |     from nowhere
  |          ^`,
    });
  });

  it('tells a constraint that is checked at COMMIT', async () => {
    const body = `await op.execute('create table child (a int references a deferrable initially deferred)');
await op.execute('insert into child values (7)');`;
    await expectSqlFailure(body, {
      message:
        /violates foreign key constraint "child_a_fkey" \(Key \(a\)=\(7\) is not present in table "a"\.\)$/,
      where: script,
    });
  });

  it('does not take a position in another text for one in the message', async () => {
    await expectSqlFailure(
      "await op.execute('select 1');\nawait op.execute(`select to_regprocedure('f(out int)')`);",
      { where: `${script}:6:12`, excerpt: /^1 \| select to_regprocedure/ },
    );
  });

  it('names the revision that failed where all are one transaction', async () => {
    const made = migrationProject(database.config, {
      settings: { transaction: 'all' },
      scripts: { a: { upgrade: "await op.execute('select nowhere');" }, b: {}, c: {} },
    });
    const opened = await made.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'SQL_FAILED',
      message: 'upgrade of "a" failed: column "nowhere" does not exist',
    });
  });

  it('tells what a script throws that is no error', async () => {
    for (const [thrown, text] of [['undefined'], ['null'], ["'a text'", 'a text']] as const) {
      const made = migrationProject(database.config, { scripts: { a: { upgrade: `throw ${thrown};` } } });
      const opened = await made.open();
      await expectRefusal(database, () => upgrade(opened), {
        code: 'STEP_FAILED',
        message: `upgrade of "a" failed: the script threw ${text ?? thrown}`,
      });
    }
    const made = migrationProject(database.config, { scripts: { a: { upgrade: "}\nthrow 'a text';\n{" } } });
    await expectRefusal(database, async () => upgrade(await made.open()), {
      code: 'SCRIPT_NOT_LOADED',
      message: 'the script cannot be imported: a text',
    });
  });

  it('names the line of a plain-SQL script', async () => {
    const made = migrationProject(database.config, {
      files: {
        'migrations/20260101000000_a.sql': `-- add a
-- revision: a
-- upgrade
create table a ();
create table b ();
alter table c add d int;
-- downgrade
drop table a;
drop table nowhere;
`,
      },
    });
    const file = 'migrations/20260101000000_a.sql';
    await expectRefusal(database, async () => upgrade(await made.open()), {
      code: 'SQL_FAILED',
      where: `${file}:6:1`,
      excerpt: '4 | create table a ();\n5 | create table b ();\n6 | alter table c add d int;\n  | ^',
    });
    made.write(file, made.read(file).replace('table c', 'table b'));
    await upgrade(await made.open());
    const down = async () => downgrade(await made.open(), { target: 'base' });
    await expectRefusal(database, down, { code: 'SQL_FAILED', where: `${file}:9:1` });
  });

  it('finds a syntax error, which the server meets before it runs the first command', async () => {
    const body =
      "await op.execute('create table one ()');\nawait op.execute('select 1;\\n create tabel x ()');";
    await expectSqlFailure(body, {
      message: 'upgrade of "b" failed: syntax error at or near "tabel"',
      where: `${script}:6:12`,
      excerpt: '1 | select 1;\n2 |  create tabel x ()\n  |         ^',
    });
  });

  for (const extension of ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']) {
    it(`names the line of the script when a function of another .${extension} file was called`, async () => {
      const made = migrationProject(database.config);
      const isCommonJs = extension === 'cjs' || extension === 'js';
      const file = `migrations/20260101000001_b.${extension}`;
      made.write(
        `helper.${extension}`,
        `${isCommonJs ? 'exports.add = ' : 'export const add = '}(op) => op.execute('drop table x');\n`,
      );
      const [load, exported] = isCommonJs
        ? [
            `const { add } = require('../helper.${extension}');`,
            ['exports.revision', 'exports.upgrade', 'exports.downgrade'],
          ]
        : [
            `import { add } from '../helper.${extension}';`,
            ['export const revision', 'export const upgrade', 'export const downgrade'],
          ];
      made.write(
        file,
        `${load}
${exported[0]} = 'b';
${exported[1]} = async (op) => {
  await add(op);
};
${exported[2]} = async () => {};
`,
      );
      const { where } = await expectFailure(made.open().then(upgrade), { code: 'SQL_FAILED' });
      expect(where).to.match(new RegExp(`^${file}:4:\\d+$`));
    });
  }

  it('gives advice that fits the SQLSTATE', async () => {
    await expectSqlFailure("await op.execute('vacuum');", {
      next: /^run this command with psql, beside limbeck; /,
    });
    await emptyDatabase(database);
    await database.query("create type mood as enum ('sad')");
    const body = "await op.execute(`alter type mood add value 'glad'; select 'glad'::mood`);";
    await expectSqlFailure(body, { next: /^add the enum value in one revision and use it in the next;/ });
  });

  it('tells a time limit from somebody who cancels', async () => {
    // PGlite hears no signals, and has no clock that rings.
    if (database.name === 'PGlite') return;
    const made = migrationProject(database.config, {
      scripts: { a: { upgrade: "await op.execute('select pg_sleep(600)');" } },
      settings: { ddl: { statementTimeout: 50 } },
    });
    await expectFailure(made.open().then(upgrade), {
      code: 'SQL_FAILED',
      message: /canceling statement due to statement timeout$/,
      next: /^give the statement more time with the setting "ddl\.statementTimeout", .*; nothing was changed/,
    });
    made.script('a', {
      downRevision: null,
      upgrade: "await op.execute('select pg_cancel_backend(pg_backend_pid()), pg_sleep(600)');",
    });
    await expectFailure(made.open({ settings: { ddl: { statementTimeout: 0 } } }).then(upgrade), {
      code: 'SQL_FAILED',
      message: /canceling statement due to user request$/,
      next: /^run the command again: somebody cancelled the statement; nothing was changed/,
    });
  });

  it('passes on the hint of the server', async () => {
    const body =
      "await op.execute(`do $$ begin raise 'no cheese' using hint = 'buy some', detail = 'nor bread'; end $$`);";
    await expectSqlFailure(body, {
      message: 'upgrade of "b" failed: no cheese (nor bread)',
      next: 'buy some; nothing was changed, the database is at a',
    });
  });
});
