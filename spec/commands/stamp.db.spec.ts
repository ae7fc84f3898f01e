import { expect } from 'chai';
import { current, downgrade, history, stamp, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import {
  snapshotOfDatabase,
  emptyDatabase,
  logLines,
  stateOf,
  versionRows,
} from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

//  a     one line, and x of another
//  b
//  c   x
const scripts = {
  a: { upgrade: "await op.execute('create table a ()');", downgrade: "await op.execute('drop table a');" },
  b: {},
  c: {},
  x: { downRevision: null, branchLabels: ['other'] },
};

describeOnServers('stamp and current', (database) => {
  beforeEach(() => emptyDatabase(database));

  const project = () => migrationProject(database.config, { scripts });

  const stamped = async (made: ReturnType<typeof project>, ...targets: string[]) =>
    (await stamp(await made.open(), { targets })).current;

  it('sets the version rows, runs nothing, and logs it', async () => {
    const made = project();
    const before = await snapshotOfDatabase(database);
    const report = await stamp(await made.open(), { targets: ['b'] });
    expect(report).to.deep.include({ from: [], current: ['b'], environment: 'development' });
    expect(await versionRows(database)).to.deep.equal(['b']);
    expect((await snapshotOfDatabase(database)).sha256).to.equal(before.sha256);
    expect(await logLines(database, "revision, coalesce(direction, '-'), outcome")).to.deep.equal([
      'b - stamped',
    ]);
    expect((await upgrade(await made.open())).steps.map(({ revision }) => revision)).to.deep.equal([
      'c',
      'x',
    ]);
  });

  it('goes down as well, to base, and to several at once', async () => {
    const made = project();
    expect(await stamped(made, 'c', 'x')).to.have.members(['c', 'x']);
    expect(await stamped(made, 'a')).to.have.members(['a', 'x']);
    expect(await stamped(made, 'heads')).to.have.members(['c', 'x']);
    expect(await stamped(made, 'other@base')).to.deep.equal(['c']);
    expect(await stamped(made, 'base')).to.deep.equal([]);
    expect(await versionRows(database)).to.deep.equal([]);
    expect((await logLines(database)).at(-1)).to.equal('base stamped');
  });

  it('refuses targets of one line, and names that there are not', async () => {
    const made = project();
    await stamped(made, 'b');
    const refused = (targets: string[]) =>
      expectRefusal(database, async () => stamp(await made.open(), { targets }), {
        code: targets.length > 1 ? 'OVERLAPPING_REVISIONS' : 'REVISION_NOT_FOUND',
      });
    await refused(['a', 'c']);
    await refused(['nothing']);
  });

  describe('with rows that no script declares', () => {
    async function unknown() {
      const made = project();
      await stamped(made, 'b');
      await database.query("insert into limbeck_version values ('zzz')");
      return made;
    }

    it('lets reading commands read, and shows them', async () => {
      const made = await unknown();
      const report = await current(await made.open());
      expect(report).to.deep.include({ unknown: ['zzz'], isAtHeads: false });
      expect(report.current.map(({ revision }) => revision)).to.deep.equal(['b']);
      const { revisions } = await history(await made.open(), { indicateCurrent: true });
      expect(revisions.filter(({ isCurrent }) => isCurrent).map(({ revision }) => revision)).to.deep.equal([
        'b',
      ]);
    });

    it('refuses to move, with the way out', async () => {
      const made = await unknown();
      for (const work of [
        async () => upgrade(await made.open()),
        async () => downgrade(await made.open(), { target: 'base' }),
        async () => stamp(await made.open(), { targets: ['c'] }),
      ]) {
        await expectRefusal(database, work, {
          code: 'UNKNOWN_ROW',
          message: 'the database is at "zzz", which no script of this checkout declares',
          next: /git log --all -S zzz.*limbeck stamp --purge/,
        });
      }
    });

    it('empties the rows with purge', async () => {
      const made = await unknown();
      const { current: rows } = await stamp(await made.open(), { targets: ['x'], purge: true });
      expect(rows).to.deep.equal(['x']);
      expect(await versionRows(database)).to.deep.equal(['x']);
    });
  });

  it('reads an empty database without making anything in it', async () => {
    const before = await stateOf(database);
    const report = await current(await project().open());
    expect(report).to.deep.include({ current: [], unknown: [], isAtHeads: false });
    expect(await stateOf(database)).to.deep.equal(before);
    expect(await database.query("select to_regclass('limbeck_log') as found")).to.deep.equal([
      { found: null },
    ]);
  });

  it('records the SQL files that stand at the targets', async () => {
    const made = assetProject(database);
    const text = (n: number) =>
      `create or replace function f() returns int language sql as $$ select ${n} $$;`;
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) });
    await upgrade(await made.open(), { target: 'a' });
    await database.query(text(2));
    await stamp(await made.open(), { targets: ['b'] });
    expect(await database.query('select path, revision from limbeck_assets')).to.deep.equal([
      { path: 'procs/f.sql', revision: 'b' },
    ]);
    await downgrade(await made.open(), { target: 'a' });
    expect(await database.query('select f() as n')).to.deep.equal([{ n: 1 }]);
    await stamp(await made.open(), { targets: ['base'] });
    expect(await database.query('select from limbeck_assets')).to.deep.equal([]);
  });
});
