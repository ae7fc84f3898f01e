import { expect } from 'chai';
import { check, downgrade, type LimbeckSettings, redo, stamp, upgrade, upgradeSql } from '../../lib/index.js';
import { limbeckIn } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, versionRows } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';
import { fileName, type MigrationProject, migrationProject } from '../helpers/migration-project.js';

const file = fileName('a', 0);

describeOnServers('a script that was edited after it was applied', (database) => {
  let project: MigrationProject;
  let warnings: string[];

  beforeEach(async () => {
    await emptyDatabase(database);
    project = migrationProject(database.config, {
      scripts: {
        a: {
          upgrade: "await op.execute('create table a ()');",
          downgrade: "await op.execute('drop table a');",
        },
        b: {},
      },
    });
    warnings = [];
    await upgrade(await project.open(), { target: 'a' });
  });

  const logger = { debug: () => {}, info: () => {}, warn: (text: string) => void warnings.push(text) };
  const open = (settings: LimbeckSettings = {}) => project.open({ logger, settings });
  const edit = (name = file) => project.write(name, `${project.read(name)}// edited\n`);

  it('is warned of by each upgrade, which goes on', async () => {
    edit();
    expect((await upgrade(await open())).current).to.deep.equal(['b']);
    await upgrade(await open());
    const [first] = warnings;
    expect(first).to.equal(
      `${file} (a) was edited after being applied: the database does not have the edit; put back what was applied and ship the change with a new revision, or accept it with \`limbeck check --accept\``,
    );
    expect(warnings).to.deep.equal([first, first]);
  });

  it('is refused before anything is done where the setting says so', async () => {
    edit();
    const error = await expectRefusal(database, async () => upgrade(await open({ edited: 'refuse' })), {
      code: 'SCRIPT_EDITED',
      message: `${file} (a) was edited after being applied: the database does not have the edit`,
      where: file,
      next: /`limbeck check --accept`$/,
    });
    expect(error.details).to.deep.equal({ revisions: ['a'], files: [file] });
    expect(warnings).to.deep.equal([]);
  });

  it('is heeded also where SQL is written for the database', async () => {
    const fromDatabase = true;
    edit();
    expect((await upgradeSql(await open(), { fromDatabase })).current).to.deep.equal(['b']);
    expect(warnings).to.have.lengthOf(1);
    await expectRefusal(
      database,
      async () => upgradeSql(await open({ edited: 'refuse' }), { fromDatabase }),
      { code: 'SCRIPT_EDITED', where: file },
    );
  });

  it('is heeded by redo, but for the revision that is done again', async () => {
    edit();
    edit(fileName('b', 1));
    const names = [file, fileName('b', 1)].map((name) => project.read(name));
    await expectRefusal(database, async () => redo(await open({ edited: 'refuse' })), {
      code: 'SCRIPT_EDITED',
      where: file,
    });
    expect([file, fileName('b', 1)].map((name) => project.read(name))).to.deep.equal(names);
    await redo(await open());
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]).to.match(/_a\.ts \(a\) was edited/);
    warnings = [];
    edit(fileName('b', 1));
    await redo(await open());
    expect(warnings).to.have.lengthOf(1);
  });

  it('is refused also where nothing is left to apply', async () => {
    await upgrade(await open());
    edit(fileName('b', 1));
    edit();
    await expectRefusal(database, async () => upgrade(await open({ edited: 'refuse' })), {
      code: 'SCRIPT_EDITED',
      message: `${file} (a), ${fileName('b', 1)} (b) were edited after being applied: the database does not have the edit`,
    });
  });

  it('is no concern of a downgrade, nor once it is reverted and applied again', async () => {
    edit();
    await downgrade(await open({ edited: 'refuse' }), { target: 'base' });
    await upgrade(await open({ edited: 'refuse' }), { target: 'a' });
    expect(await versionRows(database)).to.deep.equal(['a']);
    project.remove(fileName('b', 1));
    edit();
    await redo(await open());
    await upgrade(await open({ edited: 'refuse' }));
    expect(warnings).to.deep.equal([]);
  });

  it('is not compared with what was applied before it was reverted and then stamped', async () => {
    await downgrade(await open(), { target: 'base' });
    edit();
    await stamp(await open(), { targets: ['a'] });
    await upgrade(await open({ edited: 'refuse' }));
    expect(warnings).to.deep.equal([]);
  });

  it('is not what version control does to line ends, nor a byte order mark', async () => {
    project.write(file, `\uFEFF${project.read(file).replaceAll('\n', '\r\n')}`);
    await upgrade(await open({ edited: 'refuse' }));
    expect(warnings).to.deep.equal([]);
  });

  it('is not a script of another name, nor a revision that is not applied', async () => {
    const text = project.read(file);
    project.remove(file);
    project.write(file.replace(/\.ts$/, '.mts'), `${text}// compiled\n`);
    edit(fileName('b', 1));
    await upgrade(await open({ edited: 'refuse' }));
    expect(warnings).to.deep.equal([]);
  });

  it('counts as applied from when it is accepted', async () => {
    edit();
    const accepted = await check(await open(), { accept: true });
    expect(accepted).to.deep.include({ findings: [], accepted: ['a'] });
    await upgrade(await open({ edited: 'refuse' }), { target: 'a' });
    expect(await logLines(database, 'revision, outcome, script_file')).to.deep.equal([
      `a applied ${file}`,
      `a stamped ${file}`,
    ]);
    expect(await versionRows(database)).to.deep.equal(['a']);
    const told = await limbeckIn(project.root)('log', '-q');
    expect(told.stdout).to.match(/  accepted a as edited by .*\n.*  applied a in /);
    edit();
    expect((await check(await open())).findings).to.have.length(1);
    expect(await check(await open(), { accept: true })).to.deep.include({ accepted: ['a'] });
    expect(await check(await open(), { accept: true })).to.deep.include({ accepted: [] });
    expect(await logLines(database)).to.have.length(3);
  });
});
