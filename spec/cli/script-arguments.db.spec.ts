import { expect } from 'chai';
import { downgrade, embedded, openProject, type Operations, upgrade } from '../../lib/index.js';
import { cliProject, scriptText } from '../helpers/cli-project.js';
import { limbeckIn } from '../helpers/cli.js';
import { pgliteDirectory } from '../helpers/pglite.js';
import { temporaryProject } from '../helpers/project.js';

/** Fails with what the script was told. */
const telling = scriptText('told', {
  upgrade: 'throw new Error(JSON.stringify([op.x, op.tag ?? null, Object.isFrozen(op.x)]));',
});

describe('-x and --tag', () => {
  it('reach scripts', async () => {
    const { root } = await cliProject({ 'migrations/20260101000000_told.js': telling });
    const told = async (...words: string[]) => {
      const { stderr } = await limbeckIn(root)('upgrade', ...words);
      return JSON.parse(/failed: (.*)$/m.exec(stderr)?.[1] ?? 'null');
    };
    expect(await told()).to.deep.equal([{}, null, true]);
    expect(
      await told('-x', 'tenant=acme', '-x', 'size=1=2', '-x', 'dry', '--x=tenant=b', '--tag', 'r 7'),
    ).to.deep.equal([{ tenant: 'b', size: '1=2', dry: '' }, 'r 7', true]);
    expect(await told('-x', 'a=1', 'heads')).to.deep.equal([{ a: '1' }, null, true]);
  });

  it('reach a knexfile that exports a function, with the environment', async () => {
    const project = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': `import { embedded } from 'limbeck';
export default ({ environment, x, tag }) => ({ [environment]: embedded(\`\${x.directory}-\${tag}\`) });`,
        'migrations/.gitkeep': '',
      },
      { link: true },
    );
    await pgliteDirectory(project.path('there-7'));
    const limbeck = limbeckIn(project.root);
    const words = ['upgrade', '-x', 'directory=there', '--tag', '7', '--env', 'staging', '--json', '--quiet'];
    const { stdout, stderr } = await limbeck(...words);
    expect(stderr).to.equal('');
    expect(JSON.parse(stdout)).to.include({
      database: 'embedded PostgreSQL in there-7',
      environment: 'staging',
    });
  });

  it('are options of the library', async () => {
    const seen: unknown[] = [];
    const project = temporaryProject();
    const see = ({ x, tag }: Operations) => void seen.push([x, tag]);
    const opened = await openProject({
      folder: project.root,
      knex: embedded(await pgliteDirectory(project.path('db'))),
      scripts: { 'm/a.js': { revision: 'a', upgrade: see, downgrade: see } },
      x: { tenant: 'acme' },
      tag: 'r7',
    });
    await upgrade(opened);
    await downgrade(opened, { target: 'base' });
    expect(seen).to.deep.equal([
      [{ tenant: 'acme' }, 'r7'],
      [{ tenant: 'acme' }, 'r7'],
    ]);
  });

  it('USAGE: refuses a value without a name', async () => {
    const { root } = await cliProject({}, { database: false });
    const { stderr, status } = await limbeckIn(root)('current', '-x', '=5');
    expect(stderr).to.equal('error[USAGE]: "-x =5" has no name\n  next:  write it as in `-x tenant=acme`\n');
    expect(status).to.equal(64);
  });
});
