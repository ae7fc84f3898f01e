import { expect } from 'chai';
import { downgrade, plan, type PlanOptions, type Project, stamp, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';
import { fileName, migrationProject } from '../helpers/migration-project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

//    d      merge
//   / \
//  b   c
//   \ /
//    a        x needs b
const scripts = {
  a: {},
  b: {},
  c: { downRevision: 'a' },
  d: { downRevision: ['b', 'c'] },
  x: { downRevision: null, dependsOn: ['b'], branchLabels: ['extra'] },
};

/** Importing any of them would fail. */
const broken = { upgrade: "await op.execute('select');\n}\nthrow new Error('imported');\n{" };

describeOnServers('plan', (database) => {
  beforeEach(() => emptyDatabase(database));

  const project = (settings = {}) => migrationProject(database.config, { scripts, settings });

  /** The steps in short: `upgrade a → a`. */
  async function planned(opened: Project, options: PlanOptions = {}): Promise<string[]> {
    const { steps } = await plan(opened, options);
    return steps.map(({ direction, revision, current }) => `${direction} ${revision} → ${current.join(' ')}`);
  }

  it('says what an upgrade would do, step by step', async () => {
    const made = project();
    const opened = await made.open();
    await stamp(opened, { targets: ['a'] });
    const report = await plan(opened);
    expect(report).to.deep.include({
      environment: 'development',
      direction: 'upgrade',
      target: 'heads',
      from: ['a'],
      current: ['d', 'x'],
    });
    expect(report.database).to.be.a('string');
    expect(report.steps).to.deep.equal(
      [
        { revision: 'b', file: fileName('b', 1), transaction: 1, current: ['b'] },
        { revision: 'c', file: fileName('c', 2), transaction: 2, current: ['b', 'c'] },
        { revision: 'd', file: fileName('d', 3), transaction: 3, current: ['d'] },
        { revision: 'x', file: fileName('x', 4), transaction: 4, current: ['d', 'x'] },
      ].map((step) => ({ direction: 'upgrade', message: null, ...step })),
    );
  });

  it('is what upgrade and downgrade then do', async () => {
    const made = project();
    const opened = await made.open();
    const up = await plan(opened, { target: 'd' });
    const upgraded = await upgrade(opened, { target: 'd' });
    expect(upgraded.steps.map(({ revision }) => revision)).to.deep.equal(
      up.steps.map(({ revision }) => revision),
    );
    expect(upgraded.current).to.deep.equal(up.current);
    const down = await plan(opened, { target: 'a', direction: 'downgrade' });
    const downgraded = await downgrade(opened, { target: 'a' });
    expect(downgraded.steps.map(({ revision }) => revision)).to.deep.equal(
      down.steps.map(({ revision }) => revision),
    );
    expect([downgraded.from, downgraded.current]).to.deep.equal([down.from, down.current]);
  });

  it('imports nothing, locks nothing and changes nothing', async () => {
    const made = migrationProject(database.config, { scripts: { a: broken, b: broken } });
    const opened = await made.open();
    const before = await stateOf(database);
    expect(await planned(opened)).to.deep.equal(['upgrade a → a', 'upgrade b → b']);
    expect(await stateOf(database)).to.deep.equal(before);
    expect(await database.query("select to_regclass('limbeck_version') as found")).to.deep.equal([
      { found: null },
    ]);
    expect((await rejectionOf(upgrade(opened))).code).to.equal('SCRIPT_NOT_LOADED');
  });

  if (database.kind === 'server') {
    it('waits for no migrator', async () => {
      const meanwhile = { a: { upgrade: 'await globalThis.limbeckSpecMeanwhile();' } };
      const settings = { lockTimeout: '1 s' };
      const made = migrationProject(database.config, { scripts: meanwhile, settings });
      const found: string[] = [];
      Reflect.set(globalThis, 'limbeckSpecMeanwhile', async () => {
        found.push(...(await planned(await made.open())));
      });
      await upgrade(await made.open());
      Reflect.deleteProperty(globalThis, 'limbeckSpecMeanwhile');
      expect(found).to.deep.equal(['upgrade a → a']);
    });
  }

  it('counts one transaction where the run is one', async () => {
    const { steps } = await plan(await project({ transaction: 'all' }).open());
    expect(steps.map(({ transaction }) => transaction)).to.deep.equal([1, 1, 1, 1, 1]);
  });

  it('is empty when there is nothing to do', async () => {
    const opened = await project().open();
    await stamp(opened, { targets: ['heads'] });
    const report = await plan(opened);
    expect(report).to.deep.include({ steps: [], from: ['d', 'x'], current: ['d', 'x'] });
    expect(await planned(opened, { target: 'd', direction: 'downgrade' })).to.deep.equal([]);
  });

  it('is refused as the run would be', async () => {
    const opened = await project().open();
    await stamp(opened, { targets: ['b'] });
    const refusals: [PlanOptions, string][] = [
      [{ target: 'nope' }, 'REVISION_NOT_FOUND'],
      [{ target: '-1' }, 'RELATIVE_TOO_FAR'],
      [{ target: 'd', direction: 'downgrade' }, 'NOT_AN_ANCESTOR'],
      [{ direction: 'downgrade' }, 'USAGE'],
    ];
    for (const [options, code] of refusals) {
      const error = await rejectionOf(plan(opened, options));
      expect(error.code).to.equal(code);
      if (options.target === undefined) continue;
      const { target, direction } = options;
      const run = direction === 'downgrade' ? downgrade(opened, { target }) : upgrade(opened, { target });
      expect(factsOf(error)).to.deep.equal(factsOf(await rejectionOf(run)));
    }
    await database.query("insert into limbeck_version values ('zzz')");
    await expectRefusal(database, () => plan(opened), { code: 'UNKNOWN_ROW', next: /limbeck stamp --purge/ });
  });

  it('is refused where it holds revisions of another tool, without importing them', async () => {
    const made = migrationProject(database.config, { scripts: { b: {} } });
    const text = `export const revision = 'old';\nexport const { upgrade, downgrade } = adopted('Alembic');\n`;
    made.write('migrations/20250101000000_old.ts', `throw new Error('imported');\n${text}`);
    const code = 'ADOPTED_REVISION';
    const opened = await made.open();
    await expectRefusal(database, () => plan(opened, { target: 'old' }), { code, next: /limbeck stamp old/ });
    expect((await rejectionOf(plan(opened, { target: 'old', from: ['base'] }))).code).to.equal(code);
    await stamp(opened, { targets: ['heads'] });
    const down = { target: 'base', direction: 'downgrade' } as const;
    await expectRefusal(database, () => plan(opened, down), { code });
    expect(await planned(opened, { ...down, target: 'old' })).to.deep.equal([]);
  });

  it('is refused when branches would leave different versions of a file', async () => {
    const made = assetProject(database);
    const text = (n: number) =>
      `create or replace function f() returns int language sql as $$ select ${n} $$;`;
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) });
    await made.ship('c', { 'procs/f.sql': text(3) }, { downRevision: 'a' });
    const opened = await made.open();
    await expectRefusal(database, () => plan(opened), { code: 'ASSET_DIVERGENT' });
    expect(await planned(opened, { target: 'c' })).to.deep.equal(['upgrade a → a', 'upgrade c → c']);
  });
});

describe('plan from given revisions', () => {
  const opened = () =>
    migrationProject({ client: 'pg', connection: { host: '/nowhere' } }, { scripts }).open();

  it('asks no database', async () => {
    const { database, from, current, steps } = await plan(await opened(), { from: ['b'], target: 'd' });
    expect([database, from, current]).to.deep.equal([null, ['b'], ['d']]);
    expect(steps.map(({ revision }) => revision)).to.deep.equal(['c', 'd']);
  });

  it('starts from base, from several, and from whatever identifiers name', async () => {
    const start = async (...from: string[]) => (await plan(await opened(), { from })).from;
    expect(await start('base')).to.deep.equal([]);
    expect(await start('b', 'c')).to.deep.equal(['b', 'c']);
    expect(await start('extra', 'c', 'extra')).to.deep.equal(['c', 'x']);
    expect(await start('heads')).to.have.members(['d', 'x']);
  });

  it('plans downgrades too', async () => {
    const { steps } = await plan(await opened(), { from: ['d'], target: 'b', direction: 'downgrade' });
    expect(steps.map(({ revision, current }) => [revision, current])).to.deep.equal([['d', ['b', 'c']]]);
  });

  it('refuses revisions that there are not, and those of one line', async () => {
    expect((await rejectionOf(plan(await opened(), { from: ['nope'] }))).code).to.equal('REVISION_NOT_FOUND');
    expect((await rejectionOf(plan(await opened(), { from: ['a', 'b'] }))).code).to.equal(
      'OVERLAPPING_REVISIONS',
    );
  });
});
