import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type CliResult, type ProgramOptions, type RunningProgram, runProgram } from '../helpers/cli.js';
import { cliProject, fork, scriptText, tableScript } from '../helpers/cli-project.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import type { TemporaryProject } from '../helpers/project.js';

describe('the program', () => {
  let project: TemporaryProject;
  before(async () => {
    project = await cliProject(fork);
  });
  const limbeck = (words: string[], options?: ProgramOptions) => runProgram(project.root, words, options);

  it('finds the project from a folder below it', async () => {
    mkdirSync(project.path('raw_sql/procs'), { recursive: true });
    const { stdout, status } = await runProgram(project.path('raw_sql/procs'), ['heads', '--json']);
    expect(JSON.parse(stdout)).to.have.property('heads').with.lengthOf(2);
    expect(status).to.equal(0);
  });

  it('does not ask where nobody can answer', async () => {
    const { stderr, status } = await limbeck(['stamp', '--purge', 'base'], { stdin: 'y\n' });
    expect(stderr).to.contain('error[CONFIRMATION_NEEDED]').and.to.contain('--yes');
    expect(status).to.equal(64);
  });

  it('uses no colours where there is no terminal', async () => {
    const { stdout, stderr, status } = await limbeck(['show', 'nope']);
    expect(stdout + stderr).to.not.contain('\u001B');
    expect(status).to.equal(2);
  });

  it('does not mind when nobody reads on, as in `limbeck history | head -1`', async () => {
    const { stderr, status } = await limbeck(['history'], { onStart: (running) => running.closeStdout() });
    expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
  });
});

describeOnServers('a program that is interrupted', { on: ['PostgreSQL 18'] }, (database) => {
  const slow = scriptText('slow', {
    downRevision: 'good',
    upgrade: `await op.execute('create table half_done (id int)');
  await op.execute('select pg_sleep(600)');
  await op.execute('create table never (id int)');`,
  });
  let project: TemporaryProject;
  before(async () => {
    project = await cliProject({ 'migrations/1_good.js': tableScript('good') }, { database: false });
  });
  const limbeck = (words: string[], options: ProgramOptions = {}) =>
    runProgram(project.root, [...words, '--env', 'server'], {
      ...options,
      env: { DATABASE_URL: database.url ?? '' },
    });

  for (const { signal, expected } of [
    { signal: 'SIGINT', expected: 130 },
    { signal: 'SIGTERM', expected: 143 },
  ] as const) {
    it(`cancels the statement on ${signal}, says what stands, and leaves nothing half done`, async () => {
      project.write('migrations/2_slow.js', slow);
      const { stdout, stderr, status } = await interrupted(signal);
      expect(stderr).to.match(/error\[INTERRUPTED\]: upgrade of "slow" failed: it was interrupted\n/);
      expect(stderr).to.match(/ {2}next: {2}run the command again; .*the database is at good\n$/);
      expect({ stdout, status }).to.deep.equal({ stdout: '', status: expected });
      expect(await tables()).to.deep.equal(['good_table']);
      expect(await activity()).to.deep.equal([]);
    });
  }

  it('is noted in the log', async () => {
    const log = await database.query('select revision, outcome, error from limbeck_log order by id');
    const failed = { revision: 'slow', outcome: 'failed', error: 'it was interrupted' };
    expect(log.slice(-2)).to.deep.equal([failed, failed]);
  });

  it('is followed by a run that works', async () => {
    project.write('migrations/2_slow.js', slow.replace('pg_sleep(600)', 'pg_sleep(0)'));
    const { stdout, status } = await limbeck(['upgrade', '--quiet']);
    expect(stdout).to.match(/^Applied 1 revision in .*\. Now at slow\n$/);
    expect(status).to.equal(0);
    expect(await tables()).to.deep.equal(['good_table', 'half_done', 'never']);
  });

  it('stops while it waits for another migrator', async () => {
    await holdingLock(database, async () => {
      const { stderr, status } = await limbeck(['upgrade'], {
        onStart: (running) =>
          void whenActive(database, 'limbeck upgrade').then(() => running.signal('SIGINT')),
      });
      expect(stderr).to.contain('error[INTERRUPTED]');
      expect(status).to.equal(130);
    });
  });

  async function interrupted(signal: NodeJS.Signals): Promise<CliResult> {
    return limbeck(['upgrade'], {
      onStart: (running: RunningProgram) => {
        void whenActive(database, 'limbeck upgrade slow').then(() => running.signal(signal));
      },
    });
  }

  async function tables(): Promise<unknown[]> {
    const rows = await database.query(
      "select tablename from pg_tables where schemaname = 'public' and tablename not like 'limbeck%' order by 1",
    );
    return rows.map(({ tablename }) => tablename);
  }

  async function activity(): Promise<unknown[]> {
    return database.query("select pid, query from pg_stat_activity where application_name like 'limbeck%'");
  }
});

/** Waits until a session of this name runs something or waits for more. */
async function whenActive(database: TestDatabase, name: string): Promise<void> {
  for (;;) {
    const found = await database.query('select 1 from pg_stat_activity where application_name = $1', [name]);
    if (found.length > 0) return;
    await sleep(50);
  }
}

/** Another migrator, as far as the lock is concerned. */
async function holdingLock(database: TestDatabase, work: () => Promise<void>): Promise<void> {
  const { lockKey } = await import('../../lib/runtime/lock.js');
  const client = await database.connect();
  await client.query(
    `select pg_advisory_lock(${lockKey({ schema: 'public', versionTable: 'limbeck_version' })})`,
  );
  await work();
}
