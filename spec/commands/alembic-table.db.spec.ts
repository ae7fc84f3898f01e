/** Version tables that Alembic made and kept: narrow, and at times with more rows than there should be. */
import { expect } from 'chai';
import {
  current,
  downgrade,
  downgradeSql,
  history,
  plan,
  redo,
  show,
  stamp,
  stampSql,
  upgrade,
  upgradeSql,
} from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, versionRows } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';
import { migrationProject, type ScriptText } from '../helpers/migration-project.js';

const settings = { versionTable: 'alembic_version' };
const table = (name: string): ScriptText => ({
  upgrade: `await op.execute('create table ${name} ()');`,
  downgrade: `await op.execute('drop table ${name}');`,
});
/** One character more than Alembic's column holds, though not as many as its bytes. */
const long = `${'x'.repeat(31)}äö`;
const widest = `${'y'.repeat(31)}ä`;

describeOnServers("Alembic's version table", (database) => {
  beforeEach(async () => {
    await emptyDatabase(database);
    await database.query(`create table alembic_version (version_num varchar(32) not null,
      constraint alembic_version_pkc primary key (version_num))`);
  });

  const has = (...rows: string[]) =>
    database.query(`insert into alembic_version values ${rows.map((row) => `('${row}')`).join(', ')}`);
  const rows = () => versionRows(database, 'alembic_version');

  describe('with an id that is too long for it', () => {
    const project = () =>
      migrationProject(database.config, { scripts: { a: table('a'), [long]: {}, [widest]: {} }, settings });
    const tooLong = {
      code: 'REVISION_TOO_LONG',
      message: `"${long}" is longer than the 32 characters of column "version_num" in "public.alembic_version"`,
      where: `migrations/20260101000001_${long}.ts`,
      next: /`alter table public.alembic_version alter column version_num type text` \(Alembic works with that too\), or give the revision a shorter id/,
    } as const;

    it('refuses before the first statement of the run, and makes nothing', async () => {
      const { open } = project();
      await expectRefusal(database, async () => upgrade(await open()), tooLong);
      await expectRefusal(database, async () => plan(await open()), tooLong);
      const all = await open({ settings: { transaction: 'all' } });
      await expectRefusal(database, () => upgrade(all), tooLong);
      expect(await database.query("select to_regclass('limbeck_log') as found")).to.deep.equal([
        { found: null },
      ]);
      await upgrade(await open(), { target: 'a' });
      expect(await rows()).to.deep.equal(['a']);
    });

    it('refuses to stamp it, and to come down to it', async () => {
      const { open } = project();
      await expectRefusal(database, async () => stamp(await open(), { targets: [long] }), tooLong);
      await stamp(await open(), { targets: [widest] });
      expect(await rows()).to.deep.equal([widest]);
      await expectRefusal(database, async () => downgrade(await open(), { target: '-1' }), tooLong);
    });

    it('refuses it in SQL for psql too, before anything is written', async () => {
      const { open } = project();
      const fromDatabase = true;
      await expectRefusal(database, async () => upgradeSql(await open(), { fromDatabase }), tooLong);
      await expectRefusal(
        database,
        async () => stampSql(await open(), { targets: [long], fromDatabase }),
        tooLong,
      );
      await stamp(await open(), { targets: [widest] });
      await expectRefusal(
        database,
        async () => downgradeSql(await open(), { target: '-1', fromDatabase }),
        tooLong,
      );
    });

    it('takes it once the column is widened as the error says', async () => {
      const { open } = project();
      await database.query('alter table public.alembic_version alter column version_num type text');
      await upgrade(await open(), { target: long });
      expect(await rows()).to.deep.equal([long]);
    });

    it('names the table so that the advice can be typed, whatever it is called', async () => {
      const { open } = migrationProject(database.config, {
        scripts: { [long]: {} },
        settings: { versionTable: 'Odd "name' },
      });
      await database.query('create table "Odd ""name" (version_num varchar(32) primary key)');
      await expectRefusal(database, async () => upgrade(await open()), {
        code: 'REVISION_TOO_LONG',
        next: /`alter table "public"\."Odd ""name" alter/,
      });
    });
  });

  //   m        merge point
  //  / \
  // b   c      c depends on x
  //  \ /
  //   a    x   another line
  describe('with rows that are ancestors of other rows', () => {
    const scripts: Record<string, ScriptText> = {
      a: { downRevision: null, ...table('a') },
      x: { downRevision: null, ...table('x') },
      b: { downRevision: 'a', ...table('b') },
      c: { downRevision: 'a', dependsOn: ['x'], ...table('c') },
      m: { downRevision: ['b', 'c'] },
    };
    const project = () => migrationProject(database.config, { scripts, settings });
    const shown = async (open: ReturnType<typeof project>['open']) => {
      const report = await current(await open());
      return [report.current.map(({ revision }) => revision), report.isAtHeads];
    };

    beforeEach(() => database.query('create table a (); create table x (); create table c ()'));

    it('reads as if they were not there', async () => {
      const { open } = project();
      await has('a', 'c', 'x');
      expect(await shown(open)).to.deep.equal([['x', 'c'], false]);
      const { revisions } = await history(await open(), { indicateCurrent: true });
      expect(revisions.filter(({ isCurrent }) => isCurrent).map(({ revision }) => revision)).to.deep.equal([
        'c',
      ]);
      const ranged = await history(await open(), { range: ':current' });
      expect(ranged.revisions.map(({ revision }) => revision)).to.have.members(['a', 'x', 'c']);
      expect((await show(await open(), 'current')).revisions.map(({ revision }) => revision)).to.deep.equal([
        'c',
      ]);
      expect(await rows()).to.deep.equal(['a', 'c', 'x']);
    });

    it('upgrades from them, and leaves the rows that there should be', async () => {
      const { open } = project();
      await has('a', 'c', 'x');
      const report = await upgrade(await open(), { target: 'b' });
      expect(report.steps.map(({ revision }) => revision)).to.deep.equal(['b']);
      expect(report).to.deep.include({ from: ['c'], current: ['c', 'b'] });
      expect(await rows()).to.deep.equal(['b', 'c']);
      expect((await upgrade(await open())).current).to.deep.equal(['m']);
      expect(await rows()).to.deep.equal(['m']);
    });

    it('downgrades from them, keeping a row that becomes right', async () => {
      const { open } = project();
      await has('a', 'c', 'x');
      const report = await downgrade(await open(), { target: '-1' });
      expect(report).to.deep.include({ from: ['c'] });
      expect(report.current).to.have.members(['a', 'x']);
      expect(await rows()).to.deep.equal(['a', 'x']);
      expect(await database.query("select to_regclass('c') as found")).to.deep.equal([{ found: null }]);
      await downgrade(await open(), { target: 'base' });
      expect(await rows()).to.deep.equal([]);
    });

    it('does nothing where nothing is left to do', async () => {
      const { open } = project();
      await has('a', 'm');
      expect(await upgrade(await open())).to.deep.include({ steps: [], from: ['m'], current: ['m'] });
      expect((await shown(open))[1]).to.equal(true);
      expect(await rows()).to.deep.equal(['a', 'm']);
    });

    it('stamps the difference, and redoes', async () => {
      const { open } = project();
      await has('a', 'c', 'x');
      expect(await stamp(await open(), { targets: ['c'] })).to.deep.include({ from: ['c'], current: ['c'] });
      expect(await rows()).to.deep.equal(['c']);
      await has('x');
      await stamp(await open(), { targets: ['m'] });
      expect(await rows()).to.deep.equal(['m']);
      await has('b', 'x');
      expect((await redo(await open(), { revision: 'm' })).current).to.deep.equal(['m']);
      expect(await rows()).to.deep.equal(['m']);
      expect(await logLines(database)).to.deep.equal([
        'c stamped',
        'm stamped',
        'm downgrade reverted',
        'm upgrade applied',
      ]);
    });
  });
});
