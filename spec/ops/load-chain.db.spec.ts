/** A changed view file under a chain with everything on it that can be lost: online and by psql, up and down. */
import { expect } from 'chai';
import { downgrade, downgradeSql, freeze, upgrade, upgradeSql } from '../../lib/index.js';
import { chain, dropRoles, lowestView, makeRoles } from '../dependents/chain.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { dumpDatabase, dumpSchema, requireProgram, runPsql } from '../helpers/programs.js';

const viewFile = 'raw_sql/views/platforms.sql';
const load = "await loadView(op, ['platforms.sql']);";

/** As pg_dump writes the first column of the view, before and after. */
const [column, changed] = ['SELECT builds.id,\n', 'SELECT (builds.id)::bigint AS id,\n'];

/** Runs a text, and expects that psql does so without a word of complaint. */
async function runWhole(database: TestDatabase, sql: string): Promise<void> {
  const { status, stderr } = await runPsql(database.onServer().url, sql);
  expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
}

describeOnServers('a changed view file under a whole chain', { on: ['PostgreSQL 15'] }, (online) => {
  let offline: TestDatabase;
  let project: ReturnType<typeof assetProject>;
  let first: string;
  let hasRoles = false;

  const dumped = (database: TestDatabase) => dumpSchema(database.onServer().url);

  before(async function () {
    requireProgram(this, 'psql');
    requireProgram(this, 'pg_dump');
    offline = await online.freshDatabase();
    await online.query(makeRoles('loaded'));
    hasRoles = true;
    project = assetProject(online);
    project.script('root', { upgrade: `await op.execute(${JSON.stringify(chain('loaded'))});` });
    await project.ship('a', { 'views/platforms.sql': `create or replace ${lowestView};` });
    project.write(
      viewFile,
      `create or replace ${lowestView.replace('select id,', 'select id::bigint as id,')};`,
    );
    project.script('b', { upgrade: load, downgrade: load });
    await freeze(await project.open(), { revision: 'b', shadow: 'embedded' });
    await upgrade(await project.open(), { target: 'a' });
    first = await dumped(online);
    await runWhole(offline, await dumpDatabase(online.onServer().url));
    expect(await dumped(offline)).to.equal(first);
  });

  after('roles', async () => {
    if (!hasRoles) return;
    await emptyDatabase(offline);
    await online.query(dropRoles('loaded'));
  });

  it('is frozen with what stands on it', () => {
    const manifest = project.read('migrations/20260101000002_b.assets/manifest.json');
    const entries = JSON.parse(manifest) as Record<
      string,
      { action: string; dependents: { object: string }[] }
    >;
    const entry = entries['views/platforms.sql'];
    expect(entry?.action).to.equal('recreate');
    expect(entry?.dependents.map(({ object }) => object)).to.include.members([
      'materialized view public.counted',
      'view "Größe"."Top Ten"',
      'function public.best()',
      'view public.named',
    ]);
  });

  it('changes nothing but the view', async () => {
    const { sql } = await upgradeSql(await project.open(), { target: 'a:b' });
    await upgrade(await project.open());
    expect(first.split(column)).to.have.lengthOf(2);
    expect(await dumped(online)).to.equal(first.replace(column, changed));
    await runWhole(offline, sql);
    expect(await dumped(offline)).to.equal(await dumped(online));
  });

  it('goes back to the byte', async () => {
    const { sql } = await downgradeSql(await project.open(), { target: 'b:a' });
    await downgrade(await project.open(), { target: 'a' });
    expect(await dumped(online)).to.equal(first);
    await runWhole(offline, sql);
    expect(await dumped(offline)).to.equal(first);
  });
});
