/**
 * Frozen files on a machine whose git writes CRLF: a clone runs what its author froze.
 */
import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject } from '../helpers/cli-project.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const live = 'raw_sql/procs/f.sql';
const text = `-- ü\ncreate or replace function f() returns text language sql\nas $$ select 'a\nb' $$;\n`;

describe('a clone with core.autocrlf=true', () => {
  async function author(): Promise<TemporaryProject> {
    const project = await cliProject({ '.gitignore': 'node_modules\n.limbeck\n', [live]: text });
    const limbeck = limbeckIn(project.root);
    for (const words of [['init'], ['revision', '-m', 'f', '--rev-id', 'a', '--autogenerate'], ['upgrade']]) {
      const { status, stderr } = await limbeck(...words);
      expect(status, stderr).to.equal(0);
    }
    return project;
  }

  /** The repository as another machine gets it, with the author's database, or one of its own. */
  async function cloneOf({ root, path }: TemporaryProject, { database = false } = {}) {
    git(root, 'init', '--quiet');
    git(root, 'add', '.');
    git(root, '-c', 'user.name=spec', '-c', 'user.email=spec@example.org', 'commit', '--quiet', '-m', 'all');
    const holder = temporaryProject();
    git(holder.root, '-c', 'core.autocrlf=true', 'clone', '--quiet', root, 'clone');
    const own = await cliProject({}, { database: !database });
    const place = `${holder.root}/clone`;
    renameSync(own.path('node_modules'), `${place}/node_modules`);
    renameSync(database ? path('.limbeck') : own.path('.limbeck'), `${place}/.limbeck`);
    const [frozen = ''] = git(place, 'ls-files', '--', 'migrations/*.assets/procs/f.sql').split('\n');
    return { limbeck: limbeckIn(place), read: (file: string) => holder.read(`clone/${file}`), frozen };
  }

  it('verifies its frozen files, which git leaves alone as .gitattributes says', async () => {
    const { limbeck, read, frozen } = await cloneOf(await author());
    expect(read(live)).to.equal(text.replaceAll('\n', '\r\n'));
    expect(read(frozen)).to.equal(text);
    await expectVerified(limbeck);
  });

  it('verifies them without it too, with CRLF in frozen files and manifest', async () => {
    const project = await author();
    project.remove('.gitattributes');
    const { limbeck, read, frozen } = await cloneOf(project);
    expect(read(frozen)).to.equal(text.replaceAll('\n', '\r\n'));
    expect(read(frozen.replace('procs/f.sql', 'manifest.json'))).to.include('\r\n');
    await expectVerified(limbeck);
  });

  it('takes the database of its author for what it is, and finds nothing to ship', async () => {
    const project = await author();
    project.remove('.gitattributes');
    const { limbeck } = await cloneOf(project, { database: true });
    const checked = await limbeck('check');
    expect(checked.status, checked.stdout + checked.stderr).to.equal(0);
    expect((await limbeck('upgrade')).stdout).to.include('All is up to date');
    expect((await limbeck('revision', '-m', 'x', '--autogenerate')).stdout).to.match(
      /^No SQL file has changed/,
    );
    const down = await limbeck('downgrade', 'base');
    expect(down.status, down.stderr).to.equal(0);
  });

  async function expectVerified(limbeck: ReturnType<typeof limbeckIn>): Promise<void> {
    const up = await limbeck('upgrade');
    expect(up.status, up.stderr).to.equal(0);
    const checked = await limbeck('check');
    expect(checked.status, checked.stdout + checked.stderr).to.equal(0);
  }
});

function git(folder: string, ...words: string[]): string {
  return execFileSync('git', words, { cwd: folder, encoding: 'utf8' });
}
