import { expect } from 'chai';
import { check, freeze, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject } from '../helpers/asset-project.js';
import { limbeckIn } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { fileName } from '../helpers/migration-project.js';

const f = (n: number) => `create or replace function f() returns int language sql as 'select ${n}';\n`;
const frozen = fileName('b', 1).replace('.ts', '.assets/procs/f.sql');
const manifest = fileName('b', 1).replace('.ts', '.assets/manifest.json');

describeOnServers('check', (database) => {
  let project: AssetProject;

  beforeEach(async () => {
    await emptyDatabase(database);
    project = assetProject(database);
    project.script('a', {});
    await project.ship('b', { 'procs/f.sql': f(1) });
    project.script('c', {});
    await upgrade(await project.open(), { target: 'b' });
  });

  const found = async () =>
    (await check(await project.open())).findings.map(({ kind, where }) => `${kind} ${where}`);

  it('finds nothing where all is as it was applied, and changes nothing', async () => {
    const before = await stateOf(database);
    const { findings, applied, compared, accepted } = await check(await project.open());
    expect({ findings, applied, compared, accepted }).to.deep.equal({
      findings: [],
      applied: 2,
      compared: 2,
      accepted: [],
    });
    expect(await stateOf(database)).to.deep.equal(before);
    const { stdout, status } = await limbeckIn(project.root)('check');
    expect(stdout).to.equal(
      'Nothing found: 1 frozen file, 1 live file, 2 revisions applied, 2 scripts compared\n',
    );
    expect(status).to.equal(0);
  });

  it('finds nothing where nothing was ever applied', async () => {
    await emptyDatabase(database);
    expect(await check(await project.open())).to.deep.include({ findings: [], applied: 0, compared: 0 });
    expect(await database.query("select to_regclass('limbeck_version') as made")).to.deep.equal([
      { made: null },
    ]);
  });

  it('tells all that it finds, and ends with status 1', async () => {
    const script = fileName('a', 0);
    project.write(script, `${project.read(script)}//\n`);
    project.write(frozen, f(2));
    project.write('raw_sql/procs/f.sql', f(3));
    project.write('raw_sql/procs/g.sql', f(3).replace('f()', 'g()'));
    const { stdout, status } = await limbeckIn(project.root)('check');
    expect(stdout).to.equal(`${script} (a) was edited after being applied: the database does not have the edit
  where: ${script}
  next:  put back what was applied and ship the change with a new revision, or accept it with \`limbeck check --accept\`
the frozen version of "procs/f.sql" in revision "b" was changed after it was frozen
  where: ${frozen}
  next:  restore it from version control; to change the object edit the live file and run \`limbeck revision -m "…" --autogenerate\`
the live file "procs/f.sql" is not what the newest revision ships
  where: raw_sql/procs/f.sql
  next:  ship with \`limbeck revision -m "…" --autogenerate\`
the live file "procs/g.sql" is not shipped by any revision
  where: raw_sql/procs/g.sql
  next:  ship with \`limbeck revision -m "…" --autogenerate\`
Found 4 problems: 1 frozen file, 2 live files, 2 revisions applied, 2 scripts compared
`);
    expect(status).to.equal(1);
    const document = JSON.parse((await limbeckIn(project.root)('check', '--json')).stdout);
    expect(document.findings[1]).to.include({ kind: 'asset-tampered', revision: 'b', path: 'procs/f.sql' });
  });

  it('finds a version row without a script', async () => {
    project.remove(fileName('b', 1));
    project.remove(manifest.replace('/manifest.json', ''));
    project.remove(fileName('c', 2));
    project.remove('raw_sql/procs/f.sql');
    const { findings, applied, compared } = await check(await project.open());
    expect(findings.map(({ kind, revision }) => `${kind} ${revision}`)).to.deep.equal(['row-unknown b']);
    expect(findings[0]?.where).to.match(/^applied \d.* UTC by postgres on /);
    expect({ applied, compared }, 'what the log says is below it').to.deep.equal({ applied: 1, compared: 1 });
  });

  it('finds a frozen file that is gone', async () => {
    project.remove(frozen);
    expect(await found()).to.deep.equal([`asset-missing ${frozen}`]);
  });

  it('finds a frozen file that cannot be read', async () => {
    project.write(frozen, Buffer.from([0xff]));
    expect(await found()).to.deep.equal([`asset-unreadable ${frozen}:1:1`]);
  });

  it('finds an applied revision that was frozen anew', async () => {
    project.remove(fileName('c', 2));
    project.write('raw_sql/procs/f.sql', f(2));
    await freeze(await project.open(), { revision: 'b' });
    expect(await found()).to.deep.equal([`asset-mismatch ${frozen}`]);
  });

  it('does not judge what is installed of a file whose manifest is damaged', async () => {
    project.remove(fileName('c', 2));
    project.write('raw_sql/procs/f.sql', f(2));
    await freeze(await project.open(), { revision: 'b' });
    project.write(manifest, '{');
    expect(await found()).to.deep.equal([`manifest-invalid ${manifest}:1:2`]);
  });

  it('says which database it looked at, and demands one if it is to', async () => {
    const report = await check(await project.open(), { database: true });
    expect(report).to.deep.include({ withoutDatabase: null, findings: [], applied: 2 });
    expect(report.database).to.be.a('string');
  });

  it('looks at no database if it is not to', async () => {
    await database.query('drop table limbeck_log');
    const { findings, ...report } = await check(await project.open(), { database: false });
    expect(findings).to.deep.equal([]);
    expect(report).to.deep.equal({
      database: null,
      withoutDatabase: 'none was wanted',
      environment: 'development',
      frozenFiles: 1,
      liveFiles: 1,
      applied: 0,
      compared: 0,
      objects: 0,
      withoutShadow: 'none was wanted',
      accepted: [],
    });
  });
});
