import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { adopt, heads, history, openProject, roundTrip } from '../../lib/index.js';
import { alembicFiles, alembicIds as ids } from '../helpers/alembic-history.js';
import { expectFailure } from '../helpers/failure.js';
import { temporaryProject, type TemporaryProject } from '../helpers/project.js';

const folders = ['alembic/versions', 'billing/versions'];

describe('adopt', () => {
  let project: TemporaryProject;
  const make = (files: Readonly<Record<string, string>> = {}) => {
    project = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.ts': "export default { client: 'pg', limbeck: { versionTable: 'alembic_version' } };",
        'migrations/.gitkeep': '',
        ...alembicFiles,
        ...files,
      },
      { link: true },
    );
  };
  const run = async (alembic: readonly string[] = folders, directory?: string) =>
    adopt(await openProject({ folder: project.root }), { alembic, directory });
  const scripts = (folder = 'migrations') =>
    readdirSync(project.path(folder)).filter((name) => name !== '.gitkeep');

  /** What is refused has written nothing. */
  async function expectRefused(
    expected: Parameters<typeof expectFailure>[1],
    alembic: readonly string[] = folders,
  ): Promise<void> {
    const before = scripts();
    await expectFailure(run(alembic), expected);
    expect(scripts()).to.deep.equal(before);
  }

  beforeEach(() => make());

  it('writes a script for each revision, parents first, named as new scripts are', async () => {
    const report = await run();
    expect(report).to.deep.equal({
      adopted: [
        { revision: ids.account, file: `migrations/20231108114027_${ids.account}_create_account.ts` },
        { revision: ids.users, file: `migrations/20240115102345_${ids.users}_add_users.ts` },
        // No date of its own: that of what it depends on.
        { revision: ids.billing, file: `migrations/20240115102345_${ids.billing}_start_billing.ts` },
        { revision: ids.orders, file: `migrations/20240116070000_${ids.orders}_add_orders.ts` },
        { revision: ids.merge, file: `migrations/20240201120000_${ids.merge}_join_users_and_orders.ts` },
      ],
      kept: [],
      passedOver: [],
      tops: [ids.billing, ids.merge],
      next: [
        'see that the database is where it should be: `limbeck current`',
        `write the next revision on one of the 2 heads, \`limbeck revision -m "…" --head ${ids.merge}\`, or join them, \`limbeck merge heads -m "…"\``,
      ],
    });
    expect(scripts().map((name) => `migrations/${name}`)).to.have.members(
      report.adopted.map(({ file }) => file),
    );
  });

  it('keeps ids, links, labels, dependencies, dates and messages', async () => {
    await run();
    const { revisions } = await history(await openProject({ folder: project.root }));
    const shown = revisions.map(({ revision, downRevisions, dependsOn, branchLabels, created, message }) => ({
      revision,
      downRevisions,
      dependsOn,
      branchLabels,
      created,
      message,
    }));
    const plain = { downRevisions: [], dependsOn: [], branchLabels: [] };
    expect(shown).to.deep.equal([
      {
        ...plain,
        revision: ids.merge,
        downRevisions: [ids.users, ids.orders],
        created: '20240201120000',
        message: 'join users and orders',
      },
      {
        ...plain,
        revision: ids.orders,
        downRevisions: [ids.account],
        created: '20240116070000',
        message: 'add orders',
      },
      {
        ...plain,
        revision: ids.billing,
        dependsOn: ['users'],
        branchLabels: ['billing'],
        created: '20240115102345',
        message: 'start billing',
      },
      {
        ...plain,
        revision: ids.users,
        downRevisions: [ids.account],
        branchLabels: ['users'],
        created: '20240115102345',
        message: 'add users',
      },
      { ...plain, revision: ids.account, created: '20231108114027', message: 'create account' },
    ]);
  });

  it('writes the language of the project', async () => {
    await run();
    expect(project.read(`migrations/20240115102345_${ids.users}_add_users.ts`)).to.equal(`/** add users */
import { adopted } from 'limbeck';

export const revision = '${ids.users}';
export const downRevision = '${ids.account}';
export const branchLabels = ['users'];
export const dependsOn = [];

// Made by Alembic: alembic/versions/${ids.users}_add_users.py
export const { upgrade, downgrade } = adopted('Alembic');
`);
    make({ 'package.json': '{}', 'knexfile.js': "module.exports = { client: 'pg' };" });
    project.remove('knexfile.ts');
    expect((await run()).next[0]).to.equal(
      "set `versionTable: 'alembic_version'` in the `limbeck` block of knexfile.js",
    );
    const text = project.read(`migrations/20240115102345_${ids.users}_add_users.js`);
    expect(text).to.match(/^const \{ adopted \} = require\('limbeck'\);$/m);
    expect(text).to.match(/^Object.assign\(exports, adopted\('Alembic'\)\);$/m);
    expect(
      heads(await openProject({ folder: project.root })).heads.map(({ revision }) => revision),
    ).to.have.members([ids.billing, ids.merge]);
  });

  it('says what to do next where there is one head', async () => {
    const { next } = await run(['alembic/versions']);
    expect(next.at(-1)).to.equal('write the next revision: `limbeck revision -m "…"`');
  });

  it('says that a round trip cannot walk over what was adopted', async () => {
    await run();
    await expectFailure(roundTrip(await openProject({ folder: project.root })), {
      code: 'ADOPTED_REVISION',
      message: new RegExp(
        `^the round trip begins with an empty database, and revision "${ids.account}" belongs`,
      ),
      where: /create_account\.ts$/,
      next: /^prove what comes after it on a copy/,
    });
  });

  it('names what it passes over, and reads a file once that lies in two of the folders', async () => {
    const { adopted, passedOver } = await run([
      'alembic',
      project.path('alembic/versions'),
      'billing/versions',
    ]);
    expect(adopted).to.have.lengthOf(5);
    expect(passedOver).to.deep.equal(['alembic/env.py']);
  });

  it('adopts only what is new the next time', async () => {
    await run();
    project.write('alembic/versions/new.py', `revision = 'abc'\ndown_revision = '${ids.merge}'\n`);
    const report = await run();
    expect(report.adopted).to.deep.equal([{ revision: 'abc', file: 'migrations/20240201120000_abc_new.ts' }]);
    expect(report.kept).to.have.members(Object.values(ids));
    expect(report.tops).to.deep.equal([ids.billing, 'abc']);
    expect((await run()).adopted).to.deep.equal([]);
  });

  it('writes to the script directory that is asked for', async () => {
    make({
      'knexfile.ts': "export default { client: 'pg', limbeck: { directories: ['migrations', 'old'] } };",
      'old/.gitkeep': '',
    });
    await run(folders, 'old');
    expect([scripts().length, scripts('old').length]).to.deep.equal([0, 5]);
  });

  it('writes to the first of several directories, into the sub-folders of the file name, with the dates', async () => {
    const limbeck = {
      versionTable: 'alembic_version',
      directories: ['migrations', 'more'],
      recursive: true,
      fileName: '{year}/{revision}',
    };
    const knexfile = `export default { client: 'pg', limbeck: ${JSON.stringify(limbeck)} };`;
    make({ 'knexfile.ts': knexfile, 'more/.gitkeep': '' });
    const { adopted } = await run();
    expect(adopted[0]).to.deep.equal({ revision: ids.account, file: `migrations/2023/${ids.account}.ts` });
    const { revisions } = await history(await openProject({ folder: project.root }));
    expect(revisions.find(({ revision }) => revision === ids.account)?.created).to.equal('20231108114027');
    expect(revisions).to.have.length(adopted.length);
  });

  it('refuses a script of the same id with other links', async () => {
    project.write(
      'migrations/1_users.ts',
      `export const revision = '${ids.users}'; export const downRevision = null; export const branchLabels = ['users'];`,
    );
    await expectRefused({
      code: 'DUPLICATE_ID',
      message: `there is a script of "${ids.users}" already, and its links or labels are not those of "alembic/versions/${ids.users}_add_users.py"`,
      where: 'migrations/1_users.ts',
    });
  });

  it('refuses an id that two files declare', async () => {
    project.write('alembic/versions/copy.py', `revision = '${ids.users}'`);
    await expectRefused({ code: 'DUPLICATE_ID', where: 'alembic/versions/copy.py' });
  });

  it('refuses a history that is not whole, and says that there may be another folder', async () => {
    await expectRefused(
      {
        code: 'MISSING_REVISION',
        message: `dependsOn of revision "${ids.billing}" names "users", which no script declares`,
        where: `billing/versions/${ids.billing}_start_billing.py`,
        next: /^name every folder of the history, as in `limbeck adopt --alembic/,
      },
      ['billing/versions'],
    );
  });

  it('refuses names that limbeck cannot have', async () => {
    project.write('alembic/versions/x.py', `revision = 'a-b'\ndown_revision = '${ids.merge}'`);
    await expectRefused({ code: 'ILLEGAL_ID', where: 'alembic/versions/x.py' });
    project.write('alembic/versions/x.py', `revision = '../../evil'\ndown_revision = '${ids.merge}'`);
    await expectRefused({ code: 'ILLEGAL_ID', where: 'alembic/versions/x.py' });
    expect(existsSync(project.path('../evil'))).to.equal(false);
  });

  it('refuses values that would have to be run', async () => {
    project.write('alembic/versions/x.py', `revision = 'abc'\ndown_revision = head()`);
    await expectRefused({ code: 'HEADER_UNREADABLE', where: 'alembic/versions/x.py:2:1' });
  });

  it('refuses a folder that is not there, or has no revision', async () => {
    await expectRefused({ code: 'DIRECTORY_NOT_FOUND', where: 'nowhere' }, ['nowhere']);
    project.write('empty/util.py', 'x = 1');
    await expectRefused({ code: 'DIRECTORY_NOT_FOUND', where: 'empty' }, ['alembic', 'empty']);
  });

  it('refuses to write over a file, and names that would be the same', async () => {
    const taken = `migrations/20240201120000_${ids.merge}_join_users_and_orders.ts`;
    project.write(taken, "export const revision = 'other';");
    await expectRefused({ code: 'FILE_EXISTS', where: taken });
    make({ 'knexfile.ts': "export default { client: 'pg', limbeck: { fileName: 'script' } };" });
    await expectRefused({ code: 'FILE_EXISTS', next: 'put `{revision}` into the setting `fileName`' });
  });
});
