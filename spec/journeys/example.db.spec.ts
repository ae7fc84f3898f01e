import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { downgrade, history, roundTrip, upgrade } from '../../lib/index.js';
import type { Snapshot } from '../../lib/schema/snapshot.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { differing, snapshotOfDatabase, emptyDatabase, versionRows } from '../helpers/database-state.js';
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
  let empty: Snapshot;
  let straight: Snapshot;
  let project: MigrationProject;
  let rows: readonly object[];

  before(async () => {
    await emptyDatabase(database);
    empty = await snapshotOfDatabase(database);
    project = example(database);
    await upgrade(await project.open());
    straight = await snapshotOfDatabase(database);
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
    expect(differing(empty, await snapshotOfDatabase(database))).to.deep.equal([]);
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
    expect(differing(straight, await snapshotOfDatabase(database))).to.deep.equal([]);
    expect((await snapshotOfDatabase(database)).sha256).to.equal(straight.sha256);
    expect(await summaryOf(database)).to.deep.equal(rows);
  });

  it('is the same when it is replayed one revision at a time, without the live files', async () => {
    project.remove('raw_sql');
    const { revisions } = await history(await project.open());
    await downgrade(await project.open(), { target: 'base' });
    for (const { revision } of revisions.toReversed())
      await upgrade(await project.open(), { target: revision });
    expect(differing(straight, await snapshotOfDatabase(database))).to.deep.equal([]);
    expect(await summaryOf(database)).to.deep.equal(rows);
  });
});

describeOnServers('a function that several revisions of the example change', (database) => {
  const path = 'procs/summarise_day.sql';
  const changing = revisionsThatChange(path);
  /** Oldest first. */
  let revisions: readonly string[];
  /** From a revision to the text that a downgrade of it alone is asked with. */
  let below: ReadonlyMap<string, string>;
  let project: MigrationProject;
  let straight: Snapshot;
  /** Its definition once a revision is applied; undefined where there is none. */
  const definitions = new Map<string, string | undefined>();

  before(async () => {
    await emptyDatabase(database);
    project = example(database);
    const { revisions: newestFirst } = await history(await project.open());
    revisions = newestFirst.map(({ revision }) => revision).toReversed();
    // Below a merge there is no single place; nothing else builds on its first branch.
    below = new Map(
      newestFirst.map(({ revision, isMergePoint, downRevisions: [first = 'base'] }) => [
        revision,
        isMergePoint ? first : `${revision}@-1`,
      ]),
    );
  });

  /** Applies the history one revision at a time, and notes the definition after each. */
  const climb = async () => {
    const found: [revision: string, definition: string | undefined][] = [];
    for (const target of revisions) {
      const { steps } = await upgrade(await project.open(), { target });
      expect(steps.map(({ revision }) => revision)).to.deep.equal([target]);
      found.push([target, await definitionOf(database)]);
    }
    return found;
  };

  /** Reverts the newest revision that is applied, and it alone. */
  const descendFrom = async (revision: string) => {
    const { steps } = await downgrade(await project.open(), { target: below.get(revision) ?? '' });
    expect(steps.map(({ revision: reverted }) => reverted)).to.deep.equal([revision]);
  };

  it('becomes another one in each of them, and only there', async () => {
    expect(changing).to.have.lengthOf.at.least(3);
    for (const [revision, definition] of await climb()) definitions.set(revision, definition);
    const changed = revisions.filter(
      (revision, index) => definitions.get(revision) !== definitions.get(revisions[index - 1] ?? ''),
    );
    expect(changed).to.deep.equal(changing);
    expect(new Set(definitions.values()).size).to.equal(changing.length + 1);
    straight = await snapshotOfDatabase(database);
  });

  it('is byte for byte what it was before each revision, once that is reverted', async () => {
    for (const [index, revision] of [...revisions.entries()].toReversed()) {
      await descendFrom(revision);
      const before = definitions.get(revisions[index - 1] ?? '');
      expect(await definitionOf(database), `below ${revision}`).to.equal(before);
    }
  });

  it('is gone below the revision that brings it', async () => {
    const [introducing = ''] = changing;
    const earlier = revisions.slice(0, revisions.indexOf(introducing));
    expect(earlier).to.not.deep.equal([]);
    for (const revision of earlier) expect(definitions.get(revision), revision).to.equal(undefined);
    expect(await definitionOf(database)).to.equal(undefined);
  });

  const liveFiles = () =>
    readdirSync(project.path('raw_sql'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.sql'))
      .map((file) => `raw_sql/${file}`);
  const disturbances: readonly [title: string, disturb: (file: string) => void][] = [
    ['edited', (file) => project.write(file, `select 'edited';\n${project.read(file)}`)],
    ['no SQL any more', (file) => project.write(file, 'this is no SQL')],
    ['deleted', (file) => project.remove(file)],
  ];
  for (const [title, disturb] of disturbances)
    it(`is replayed, up and down, as before when every live file is ${title}`, async () => {
      const files = liveFiles();
      expect(files).to.have.lengthOf.at.least(20);
      for (const file of files) disturb(file);
      expect(await climb()).to.deep.equal([...definitions]);
      const replayed = await snapshotOfDatabase(database);
      expect(differing(straight, replayed)).to.deep.equal([]);
      expect(replayed.sha256).to.equal(straight.sha256);
      for (const [index, revision] of [...revisions.entries()].toReversed()) {
        await descendFrom(revision);
        expect(await definitionOf(database)).to.equal(definitions.get(revisions[index - 1] ?? ''));
      }
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

/** The revisions of the example whose manifest has a version of this asset, oldest first. */
function revisionsThatChange(path: string): string[] {
  const folder = `${repository}/migrations`;
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.assets'));
  return manifests.sort().flatMap((name) => {
    const manifest: object = JSON.parse(readFileSync(`${folder}/${name}/manifest.json`, 'utf8'));
    const [, revision = ''] = name.split('_');
    return path in manifest ? [revision] : [];
  });
}

/** Undefined when there is no such function. */
async function definitionOf(database: TestDatabase): Promise<string | undefined> {
  const [row] = await database.query<{ definition: string }>(
    `select pg_get_functiondef(oid) as definition from pg_proc where oid = to_regprocedure('public.summarise_day(date)')`,
  );
  return row?.definition;
}
