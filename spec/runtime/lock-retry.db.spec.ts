import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { current, upgrade } from '../../lib/index.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

describeOnServers('locks of the application', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  beforeEach(async () => {
    await emptyDatabase(database);
    await database.query('create table busy (id int)');
  });

  const project = (attempts: number) =>
    migrationProject(database.config, {
      settings: { ddl: { lockTimeout: '1 s', attempts } },
      scripts: {
        a: { upgrade: `await op.execute('alter table busy add column b int; create table a (id int)');` },
      },
    });

  /** Another session that holds the table, as an application's transaction does. */
  async function holdTable(name = 'the application') {
    const other = await database.connect();
    await other.query(`set application_name = '${name}'`);
    await other.query('begin; lock table busy in access share mode');
    return other;
  }

  it('a step waits briefly, lets the others through, and is tried again', async () => {
    const other = await holdTable();
    const heard: string[] = [];
    const logger = {
      debug() {},
      warn() {},
      info(message: string) {
        heard.push(message);
        if (message.startsWith('waited')) void other.query('commit');
      },
    };
    const report = await upgrade(await project(10).open({ logger }));
    expect(report.current).to.deep.equal(['a']);
    expect(heard.find((message) => message.startsWith('waited'))).to.match(
      /^waited 1 s for "the application", server process \d+ of postgres, in a transaction since \d\d:\d\d:\d\d, idle in transaction; rolled back, trying again in \d\.\d s \(1 of 10\)$/,
    );
    expect(await database.query('select outcome from limbeck_log')).to.deep.equal([{ outcome: 'applied' }]);
  });

  it('after the last attempt it is refused, names the blocker, and has changed nothing', async () => {
    const other = await holdTable();
    const made = project(2);
    const opened = await made.open();
    const error = await expectRefusal(database, () => upgrade(opened), {
      code: 'LOCK_NOT_AVAILABLE',
      message: /waited 1 s for "the application", server process \d+ .*, 2 times$/,
      where: /^migrations\/.*:5:\d+$/,
      next: /^wait until the other transaction ends, .*; nothing was changed, the database is at base$/,
    });
    expect(error.details['attempts']).to.equal(2);
    await other.query('commit');
    expect((await current(await made.open())).current).to.deep.equal([]);
    expect(await database.query("select to_regclass('a') as a")).to.deep.equal([{ a: null }]);
  });

  it('a blocker without an application name is known by its process', async () => {
    const other = await holdTable('');
    await expectFailure(upgrade(await project(1).open()), {
      code: 'LOCK_NOT_AVAILABLE',
      message: /waited 1 s for server process \d+ of /,
    });
    await other.query('commit');
  });

  it('limits end with the revision', async () => {
    const made = migrationProject(database.config, {
      settings: { ddl: { lockTimeout: '3 s', statementTimeout: '1 min' } },
      scripts: {
        a: {
          upgrade: `await op.execute("create table limits as select current_setting('lock_timeout') as l, current_setting('statement_timeout') as s");`,
        },
      },
    });
    await upgrade(await made.open());
    expect(await database.query('select * from limits')).to.deep.equal([{ l: '3s', s: '1min' }]);
  });

  const replaced = (by: string) =>
    `create or replace function f() returns text language sql as $$ select '${by}' $$`;

  const conflicts: Record<string, readonly [first: string, others: string, limbecks: string]> = {
    'replaces a function that another session replaces at the same time': [
      replaced('nobody'),
      replaced('other'),
      replaced('limbeck'),
    ],
    'makes a function that another session makes at the same time': [
      'select 1',
      replaced('other'),
      replaced('limbeck'),
    ],
    'replaces a function that another session drops at the same time': [
      replaced('nobody'),
      'drop function f',
      replaced('limbeck'),
    ],
  };
  for (const [what, [first, others, limbecks]] of Object.entries(conflicts)) {
    it(`a step that ${what} is tried again`, async () => {
      await database.query(first);
      const other = await database.connect();
      await other.query(`begin; ${others}`);
      const heard: string[] = [];
      const logger = { debug() {}, warn() {}, info: (message: string) => void heard.push(message) };
      const made = migrationProject(database.config, {
        settings: { ddl: { lockTimeout: '20 s', attempts: 3 } },
        scripts: { a: { upgrade: `await op.execute(${JSON.stringify(limbecks)});` } },
      });
      const run = upgrade(await made.open({ logger }));
      await until(database, 'select from pg_locks where not granted');
      await other.query('commit');
      await run;
      expect(heard.filter((message) => message.includes('trying again'))).to.have.lengthOf(1);
      expect(heard.join('\n')).to.match(
        /^met another session that changed the same object; rolled back, trying again in \d\.\d s \(1 of 3\)$/m,
      );
      expect(await database.query('select f()')).to.deep.equal([{ f: 'limbeck' }]);
    });
  }

  it('a value that a table of the application has already is no such conflict', async () => {
    await database.query('create unique index on busy (id); insert into busy values (1)');
    const made = migrationProject(database.config, {
      scripts: { a: { upgrade: "await op.execute('insert into busy values (1)');" } },
    });
    const opened = await made.open();
    await expectRefusal(database, () => upgrade(opened), {
      code: 'SQL_FAILED',
      message: /duplicate key value violates unique constraint/,
    });
  });
});

/** Waits until a query finds something. */
async function until(database: TestDatabase, query: string): Promise<void> {
  while ((await database.query(query)).length === 0) await sleep(20);
}
