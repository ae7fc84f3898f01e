import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, tableScript } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

describe('confirmation', () => {
  let project: TemporaryProject;
  const current = async () => {
    const { stdout } = await limbeckIn(project.root)('current', '--env', 'production', '-q');
    return stdout;
  };
  const question = 'Downgrade embedded PostgreSQL in .limbeck/production (production) to base? [y/N] ';
  const inProduction = ['downgrade', 'base', '--env', 'production'];

  before(async function () {
    this.timeout(60_000);
    project = await cliProject({ 'migrations/1_a.js': tableScript('a') }, { database: false });
    await limbeckIn(project.root)('upgrade', '--env', 'production');
  });

  it('is refused without a terminal, naming the flag', async () => {
    const { stdout, stderr, status } = await limbeckIn(project.root)(...inProduction);
    expect(stderr).to.match(
      /^error\[CONFIRMATION_NEEDED\]: .*Downgrade embedded PostgreSQL in .limbeck\/production/,
    );
    expect(stderr).to.contain('next:  add `--yes`');
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 64 });
    expect(await current()).to.match(/^a /);
  });

  it('asks at a terminal, naming the database', async () => {
    const { stderr, status } = await limbeckIn(project.root, { answers: ['n'] })(...inProduction);
    expect(stderr.startsWith(question)).to.equal(true);
    expect(status).to.equal(64);
    expect(await current()).to.match(/^a /);
  });

  it('takes no answer for no', async () => {
    const { stderr, status } = await limbeckIn(project.root, { answers: [] })(...inProduction);
    expect(stderr).to.contain('was not yes, so nothing was changed');
    expect(status).to.equal(64);
  });

  it('is wanted for a redo too, which reverts', async () => {
    const { stderr, status } = await limbeckIn(project.root)('redo', '--env', 'production');
    expect(stderr).to.match(/^error\[CONFIRMATION_NEEDED\]: .*Redo the last revision of embedded PostgreSQL/);
    expect(status).to.equal(64);
    expect(await current()).to.match(/^a /);
  });

  it('asks before --purge forgets what is recorded, in development too', async () => {
    const refused = await limbeckIn(project.root)('stamp', '--purge', 'base', '--env', 'production');
    expect(refused).to.include({ status: 64 });
    const { stderr, status } = await limbeckIn(project.root, { answers: ['no'] })('stamp', '--purge', 'base');
    expect(stderr).to.match(
      /^Forget the revisions recorded in embedded PostgreSQL in \.limbeck\/db\? \[y\/N\] /,
    );
    expect(status).to.equal(64);
    expect(await current()).to.match(/^a /);
  });

  it('is given by --yes, which asks nothing', async () => {
    const { stdout, stderr } = await limbeckIn(project.root, { answers: [] })(
      'stamp',
      '--purge',
      'base',
      '--env',
      'production',
      '--yes',
    );
    expect(stderr).to.not.contain('[y/N]');
    expect(stdout).to.equal('Stamped. Now at base\n');
    await limbeckIn(project.root)('stamp', 'a', '--env', 'production');
  });

  it('is given by the answer y', async () => {
    const { stdout, stderr, status } = await limbeckIn(project.root, { answers: ['y'] })(...inProduction);
    expect(stderr.startsWith(question)).to.equal(true);
    expect(stdout).to.match(/^Reverted 1 revision /);
    expect(status).to.equal(0);
  });
});
