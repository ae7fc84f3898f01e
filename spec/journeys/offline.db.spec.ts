/** What `--sql` writes, run by psql, against the run itself: one and the same database afterwards. */
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { downgrade, downgradeSql, history, upgrade, upgradeSql } from '../../lib/index.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { snapshotOfDatabase, differing, logLines, versionRows } from '../helpers/database-state.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';
import { dumpDatabase, requireProgram, runPsql } from '../helpers/programs.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The example of the repository's root on this database; its knexfile alone is ours. */
function example(database: TestDatabase): MigrationProject {
  const project = migrationProject(database.config, { files: { 'package.json': '{ "type": "module" }' } });
  for (const folder of ['migrations', 'raw_sql'])
    cpSync(`${repository}/${folder}`, project.path(folder), { recursive: true });
  return project;
}

/** Runs a text, and expects that psql does so without a word of complaint. */
async function runWhole(database: TestDatabase, sql: string): Promise<void> {
  const { status, stderr } = await runPsql(database.onServer().url, sql);
  expect(stderr).to.equal('');
  expect(status).to.equal(0);
}

/** The whole database as text, but for when and by whom things were done. */
async function maskedDump(database: TestDatabase): Promise<string> {
  await database.query("update limbeck_assets set installed_at = 'epoch'");
  return dumpDatabase(database.onServer().url);
}

describeOnServers('the example by --sql', { on: ['PostgreSQL 15'] }, (online) => {
  let offline: TestDatabase;
  let project: MigrationProject;

  before(async function () {
    requireProgram(this, 'psql');
    requireProgram(this, 'pg_dump');
    offline = await online.freshDatabase();
    project = example(online);
    await upgrade(await project.open());
  });

  it('is what the run makes, byte for byte and with all rows', async () => {
    const { sql, steps, current } = await upgradeSql(await project.open());
    expect(steps).to.have.lengthOf.at.least(12);
    await runWhole(offline, sql);
    expect(await versionRows(offline)).to.deep.equal(current);
    expect(await maskedDump(offline)).to.equal(await maskedDump(online));
    const columns = 'revision, direction, outcome, script_sha256, db_user';
    expect(await logLines(offline, columns)).to.deep.equal(await logLines(online, columns));
  });

  it('goes down again as the run does', async () => {
    const { revisions } = await history(await project.open());
    const [, , , middle = revisions[0]] = revisions;
    const target = middle?.revision ?? '';
    const { sql } = await downgradeSql(await project.open(), { target: `heads:${target}` });
    await downgrade(await project.open(), { target });
    await runWhole(offline, sql);
    expect(await maskedDump(offline)).to.equal(await maskedDump(online));
    expect(differing(await snapshotOfDatabase(online), await snapshotOfDatabase(offline))).to.deep.equal([]);
  });
});
