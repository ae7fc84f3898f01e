import { hostname } from 'node:os';
import { expect } from 'chai';
import { current, downgrade, log, toolVersion, upgrade } from '../../lib/index.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import {
  differing,
  snapshotOfDatabase,
  emptyDatabase,
  logLines,
  stateOf,
  versionRows,
} from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import {
  migrationProject,
  type MigrationProjectOptions,
  type ScriptText,
} from '../helpers/migration-project.js';

const table = (name: string): ScriptText => ({
  upgrade: `await op.schema.createTable('${name}', (table) => { table.increments(); table.text('name'); });`,
  downgrade: `await op.schema.dropTable('${name}');`,
});

//   d      merge point
//  / \
// b   c
//  \ /
//   a
const diamond = {
  a: table('a'),
  b: { ...table('b'), downRevision: 'a' },
  c: { ...table('c'), downRevision: 'a' },
  d: { ...table('d'), downRevision: ['b', 'c'] },
};

const noteTransaction = "await op.execute('insert into notes select pg_current_xact_id()::text');";
const noting = {
  a: { upgrade: `await op.execute('create table notes (xid text)'); ${noteTransaction}` },
  b: { upgrade: `${noteTransaction} ${noteTransaction}`, downgrade: noteTransaction },
};

describeOnServers('runPlan', (database) => {
  beforeEach(() => emptyDatabase(database));

  const project = (
    scripts: MigrationProjectOptions['scripts'] = {},
    settings: MigrationProjectOptions['settings'] = {},
  ) => migrationProject(database.config, { scripts, settings });

  it('makes the same schema straight up, and up, down and up', async () => {
    const { open } = project(diamond);
    const empty = await snapshotOfDatabase(database);
    await upgrade(await open());
    const straight = await snapshotOfDatabase(database);
    expect(differing(empty, straight)).to.include.members(['table public.a: added', 'table public.d: added']);
    await downgrade(await open(), { target: 'base' });
    expect(differing(empty, await snapshotOfDatabase(database))).to.deep.equal([]);
    await upgrade(await open());
    expect(differing(straight, await snapshotOfDatabase(database))).to.deep.equal([]);
    expect((await snapshotOfDatabase(database)).sha256).to.equal(straight.sha256);
  });

  it('leaves only the tables of limbeck at base', async () => {
    const { open } = project(diamond);
    await upgrade(await open());
    await downgrade(await open(), { target: 'base' });
    expect(await relationsOf(database)).to.deep.equal([
      'limbeck_assets',
      'limbeck_log',
      'limbeck_stages',
      'limbeck_version',
    ]);
    expect(await versionRows(database)).to.deep.equal([]);
  });

  it('has the maximal applied revisions as version rows after every step', async () => {
    const { open } = project(diamond);
    const seen: (readonly string[])[] = [];
    for (const target of ['a', 'b', 'c', 'd']) {
      await upgrade(await open(), { target });
      seen.push(await versionRows(database));
    }
    for (const target of ['b', 'a', 'base']) {
      await downgrade(await open(), { target });
      seen.push(await versionRows(database));
    }
    expect(seen).to.deep.equal([['a'], ['b'], ['b', 'c'], ['d'], ['b', 'c'], ['a'], []]);
  });

  it('reports the steps, and where the database was and is', async () => {
    const { open } = project(diamond);
    await upgrade(await open(), { target: 'b' });
    const report = await upgrade(await open());
    expect(report).to.deep.include({ environment: 'development', from: ['b'], current: ['d'] });
    expect(report.steps.map(({ direction, revision }) => `${direction} ${revision}`)).to.deep.equal([
      'upgrade c',
      'upgrade d',
    ]);
    expect((await upgrade(await open())).steps).to.deep.equal([]);
  });

  it('logs every step', async () => {
    const { open } = project({ a: table('a') });
    await upgrade(await open());
    await downgrade(await open(), { target: 'base' });
    const [up, down] = await database.query('select * from limbeck_log order by id');
    const common = {
      stage: null,
      db_user: 'postgres',
      host: hostname(),
      tool_version: toolVersion(),
      error: null,
    };
    expect(up).to.deep.include({ ...common, revision: 'a', direction: 'upgrade', outcome: 'applied' });
    expect(down).to.deep.include({ ...common, revision: 'a', direction: 'downgrade', outcome: 'reverted' });
    expect(up?.['script_sha256']).to.match(/^[0-9a-f]{64}$/);
    expect(Number(up?.['duration_ms'])).to.be.within(0, 60_000);
    expect(up?.['at']).to.be.a('date');
  });

  it('runs each revision in a transaction of its own', async () => {
    const { open } = project(noting);
    await upgrade(await open());
    const [a, b, alsoB] = await notesOf(database);
    expect(b).to.equal(alsoB);
    expect(a).to.not.equal(b);
  });

  it("runs all revisions in one transaction with transaction: 'all'", async () => {
    const { open } = project(noting, { transaction: 'all' });
    await upgrade(await open());
    expect(new Set(await notesOf(database))).to.have.lengthOf(1);
    expect(await versionRows(database)).to.deep.equal(['b']);
    expect(await logLines(database)).to.deep.equal(['a upgrade applied', 'b upgrade applied']);
  });

  it('keeps what was applied before a failure, and says so', async () => {
    const { open } = project({ ...diamond, c: { ...failing, downRevision: 'a' } });
    const error = await expectFailure(open().then(upgrade), {
      code: 'STEP_FAILED',
      message: 'upgrade of "c" failed: out of cheese',
      where: 'migrations/20260101000002_c.ts:6:9',
      next: 'mend the script; 2 revisions before it stand, the database is at b',
    });
    expect(error.details).to.deep.include({ revision: 'c', direction: 'upgrade', current: ['b'] });
    expect(error.details['applied']).to.have.lengthOf(2);
    expect(await versionRows(database)).to.deep.equal(['b']);
    expect(await relationsOf(database))
      .to.include('b')
      .and.not.include('half');
    const lines = await logLines(database, 'revision, outcome, error');
    expect(lines).to.deep.equal(['a applied', 'b applied', 'c failed out of cheese']);
  });

  it('goes on from there when the script is mended', async () => {
    const made = project({ a: table('a'), b: failing });
    await expectFailure(made.open().then(upgrade), { code: 'STEP_FAILED' });
    made.script('b', { ...table('b'), downRevision: 'a' });
    const { steps } = await upgrade(await made.open());
    expect(steps.map(({ revision }) => revision)).to.deep.equal(['b']);
    expect(await logLines(database)).to.deep.equal([
      'a upgrade applied',
      'b upgrade failed',
      'b upgrade applied',
    ]);
  });

  it("keeps nothing of a failed run with transaction: 'all'", async () => {
    const { open } = project(
      { ...diamond, d: { ...failing, downRevision: ['b', 'c'] } },
      { transaction: 'all' },
    );
    const before = await stateOf(database);
    const error = await expectFailure(open().then(upgrade), {
      code: 'STEP_FAILED',
      next: 'mend the script; nothing was changed, the database is at base',
    });
    expect(error.details).to.deep.include({ applied: [], current: [] });
    expect(await stateOf(database)).to.deep.equal(before);
    expect(await logLines(database)).to.deep.equal(['d upgrade failed']);
  });

  it('leaves a failed downgrade at the revision it began from', async () => {
    const { open } = project({ a: table('a'), b: { ...table('b'), downgrade: failing.upgrade ?? '' } });
    await upgrade(await open());
    const before = await stateOf(database);
    const work = open().then((opened) => downgrade(opened, { target: 'base' }));
    await expectFailure(work, {
      code: 'STEP_FAILED',
      message: 'downgrade of "b" failed: out of cheese',
      where: 'migrations/20260101000001_b.ts:9:9',
      next: 'mend the script; nothing was changed, the database is at b',
    });
    expect(await stateOf(database)).to.deep.equal(before);
  });

  it('reads a log that an earlier limbeck made, and completes it when it writes', async () => {
    const made = project({ a: table('a'), b: table('b') });
    await upgrade(await made.open(), { target: 'a' });
    await database.query('alter table limbeck_log drop column script_file');
    const [event] = (await log(await made.open())).events;
    expect(event).to.deep.include({ revision: 'a', outcome: 'applied', scriptFile: null });
    expect((await current(await made.open())).current.map(({ revision }) => revision)).to.deep.equal(['a']);
    expect((await upgrade(await made.open())).current).to.deep.equal(['b']);
    const [written] = (await log(await made.open())).events;
    expect(written).to.deep.include({ revision: 'b', scriptFile: 'migrations/20260101000001_b.ts' });
  });

  it('imports every script before the first statement', async () => {
    const made = project({ a: table('a'), b: {} });
    made.write(
      'migrations/20260101000001_b.ts',
      "export const revision = 'b';\nexport const downRevision = 'a';\n",
    );
    await expectFailure(made.open().then(upgrade), { code: 'SCRIPT_INCOMPLETE', where: /_b\.ts/ });
    made.write(
      'migrations/20260101000001_b.ts',
      "export const revision = 'b';\nexport const downRevision = 'a';\nthrow new Error('not today');\n",
    );
    await expectFailure(made.open().then(upgrade), {
      code: 'SCRIPT_NOT_LOADED',
      message: /not today/,
      where: 'migrations/20260101000001_b.ts:3:7',
    });
    expect(await relationsOf(database)).to.deep.equal([]);
  });
});

const failing: ScriptText = {
  upgrade: "await op.execute('create table half ()');\nthrow new Error('out of cheese');",
};

async function relationsOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.query("select tablename from pg_tables where schemaname = 'public' order by 1");
  return rows.map(({ tablename }) => String(tablename));
}

async function notesOf(database: TestDatabase): Promise<string[]> {
  return (await database.query('select xid from notes')).map(({ xid }) => String(xid));
}
