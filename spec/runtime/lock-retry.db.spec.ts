import { expect } from 'chai';
import { current, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
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
});
