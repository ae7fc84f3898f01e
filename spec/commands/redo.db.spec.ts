import { expect } from 'chai';
import {
  check,
  current,
  freeze,
  locate,
  openProject,
  redo,
  roundTrip,
  stamp,
  upgrade,
} from '../../lib/index.js';
import { assetProject, functionsOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, stateOf } from '../helpers/database-state.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

const text = (n: number) => `create or replace function f() returns int language sql as $$ select ${n} $$;`;

describeOnServers('redo', (database) => {
  beforeEach(() => emptyDatabase(database));

  it('says that there are no revisions yet, as freeze and edit do', async () => {
    const opened = await migrationProject(database.config, { files: { 'migrations/.keep': '' } }).open();
    for (const work of [redo(opened), freeze(opened), locate(opened, 'head')])
      await expectFailure(work, {
        code: 'REVISION_NOT_FOUND',
        message: 'there are no revisions yet',
        next: /limbeck revision -m/,
      });
  });

  it('reverts the head, freezes the live files as they are now, and applies it again', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) });
    await upgrade(await made.open());
    made.write('raw_sql/procs/f.sql', text(3));
    const report = await redo(await made.open());
    expect(report.steps.map(({ direction, revision }) => `${direction} ${revision}`)).to.deep.equal([
      'downgrade b',
      'upgrade b',
    ]);
    expect(report).to.deep.include({ revision: 'b', current: ['b'] });
    expect((await functionsOf(database, 'f'))[0]).to.include('select 3');
    expect(made.read('migrations/20260101000001_b.assets/procs/f.sql')).to.equal(text(3));
    expect(await logLines(database)).to.deep.equal([
      'a upgrade applied',
      'b upgrade applied',
      'b downgrade reverted',
      'b upgrade applied',
    ]);
  });

  it('ASSET_MISMATCH: says how a second database gets the files as they are', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) });
    const second = await database.freshDatabase();
    const open = () => openProject({ folder: made.root, knex: second.config });
    await upgrade(await made.open());
    await upgrade(await open());
    made.write('raw_sql/procs/f.sql', text(3));
    await redo(await made.open());

    const [found] = (await check(await open(), { database: true, shadow: 'none' })).findings;
    const told =
      'the database has another text of "procs/f.sql" than revision "b" ships: that revision was frozen again after it was applied here';
    const next = `restore the files of "b" from version control; or, on a database of your own, take the files as they are: \`limbeck stamp b\`, then \`limbeck redo b\``;
    expect(found).to.include({ kind: 'asset-mismatch', message: told, next });
    const failure = await expectFailure(
      open().then((opened) => redo(opened)),
      { code: 'ASSET_MISMATCH', message: `downgrade of "b" failed: ${told}` },
    );
    expect(failure.next).to.contain(next);
    await stamp(await open(), { targets: ['b'] });
    await redo(await open());
    expect((await functionsOf(second, 'f'))[0]).to.include('select 3');
    expect((await check(await open(), { database: true, shadow: 'none' })).findings).to.deep.equal([]);
  });

  it('applies a head that is not applied, with what it builds on', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) });
    const { steps } = await redo(await made.open());
    expect(steps.map(({ revision }) => revision)).to.deep.equal(['a', 'b']);
  });

  it('refuses a revision on which others stand', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) });
    await upgrade(await made.open());
    await expectRefusal(database, async () => redo(await made.open(), { revision: 'a' }), {
      code: 'FREEZE_REFUSED',
      where: 'migrations/20260101000000_a.ts',
      next: /limbeck revision/,
    });
  });

  it('leaves the database below the revision when the new text is wrong', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': text(1) });
    await upgrade(await made.open());
    made.write('raw_sql/procs/f.sql', 'create functoin f();');
    await expectFailure(
      made.open().then((opened) => redo(opened)),
      {
        code: 'ASSET_SYNTAX',
        where: 'raw_sql/procs/f.sql:1:8',
      },
    );
    made.write('raw_sql/procs/f.sql', text(2));
    await redo(await made.open());
    expect((await functionsOf(database, 'f'))[0]).to.include('select 2');
    expect((await current(await made.open())).isAtHeads).to.equal(true);
  });
});

describeOnServers('roundTrip', { on: ['PGlite'] }, (database) => {
  const table = (name: string) => ({
    upgrade: `await op.schema.createTable('${name}', (table) => table.increments());`,
    downgrade: `await op.schema.dropTable('${name}');`,
  });

  it('finds nothing where every downgrade restores, and leaves the own database alone', async () => {
    const before = await stateOf(database);
    const { open } = migrationProject(database.config, { scripts: { a: table('a'), b: table('b') } });
    expect(await roundTrip(await open())).to.deep.include({ revisions: 2, finding: null });
    expect(await stateOf(database)).to.deep.equal(before);
  });

  it('names the first revision whose downgrade does not restore, and what differs', async () => {
    const { open } = migrationProject(database.config, {
      scripts: {
        a: table('a'),
        b: {
          upgrade: `await op.execute('alter table a add b int; create index a_b on a (b)');`,
          downgrade: "await op.execute('drop index a_b');",
        },
        c: { upgrade: "throw new Error('never reached');" },
      },
    });
    const { finding, revisions } = await roundTrip(await open());
    expect(revisions).to.equal(2);
    expect(finding).to.deep.include({
      revision: 'b',
      after: 'downgrade',
      file: 'migrations/20260101000001_b.ts',
      text: 'column public.a.b: added',
    });
  });

  it('finds a second upgrade that makes something else than the first', async () => {
    const { open } = migrationProject(database.config, {
      scripts: {
        a: {
          upgrade: `const [row] = await op.knex('limbeck_log').count();
await op.execute('create table a ()');
await op.execute("comment on table a is '" + row.count + "'");`,
          downgrade: "await op.execute('drop table a');",
        },
      },
    });
    const { finding } = await roundTrip(await open());
    expect(finding).to.deep.include({ revision: 'a', after: 'upgrade' });
    expect(finding?.difference).to.deep.equal({
      kind: 'changed',
      identity: 'table public.a',
      path: ['comment'],
      before: '0',
      after: '2',
    });
  });

  it('finds a revision that cannot be reverted at all', async () => {
    const { open } = migrationProject(database.config, {
      scripts: { a: { upgrade: '', downgrade: "await op.execute('drop table nowhere');" } },
    });
    const { finding } = await roundTrip(await open());
    expect(finding).to.deep.include({ revision: 'a', after: 'downgrade', difference: null });
    expect(finding?.next).to.match(/; nothing was changed, the database is at a$/);
    expect(finding?.text).to.match(
      /^downgrade of "a" failed: table "nowhere" does not exist\nmigrations\/20260101000000_a\.ts:8:12\n/,
    );
  });

  it('fails at a revision that cannot be applied', async () => {
    const { open } = migrationProject(database.config, {
      scripts: { a: { upgrade: "await op.execute('drop table nowhere');" } },
    });
    await expectFailure(open().then(roundTrip), {
      code: 'SQL_FAILED',
      message: 'upgrade of "a" failed: table "nowhere" does not exist',
      where: 'migrations/20260101000000_a.ts:5:12',
    });
  });

  it('refuses heads that disagree about a file', async () => {
    const made = assetProject(database);
    await made.ship('a', { 'procs/f.sql': text(1) });
    await made.ship('b', { 'procs/f.sql': text(2) }, { downRevision: null });
    await expectFailure(made.open().then(roundTrip), { code: 'ASSET_DIVERGENT' });
  });

  it('stops when the signal says so, and takes that for no finding', async () => {
    const stops = 'globalThis.limbeckSpecStops();';
    const cases = [
      { a: { ...table('a'), upgrade: `${table('a').upgrade} ${stops}` }, b: table('b') },
      { a: { ...table('a'), downgrade: `${table('a').downgrade} ${stops}` }, b: table('b') },
    ];
    for (const scripts of cases) {
      const stopping = new AbortController();
      Reflect.set(globalThis, 'limbeckSpecStops', () => stopping.abort());
      const project = await migrationProject(database.config, { scripts }).open();
      await expectFailure(roundTrip({ ...project, signal: stopping.signal }), { code: 'INTERRUPTED' });
    }
    Reflect.deleteProperty(globalThis, 'limbeckSpecStops');
    const project = await migrationProject(database.config, { scripts: { a: table('a') } }).open();
    await expectFailure(roundTrip({ ...project, signal: AbortSignal.abort() }), { code: 'INTERRUPTED' });
  });

  it('gives the scratch database the time that it needs, whatever the knexfile says of the server', async () => {
    const knex = { acquireConnectionTimeout: 1 };
    const { open } = migrationProject(database.config, { scripts: { a: table('a') }, knex });
    expect(await roundTrip(await open())).to.include({ finding: null });
  });
});
