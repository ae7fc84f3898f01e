import { expect } from 'chai';
import { MigrationError } from '../../lib/errors.js';
import {
  controlsTransaction,
  isOwn,
  ownStatement,
  placeOf,
  RecordingSink,
  statement,
  unreadableAnswer,
} from '../../lib/sql/statement.js';
import { splitCommands } from '../../lib/sql/scan.js';
import { factsOf, rejectionOf, thrownBy } from '../helpers/thrown.js';

const origin = { file: 'migrations/a.ts', line: 12, column: 5 };

describe('statement', () => {
  it('keeps the text as it is, and knows its commands', () => {
    const made = statement('select 1;\n select 2 ', { origin });
    expect(made.text).to.equal('select 1;\n select 2 ');
    expect(made.commands.map(({ text }) => text)).to.deep.equal(['select 1', 'select 2']);
    expect(made.origin).to.equal(origin);
  });

  it('refuses what would begin or end a transaction, at the line of the script', () => {
    expect(factsOf(thrownBy(() => statement('select 1; Commit', { origin })))).to.deep.equal({
      code: 'TRANSACTION_CONTROL',
      message: '"COMMIT" would end the transaction that limbeck runs the revision in',
      where: 'migrations/a.ts:12:5',
      next: 'take it out: each revision is committed by limbeck, together with its version rows; split work that needs a commit into two revisions',
    });
  });

  it('refuses it in an SQL file at its line', () => {
    const file = 'raw_sql/procs/a.sql';
    const error = thrownBy(() => statement('select 1;\n  /* so */ rollback;', { file }));
    expect(error.code).to.equal('TRANSACTION_CONTROL');
    expect(error.where).to.equal('raw_sql/procs/a.sql:2:12');
  });

  it('refuses a text in which something is left open, at the place where it was opened', () => {
    expect(factsOf(thrownBy(() => statement("select 1;\nselect 'a;", { file: 'a.sql' })))).to.deep.equal({
      code: 'SQL_UNTERMINATED',
      message: 'a string is not closed',
      where: 'a.sql:2:8',
      next: 'close it; limbeck sends whole commands only',
    });
    expect(thrownBy(() => statement('select (1', { origin })).where).to.equal('migrations/a.ts:12:5');
    expect(thrownBy(() => statement('select (1')).where).to.equal(undefined);
  });
});

describe('controlsTransaction', () => {
  const isControl = (sql: string) => splitCommands(sql).some(controlsTransaction);

  it('finds every spelling', () => {
    for (const sql of [
      'begin',
      'BEGIN ISOLATION LEVEL SERIALIZABLE',
      'start transaction',
      'commit',
      'commit and chain',
      "commit prepared 'x'",
      'end',
      'abort',
      'rollback',
      'rollback work',
      'rollback and no chain',
      "rollback prepared 'x'",
      "prepare transaction 'x'",
      '/* hidden */ commit',
    ])
      expect(isControl(sql), sql).to.equal(true);
  });

  it('lets savepoints, and words that only look alike, pass', () => {
    for (const sql of [
      'savepoint a',
      'release savepoint a',
      'rollback to a',
      'rollback to savepoint a',
      'rollback work to a',
      'rollback transaction to savepoint a',
      'prepare p as select 1',
      'set transaction isolation level serializable',
      "select 'commit'",
      'select 1 -- commit',
      'do $$ begin null; end $$',
      'create function f() returns int begin atomic select 1; end',
      '"commit"',
    ])
      expect(isControl(sql), sql).to.equal(false);
  });
});

describe('ownStatement', () => {
  it('is one command, and is not looked into', () => {
    const made = ownStatement('commit');
    const commands = [{ text: 'commit', offset: 0, words: [] }];
    expect(made).to.deep.equal({ text: 'commit', commands, isOwn: true });
  });

  it('says what a refusal of the server means', () => {
    const failure = new MigrationError('ROWS_CHANGED', { message: 'm', next: 'n' });
    const made = ownStatement('select 1 / 0', (sqlstate) => (sqlstate === '22012' ? failure : undefined));
    expect(made.explain?.('22012', new Error('division by zero'))).to.equal(failure);
    expect(made.explain?.('42601', new Error('syntax error'))).to.equal(undefined);
  });
});

describe('placeOf', () => {
  it('is in the file if the statement has one, else the line of the script', () => {
    expect(placeOf(statement('a\nb', { file: 'x.sql', origin }), 2)).to.equal('x.sql:2:1');
    expect(placeOf(statement('a\nb', { origin }), 2)).to.equal('migrations/a.ts:12:5');
    expect(placeOf(ownStatement('a'))).to.equal(undefined);
  });
});

describe('RecordingSink', () => {
  it('keeps statements in order, queries as well', async () => {
    const sink = new RecordingSink();
    sink.record(ownStatement('one'));
    await sink.flush();
    await sink.query(ownStatement('two'));
    await sink.recover();
    expect(sink.statements.map(({ text }) => text)).to.deep.equal(['one', 'two']);
    expect(sink.canRead).to.equal(false);
  });

  it('answers with something that can be awaited and not be read', async () => {
    const answer = await new RecordingSink().query(statement('select 1 as one', { origin }));
    expect(factsOf(thrownBy(() => answer.rows))).to.deep.equal({
      code: 'OFFLINE_READ',
      message: 'the script reads the answer of a query, and there is no database: select 1 as one',
      where: 'migrations/a.ts:12:5',
      next: 'branch on `op.offline` in the script, or name the files: `limbeck freeze REVISION FILE…`',
    });
  });
});

describe('isOwn', () => {
  it('tells what limbeck wrote from what scripts and files say', () => {
    expect(isOwn(ownStatement('select 1'))).to.equal(true);
    expect(isOwn(statement('select 1', { origin }))).to.equal(false);
    expect(isOwn(statement('(select 1)', { origin }))).to.equal(false);
    expect(isOwn(statement('(select 1)'))).to.equal(false);
    expect(isOwn(statement('-- nothing'))).to.equal(false);
  });
});

describe('unreadableAnswer', () => {
  it('is refused at once for a query that does nothing but read', () => {
    const reading = statement('select * from t', { origin, isRead: true });
    expect(factsOf(thrownBy(() => unreadableAnswer(reading)))).to.deep.equal({
      code: 'OFFLINE_READ',
      message: 'the script reads the answer of a query, and there is no database: select * from t',
      where: 'migrations/a.ts:12:5',
      next: 'branch on `op.offline` in the script',
    });
  });

  it('can be put into lists, as the batchInsert of Knex does', () => {
    const answer = unreadableAnswer(statement('insert into t values (1)'));
    expect(([] as unknown[]).concat(answer)).to.have.lengthOf(1);
    expect(Object.prototype.toString.call(answer)).to.equal('[object Object]');
    expect(thrownBy(() => answer.rowCount).code).to.equal('OFFLINE_READ');
  });

  it('shows no more than the beginning of a long statement', async () => {
    const answer = unreadableAnswer(ownStatement(`select ${'x'.repeat(100)}`));
    const { message } = await rejectionOf((async () => answer.rowCount)());
    expect(message).to.satisfy((text: string) => text.endsWith(`: select ${'x'.repeat(53)}…`));
  });
});
