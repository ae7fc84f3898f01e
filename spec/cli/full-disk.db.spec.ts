import { expect } from 'chai';
import { runProgram } from '../helpers/cli.js';
import { cliProject, scriptText } from '../helpers/cli-project.js';

const scripts = {
  'migrations/1_a.js': scriptText('a', { upgrade: "op.execute('create table a ()');" }),
  'migrations/2_b.js': scriptText('b', {
    downRevision: 'a',
    upgrade: `op.execute("create table big as select md5(n::text) from generate_series(1, 300000) n");`,
  }),
};

/** Files may grow by so many bytes. */
const withSpace = (bytes: number) => ({
  env: {
    NODE_OPTIONS: `--import=${new URL('../helpers/full-disk.js', import.meta.url)}`,
    LIMBECK_SPEC_SPACE: String(bytes),
  },
});

describe('a full disk, on the embedded database', () => {
  it('ends the run in time, and the revision before it stands', async () => {
    const project = await cliProject(scripts);
    expect((await runProgram(project.root, ['upgrade', 'a'])).status).to.equal(0);
    const { status, stderr } = await runProgram(project.root, ['upgrade'], withSpace(9_000_000));
    expect(stderr).to.match(/error\[DISK_FULL\]: upgrade of "b" failed: .*No space left on device/);
    expect(stderr).to.include('where: migrations/2_b.js:6:6');
    expect(stderr).to.include('next:  free space on this disk, see where the database stands');
    expect(stderr).to.include('before it the database was at a\n');
    expect(status).to.equal(2);

    const unopened = await runProgram(project.root, ['current', '--json'], withSpace(1_000_000));
    expect(unopened.status, unopened.stderr).to.equal(2);
    expect(JSON.parse(unopened.stdout).error).to.deep.include({
      code: 'DISK_FULL',
      next: 'free space on this disk',
    });

    expect((await runProgram(project.root, ['current'])).stdout).to.equal('a make a\n');
    expect((await runProgram(project.root, ['upgrade'])).status).to.equal(0);
  });

  it('is told when a database is to be made', async () => {
    const project = await cliProject({}, { database: false });
    const { status, stderr } = await runProgram(project.root, ['current'], withSpace(9_000_000));
    expect(stderr).to.include('error[DISK_FULL]: cannot connect to embedded PostgreSQL in .limbeck/db');
    expect(status).to.equal(2);
    expect((await runProgram(project.root, ['current'])).status).to.equal(0);
  });
});
