import { expect } from 'chai';
import { type CliResult, runProgram } from '../helpers/cli.js';
import { cliProject, scriptText } from '../helpers/cli-project.js';
import { describeOnServers } from '../helpers/database.js';

/** Runs `upgrade` with one script, or another behind it, in a process of its own. */
async function upgradeWith(
  upgrade: string,
  words: readonly string[] = [],
  second?: string,
): Promise<CliResult> {
  const project = await cliProject({
    'migrations/1_a.js': scriptText('a', { upgrade }),
    ...(second && { 'migrations/2_b.js': scriptText('b', { downRevision: 'a', upgrade: second }) }),
  });
  return runProgram(project.root, ['upgrade', ...words]);
}

/** The one failure that was told, whatever else the process said. */
function errorOf({ stdout, stderr, status }: CliResult) {
  expect(status, stderr).to.equal(2);
  return (JSON.parse(stdout) as { error: Record<string, unknown> }).error;
}

/** Gives what is not awaited the time to fail while the script runs. */
const wait = 'await new Promise((done) => setTimeout(done, 50));';

describe('a script that prints', () => {
  it('does not spoil the document on stdout', async () => {
    const { stdout, stderr, status } = await upgradeWith(
      `console.log('one'); console.info('two'); console.debug('three'); process.stdout.write('four\\n');`,
      ['--json'],
    );
    expect(JSON.parse(stdout)).to.include.keys('steps', 'current');
    expect(stderr).to.include('one\ntwo\nthree\nfour\n');
    expect(status).to.equal(0);
  });

  it('is a knexfile, too', async () => {
    const knexfile = `import { embedded } from 'limbeck';
console.log('hello');
export default { development: embedded() };
`;
    const project = await cliProject({ 'knexfile.js': knexfile });
    const { stdout, stderr } = await runProgram(project.root, ['heads', '--json']);
    expect(JSON.parse(stdout)).to.deep.equal({ heads: [] });
    expect(stderr).to.equal('hello\n');
  });
});

describe('an error beside a command', () => {
  it('is a promise that nothing awaits: the run stops, and says where the database is', async () => {
    const result = await upgradeWith(
      `void Promise.reject(new Error('boom')); ${wait} await op.execute('create table t ()');`,
      ['--json'],
    );
    const error = errorOf(result);
    expect(error).to.deep.include({
      code: 'UNAWAITED_OPERATION',
      message: 'a promise failed that nothing awaits: boom',
      next: 'write `await` before every promise in scripts and knexfile; the database is at base',
    });
    expect(error['excerpt']).to.include('1_a.js');
    expect(error['details']).to.deep.include({ revision: 'a', applied: [], current: [] });
  });

  it('is an operation after the end of its script, which says itself what to mend', async () => {
    const error = errorOf(
      await upgradeWith(
        `setTimeout(async () => { await op.execute('create table t ()'); }, 1500); await op.execute('select 1');`,
        ['--json'],
        wait.replace('50', '4000'),
      ),
    );
    expect(error).to.deep.include({
      code: 'UNAWAITED_OPERATION',
      message: 'the script called "op.execute" after its end',
    });
    expect(error['where']).to.match(/^migrations\/1_a\.js:6:\d+$/);
    expect(error['next']).to.match(/^write `await` before every promise, also of your own/);
    expect(error).to.not.have.property('excerpt');
  });

  it('shows the lines of the script alone', async () => {
    const result = await upgradeWith(`(async () => { throw new Error('boom'); })(); ${wait}`, ['--json']);
    const frames = String(errorOf(result)['excerpt']).match(/^ +at .*/gm) ?? [];
    expect(frames.length).to.be.above(0);
    for (const frame of frames) expect(frame).to.include('1_a.js');
  });

  it('is thrown in a timer', async () => {
    const { stdout, stderr, status } = await upgradeWith(
      `setTimeout(() => { throw new Error('boom'); }, 1); ${wait} await op.execute('create table t ()');`,
    );
    expect(stderr).to.match(
      /error\[INTERNAL\]: an error was thrown where nothing catches it, as in a timer: boom/,
    );
    expect(stderr.match(/boom/g)).to.have.lengthOf(2);
    expect(stderr).to.match(/next: {2}mend the script or knexfile; the database is at base\n$/);
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 2 });
  });

  it('is told though the command was done before it', async () => {
    const { stdout, stderr, status } = await upgradeWith(
      `setTimeout(() => { throw new Error('boom'); }, 3000);`,
      ['--json'],
    );
    expect(JSON.parse(stdout)).to.deep.include({ current: ['a'] });
    expect(stderr).to.include('error[INTERNAL]').and.to.include('boom');
    expect(status).to.equal(2);
  });

  it('does not hide the error of the command', async () => {
    const result = await upgradeWith(
      `void Promise.reject(new Error('boom')); ${wait} throw new Error('its own');`,
      ['--json'],
    );
    expect(result.stderr).to.not.include('boom');
    errorOf(result);
  });
});

describe('a process that ends before its command', () => {
  it('fails, with one document, when a script calls process.exit', async () => {
    for (const call of ['process.exit(0);', 'process.exit(1);', 'process.exit();']) {
      const error = errorOf(await upgradeWith(call, ['--json']));
      expect(error['message'], call).to.equal(
        'the process ended before the command did: a script or the knexfile calls `process.exit`',
      );
    }
  });

  it('fails when the knexfile awaits what never comes', async () => {
    const project = await cliProject({ 'knexfile.js': 'await new Promise(() => {});' });
    const { stdout, stderr, status } = await runProgram(project.root, ['heads']);
    expect(stderr).to.match(/^error\[INTERNAL\]: the command did not end: a script or the knexfile awaits/);
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 2 });
  });

  it('keeps the status of a failure that was told', async () => {
    const { status } = await upgradeWith(
      `process.on('beforeExit', () => process.exit(0)); throw new Error('its own');`,
    );
    expect(status).to.equal(2);
  });
});

describeOnServers('an error beside a statement', { on: ['PostgreSQL 18'] }, (database) => {
  const limbeck = async (upgrade: string) => {
    const project = await cliProject(
      { 'migrations/1_a.js': scriptText('a', { upgrade }) },
      { database: false },
    );
    return runProgram(project.root, ['upgrade', '--env', 'server', '--json'], {
      env: { DATABASE_URL: database.url ?? '' },
    });
  };

  it('cancels it', async () => {
    const error = errorOf(
      await limbeck(
        `setTimeout(() => { throw new Error('boom'); }, 200); await op.execute('select pg_sleep(600)');`,
      ),
    );
    expect(error['message']).to.include('as in a timer: boom');
  });

  it('ends a command that does not stop', async () => {
    const error = errorOf(
      await limbeck(
        `setTimeout(() => { throw new Error('boom'); }, 1); await op.execute('select 1'); await new Promise(() => {});`,
      ),
    );
    expect(error['message']).to.include('as in a timer: boom');
  });
});

describe('what a script leaves open', () => {
  it('does not keep the process alive once the command is done', async () => {
    const begun = performance.now();
    const { status, stdout, stderr } = await upgradeWith('setInterval(() => {}, 20_000);', ['--json']);
    expect(status).to.equal(0);
    expect(JSON.parse(stdout)).to.include.keys('steps', 'current');
    expect(stderr).to.match(/warning: a script or the knexfile left something open, such as a timer\n$/);
    expect(performance.now() - begun).to.be.below(15_000);
  });
});
