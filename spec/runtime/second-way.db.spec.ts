import { expect } from 'chai';
import { DatabaseSink } from '../../lib/runtime/database-sink.js';
import { OfflineSink } from '../../lib/runtime/offline-sink.js';
import type { PgConnection } from '../../lib/runtime/pg-connection.js';
import { ownStatement, type QueryResult, type Statement, statement } from '../../lib/sql/statement.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { requireProgram, runPsql } from '../helpers/programs.js';

const exists = '42P07';
const missing = '42P01';

/** A statement with a second way. */
function either(text: string, sqlstates: readonly string[], ...instead: (string | Statement)[]): Statement {
  const statements = instead.map((each) => (typeof each === 'string' ? statement(each) : each));
  return { ...statement(text, { file: 'f.sql' }), onError: { sqlstates, statements } };
}

/** A sink in an open transaction, with a table `t` that was made before it, and the texts that were sent. */
async function openSink(database: TestDatabase) {
  const sent: string[] = [];
  const sink = new DatabaseSink(
    (await database.connect()) as unknown as PgConnection,
    'here',
    (text) => void sent.push(text),
  );
  sink.record(ownStatement('begin'));
  sink.record(ownStatement('create table t (a int); insert into t values (1)'));
  await sink.flush();
  sent.length = 0;
  return { sink, sent };
}

describeOnServers('Statement.onError', (database) => {
  beforeEach(() => emptyDatabase(database));

  it('stands in the one message of the rest, and is not taken where nothing fails', async () => {
    const { sink, sent } = await openSink(database);
    sink.record(either('create table u ()', [exists], 'create table never ()'));
    sink.record(either('create table w ()', [exists], 'create table never ()'));
    await sink.flush();
    expect(sent).to.deep.equal([
      'savepoint limbeck_try\n;\ncreate table u ()\n;\ncreate table w ()\n;\nrelease savepoint limbeck_try\n;\n',
    ]);
    expect(await answersOf(sink, "select to_regclass('never') as never")).to.deep.equal([{ never: null }]);
    await sink.rollback();
  });

  it('goes back where the first way fails as foreseen, takes the second, and goes on', async () => {
    const { sink, sent } = await openSink(database);
    const answers: unknown[] = [];
    const told = (text: string): Statement => ({
      ...ownStatement(text),
      onAnswer: (rows) => void answers.push(rows),
    });
    sink.record(told('select 1 as a'));
    sink.record(
      either(
        'insert into t values (2); create table t ()',
        [exists],
        'insert into t values (3)',
        told('select 2 as a'),
      ),
    );
    sink.record(told('select 3 as a'));
    sink.record(
      either(
        'select from nowhere',
        [missing],
        either('drop table nowhere', [missing], 'insert into t values (4)'),
      ),
    );
    sink.record(told('select 4 as a'));
    await sink.flush();
    expect(sent).to.have.lengthOf(4);
    expect(answers).to.deep.equal([1, 2, 3, 4].map((a) => [{ a }]));
    expect(await answersOf(sink, 'select a from t order by a')).to.deep.equal([{ a: 1 }, { a: 3 }, { a: 4 }]);
    await sink.rollback();
  });

  it('shares a savepoint with its neighbours, which are done again, once, where it fails', async () => {
    const { sink, sent } = await openSink(database);
    const insert = (a: number) => either(`insert into t values (${a})`, [exists], 'create table never ()');
    const failing = (a: number) => either('create table t ()', [exists], `insert into t values (${a})`);
    sink.record(ownStatement("select set_config('limbeck.a', 'before', true)"));
    sink.record(insert(2));
    sink.record(ownStatement("select set_config('limbeck.a', 'between', true)"));
    sink.record(failing(3));
    sink.record(insert(4));
    sink.record(failing(5));
    sink.record(insert(6));
    await sink.flush();
    expect(sent).to.have.lengthOf(3);
    expect(await answersOf(sink, 'select a from t order by a')).to.deep.equal(
      [1, 2, 3, 4, 5, 6].map((a) => ({ a })),
    );
    expect(await answersOf(sink, "select current_setting('limbeck.a') as a")).to.deep.equal([
      { a: 'between' },
    ]);
    await sink.rollback();
  });

  it('stands alone where it takes long, or where a script comes between', async () => {
    const { sink, sent } = await openSink(database);
    sink.record(either('create materialized view m as select 1', [exists]));
    sink.record(either('create table u ()', [exists]));
    sink.record(statement('select 1'));
    sink.record(either('create table w ()', [exists]));
    await sink.flush();
    expect(sent.join('').match(/^savepoint/gm)).to.have.lengthOf(3);
    expect(sent.join('').match(/^release/gm)).to.have.lengthOf(3);
    await sink.rollback();
  });

  it('fails as any other statement for what was not foreseen, at its place', async () => {
    const { sink } = await openSink(database);
    sink.record(either('select 1;\ndrop table nowhere', [exists], 'select 1'));
    await expectFailure(sink.flush(), {
      code: 'SQL_FAILED',
      message: 'table "nowhere" does not exist',
      where: 'f.sql:2:1',
    });
    sink.record(ownStatement('select 1'));
    await expectFailure(sink.flush(), { code: 'SWALLOWED_ERROR' });
    await sink.rollback();
  });

  it('names the right place for errors of the second way and of the rest', async () => {
    const failing = statement('select 1;\n  drop table nowhere', { file: 'second.sql' });
    for (const [first, ...rest] of [
      [either('create table t ()', [exists], 'select 1', failing)],
      [either('create table t ()', [exists], 'select 1; select 2'), failing],
      [
        either('create table t ()', [exists]),
        either('drop table nowhere', [missing], failing),
        statement('select 1'),
      ],
    ]) {
      const { sink } = await openSink(database);
      for (const made of [...(first ? [first] : []), ...rest]) sink.record(made);
      await expectFailure(sink.flush(), { code: 'SQL_FAILED', where: 'second.sql:2:3' });
      await sink.rollback();
    }
  });

  it('is not taken in a run that is to stop', async () => {
    const { sink, sent } = await openSink(database);
    sink.record(either('create table t ()', [exists], 'insert into t values (3)'));
    const flushed = sink.flush();
    sink.interrupt();
    await expectFailure(flushed, { code: 'INTERRUPTED' });
    expect(sent).to.have.lengthOf(1);
    await sink.rollback();
  });

  it('keeps the savepoints of a script, of whatever name', async () => {
    const { sink } = await openSink(database);
    sink.record(statement('savepoint limbeck_try; insert into t values (2)'));
    sink.record(either('create table t ()', [exists], 'insert into t values (3)'));
    sink.record(statement('rollback to savepoint limbeck_try; insert into t values (4)'));
    await sink.flush();
    expect(await answersOf(sink, 'select a from t order by a')).to.deep.equal([{ a: 1 }, { a: 4 }]);
    await sink.rollback();
  });
});

async function answersOf(sink: DatabaseSink, text: string): Promise<QueryResult['rows']> {
  return (await sink.query(ownStatement(text))).rows;
}

describeOnServers('Statement.onError by psql', { on: ['PostgreSQL 15'] }, (database) => {
  it('does what the run does', async function () {
    requireProgram(this, 'psql');
    await database.query('create table t (a int)');
    const sink = new OfflineSink();
    const again = either('insert into t values (2);\ncreate table t ()', [exists]);
    sink.record(
      either(
        again.text,
        [exists],
        "insert into t values (3); select ':a $sql$'",
        either('drop table nowhere', [missing], 'insert into t values (4)'),
      ),
    );
    sink.record(either('insert into t values (5); create table u ()', [exists], again));
    const { status, stderr } = await runPsql(database.onServer().url, sink.text);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(await database.query('select a from t order by a')).to.deep.equal([{ a: 3 }, { a: 4 }, { a: 5 }]);
    const failing = new OfflineSink();
    failing.record(either('create table u ()', [missing], 'select 1'));
    const failed = await runPsql(database.onServer().url, failing.text);
    expect(failed.status).to.equal(3);
    expect(failed.stderr).to.include('relation "u" already exists');
  });
});
