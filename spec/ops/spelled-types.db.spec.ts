import { expect } from 'chai';
import { downgrade, freeze, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject, functionsOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { differing, emptyDatabase, snapshotOfDatabase } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';

describeOnServers('one function whose types are spelled in different ways', (database) => {
  beforeEach(() => emptyDatabase(database));

  const f = (type: string, n = 1, create = 'create or replace') =>
    `${create} function f(m ${type}) returns int language sql as $$ select ${n} $$;`;
  const mood = "create type mood as enum ('sad', 'glad');";

  async function project(): Promise<AssetProject> {
    const made = assetProject(database);
    await made.ship('a', { 'types/mood.sql': mood });
    return made;
  }

  for (const create of ['create or replace', 'create'])
    it(`keeps what it has been given, by ${create}`, async () => {
      const made = await project();
      await made.ship('b', { 'procs/f.sql': f('mood', 1, create) });
      await upgrade(await made.open());
      await database.query(
        "comment on function f(mood) is 'kept'; revoke execute on function f(mood) from public",
      );
      const before = await snapshotOfDatabase(database);
      await made.ship('c', { 'procs/f.sql': f('public.mood', 1, create) });
      await upgrade(await made.open());
      expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
      await downgrade(await made.open(), { target: 'b' });
      expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
    });

  it('is refused where two branches define it in files of their own', async () => {
    const made = await project();
    await made.ship('b', { 'procs/b.sql': f('mood') }, { downRevision: 'a' });
    made.remove('raw_sql/procs/b.sql');
    await made.ship('c', { 'procs/c.sql': f('public.mood', 2) }, { downRevision: 'a' });
    await expectRefusal(database, async () => upgrade(await made.open(), { target: 'heads' }), {
      code: 'ASSET_DIVERGENT',
      message: /^"function public\.f\((public\.)?mood\)" is defined by "procs\/[bc]\.sql"/,
    });
  });

  it('stays where it moves to another file', async () => {
    const made = await project();
    await made.ship('b', { 'procs/f.sql': f('mood') });
    await upgrade(await made.open());
    await database.query("comment on function f(mood) is 'kept'");
    made.remove('raw_sql/procs/f.sql');
    made.write('raw_sql/procs/g.sql', f('public.mood', 2));
    const lines = "await loadStoredProc(op, ['g.sql']);";
    made.script('c', { upgrade: lines, downgrade: lines });
    await freeze(await made.open(), { revision: 'c' });
    await upgrade(await made.open());
    const [{ comment } = {}] = await database.query(
      "select obj_description('f(mood)'::regprocedure) as comment",
    );
    expect(comment).to.equal('kept');
    expect((await functionsOf(database, 'f'))[0]).to.include('select 2');
    await downgrade(await made.open(), { target: 'b' });
    expect((await functionsOf(database, 'f'))[0]).to.include('select 1');
  });
});
