import { expect } from 'chai';
import { runProgram } from '../helpers/cli.js';
import { cliProject } from '../helpers/cli-project.js';

/** A script of CommonJS, as loading one gives the event loop no turn either. */
function script(revision: string, downRevision: string | null, body = ''): string {
  return `exports.revision = '${revision}';
exports.downRevision = ${JSON.stringify(downRevision)};
exports.upgrade = async (op) => {
  ${body}
};
exports.downgrade = async () => {};
`;
}

/** Upgrades three revisions, of which the last two do what is given. */
async function upgradeWith(bodies: { readonly b?: string; readonly c?: string }) {
  const project = await cliProject({
    'migrations/1_a.cjs': script('a', null),
    'migrations/2_b.cjs': script('b', 'a', bodies.b),
    'migrations/3_c.cjs': script('c', 'b', bodies.c),
  });
  const result = await runProgram(project.root, ['upgrade']);
  const { stdout } = await runProgram(project.root, ['current', '--json']);
  return { ...result, current: stdout };
}

describe('Ctrl-C on the embedded database', () => {
  it('is heeded before the revision is committed', async () => {
    const { stdout, stderr, status, current } = await upgradeWith({
      b: "process.kill(process.pid, 'SIGINT');",
    });
    expect(stderr).to.include('error[INTERRUPTED]: upgrade of "b" failed: it was interrupted\n');
    expect(stderr).to.match(/the database is at a\n$/);
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 130 });
    expect(current).to.include('"revision": "a"');
  });

  it('that comes too late changes nothing of the result', async () => {
    const { stdout, stderr, status } = await upgradeWith({
      c: `setTimeout(() => process.kill(process.pid, 'SIGINT'), 500);
  await op.execute('select pg_sleep(1)');`,
    });
    expect(stdout).to.match(/^Applied 3 revisions in .*\. Now at c\n$/);
    expect(stderr).to.not.include('interrupted');
    expect(status).to.equal(0);
  });
});
