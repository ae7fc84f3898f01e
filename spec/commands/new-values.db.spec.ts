import { expect } from 'chai';
import { downgrade, revision, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { differing, emptyDatabase, snapshotOfDatabase } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';

const mood = (...labels: string[]) =>
  `create type mood as enum (${labels.map((label) => `'${label}'`).join(', ')});\n`;

describeOnServers('a value that is added and used by one change of the files', (database) => {
  beforeEach(() => emptyDatabase(database));

  const view = (label: string) => `create or replace view good as select '${label}'::mood as m;\n`;
  async function shipped() {
    const project = assetProject(database);
    await project.ship('a', { 'types/mood.sql': mood('ok'), 'views/good.sql': view('ok') });
    await upgrade(await project.open());
    project.write('raw_sql/types/mood.sql', mood('ok', 'fine'));
    project.write('raw_sql/views/good.sql', view('fine'));
    return project;
  }

  it('makes two revisions in a row, that go up and down', async () => {
    const project = await shipped();
    const before = await snapshotOfDatabase(database);
    const { preceding, ...made } = await revision(await project.open(), {
      message: 'be fine',
      revisionId: 'b',
      branchLabels: ['line'],
      autogenerate: true,
    });
    const [first] = preceding;
    expect(preceding).to.have.lengthOf(1);
    expect(first).to.deep.include({
      downRevisions: ['a'],
      assets: [{ path: 'types/mood.sql', action: 'replace', objects: ['type public.mood'] }],
    });
    expect(made).to.deep.include({
      revision: 'b',
      downRevisions: [first?.revision],
      assets: [{ path: 'views/good.sql', action: 'replace', objects: ['view public.good'] }],
    });
    expect((await project.open()).graph.get(first?.revision ?? '')?.branchLabels).to.deep.equal(['line']);
    await upgrade(await project.open());
    expect(await database.query('select m::text from good')).to.deep.equal([{ m: 'fine' }]);
    await downgrade(await project.open(), { target: 'a' });
    expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
  });

  it('fails in one revision with the advice to split it', async () => {
    const project = await shipped();
    await project.ship(
      'b',
      {},
      { upgrade: "await loadType(op, ['mood.sql']); await loadView(op, ['good.sql']);" },
    );
    await expectFailure(upgrade(await project.open()), {
      code: 'SQL_FAILED',
      message: /unsafe use of new value "fine"/,
      next: /^add the enum value in one revision and use it in the next/,
    });
  });

  it('makes one revision where nothing uses the value, or the type is made anew', async () => {
    const project = await shipped();
    project.write('raw_sql/views/good.sql', `-- fine\n${view('ok')}`);
    const one = await revision(await project.open(), { message: 'x', revisionId: 'b', autogenerate: true });
    expect(one.preceding).to.deep.equal([]);
    project.write('raw_sql/types/mood.sql', mood('great', 'ok'));
    project.write('raw_sql/views/good.sql', view('great'));
    const types = { convert: true };
    const two = await revision(await project.open(), {
      message: 'x',
      revisionId: 'c',
      autogenerate: true,
      types,
    });
    expect(two.preceding).to.deep.equal([]);
    await upgrade(await project.open());
    expect(await database.query('select m::text from good')).to.deep.equal([{ m: 'great' }]);
  });
});
