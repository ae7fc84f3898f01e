import { expect } from 'chai';
import { downgrade, freeze, revision, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const text = (value: string) =>
  `create or replace function f() returns text language sql as $$ select '${value}' $$;\n`;

describeOnServers('a version pinned with { at }', (database) => {
  beforeEach(() => emptyDatabase(database));

  //    d   x      d: the file is dropped     x: changes it on a branch of its own
  //    |   |
  //    c   |      c: renamed to g.sql
  //     \ /
  //      b        changes the file
  //      |
  //      a        ships f.sql
  async function history() {
    const project = assetProject(database);
    for (const id of ['a', 'b']) await project.ship(id, { 'procs/f.sql': text(id) });
    await project.ship('x', { 'procs/f.sql': text('x') }, { ...both('f.sql'), downRevision: 'b' });
    project.remove('raw_sql/procs/f.sql');
    project.write('raw_sql/procs/g.sql', text('b'));
    project.script('c', { downRevision: 'b', ...both('g.sql') });
    const { assets } = await freeze(await project.open(), { revision: 'c' });
    expect(assets[0]?.action).to.equal('rename');
    project.remove('raw_sql/procs/g.sql');
    project.script('d', {
      downRevision: 'c',
      upgrade: "await dropStoredProc(op, ['g.sql']);",
      downgrade: "await loadStoredProc(op, ['g.sql']);",
    });
    await freeze(await project.open(), { revision: 'd' });
    return project;
  }

  const both = (name: string, options = '') => ({
    upgrade: `await loadStoredProc(op, ['${name}']${options});`,
    downgrade: `await loadStoredProc(op, ['${name}']);`,
  });

  const says = async () => {
    const [found] = await database.query("select to_regproc('f') is not null as is");
    return found?.['is'] === true ? (await database.query('select f() as says'))[0]?.['says'] : undefined;
  };

  for (const [what, name, at, said] of [
    ['brings back a dropped file as it was', 'g.sql', 'c', 'b'],
    ['follows a rename to the name that the file had', 'g.sql', 'a', 'a'],
    ['takes the file by its former name, too', 'f.sql', 'b', 'b'],
    ['reaches over to another branch', 'f.sql', 'x', 'x'],
  ] as const) {
    it(what, async () => {
      const project = await history();
      project.script('e', { downRevision: 'd', ...both(name, `, { at: '${at}' }`) });
      const { assets } = await freeze(await project.open(), { revision: 'e' });
      expect(assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal([`add procs/${name}`]);
      await upgrade(await project.open(), { target: 'e' });
      expect(await says()).to.equal(said);
      await downgrade(await project.open(), { target: 'd' });
      expect(await says()).to.equal(undefined);
      await downgrade(await project.open(), { target: 'c' });
      expect(await says()).to.equal('b');
    });
  }

  it('is refused where the file did not stand, or stood in two texts', async () => {
    const project = await history();
    const failure = async (name: string, at: string) => {
      project.script('e', { downRevision: 'd', ...both(name, `, { at: '${at}' }`) });
      return factsOf(await rejectionOf(freeze(await project.open(), { revision: 'e' })));
    };
    expect(await failure('g.sql', 'd')).to.deep.equal({
      code: 'ASSET_NOT_FROZEN',
      message: '"procs/g.sql" does not stand at "d"',
      where: undefined,
      next: 'name a revision at which it was loaded',
    });
    await project.ship('y', { 'procs/f.sql': text('y') }, { ...both('f.sql'), downRevision: 'b' });
    project.remove('raw_sql/procs/f.sql');
    project.script('m', { downRevision: ['x', 'y'] });
    expect(await failure('f.sql', 'm')).to.include({
      code: 'ASSET_DIVERGENT',
      message: '"procs/f.sql" stands at "m" in two texts: that of "y" and that of "x"',
      next: "name one of the two, as in `{ at: 'y' }`",
    });
  });

  it('stays what it is when the revision is frozen again, or the live file comes back', async () => {
    const project = await history();
    project.script('e', { downRevision: 'd', ...both('g.sql', ", { at: 'a' }") });
    await freeze(await project.open(), { revision: 'e' });
    project.write('raw_sql/procs/g.sql', text('live'));
    const { assets } = await freeze(await project.open(), { revision: 'e' });
    expect(assets[0]?.action).to.equal('add');
    await upgrade(await project.open(), { target: 'e' });
    expect(await says()).to.equal('a');
    const made = await revision(await project.open(), { message: 'on', head: 'e', autogenerate: true });
    expect(made.assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal(['replace procs/g.sql']);
  });
});
