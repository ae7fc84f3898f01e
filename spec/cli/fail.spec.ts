import { expect } from 'chai';
import { type Failure, failureOf, tellFailure, usageFailure } from '../../cli/fail.js';
import type { Io } from '../../cli/io.js';
import { AssetError, UsageError } from '../../lib/errors.js';

/** What is told of a failure on both streams, and the exit status. */
function tell(failure: Failure, options: { readonly asJson?: boolean; readonly hasColour?: boolean } = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const io: Io = {
    cwd: '/',
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    isInteractive: false,
    hasColour: options.hasColour ?? false,
    hasResultColour: false,
    outExactly: () => {},
    ask: async () => '',
  };
  const status = tellFailure(failure, io, options.asJson ?? false);
  return { out, err, status };
}

const syntax = new AssetError('ASSET_SYNTAX', {
  message: 'syntax error at or near "selec"',
  where: 'raw_sql/procs/f.sql:1:1',
  next: 'mend the file; it must hold plain PostgreSQL statements',
  excerpt: '1 | selec 1\n  | ^',
  details: { sqlstate: '42601' },
});

describe('tellFailure', () => {
  it('tells people what, where, the lines around it, and what to do next', () => {
    expect(tell(failureOf(syntax))).to.deep.equal({
      out: [],
      err: [
        `error[ASSET_SYNTAX]: syntax error at or near "selec"
  where: raw_sql/procs/f.sql:1:1
    1 | selec 1
      | ^
  next:  mend the file; it must hold plain PostgreSQL statements`,
      ],
      status: 2,
    });
  });

  it('leaves out a place that there is not', () => {
    const failure = failureOf(new UsageError('CONFIRMATION_NEEDED', { message: 'no', next: 'add `--yes`' }));
    expect(tell(failure)).to.deep.equal({
      out: [],
      err: ['error[CONFIRMATION_NEEDED]: no\n  next:  add `--yes`'],
      status: 64,
    });
  });

  it('tells programs the same as one document', () => {
    const { out, err, status } = tell(failureOf(syntax), { asJson: true });
    expect([err, status, out.length]).to.deep.equal([[], 2, 1]);
    expect(JSON.parse(out[0] ?? '')).to.deep.equal({
      error: {
        code: 'ASSET_SYNTAX',
        message: 'syntax error at or near "selec"',
        where: 'raw_sql/procs/f.sql:1:1',
        next: 'mend the file; it must hold plain PostgreSQL statements',
        excerpt: '1 | selec 1\n  | ^',
        details: { sqlstate: '42601' },
      },
    });
    const bare = tell({ code: 'USAGE', message: 'no', next: 'do', exitStatus: 64 }, { asJson: true });
    expect(JSON.parse(bare.out[0] ?? '')).to.deep.equal({
      error: { code: 'USAGE', message: 'no', where: null, next: 'do' },
    });
  });

  it('colours no more than the code, and only if it may', () => {
    const { err } = tell(failureOf(syntax), { hasColour: true });
    expect(err[0]).to.satisfy((text: string) =>
      text.startsWith('\u001b[31m\u001b[1merror[ASSET_SYNTAX]\u001b[22m\u001b[39m: syntax error'),
    );
    expect(err[0]?.split('\u001b')).to.have.length(5);
  });
});

describe('failureOf', () => {
  it('takes an error of limbeck for what it is', () => {
    expect(failureOf(syntax)).to.equal(syntax);
  });

  it('calls anything else a bug, and shows where it came from', () => {
    const failure = failureOf(new TypeError('x is undefined'));
    expect(failure).to.deep.include({
      code: 'INTERNAL',
      message: 'limbeck failed in a way that it should not',
      next: 'report this as a bug',
      exitStatus: 2,
    });
    expect(failure.excerpt).to.match(/^TypeError: x is undefined\n {4}at .*fail\.spec/);
    expect(failureOf('a text').excerpt).to.equal('a text');
  });

  it('takes an error of the file system for no bug', () => {
    const error = Object.assign(new Error("EACCES: permission denied, mkdir '/srv/app/migrations'"), {
      code: 'EACCES',
      syscall: 'mkdir',
      path: '/srv/app/migrations',
    });
    const { code, message, where, exitStatus } = failureOf(error);
    expect([code, message, where, exitStatus]).to.deep.equal([
      'FILE_FAILED',
      'the file system refuses: EACCES: permission denied',
      '/srv/app/migrations',
      2,
    ]);
  });

  it('speaks of reading where something is read', () => {
    const nextOf = (syscall: string) =>
      failureOf(Object.assign(new Error(), { code: 'EACCES', syscall, path: '/srv/app' })).next;
    expect(nextOf('read')).to.equal('see that it is there, is of the right kind, and that you may read it');
    expect(nextOf('scandir')).to.equal(nextOf('read'));
    expect(nextOf('mkdir')).to.match(/^see that the folder is there, that you may write to it/);
    expect(nextOf('open')).to.match(/^to read it, see .*; to write it, see /);
  });
});

describe('usageFailure', () => {
  it('has the status of wrong usage', () => {
    expect(usageFailure({ message: 'no such flag', next: 'see `limbeck --help`' })).to.deep.equal({
      code: 'USAGE',
      message: 'no such flag',
      next: 'see `limbeck --help`',
      exitStatus: 64,
    });
  });
});
