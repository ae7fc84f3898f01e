/**
 * The first thing that a newcomer runs.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type CliResult, runCommand } from '../helpers/cli.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

describe('the demo', () => {
  let copy: TemporaryProject;
  let first: CliResult;

  before(async function () {
    this.timeout(120_000);
    copy = copyRepository();
    first = await demo();
  });
  const demo = () => runCommand(copy.root, process.execPath, ['scripts/demo.mjs']);

  it('applies all revisions, draws the history and calls a stored procedure', () => {
    const { stdout, stderr, status } = first;
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^Applied \d+ revisions in .*\. Now at \w+$/m);
    expect(stdout)
      .to.match(/^\* \w+ \(current, head\)/m)
      .and.to.match(/^\|\\$/m)
      .and.to.match(/^\|\/$/m);
    expect(stdout).to.match(/select \* from daily_summary\(.*\n┌[^]*\n├[^]*│[^]*\n└/);
  });

  it('says the second time that all is up to date', async () => {
    const { stdout, status } = await demo();
    expect(stdout).to.match(/^All is up to date\. Now at \w+$/m);
    expect(stdout.slice(stdout.indexOf('select'))).to.equal(
      first.stdout.slice(first.stdout.indexOf('select')),
    );
    expect(status).to.equal(0);
  });

  it('leaves the working tree clean', () => {
    expect(git(copy.root, 'status', '--porcelain')).to.equal('');
  });
});

/** As a clone, but with what is not yet committed; the compiled files and node_modules are those of here. */
function copyRepository(): TemporaryProject {
  const project = temporaryProject({}, { name: 'limbeck' });
  const listed = git(repository, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(repository, name)))) {
    mkdirSync(dirname(project.path(file)), { recursive: true });
    cpSync(join(repository, file), project.path(file));
  }
  for (const folder of ['dist/lib', 'dist/cli'])
    cpSync(join(repository, folder), project.path(folder), { recursive: true });
  mkdirSync(project.path('node_modules'));
  link(project);
  git(project.root, 'init', '--quiet');
  git(project.root, 'add', '--all');
  const author = ['-c', 'user.name=spec', '-c', 'user.email=spec@localhost'];
  git(project.root, ...author, 'commit', '--quiet', '--no-gpg-sign', '-m', 'copy');
  return project;
}

/** Package by package, so that what is written into node_modules stays in the copy. */
function link(project: TemporaryProject): void {
  const { dependencies } = JSON.parse(project.read('package.json')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), 'knex', 'pg', 'cli-table3']) {
    mkdirSync(dirname(project.path(`node_modules/${name}`)), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), project.path(`node_modules/${name}`));
  }
}

function git(cwd: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', words, { cwd, encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
  return stdout;
}
