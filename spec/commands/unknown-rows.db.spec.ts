import { hostname } from 'node:os';
import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import {
  current,
  downgrade,
  downgradeSql,
  history,
  redo,
  show,
  stamp,
  stampSql,
  toolVersion,
  upgrade,
  upgradeSql,
} from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';
import { fileName, type MigrationProject, migrationProject } from '../helpers/migration-project.js';

describeOnServers('a version row that no script declares', (database) => {
  let project: MigrationProject;
  const missing = fileName('missing', 1);

  beforeEach(async () => {
    await emptyDatabase(database);
    project = migrationProject(database.config, {
      scripts: { a: {}, missing: {}, other: { downRevision: 'a' }, later: {} },
    });
    await upgrade(await project.open(), { target: 'missing' });
    await upgrade(await project.open(), { target: 'other' });
    project.remove(missing);
  });

  it('is shown with what the log knows of it, beside the others', async () => {
    const report = await current(await project.open());
    expect(report.current.map(({ revision }) => revision)).to.deep.equal(['other']);
    expect(report).to.deep.include({ unknown: ['missing'], isAtHeads: false });
    const [row] = report.unknownRows;
    expect(row?.logged?.at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(row).to.deep.equal({
      revision: 'missing',
      logged: {
        outcome: 'applied',
        at: row?.logged?.at,
        user: 'postgres',
        host: hostname(),
        toolVersion: toolVersion(),
        file: missing,
      },
    });
  });

  it('keeps nobody from reading', async () => {
    const open = () => project.open();
    const isCurrent = (await history(await open(), { indicateCurrent: true })).revisions.map((entry) => [
      entry.revision,
      entry.isCurrent,
    ]);
    expect(isCurrent).to.deep.equal([
      ['later', false],
      ['other', true],
      ['a', false],
    ]);
    const range = await history(await open(), { range: 'current:' });
    expect(range.revisions.map(({ revision }) => revision)).to.deep.equal(['later', 'other']);
    const shown = await show(await open(), 'current');
    expect(shown.revisions.map(({ revision }) => revision)).to.deep.equal(['other']);
    for (const { unknownRows } of [range, shown]) {
      expect(unknownRows.map(({ revision }) => revision)).to.deep.equal(['missing']);
    }
    const line =
      /^missing \(unknown: no script of this checkout declares it; applied \d.* UTC by postgres on .*, from .*, with limbeck .*\)$/m;
    for (const words of [
      ['current'],
      ['history', '-i'],
      ['history', '-r', 'current:'],
      ['show', 'current'],
    ]) {
      const { stdout, status } = await limbeckIn(project.root)(...words);
      expect(stdout, words.join(' ')).to.match(line);
      expect(status).to.equal(0);
    }
    for (const words of [['heads'], ['branches'], ['history'], ['show', 'a']]) {
      expect(await limbeckIn(project.root)(...words), words.join(' ')).to.include({ stderr: '', status: 0 });
    }
  });

  it('keeps SQL from being written for the database, with what the log knows of it', async () => {
    const fromDatabase = true;
    const refusal = { code: 'UNKNOWN_ROW', where: /^"missing" was applied \d.* by postgres on / } as const;
    await expectRefusal(database, async () => upgradeSql(await project.open(), { fromDatabase }), refusal);
    await expectRefusal(
      database,
      async () => downgradeSql(await project.open(), { target: 'base', fromDatabase }),
      refusal,
    );
  });

  it('is shown where there is no log', async () => {
    await database.query('drop table limbeck_log');
    expect((await current(await project.open())).unknownRows).to.deep.equal([
      { revision: 'missing', logged: null },
    ]);
    expect((await limbeckIn(project.root)('current')).stdout).to.match(
      /^missing \(unknown: no script of this checkout declares it\)$/m,
    );
  });

  it('is passed by no command that changes the database, and each says what the log knows', async () => {
    const commands = [
      upgrade,
      (opened: Parameters<typeof upgrade>[0]) => downgrade(opened, { target: '-1' }),
      (opened: Parameters<typeof upgrade>[0]) => downgrade(opened, { target: 'base' }),
      (opened: Parameters<typeof upgrade>[0]) => stamp(opened, { targets: ['heads'] }),
      (opened: Parameters<typeof upgrade>[0]) => redo(opened, { revision: 'later' }),
      (opened: Parameters<typeof upgrade>[0]) => upgradeSql(opened, { fromDatabase: true }),
      (opened: Parameters<typeof upgrade>[0]) => downgradeSql(opened, { target: 'a', fromDatabase: true }),
      (opened: Parameters<typeof upgrade>[0]) => stampSql(opened, { targets: ['heads'], fromDatabase: true }),
    ];
    for (const command of commands) {
      const error = await expectRefusal(database, async () => command(await project.open()), {
        code: 'UNKNOWN_ROW',
        message: 'the database is at "missing", which no script of this checkout declares',
        where: /^"missing" was applied \d.* UTC by postgres on .*, from .*, with limbeck /,
        next: /^the database is ahead of this checkout: deploy the release, or check out the commit, that has the script \(`git log --all -S missing`\); only if the script is lost, .* `limbeck stamp --purge <revision>`$/,
      });
      expect(error.details).to.deep.include({ unknown: ['missing'], known: ['other'] });
    }
  });

  it('is left behind with `stamp --purge`', async () => {
    await stamp(await project.open(), { targets: ['other'], purge: true });
    expect(await versionRows(database)).to.deep.equal(['other']);
    const { steps } = await upgrade(await project.open());
    expect(steps.map(({ revision }) => revision)).to.deep.equal(['later']);
  });
});
