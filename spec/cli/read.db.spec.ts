import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, fork, scriptText, tableScript } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

/** `tail` is a head that `right` depends on. */
const files = {
  ...fork,
  'migrations/20260104000000_tail.js': tableScript('tail', 'left'),
  'migrations/20260105000000_late.js': tableScript('late', 'right').replace(
    '\n\n',
    "\nexport const dependsOn = ['tail'];\n\n",
  ),
};

describe('commands that read', () => {
  let project: TemporaryProject;
  const limbeck = (...words: string[]) => limbeckIn(project.root)(...words, '-q');

  before(async () => {
    project = await cliProject(files);
    await limbeck('upgrade', 'root');
  });

  describe('limbeck plan', () => {
    it('says each step, its script, its transaction and where it leads', async () => {
      const { stdout, stderr, status } = await limbeck('plan', 'tail');
      expect(stdout).to.equal(`Would apply 2 revisions, starting at root
1  upgrade left make left
   migrations/20260102000000_left.js; transaction 1; then at left
2  upgrade tail make tail
   migrations/20260104000000_tail.js; transaction 2; then at tail
Would end at tail
`);
      expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    });

    it('plans downgrades, whichever way the words stand', async () => {
      const expected = `Would revert 1 revision, starting at root
1  downgrade root make root
   migrations/20260101000000_root.js; transaction 1; then at base
Would end at base
`;
      for (const words of [
        ['--down', '-1'],
        ['-1', '--down'],
        ['base', '--down'],
      ])
        expect((await limbeck('plan', ...words)).stdout, words.join(' ')).to.equal(expected);
    });

    it('calls it a success when there is nothing to do', async () => {
      expect(await limbeck('plan', 'root')).to.deep.include({
        stdout: 'Nothing to apply. At root\n',
        status: 0,
      });
      expect(await limbeck('plan', 'root', '--down')).to.deep.include({
        stdout: 'Nothing to revert. At root\n',
        status: 0,
      });
    });

    it('needs no database with --from, given several times or with commas', async () => {
      const env = { NODE_ENV: 'bare' };
      for (const from of [
        ['--from', 'tail', '--from', 'right'],
        ['--from', 'tail, right'],
      ]) {
        const { stdout, stderr } = await limbeckIn(project.root, { env })('plan', ...from);
        expect(stdout).to.match(/^Would apply 1 revision, starting at right, tail\n1 {2}upgrade late/);
        expect(stderr).to.equal('');
      }
      const fromBase = await limbeckIn(project.root, { env })('plan', 'root', '--from', 'base', '--json');
      expect(JSON.parse(fromBase.stdout)).to.deep.include({ database: null, environment: 'bare', from: [] });
      expect((await limbeckIn(project.root, { env })('plan')).stderr).to.match(/^error\[NO_CONNECTION\]/);
    });

    it('is wrong usage with a range, and says how the start is named', async () => {
      const { stderr, status } = await limbeck('plan', 'root:');
      expect(stderr).to.equal(`error[USAGE]: "root:" is a range, and a plan has one target
  next:  name the start apart from it: \`limbeck plan heads --from root\`
`);
      expect(status).to.equal(64);
      expect((await limbeck('plan', '--down', 'left:root')).stderr).to.contain(
        '`limbeck plan --down root --from left`',
      );
    });

    it('is wrong usage for a downgrade without a target', async () => {
      const { stderr, status } = await limbeck('plan', '--down');
      expect(stderr).to.equal(`error[USAGE]: the plan of a downgrade needs a target
  next:  say how far down, as in \`limbeck plan --down -1\` or \`limbeck plan --down base\`
`);
      expect(status).to.equal(64);
    });
  });

  describe('limbeck current', () => {
    it('shows revisions in full with --verbose, and no statements', async () => {
      const { stdout, stderr } = await limbeck('current', '-v');
      expect(stdout).to.equal(`database     embedded PostgreSQL in .limbeck/db (development)

revision     root (branch point)
message      make root
created      2026-01-01 00:00:00
builds on    (base)
script       migrations/20260101000000_root.js
`);
      expect(stderr).to.equal('');
    });

    it('ends with status 1 with --check-heads unless nothing is left to apply', async () => {
      const checked = await limbeck('current', '--check-heads');
      expect(checked).to.deep.equal({
        stdout:
          'root (branch point) make root\nThe database is not at the heads: `limbeck plan` says what is left to apply\n',
        stderr: '',
        status: 1,
      });
      const { stdout, status } = await limbeck('current', '--check-heads', '--json');
      expect(JSON.parse(stdout)).to.deep.include({ isAtHeads: false });
      expect([status, (await limbeck('current')).status]).to.deep.equal([1, 0]);
    });
  });

  describe('limbeck heads', () => {
    const late = 'late (head) make late <needs tail>\n';

    it('tells heads that others depend on from those that would have rows', async () => {
      expect((await limbeck('heads')).stdout).to.equal(`tail (head, others depend on it) make tail\n${late}`);
      expect((await limbeck('heads', '--resolve-dependencies')).stdout).to.equal(late);
    });

    it('shows them in full with --verbose', async () => {
      const { stdout } = await limbeck('heads', '-v');
      expect(stdout).to.match(/^revision +tail .*\n(?:.+\n)+\nrevision +late .*\n(?:.+\n)+$/);
      expect(stdout).to.match(/^depends on +tail$/m);
    });
  });

  it('warn of variables of our name that are no settings, and go on', async () => {
    const env = { LIMBECK_TIMEOUT: '5 s', LIMBECK_RECURSIVE: 'true' };
    const { stderr, status } = await limbeckIn(project.root, { env })('heads', '--json');
    expect(stderr).to.equal(
      'warning: the variable LIMBECK_TIMEOUT is no setting of limbeck and does nothing: unset or rename it\n',
    );
    expect(status).to.equal(0);
  });

  describe('limbeck branches', () => {
    it('shows branch points in full with --verbose, and what builds on them', async () => {
      const { stdout } = await limbeck('branches', '-v');
      expect(stdout).to.match(
        /^revision +root \(branch point\)\n(?:.+\n)+ {2}-> left make left\n {2}-> right make right\n$/,
      );
    });
  });

  describe('limbeck history', () => {
    const listed = async (...words: string[]) => {
      const { stdout } = await limbeck('history', '--json', ...words);
      return (JSON.parse(stdout) as { revisions: { revision: string }[] }).revisions
        .map(({ revision }) => revision)
        .join(' ');
    };

    it('shows revisions in full with --verbose, and where the database is with --indicate-current', async () => {
      const { stdout } = await limbeck('history', '-r', ':left', '-i', '-v');
      expect(stdout).to.match(/^revision +left\n(?:.+\n)+\nrevision +root \(current, branch point\)\n/);
    });

    it('reads every form of a range', async () => {
      const ranges: [range: string, found: string][] = [
        [':', 'late tail right left root'],
        ['root:left', 'left root'],
        ['left:', 'tail left'],
        [':right', 'right root'],
        ['left', 'left'],
        ['root:+1', ''],
        ['left:+1', 'tail left'],
        ['left:left+1', 'tail left'],
        ['tail-2:tail', 'tail left root'],
        ['tai:late', 'tail'],
        ['current:heads', 'late tail right left root'],
        [':current', 'root'],
        ['-1:tail', ''],
        ['right@base:right@head', 'late tail right left root'],
      ];
      for (const [range, found] of ranges) {
        if (found !== '') expect(await listed('-r', range), range).to.equal(found);
        else expect((await limbeck('history', '-r', range)).status, range).to.equal(2);
      }
    });

    it('counts -N from the current revisions when the range ends there', async () => {
      expect(await listed('-r', '-1:current', '--from', 'tail')).to.equal('tail left');
      expect(await listed('-r', '-2:current', '--from', 'tail')).to.equal('tail left root');
      expect(await listed('-r', '-1:current', '--from', 'right')).to.equal('right root');
    });

    it('takes --from for the database', async () => {
      expect(await listed('-r', 'current:heads', '--from', 'tail')).to.equal('tail');
      const bare = limbeckIn(project.root, { env: { NODE_ENV: 'bare' } });
      const { stdout, stderr } = await bare('history', '-r', ':left', '-i', '--from', 'left');
      expect(stdout).to.equal('* left (current) make left\n* root (branch point) make root\n');
      expect(stderr).to.equal('');
    });
  });

  describe('limbeck show', () => {
    it('shows several revisions, each once', async () => {
      const { stdout } = await limbeck('show', 'left', 'current', 'left');
      expect(stdout.match(/^revision +\w+/gm)).to.deep.equal(['revision     left', 'revision     root']);
    });

    it('refuses all when one is not there', async () => {
      const { stdout, stderr, status } = await limbeck('show', 'left', 'nope');
      expect(stderr).to.match(/^error\[REVISION_NOT_FOUND\]: .*"nope"/);
      expect({ stdout, status }).to.deep.equal({ stdout: '', status: 2 });
    });
  });

  describe('limbeck log', () => {
    it('tells an event in a line, with what failed below it', async () => {
      project.write(
        'migrations/20260106000000_bad.js',
        scriptText('bad', { downRevision: null, upgrade: "await op.execute('select boom');" }),
      );
      await limbeck('upgrade', 'bad');
      const { stdout, status } = await limbeck('log');
      const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`;
      const by = String.raw`in [\d.]+ m?s by \S+ on \S+ \(limbeck \d+\.\d+\.\d+\)`;
      expect(stdout).to.match(
        new RegExp(
          `^${time} {2}failed to upgrade bad ${by}: make bad\n {4}column "boom" does not exist\n(?: {4}.*\n)*${time} {2}applied root ${by}: make root\n$`,
        ),
      );
      expect(status).to.equal(0);
      project.remove('migrations/20260106000000_bad.js');
    });

    it('says how many older events there are', async () => {
      const { stdout } = await limbeck('log', '-n', '1');
      expect(stdout).to.match(/\n1 older event: see `limbeck log -n 2`\n$/);
      expect((await limbeck('log', 'left')).stdout).to.equal('Nothing has happened yet\n');
    });

    it('refuses a limit that is no number', async () => {
      for (const limit of ['many', '0']) {
        const { stderr, status } = await limbeck('log', '--limit', limit);
        expect(stderr).to.match(/^error\[USAGE\]: the limit/);
        expect(status).to.equal(64);
      }
    });
  });
});
