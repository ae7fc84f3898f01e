import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { downgrade, history, roundTrip, upgrade } from '../../lib/index.js';
import type { Digest } from '../../lib/schema/digest.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { differing, digestOf, emptyDatabase, versionRows } from '../helpers/database-state.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The example of the repository's root on this database; its knexfile alone is ours. */
function example(database: TestDatabase): MigrationProject {
  const project = migrationProject(database.config, { files: { 'package.json': '{ "type": "module" }' } });
  for (const folder of ['migrations', 'raw_sql'])
    cpSync(`${repository}/${folder}`, project.path(folder), { recursive: true });
  return project;
}

describeOnServers('the example', (database) => {
  let empty: Digest;
  let straight: Digest;
  let project: MigrationProject;
  let rows: readonly object[];

  before(async () => {
    await emptyDatabase(database);
    empty = await digestOf(database);
    project = example(database);
    await upgrade(await project.open());
    straight = await digestOf(database);
    rows = await summaryOf(database);
  });

  it('has two branches and a merge, and is applied whole', async () => {
    const { revisions } = await history(await project.open(), { indicateCurrent: true });
    expect(revisions).to.have.lengthOf.at.least(12);
    expect(revisions.some(({ isBranchPoint }) => isBranchPoint)).to.equal(true);
    expect(revisions.some(({ isMergePoint }) => isMergePoint)).to.equal(true);
    const heads = revisions.filter(({ isEffectiveHead }) => isEffectiveHead).map(({ revision }) => revision);
    expect(await versionRows(database)).to.deep.equal(heads);
  });

  it('answers the query of the demo', async () => {
    expect(rows).to.not.deep.equal([]);
    expect(await summaryOf(database)).to.deep.equal(rows);
  });

  it('has nothing to do a second time', async () => {
    expect((await upgrade(await project.open())).steps).to.deep.equal([]);
  });

  it('leaves only the tables of limbeck at base', async () => {
    await downgrade(await project.open(), { target: 'base' });
    expect(differing(empty, await digestOf(database))).to.deep.equal([]);
    const relations = await database.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'i' and relname !~ '^limbeck_'`,
    );
    expect(relations).to.deep.equal([]);
    expect(
      await database.query("select relname from pg_class where relname ~ '^limbeck_' and relkind = 'r'"),
    ).to.have.lengthOf(4);
    expect(await versionRows(database)).to.deep.equal([]);
  });

  it('is up again what it was straight up, with its data', async () => {
    await upgrade(await project.open());
    expect(differing(straight, await digestOf(database))).to.deep.equal([]);
    expect((await digestOf(database)).sha256).to.equal(straight.sha256);
    expect(await summaryOf(database)).to.deep.equal(rows);
  });

  it('is the same when it is replayed one revision at a time, without the live files', async () => {
    project.remove('raw_sql');
    const { revisions } = await history(await project.open());
    await downgrade(await project.open(), { target: 'base' });
    for (const { revision } of revisions.toReversed())
      await upgrade(await project.open(), { target: revision });
    expect(differing(straight, await digestOf(database))).to.deep.equal([]);
    expect(await summaryOf(database)).to.deep.equal(rows);
  });
});

describeOnServers('roundTrip of the example', { on: ['PGlite'] }, (database) => {
  it('finds nothing', async () => {
    const { finding, revisions } = await roundTrip(await example(database).open());
    expect(finding).to.equal(null);
    expect(revisions).to.be.at.least(12);
  });
});

/** What `npm run demo` shows. */
function summaryOf(database: TestDatabase): Promise<readonly object[]> {
  const demo = readFileSync(`${repository}/scripts/demo.mjs`, 'utf8');
  const [, day] = /const day = '([\d-]+)'/.exec(demo) ?? [];
  return database.query('select * from daily_summary($1)', [day]);
}
