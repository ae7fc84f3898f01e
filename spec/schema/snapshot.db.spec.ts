import { expect } from 'chai';
import { compareSnapshots } from '../../lib/schema/compare-snapshots.js';
import { describeDifference } from '../../lib/schema/describe-difference.js';
import { readSnapshot, type Snapshot, snapshotQuery } from '../../lib/schema/snapshot.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { mutations, mutationsFrom18 } from './snapshot-mutations.js';
import { everyKind, everyKindFrom18 } from './snapshot-schema.js';

const options = { excludeTables: ['public.limbeck_version', "odd.it's a.Ledger"] };
const snapshotOfAll = (database: TestDatabase) => readSnapshot((sql) => database.query(sql), options);

/** The differences in words: a failing expectation then says what they are. */
const changes = (before: Snapshot, after: Snapshot) =>
  compareSnapshots(before, after).map(describeDifference);

const build = async (database: TestDatabase) => {
  await database.query(everyKind);
  if (database.version >= 18) await database.query(everyKindFrom18);
};

describeOnServers('readSnapshot', (database) => {
  let built: Snapshot;

  before('every kind of object', async () => {
    await build(database);
    built = await snapshotOfAll(database);
  });

  after('roles', () => database.query('drop owned by snapshot_reader cascade; drop role snapshot_reader'));

  for (const { title, change, undo, differs } of [
    ...mutations,
    ...(database.version >= 18 ? mutationsFrom18 : []),
  ]) {
    it(`notices ${title}`, async () => {
      await database.query(change);
      const changed = await snapshotOfAll(database);
      await database.query(undo);
      expect(changes(built, changed)).to.deep.equal(differs);
      expect(changed.sha256).to.not.equal(built.sha256);
    });
  }

  it('is the same once all of that is undone', async () => {
    const undone = await snapshotOfAll(database);
    expect(changes(built, undone)).to.deep.equal([]);
    expect(undone.sha256).to.equal(built.sha256);
  });

  it('is the same for two databases that were built the same way', async () => {
    const other = await database.freshDatabase();
    await other.query('create table some_oids_ahead (id bigserial primary key); drop table some_oids_ahead');
    await build(other);
    expect(changes(built, await snapshotOfAll(other))).to.deep.equal([]);
  });

  it('is the same after the last column was dropped and added again', async () => {
    await database.query('alter table app.plain drop c cascade; alter table app.plain add c integer');
    expect(changes(built, await snapshotOfAll(database))).to.deep.equal([]);
  });

  it('is the same after a whole schema was dropped and built again', async () => {
    await database.query(
      'drop schema odd cascade; create schema odd; create table odd.once (id serial primary key)',
    );
    const once = await snapshotOfAll(database);
    await database.query(
      'drop schema odd cascade; create schema odd; create table odd.once (id serial primary key)',
    );
    expect(changes(once, await snapshotOfAll(database))).to.deep.equal([]);
    await database.query('drop schema odd cascade; create schema odd');
    expect(changes(built, await snapshotOfAll(database))).to.deep.equal([]);
  });

  it('leaves out the ledger with all that hangs on it, and temporary tables', async () => {
    const client = await database.connect();
    await client.query(`
      create table public.limbeck_version (id bigserial primary key, at timestamptz default now() unique);
      create index on public.limbeck_version (at, id);
      comment on column public.limbeck_version.at is 'when';
      grant select on public.limbeck_version to snapshot_reader;
      create table odd."it's a.Ledger" (id integer generated always as identity);
      create temporary table passing (id serial primary key)`);
    const snapshot = await readSnapshot(async (sql) => (await client.query(sql)).rows, options);
    expect(changes(built, snapshot)).to.deep.equal([]);
    await client.query('drop table public.limbeck_version, odd."it\'s a.Ledger", passing');
  });

  it('leaves out data, and where sequences stand', async () => {
    await database.query(`select nextval('app.numbers'); insert into app.plain values (1, 2, 3)`);
    expect(changes(built, await snapshotOfAll(database))).to.deep.equal([]);
  });

  it('holds no oid of an object of ours', async () => {
    const rows = await database.query<{ oid: string }>(
      'select oid::text from pg_class where oid >= 16384 union select oid::text from pg_proc where oid >= 16384',
    );
    const text = JSON.stringify([...built.objects]);
    expect(rows.filter(({ oid }) => new RegExp(`\\b${oid}\\b`).test(text))).to.deep.equal([]);
  });

  const oddSession = `
    set search_path = app, public, pg_catalog; set datestyle = 'German'; set timezone = 'Asia/Tokyo';
    set intervalstyle = 'sql_standard'; set bytea_output = 'escape'; set quote_all_identifiers = on;
    create temporary table pg_class (oid text)`;
  const settings = `select current_setting('search_path') as path, current_setting('datestyle') as date,
    current_setting('timezone') as zone, current_setting('quote_all_identifiers') as quoted`;

  it('does not depend on the settings of the session, and leaves them alone', async () => {
    const client = await database.connect();
    await client.query(oddSession);
    const before = (await client.query(settings)).rows;
    const snapshot = await readSnapshot(async (sql) => (await client.query(sql)).rows, options);
    expect(changes(built, snapshot)).to.deep.equal([]);
    expect((await client.query(settings)).rows).to.deep.equal(before);
    await client.query('discard all');
  });

  it('needs no privilege, but for the options of user mappings', async () => {
    const client = await database.connect();
    await client.query('set role snapshot_reader');
    const snapshot = await readSnapshot(async (sql) => (await client.query(sql)).rows, options);
    await client.query('reset role');
    expect(changes(built, snapshot)).to.deep.equal([
      'user mapping for public server snapshot_server: options.password *** → none',
    ]);
  });

  it('runs inside a read-only transaction and leaves it as it was', async () => {
    const client = await database.connect();
    await client.query('begin read only; set local search_path = app, public; set local datestyle = German');
    const before = (await client.query(settings)).rows;
    const snapshot = await readSnapshot(
      async (sql) => (await client.query({ text: sql, values: [] })).rows,
      options,
    );
    expect(changes(built, snapshot)).to.deep.equal([]);
    expect((await client.query(settings)).rows).to.deep.equal(before);
    await client.query('rollback');
  });

  it('leaves the settings alone when it fails', async () => {
    const client = await database.connect();
    await client.query(oddSession);
    const before = (await client.query(settings)).rows;
    const failing = snapshotQuery(options).replace(
      'SELECT n, kind, data, comment, labels, extensions, needs FROM entries',
      'SELECT 1 / count(*) * 0 / 0 FROM entries',
    );
    const error = await client.query(failing).catch((reason: Error) => reason.message);
    expect(error).to.equal('division by zero');
    expect((await client.query(settings)).rows).to.deep.equal(before);
    await client.query('discard all');
  });

  // PGlite brings no extension but plpgsql.
  if (database.kind === 'server') {
    it('leaves out the members of an extension, and notices the extension', async () => {
      await database.query('create extension citext schema app');
      const snapshot = await snapshotOfAll(database);
      await database.query('drop extension citext');
      expect(changes(built, snapshot)).to.deep.equal(['extension citext: added']);
    });
  }
});
