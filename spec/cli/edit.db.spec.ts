import { expect } from 'chai';
import { limbeckIn, runProgram } from '../helpers/cli.js';
import { cliProject, fork } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

describe('limbeck edit', () => {
  let project: TemporaryProject;
  const edit = (editor: Record<string, string>, ...words: string[]) =>
    limbeckIn(project.root, { env: { PATH: process.env['PATH'], ...editor } })('edit', ...words);

  const left = 'migrations/20260102000000_left.js';
  const appending = (text: string) => `sh -c 'echo "// ${text}" >> "$1"' sh`;

  beforeEach(async () => {
    project = await cliProject(fork, { database: false });
  });

  it('opens the script in the editor, with the words that it is set with', async () => {
    expect(await edit({ EDITOR: appending('edited') }, 'lef')).to.deep.equal({
      stdout: '',
      stderr: '',
      status: 0,
    });
    expect(project.read(left)).to.match(/\/\/ edited\n$/);
  });

  it('prefers VISUAL, and passes over one that is empty', async () => {
    await edit({ VISUAL: appending('visual'), EDITOR: 'false' }, 'left');
    await edit({ VISUAL: '', EDITOR: appending('editor') }, 'left');
    expect(project.read(left)).to.match(/\/\/ visual\n\/\/ editor\n$/);
  });

  it('keeps stdout for the document with --json', async () => {
    const { stdout, stderr } = await runProgram(project.root, ['edit', 'left', '--json'], {
      env: { EDITOR: 'head -n 1' },
    });
    expect(JSON.parse(stdout)).to.deep.equal({ revision: 'left', file: left });
    expect(stderr).to.equal('/** make left */\n');
    const plain = await runProgram(project.root, ['edit', 'left'], { env: { EDITOR: 'head -n 1' } });
    expect(plain.stdout).to.equal('/** make left */\n');
  });

  const failures: [what: string, editor: Record<string, string>, message: string][] = [
    ['that is not set', {}, 'neither VISUAL nor EDITOR names an editor'],
    [
      'that is not there',
      { EDITOR: 'no-such-editor' },
      'the editor "no-such-editor" failed: there is no such program',
    ],
    ['that is no program', { EDITOR: '/' }, 'the editor "/" failed: it is not a program'],
    [
      'that fails',
      { EDITOR: 'sh -c "exit 3"' },
      'the editor "sh -c "exit 3"" failed: it ended with status 3',
    ],
    [
      'that is killed',
      { EDITOR: "sh -c 'kill -9 $$'" },
      'the editor "sh -c \'kill -9 $$\'" failed: it ended with status 137',
    ],
  ];
  for (const [what, editor, message] of failures) {
    it(`tells of an editor ${what}`, async () => {
      // As a process of its own: the shell says what it thinks of the editor too.
      const env = { VISUAL: '', EDITOR: '', ...editor };
      const { stdout, status } = await runProgram(project.root, ['edit', 'left', '--json'], { env });
      expect((JSON.parse(stdout) as { error: object }).error).to.deep.include({
        code: 'EDITOR_FAILED',
        message,
        next: `name another editor, as in \`EDITOR=vi limbeck edit left\`, or open ${left} yourself`,
      });
      expect(status).to.equal(2);
    });
  }

  it('opens one script only', async () => {
    const { stderr, status } = await edit({ EDITOR: 'false' }, 'heads');
    expect(
      stderr,
    ).to.equal(`error[USAGE]: "heads" names 2 revisions, and one is edited at a time: "left", "right"
  next:  name one of them, as in \`limbeck edit left\`
`);
    expect(status).to.equal(64);
    expect((await edit({ EDITOR: 'false' }, 'left', 'right')).status).to.equal(64);
    expect((await edit({ EDITOR: 'false' }, 'nope')).stderr).to.match(/^error\[REVISION_NOT_FOUND\]/);
    expect((await edit({ EDITOR: 'false' }, 'base')).stderr).to.match(/^error\[REVISION_NOT_FOUND\]/);
  });

  it('tells at once when the script is broken afterwards', async () => {
    const breaking = `sh -c 'echo "export const revision = id();" > "$1"' sh`;
    expect((await edit({ EDITOR: breaking }, 'left')).stderr).to.match(/^error\[HEADER_UNREADABLE\]/);
  });
});
