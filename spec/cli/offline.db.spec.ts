/** `--sql` on the command line. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, fork, scriptText } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

describe('--sql', () => {
  let project: TemporaryProject;
  const limbeck = (...words: string[]) => limbeckIn(project.root)(...words);

  before(async () => {
    project = await cliProject(fork, { database: false });
  });

  it('prints SQL alone, also where a question would be asked, and makes no database', async () => {
    const calls = [
      ['upgrade', '--sql'],
      ['upgrade', 'root:left', '--sql', '--env', 'production'],
      ['downgrade', 'heads:root', '--sql', '--env', 'production'],
      ['stamp', 'left', 'right', '--sql'],
      ['stamp', 'heads', '--purge', '--sql'],
      ['ensure-version', '--sql', '--env', 'server'],
    ];
    for (const words of calls) {
      const { stdout, stderr, status } = await limbeck(...words);
      expect({ stderr, status }, words.join(' ')).to.deep.equal({ stderr: '', status: 0 });
      expect(stdout).to.match(
        /^-- limbeck [^]*\\set ON_ERROR_STOP on[^]*pg_advisory_unlock[^]*end \$limbeck\$;\n$/,
      );
    }
    expect(existsSync(project.path('.limbeck'))).to.equal(false);
  });

  it('prints one document with --json', async () => {
    const { stdout, stderr } = await limbeck('upgrade', 'root:heads', '--sql', '--json');
    const { sql, ...rest } = JSON.parse(stdout) as { sql: string };
    expect(sql).to.match(/^-- limbeck .* from root to heads: 2 steps$/m);
    expect(rest).to.deep.equal({
      from: ['root'],
      steps: [
        { direction: 'upgrade', revision: 'left', message: 'make left' },
        { direction: 'upgrade', revision: 'right', message: 'make right' },
      ],
      current: ['left', 'right'],
    });
    expect(stderr).to.equal('');
  });

  it('keeps a script that reads from printing half of the SQL', async () => {
    const reading = await cliProject(
      {
        'migrations/20260101000000_one.js': scriptText('one', { upgrade: "await op.execute('select 1');" }),
        'migrations/20260102000000_two.js': scriptText('two', {
          downRevision: 'one',
          upgrade: "if (await op.knex('t').first()) return;",
        }),
      },
      { database: false },
    );
    const { stdout, stderr, status } = await limbeckIn(reading.root)('upgrade', '--sql');
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 2 });
    expect(stderr).to.match(
      /^error\[OFFLINE_READ\]: upgrade of "two" cannot.*\n {2}where: migrations\/20260102000000_two\.js:6:\d+\n/,
    );
  });

  it('says what is missing or too much', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['upgrade', '--from-database'], /`--from-database` says where SQL begins, and none is asked for/],
      [['stamp', 'heads', '--from-database'], /`--from-database` says where SQL begins/],
      [
        ['upgrade', 'root:left', '--sql', '--from-database'],
        /the range says where to start, and so would the database/,
      ],
      [['downgrade', 'base', '--sql'], /needs to know where it starts[^]*limbeck downgrade heads:base --sql/],
      [['upgrade', 'current:heads', '--sql'], /"current" is where the database is[^]*`--from-database`/],
      [['upgrade', 'root:left'], /"root:left" is a range[^]*limbeck upgrade left/],
      [['downgrade', 'heads:root', '--yes'], /"heads:root" is a range[^]*limbeck downgrade root/],
      [['stamp', 'root:left'], /"root:left" is a range/],
      [['ensure-version', '--from-database'], /has no flag "--from-database"/],
    ];
    for (const [words, message] of cases) {
      const { stdout, stderr, status } = await limbeck(...words);
      expect({ stdout, status }, words.join(' ')).to.deep.equal({ stdout: '', status: 64 });
      expect(stderr).to.match(message);
    }
  });
});

describe('ensure-version', () => {
  it('says whether it made the tables', async () => {
    const limbeck = limbeckIn((await cliProject()).root);
    expect((await limbeck('ensure-version', '-q')).stdout).to.equal('Created the tables of limbeck\n');
    expect((await limbeck('ensure-version', '-q')).stdout).to.equal('The tables of limbeck are there\n');
    expect((await limbeck('current', '-q')).stdout).to.equal('base (nothing is applied)\n');
  });
});
