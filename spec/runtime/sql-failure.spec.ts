import { expect } from 'chai';
import { MigrationError } from '../../lib/errors.js';
import { failureOf, isConnectionLost, type ServerError, sqlFailure } from '../../lib/runtime/sql-failure.js';
import { ownStatement, type Statement, statement } from '../../lib/sql/statement.js';
import { factsOf } from '../helpers/thrown.js';

const serverError = (message: string, fields: Omit<Partial<ServerError>, 'message'> = {}): ServerError =>
  Object.assign(new Error(message), fields);

/** The error for a message of several statements; `at` is a text that the server's position points to. */
function failed(statements: readonly Statement[], completed: number, at?: string, code = '42601') {
  const text = statements.map((each) => each.text).join(';\n');
  const sent = statements.map((each, index) => ({
    statement: each,
    offset: statements.slice(0, index).reduce((sum, before) => sum + before.text.length + 2, 0),
  }));
  // As the server counts: characters, from 1.
  const position =
    at === undefined ? {} : { position: String(Array.from(text.slice(0, text.indexOf(at))).length + 1) };
  return sqlFailure(serverError('no', { code, ...position }), { text, sent, completed });
}

const origin = { file: 'migrations/a.ts', line: 7, column: 3 };
const own = ownStatement('begin');
const script = statement('select one', { origin });
const file = statement("select 'é𝒳';\nselect two;\nselect three", { file: 'a.assets/procs/f.sql' });

describe('sqlFailure', () => {
  it('blames the line of the script, by the number of commands that had completed', () => {
    const error = failed([own, script, file], 1);
    expect(factsOf(error)).to.deep.equal({
      code: 'SQL_FAILED',
      message: 'no',
      where: 'migrations/a.ts:7:3',
      next: 'mend the statement',
    });
    expect(error.excerpt).to.equal('1 | select one\n  | ^');
    expect(error.details).to.deep.equal({ sqlstate: '42601', statement: 'select one' });
  });

  it('blames the command of a file', () => {
    const error = failed([own, script, file], 3);
    expect(error.where).to.equal('a.assets/procs/f.sql:2:1');
    expect(error.excerpt).to.equal("1 | select 'é𝒳';\n2 | select two;\n  | ^");
    expect(failed([own, script, file], 4).where).to.equal('a.assets/procs/f.sql:3:1');
  });

  it("points to the server's position, counted in characters", () => {
    const error = failed([own, script, file], 4, 'three');
    expect(error.where).to.equal('a.assets/procs/f.sql:3:8');
    expect(error.excerpt).to.equal("1 | select 'é𝒳';\n2 | select two;\n3 | select three\n  |        ^");
  });

  it('believes the position, for a message is parsed before its first command is run', () => {
    expect(failed([own, script, file], 0, 'two').where).to.equal('a.assets/procs/f.sql:2:8');
  });

  it('knows no place where nothing can have failed', () => {
    expect(failed([own], 1).where).to.equal(undefined);
    expect(failed([], 0).where).to.equal(undefined);
  });

  it("shows no text of limbeck's own statements", () => {
    const error = failed([own, script], 0);
    expect(error).to.include({ where: undefined, excerpt: undefined });
    expect(error.details).to.deep.include({ statement: 'begin' });
  });

  it('lets a guard say what it means', () => {
    const meaning = new MigrationError('ROWS_CHANGED', { message: 'm', next: 'n' });
    const guard = ownStatement('select 1 / 0', (code) => (code === '22012' ? meaning : undefined));
    expect(failed([own, guard], 1, undefined, '22012')).to.equal(meaning);
    expect(failed([own, guard], 1, undefined, '42601').code).to.equal('SQL_FAILED');
  });
});

describe('failureOf', () => {
  const code = (sqlstate: string | undefined, message = 'no', inFile?: string) =>
    failureOf(serverError(message, sqlstate === undefined ? {} : { code: sqlstate }), {
      where: 'w',
      ...(inFile !== undefined && { file: inFile }),
    }).code;

  it('chooses the code by SQLSTATE', () => {
    expect(code('42601')).to.equal('SQL_FAILED');
    expect(code('42501')).to.equal('PRIVILEGE_MISSING');
    expect(code('25006')).to.equal('DATABASE_READ_ONLY');
    expect(code('53100')).to.equal('DISK_FULL');
    expect(code('08006')).to.equal('CONNECTION_LOST');
    expect(code('57P01')).to.equal('CONNECTION_LOST');
  });

  it('takes what stands in the way of a file for a matter of the file, if there is one', () => {
    for (const sqlstate of ['42P16', '42809', '42723', '42710', '42P07']) {
      expect(code(sqlstate, 'no', 'procs/f.sql')).to.equal('ASSET_NOT_REPLACEABLE');
      expect(code(sqlstate)).to.equal('SQL_FAILED');
    }
    const { next } = failureOf(serverError('no', { code: '42710' }), { where: 'w', file: 'types/t.sql' });
    expect(next).to.include('record that with `limbeck stamp` in place of the upgrade');
  });

  it('tells a function that cannot be replaced from one whose body does not fit it', () => {
    const inFile = { where: 'w', file: 'procs/f.sql' };
    const refused = serverError('no', { code: '42P13', hint: 'Use DROP FUNCTION f() first.' });
    expect(failureOf(refused, inFile).code).to.equal('ASSET_NOT_REPLACEABLE');
    expect(code('42P13', 'no', 'procs/f.sql')).to.equal('SQL_FAILED');
  });

  it('advises, by the server where it has a hint', () => {
    const next = (fields: Partial<ServerError>) => failureOf(serverError('no', fields), { where: 'w' }).next;
    expect(next({ code: '55P04' })).to.equal('add the enum value in one revision and use it in the next');
    expect(next({ code: '25001' })).to.equal(
      'run this command with psql, beside limbeck; for an index, let the script say `create index if not exists …` as well',
    );
    expect(next({ code: '57014' })).to.equal('run the command again: somebody cancelled the statement');
    expect(next({ code: '42883', hint: 'You might need to add explicit type casts.' })).to.equal(
      'You might need to add explicit type casts',
    );
    expect(next({ code: '42883' })).to.equal('mend the statement');
  });

  it("adds the server's detail, and keeps its error", () => {
    const cause = serverError('duplicate key', { code: '23505', detail: 'Key (a)=(1) already exists.' });
    const error = failureOf(cause, { where: 'w' });
    expect(error.message).to.equal('duplicate key (Key (a)=(1) already exists.)');
    expect(error.cause).to.equal(cause);
    expect(error.details).to.deep.equal({ sqlstate: '23505' });
  });
});

describe('isConnectionLost', () => {
  it('knows how a connection ends', () => {
    for (const code of ['08003', '08006', '57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'])
      expect(isConnectionLost(serverError('no', { code })), code).to.equal(true);
    for (const severity of ['FATAL', 'PANIC'])
      expect(isConnectionLost(serverError('no', { code: '53100', severity })), severity).to.equal(true);
    expect(isConnectionLost(serverError('Connection terminated unexpectedly'))).to.equal(true);
    expect(isConnectionLost(serverError('Client was closed and is not queryable'))).to.equal(true);
  });

  it('takes no other error for it', () => {
    for (const code of ['42601', '57014', '40P01'])
      expect(isConnectionLost(serverError('no', { code }))).to.equal(false);
    expect(isConnectionLost(serverError('no', { code: '53100', severity: 'ERROR' }))).to.equal(false);
    expect(isConnectionLost(serverError('no'))).to.equal(false);
    expect(isConnectionLost(serverError('connection terminated', { code: '42601' }))).to.equal(false);
  });
});
