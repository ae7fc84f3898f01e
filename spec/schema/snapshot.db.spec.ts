import { expect } from 'chai';
import type { Client } from 'pg';
import { allKinds } from '../../lib/schema/kinds/all.js';
import { compareSnapshots } from '../../lib/schema/compare-snapshots.js';
import { describeDifference } from '../../lib/schema/describe-difference.js';
import { readSnapshot, type Snapshot, snapshotQuery } from '../../lib/schema/snapshot.js';
import type { Field, Fields } from '../../lib/schema/snapshot-field.js';
import type { Kind } from '../../lib/schema/snapshot-kind.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { isLong } from '../helpers/runs.js';
import { type Mutation, mutationsFor } from './mutations/all.js';
import { everyKind, everyKindFrom18 } from './snapshot-schema.js';

const options = { excludeTables: ['public.limbeck_version', "odd.it's a.Ledger"] };
const snapshotThrough = (client: Client) =>
  readSnapshot(async (sql) => (await client.query(sql)).rows, options);
const snapshotOfAll = (database: TestDatabase) => readSnapshot((sql) => database.query(sql), options);

/** The differences in words: a failing expectation then says what they are. */
const changes = (before: Snapshot, after: Snapshot) =>
  compareSnapshots(before, after).map(describeDifference);

/** What no change to the schema of these specs can touch by itself, or what a test of its own looks at. */
const neverChanged: readonly string[] = [
  'table tablespace',
  'materialized view tablespace',
  'foreign key period',
  'index tablespace',
  'trigger inherited',
  ...[
    'name',
    'owner',
    'enabled',
    'publications',
    'binary',
    'streaming',
    'twoPhase',
    'disableOnError',
    'passwordRequired',
    'runAsOwner',
    'origin',
    'failover',
    'slot',
    'synchronousCommit',
  ].map((name) => `subscription ${name}`),
];
const newIn18: readonly string[] = [
  'collation rules',
  'column notNullConstraint',
  'primary key withoutOverlaps',
  'unique withoutOverlaps',
  'foreign key enforced',
  'check enforced',
  'publication generatedColumns',
];

/** The fields of the properties that two snapshots differ in. */
function changedFields(before: Snapshot, after: Snapshot): Field<unknown>[] {
  return compareSnapshots(before, after).flatMap((difference) => {
    if (difference.kind !== 'changed') return [];
    const kind = before.objects.get(difference.identity)?.kind;
    const fields: Fields = allKinds.find((other) => other.kind === kind)?.fields ?? {};
    return fields[difference.path[0] ?? ''] ?? [];
  });
}

/** The names of the properties that no difference was in, and that are no part of the identity. */
function unseenFields(kind: Kind, { objects }: Snapshot, seen: ReadonlySet<Field<unknown>>): string[] {
  const example = [...objects.values()].find((object) => object.kind === kind.kind);
  const naming = new Set<string | symbol>();
  const watched = new Proxy(example ?? {}, {
    get: (target, name) => {
      naming.add(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  if (example !== undefined) {
    kind.identity(watched);
    kind.partOf?.(watched);
  }
  return Object.entries(kind.fields).flatMap(([name, field]) =>
    seen.has(field) || naming.has(name) || field.compared === 'printed' ? [] : name,
  );
}

const build = async (database: TestDatabase) => {
  await database.query(everyKind);
  if (database.version >= 18) await database.query(everyKindFrom18);
};

/** What each kind of database read, for those that follow to compare with. */
const builtOn = new Map<string, Snapshot>();

describeOnServers('readSnapshot', (database) => {
  let built: Snapshot;
  let client: Client;

  before('every kind of object', async () => {
    await build(database);
    client = await database.connect();
    built = await snapshotOfAll(database);
    builtOn.set(database.name, built);
  });

  after('roles', () => database.query('drop owned by snapshot_reader cascade; drop role snapshot_reader'));

  const mutations = mutationsFor(database.version);
  const seen = new Set<Field<unknown>>();

  for (const { title, change, differs, differsOn15 = differs } of mutations.filter(isChosen)) {
    it(`notices ${title}`, async () => {
      await client.query(`begin; ${change}`);
      const changed = await snapshotThrough(client).finally(() => client.query('rollback'));
      expect(changes(built, changed)).to.deep.equal(database.version === 15 ? differsOn15 : differs);
      expect(changed.sha256).to.not.equal(built.sha256);
      for (const field of changedFields(built, changed)) seen.add(field);
    });
  }

  /** PGlite, which reads as a server of its major version does, is left out; of the others a quarter, if time is short. */
  function isChosen(_mutation: Mutation, index: number): boolean {
    if (database.kind === 'pglite') return false;
    return isLong || index % 4 === (database.version === 15 ? 0 : 2);
  }

  if (isLong && database.kind === 'server') {
    it('noticed a change of every property', () => {
      const unseen = allKinds.flatMap((kind) =>
        unseenFields(kind, built, seen).map((name) => `${kind.kind} ${name}`),
      );
      expect(unseen).to.have.members(database.version >= 18 ? neverChanged : [...neverChanged, ...newIn18]);
    });
  }

  if (database.name !== 'PostgreSQL 18') {
    it('differs from another server only in what that prints in other words, or has alone', function () {
      const other = builtOn.get('PostgreSQL 18');
      if (other === undefined) return this.skip();
      const found = compareSnapshots(built, other).filter(({ identity }) => !identity.includes('app.newer'));
      const places = found.map(
        (each) => `${each.identity}: ${'path' in each ? each.path.join('.') : each.kind}`,
      );
      // Since 16 columns are qualified only where a query has several tables.
      const inOtherWords = [
        'materialized view app.counts: definition',
        'view app.editable: definition',
        'view app.recent: definition',
      ];
      expect(places).to.deep.equal(database.version === 15 ? inOtherWords : []);
    });
  }

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
    await client.query(oddSession);
    const before = (await client.query(settings)).rows;
    const snapshot = await readSnapshot(async (sql) => (await client.query(sql)).rows, options);
    expect(changes(built, snapshot)).to.deep.equal([]);
    expect((await client.query(settings)).rows).to.deep.equal(before);
    await client.query('discard all');
  });

  it('needs no privilege, but for the options of user mappings', async () => {
    await client.query('set role snapshot_reader');
    const snapshot = await readSnapshot(async (sql) => (await client.query(sql)).rows, options);
    await client.query('reset role');
    expect(changes(built, snapshot)).to.deep.equal([
      'user mapping for public server snapshot_server: options.password *** → none',
      'user mapping for snapshot_reader server snapshot_server: options.user me → none',
    ]);
  });

  it('runs inside a read-only transaction and leaves it as it was', async () => {
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

  if (database.kind === 'server') {
    it('reads a subscription, but not its connection', async () => {
      const read = () => snapshotThrough(client);
      await client.query(`begin; create subscription snapshot_subscription connection 'dbname=nowhere password=secret'
        publication b, a with (connect = false, slot_name = none)`);
      const before = await read();
      expect(changes(built, before)).to.deep.equal(['subscription snapshot_subscription: added']);
      expect(before.objects.get('subscription snapshot_subscription')).to.deep.equal({
        kind: 'subscription',
        identity: 'subscription snapshot_subscription',
        name: 'snapshot_subscription',
        owner: 'postgres',
        enabled: false,
        publications: ['a', 'b'],
        binary: false,
        streaming: database.version >= 18 ? 'parallel' : 'off',
        twoPhase: false,
        disableOnError: false,
        passwordRequired: true,
        runAsOwner: false,
        origin: 'any',
        failover: false,
        synchronousCommit: 'off',
      });
      await client.query(`alter subscription snapshot_subscription set (binary, disable_on_error, slot_name = 'mine');
        alter subscription snapshot_subscription set publication c with (refresh = false)`);
      expect(changes(before, await read())).to.deep.equal([
        'subscription snapshot_subscription: publications − a, − b, + c',
        'subscription snapshot_subscription: binary false → true',
        'subscription snapshot_subscription: disableOnError false → true',
        'subscription snapshot_subscription: slot none → mine',
      ]);
      await client.query('rollback');
    });

    it('reads the tablespaces of tables, materialized views and indexes', async () => {
      await client.query('set allow_in_place_tablespaces = on');
      await client.query(`create tablespace snapshot_space location ''`);
      await client.query(`begin; alter table app.ordered set tablespace snapshot_space;
        alter materialized view app.counts set tablespace snapshot_space;
        alter index app.rooms_kind set tablespace snapshot_space`);
      const moved = await readSnapshot(async (sql) => (await client.query(sql)).rows, options);
      await client.query('rollback');
      await client.query('drop tablespace snapshot_space');
      expect(changes(built, moved)).to.deep.equal([
        'index app.rooms_kind: tablespace none → snapshot_space',
        'materialized view app.counts: tablespace none → snapshot_space',
        'table app.ordered: tablespace none → snapshot_space',
      ]);
    });
  }

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
