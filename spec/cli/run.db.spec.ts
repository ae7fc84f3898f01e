import { expect } from 'chai';
import { mayColour } from '../../cli/io.js';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, fork, scriptText, tableScript } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

const development = 'database: embedded PostgreSQL in .limbeck/db (development)\n';

describe('runCli', () => {
  let project: TemporaryProject;
  const limbeck = (...words: string[]) => limbeckIn(project.root)(...words);

  describe('on a project with two branches', () => {
    before(async () => {
      project = await cliProject(fork);
    });

    it('tells the conversation on stderr and the result on stdout', async () => {
      const { stdout, stderr, status } = await limbeck('upgrade', '+1');
      expect(stderr).to.equal(`${development}upgrade root make root\n`);
      expect(stdout).to.match(/^Applied 1 revision in [\d.]+ m?s\. Now at root\n$/);
      expect(status).to.equal(0);
    });

    it('says only the result with --quiet', async () => {
      const { stdout, stderr, status } = await limbeck('upgrade', 'left', '--quiet');
      expect(stdout).to.match(/^Applied 1 revision in .* Now at left\n$/);
      expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    });

    it('says each statement with --verbose', async () => {
      const { stdout, stderr } = await limbeck('upgrade', 'right', '-v');
      expect(stderr)
        .to.contain('create table "right_table"')
        .and.to.match(/^commit;$/m);
      expect(stdout).to.not.contain('create table');
    });

    it('counts a flag that is given twice once', async () => {
      const { stderr, status } = await limbeck(
        'current',
        '-q',
        '-q',
        '--env',
        'nope',
        '--env',
        'development',
      );
      expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    });

    it('calls it a success when there is nothing to do', async () => {
      expect(await limbeck('upgrade')).to.deep.equal({
        stdout: 'All is up to date. Now at left, right\n',
        stderr: development,
        status: 0,
      });
    });

    it('names the database first in each command that uses one', async () => {
      const commands = [
        ['upgrade'],
        ['current'],
        ['history', '-i'],
        ['show', 'current'],
        ['stamp', 'heads'],
        ['redo', 'right'],
        ['downgrade', 'root'],
      ];
      for (const words of commands) {
        const { stderr, status } = await limbeck(...words);
        expect(stderr.startsWith(development), `limbeck ${words.join(' ')}: ${stderr}`).to.equal(true);
        expect(status).to.equal(0);
      }
    });

    it('needs no database to read scripts, and names none', async () => {
      for (const words of [['heads'], ['branches'], ['history'], ['show', 'left'], ['freeze', 'left']]) {
        expect(await limbeck(...words)).to.include({ stderr: '', status: 0 });
      }
    });

    it('takes a target that begins with a minus for a target', async () => {
      await limbeck('stamp', 'root');
      const { stdout, status } = await limbeck('downgrade', '-1');
      expect(stdout).to.match(/^Reverted 1 revision in .* Now at base\n$/);
      expect(status).to.equal(0);
    });

    it('draws the history', async () => {
      const { stdout } = await limbeck('history');
      expect(stdout).to.equal(
        [
          '* right (head) make right',
          '| * left (head) make left',
          '|/',
          '* root (branch point) make root',
          '',
        ].join('\n'),
      );
    });
  });

  describe('on a script that fails', () => {
    before(async () => {
      project = await cliProject({
        'migrations/1_good.js': tableScript('good'),
        'migrations/2_bad.js': scriptText('bad', {
          downRevision: 'good',
          upgrade: "await op.execute('select boom');",
        }),
      });
    });

    it('tells the failure on stderr, with what stands, and ends with status 2', async () => {
      const { stdout, stderr, status } = await limbeck('upgrade', '-q');
      expect(stdout).to.equal('');
      expect(stderr).to.equal(`error[SQL_FAILED]: upgrade of "bad" failed: column "boom" does not exist
  where: migrations/2_bad.js:6:12
    1 | select boom
      |        ^
  next:  mend the statement; 1 revision before it stands, the database is at good
`);
      expect(status).to.equal(2);
    });
  });

  describe('with a signal', () => {
    it('stops where it stands, with status 130', async () => {
      const controller = new AbortController();
      const stop = Symbol.for('limbeck.spec.stop');
      Reflect.set(globalThis, stop, () => controller.abort());
      project = await cliProject({
        'migrations/1_good.js': tableScript('good'),
        'migrations/2_stopped.js': scriptText('stopped', {
          downRevision: 'good',
          upgrade:
            "globalThis[Symbol.for('limbeck.spec.stop')](); await op.execute('create table never ()');",
        }),
      });
      const run = limbeckIn(project.root, { signal: controller.signal });
      const { stdout, stderr, status } = await run('upgrade', '--quiet');
      Reflect.deleteProperty(globalThis, stop);
      expect(stderr).to.equal(`error[INTERRUPTED]: upgrade of "stopped" failed: it was interrupted
  where: migrations/2_stopped.js
  next:  run the command again; 1 revision before it stands, the database is at good
`);
      expect({ stdout, status }).to.deep.equal({ stdout: '', status: 130 });
      expect((await limbeck('current', '-q')).stdout).to.match(/^good /);
    });
  });

  describe('in a folder that may not be written to', () => {
    it('says so, and calls it no bug', async () => {
      project = await cliProject(fork, { database: false });
      // A file where a folder should be refuses root too.
      project.write('raw_sql', '');
      const { stderr, status } = await limbeck('init');
      expect(stderr).to.equal(`error[FILE_FAILED]: the file system refuses: ENOTDIR: not a directory
  where: ${project.path('raw_sql/procs')}
  next:  see that the folder is there, that you may write to it, and that the disk has space
`);
      expect(status).to.equal(2);
    });

    it('says so of the embedded database too', async () => {
      project.write('.limbeck', '');
      const { stderr, status } = await limbeck('upgrade', '-q');
      expect(stderr).to.match(/^error\[\w+\]: cannot connect to embedded PostgreSQL in \.limbeck\/db: E/);
      expect(stderr).to.not.contain('host and port');
      expect(status).to.equal(2);
    });
  });

  describe('on a terminal', () => {
    it('colours the word error', async () => {
      const { stderr } = await limbeckIn(project.root, { hasColour: true })('show', 'nope');
      expect(stderr.startsWith('\u001B[31m\u001B[1merror[REVISION_NOT_FOUND]\u001B')).to.equal(true);
    });

    it('does not with NO_COLOR, nor into a pipe', () => {
      expect(mayColour(true, {})).to.equal(true);
      expect(mayColour(true, { NO_COLOR: '' })).to.equal(true);
      expect(mayColour(true, { NO_COLOR: '1' })).to.equal(false);
      expect(mayColour(false, {})).to.equal(false);
    });
  });

  describe('on a project without revisions', () => {
    it('a round trip proves nothing, and says so with status 1', async () => {
      project = await cliProject({ 'migrations/.gitkeep': '' });
      const { stdout, status } = await limbeck('roundtrip');
      expect({ stdout, status }).to.deep.equal({
        stdout: 'There are no revisions: nothing was proven\n',
        status: 1,
      });
    });
  });

  describe('on a downgrade that fails', () => {
    it('tells why on stdout and ends with status 1', async () => {
      project = await cliProject({
        'migrations/1_a.js': scriptText('a', { downgrade: "await op.execute('drop table nowhere');" }),
      });
      const { stdout, status } = await limbeck('roundtrip');
      expect(stdout).to.match(
        /^a \(migrations\/1_a\.js\): its downgrade fails\n {2}.*"nowhere" does not exist\n {2}migrations\/1_a\.js:\d+:\d+\n/,
      );
      expect(status).to.equal(1);
    });
  });

  describe('on a downgrade that forgets something', () => {
    it('tells the finding on stdout and ends with status 1', async () => {
      project = await cliProject({
        'migrations/1_a.js': scriptText('a', { upgrade: "await op.execute('create table kept (id int)');" }),
      });
      const { stdout, status } = await limbeck('roundtrip');
      expect(stdout).to.match(
        /^a \(migrations\/1_a\.js\): its downgrade does not restore what was there\n {2}.*kept/,
      );
      expect(status).to.equal(1);
    });
  });
});
