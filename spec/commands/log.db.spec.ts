import { hostname } from 'node:os';
import { expect } from 'chai';
import {
  downgrade,
  log,
  type LogOptions,
  type Project,
  stamp,
  toolVersion,
  upgrade,
} from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';
import { rejectionOf } from '../helpers/thrown.js';

const scripts = {
  a1b2: { branchLabels: ['first'] },
  c3d4: { upgrade: "if (globalThis.limbeckSpecFails) await op.execute('select boom');" },
};

describeOnServers('log', (database) => {
  beforeEach(() => emptyDatabase(database));

  const open = (settings = {}) => migrationProject(database.config, { scripts, settings }).open();

  /** Events in short, newest first: `reverted c3d4`. */
  const deeds = async (project: Project, options: LogOptions = {}) =>
    (await log(project, options)).events.map(({ outcome, revision }) => `${outcome} ${revision}`);

  it('tells nothing of a database that was not touched, and touches it not', async () => {
    const before = await stateOf(database);
    const report = await log(await open());
    expect(report).to.deep.include({ environment: 'development', events: [], total: 0 });
    expect(await stateOf(database)).to.deep.equal(before);
  });

  it('tells who did what, when, where, how long and with what', async () => {
    const project = await open();
    const started = Date.now();
    await upgrade(project, { target: 'first' });
    const { events } = await log(project);
    expect(events).to.have.length(1);
    const [event] = events;
    const [{ who } = {}] = await database.query<{ who: string }>('select session_user as who');
    expect(event).to.deep.include({
      revision: 'a1b2',
      direction: 'upgrade',
      stage: null,
      outcome: 'applied',
      user: who,
      host: hostname(),
      toolVersion: toolVersion(),
      error: null,
      message: null,
    });
    expect(event?.scriptSha256).to.match(/^[0-9a-f]{64}$/);
    expect(event?.durationMs).to.be.a('number').and.to.be.at.least(0);
    expect(event?.at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    // The server runs on this machine, so its clock is ours but for rounding.
    expect(Date.parse(event?.at ?? '')).to.be.within(started - 1_000, Date.now() + 1_000);
  });

  it('tells the newest first, as many as are asked for, and how many there are', async () => {
    const project = await open();
    await upgrade(project);
    await downgrade(project, { target: '-1' });
    await stamp(project, { targets: ['base'] });
    expect(await deeds(project)).to.deep.equal([
      'stamped base',
      'reverted c3d4',
      'applied c3d4',
      'applied a1b2',
    ]);
    expect(await deeds(project, { limit: 2 })).to.deep.equal(['stamped base', 'reverted c3d4']);
    expect((await log(project, { limit: 2 })).total).to.equal(4);
    for (const limit of [0, -1, 1.5, Number.NaN])
      await expectFailure(log(project, { limit }), { code: 'USAGE' });
  });

  it('tells what failed, and why', async () => {
    const project = await open();
    Reflect.set(globalThis, 'limbeckSpecFails', true);
    await rejectionOf(upgrade(project));
    Reflect.deleteProperty(globalThis, 'limbeckSpecFails');
    const [event] = (await log(project)).events;
    expect(event).to.deep.include({ revision: 'c3d4', outcome: 'failed', direction: 'upgrade' });
    expect(event?.error).to.match(/column "boom" does not exist/);
  });

  it('tells of one revision, by any identifier', async () => {
    const project = await open();
    await upgrade(project);
    await stamp(project, { targets: ['base'] });
    await stamp(project, { targets: ['a1b2'] });
    const cases: [string, string[]][] = [
      ['c3', ['applied c3d4']],
      ['first', ['stamped a1b2', 'applied a1b2']],
      ['current', ['stamped a1b2', 'applied a1b2']],
      ['head-1', ['stamped a1b2', 'applied a1b2']],
      ['base', ['stamped base']],
    ];
    for (const [revision, expected] of cases)
      expect(await deeds(project, { revision }), revision).to.deep.equal(expected);
    await expectFailure(log(project, { revision: 'nope' }), { code: 'REVISION_NOT_FOUND' });
  });

  it('knows revisions whose scripts are gone', async () => {
    const made = migrationProject(database.config, { scripts });
    await upgrade(await made.open());
    made.remove('migrations/20260101000001_c3d4.ts');
    const project = await made.open();
    for (const revision of ['c3d4', 'c3', 'current'])
      expect(await deeds(project, { revision }), revision).to.deep.equal(['applied c3d4']);
  });

  it('tells nothing of a current row that neither script nor log knows', async () => {
    const project = await open();
    await upgrade(project, { target: 'first' });
    await database.query("insert into limbeck_version values ('zz99')");
    expect(await deeds(project, { revision: 'zz99' })).to.deep.equal([]);
    await expectFailure(log(project, { revision: 'zz9' }), { code: 'REVISION_NOT_FOUND' });
  });

  it('reads the ledger of the schema that is set', async () => {
    const project = await open({ schema: 'app"s' });
    await upgrade(project, { target: 'first' });
    expect(await deeds(project)).to.deep.equal(['applied a1b2']);
    expect(await deeds(await open())).to.deep.equal([]);
  });
});
