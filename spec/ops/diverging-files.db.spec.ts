import { expect } from 'chai';
import { downgrade, type OfflineOptions, revision, upgrade, upgradeSql } from '../../lib/index.js';
import { type AssetProject, assetProject, identitiesOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { requireProgram, runPsql } from '../helpers/programs.js';

const path = 'procs/f.sql';
const f = (...types: readonly string[]) =>
  types
    .map((type) => `create or replace function f(${type}) returns int language sql as $$ select 1 $$;\n`)
    .join('');

describeOnServers(
  'an SQL file that branches left in several versions',
  { on: ['PostgreSQL 15', 'PGlite'] },
  (database) => {
    let made: AssetProject;
    beforeEach(async () => {
      await emptyDatabase(database);
      made = assetProject(database);
    });

    const up = async (target = 'heads') => upgrade(await made.open(), { target });
    const down = async (target: string) => downgrade(await made.open(), { target });
    const drop = { upgrade: "await dropStoredProc(op, ['f.sql']);" };
    const dropping = { ...drop, downgrade: drop.upgrade };

    async function shipDrop(id: string, downRevision: string | readonly string[]): Promise<void> {
      made.remove(`raw_sql/${path}`);
      await made.ship(id, {}, { downRevision, ...dropping });
    }

    it('is dropped by a merge whichever branch came last, and by the signatures that stand', async () => {
      await made.ship('a', { [path]: f('int') });
      await made.ship('b', { [path]: f('int', 'text') }, { downRevision: 'a' });
      await made.ship('c', { [path]: f('int', 'date') }, { downRevision: 'a' });
      await shipDrop('d', ['b', 'c']);
      for (const way of [['b'], ['c'], ['b', 'd'], ['c', 'd']]) {
        for (const target of way) await up(target);
        await up();
        expect(await identitiesOf(database, 'f'), way.join()).to.deep.equal([]);
        await down('b');
        expect(await identitiesOf(database, 'f')).to.deep.equal(['f(date)', 'f(integer)']);
        await down('base');
      }
    });

    it('is never another than the graph says where one branch alone changed it', async () => {
      await made.ship('a', { [path]: f('int') });
      await made.ship('b', { [path]: f('int', 'text') }, { downRevision: 'a' });
      await made.ship('c', { 'procs/g.sql': f('date').replace('f(', 'g(') }, { downRevision: 'a' });
      made.script('d', { downRevision: ['b', 'c'] });
      const expectAt = async (types: string[]) =>
        expect(await identitiesOf(database, 'f')).to.deep.equal(types.map((type) => `f(${type})`));
      for (const [first, second] of [
        ['b', 'c'],
        ['c', 'b'],
      ] as const) {
        await up(first);
        await expectAt(first === 'b' ? ['integer', 'text'] : ['integer']);
        await up(second);
        await expectAt(['integer', 'text']);
        await up();
        await down('c');
        await expectAt(['integer', 'text']);
        await down('b@-1');
        await expectAt(['integer']);
        await up();
        await down('b');
        await down('c@-1');
        await expectAt(['integer', 'text']);
        await down('base');
      }
    });

    it('is renamed on one branch, changed on the other, and what both names defined is dropped once', async () => {
      await made.ship('a', { [path]: f('int', 'text') });
      made.remove(`raw_sql/${path}`);
      made.write('raw_sql/procs/g.sql', f('int', 'text'));
      await revision(await made.open(), { message: 'b', revisionId: 'b', autogenerate: true });
      made.remove('raw_sql/procs/g.sql');
      await made.ship('c', { [path]: f('int', 'text', 'date') }, { downRevision: 'a' });
      made.remove(`raw_sql/${path}`);
      const lines = "await loadStoredProc(op, ['g.sql']); await dropStoredProc(op, ['f.sql']);";
      const both = { downRevision: ['b', 'c'], upgrade: lines, downgrade: lines };
      await made.ship('d', { 'procs/g.sql': f('int') }, both);
      for (const first of ['b', 'c']) {
        await up(first);
        await up();
        expect(await identitiesOf(database, 'f'), first).to.deep.equal(['f(integer)']);
        await down('c');
        await down('base');
        expect(await identitiesOf(database, 'f')).to.deep.equal([]);
      }
    });

    it('is dropped on one branch, changed on the other, and settled by a merge', async () => {
      await made.ship('a', { [path]: f('int') });
      await made.ship('b', { [path]: f('int', 'text') }, { downRevision: 'a' });
      await shipDrop('c', 'a');
      await made.ship('d', { [path]: f('text') }, { downRevision: ['b', 'c'] });
      for (const first of ['b', 'c']) {
        await up(first);
        await up();
        expect(await identitiesOf(database, 'f'), first).to.deep.equal(['f(text)']);
        // The version of the branch that is later in the order: "c" dropped the file.
        await down('b');
        expect(await identitiesOf(database, 'f')).to.deep.equal([]);
        await down('base');
        expect(await identitiesOf(database, 'f')).to.deep.equal([]);
      }
    });
  },
);

describeOnServers(
  'SQL for psql where branches left several versions',
  { on: ['PostgreSQL 15'] },
  (database) => {
    before(function () {
      requireProgram(this, 'psql');
    });

    it('is written for the one that the database has, and stops at another', async () => {
      const made = assetProject(database);
      await made.ship('a', { [path]: f('int') });
      await made.ship('b', { [path]: f('int', 'text') }, { downRevision: 'a' });
      await made.ship('c', { [path]: f('int', 'date') }, { downRevision: 'a' });
      const loads = { downRevision: ['b', 'c'], downgrade: "await loadStoredProc(op, ['f.sql']);" };
      await made.ship('d', { [path]: f('int') }, loads);
      await upgrade(await made.open(), { target: 'c' });
      // "b" comes after "c" here, and stays when the merge fails.
      made.script('d', { ...loads, upgrade: '' });
      await expectFailure(upgrade(await made.open()), { code: 'ASSET_NOT_LOADED' });
      expect(await versionRows(database)).to.deep.equal(['b', 'c']);
      made.script('d', { ...loads, upgrade: loads.downgrade });

      const run = async (options: OfflineOptions) =>
        runPsql(database.onServer().url, (await upgradeSql(await made.open(), options)).sql);
      const { stderr } = await run({ target: 'b,c:heads' });
      expect(stderr).to.match(/another version of an SQL file than this builds on: procs\/f\.sql/);
      expect(stderr).to.match(/HINT: .*`limbeck upgrade heads --sql --from-database`/);
      expect(await identitiesOf(database, 'f')).to.deep.equal(['f(integer)', 'f(text)']);
      expect((await run({ fromDatabase: true })).stderr).to.equal('');
      expect(await identitiesOf(database, 'f')).to.deep.equal(['f(integer)']);
    });
  },
);
