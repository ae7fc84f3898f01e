/** Commands that look at SQL files, and at what a database has installed. */
import { expect } from 'chai';
import { assetDiff, assetShow, assetStatus, downgrade, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject } from '../helpers/asset-project.js';
import { limbeckIn } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';

const f = (n: number) => `create or replace function f() returns int language sql as 'select ${n}';\n`;

describeOnServers('assets of a database', (database) => {
  let project: AssetProject;

  beforeEach(async () => {
    await emptyDatabase(database);
    project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f(1), 'views/v.sql': 'create view v as select 1 as one;\n' });
    await project.ship('b', { 'procs/f.sql': f(2) });
    await upgrade(await project.open(), { target: 'a' });
  });

  const installed = async () =>
    (await assetStatus(await project.open(), { database: true })).assets.map(
      ({ path, installed: found }) => `${path} ${found?.revision} ${found?.isExpected}`,
    );

  it('tells what is installed, and whether the applied revisions ask for it', async () => {
    expect(await installed()).to.deep.equal(['procs/f.sql a true', 'views/v.sql a true']);
    await database.query("update limbeck_assets set sha256 = 'x' where path = 'procs/f.sql'");
    await database.query("delete from limbeck_assets where path = 'views/v.sql'");
    expect(await installed()).to.deep.equal(['procs/f.sql a false', 'views/v.sql null false']);
    const { stdout } = await limbeckIn(project.root)('assets', 'status', '--database');
    expect(stdout.split('\n').slice(0, 3)).to.deep.equal([
      'live       file                 shipped by  installed',
      'unchanged  raw_sql/procs/f.sql  b           a, not as applied',
      'unchanged  raw_sql/views/v.sql  a           lacking',
    ]);
    expect(stdout.trimEnd().split('\n').slice(-2)).to.deep.equal([
      '2 files: as shipped',
      '2 not installed as the applied revisions ask: see `limbeck check --database`',
    ]);
  });

  it('judges nothing where a current revision is unknown', async () => {
    await database.query("insert into limbeck_version values ('nowhere')");
    expect((await installed())[0]).to.equal('procs/f.sql a null');
  });

  it('knows where the database is', async () => {
    const { files } = await assetDiff(await project.open(), { from: 'current' });
    expect(files.map(({ path, from, to }) => `${path} ${from} ${to}`)).to.deep.equal(['procs/f.sql a null']);
    expect((await assetShow(await project.open(), 'f.sql', 'current')).revision).to.equal('a');
    await downgrade(await project.open(), { target: 'base' });
    expect((await assetDiff(await project.open(), { from: 'current', to: 'a' })).files).to.have.length(2);
  });
});
