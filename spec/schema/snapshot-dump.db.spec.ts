/**
 * pg_dump as the judge: it sees a change if and only if snapshots see it.
 *
 * Each change is made in a copy of the database, since pg_dump reads what is committed.
 */
import { expect } from 'chai';
import { Client } from 'pg';
import { compareSnapshots } from '../../lib/schema/compare-snapshots.js';
import { describeDifference } from '../../lib/schema/describe-difference.js';
import { readSnapshot, type Snapshot } from '../../lib/schema/snapshot.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { dumpSchema, requireProgram } from '../helpers/programs.js';
import { isLong } from '../helpers/runs.js';
import { mutationsFor } from './mutations/all.js';
import { everyKind } from './snapshot-schema.js';

/** What pg_dump leaves out: data, what belongs to the database, and what an extension says of itself. */
const notDumped = new Set([
  'a materialized view without data',
  'a grant and settings of the database',
  'a version, a schema and an owner of an extension',
]);

/** What makes no difference to either. */
const same = {
  'a grant that comes and goes':
    'grant select on app.plain to snapshot_reader; revoke select on app.plain from snapshot_reader',
  'a column that comes again': 'alter table app.ordered drop c; alter table app.ordered add c integer',
  data: `select nextval('app.numbers'); insert into app.ordered values (1, 2, 3)`,
};

/** A database with a change in it. */
interface Changed {
  readonly dump: string;
  readonly snapshot: Snapshot;
}

/** Makes a copy, changes it, and reads it in both ways. */
async function readChanged(database: TestDatabase, change: string): Promise<Changed> {
  const { server, connection } = database.onServer();
  const name = `${String(connection.database)}_changed`;
  await query(
    server.connection('postgres'),
    `create database ${name} template ${String(connection.database)}`,
  );
  try {
    await query(server.connection(name), `begin; ${change}; commit`);
    const dump = await dumpSchema(server.url(name));
    const snapshot = await readSnapshot((sql) => query(server.connection(name), sql), { excludeTables: [] });
    return { dump, snapshot };
  } finally {
    await query(server.connection('postgres'), `drop database ${name} with (force)`);
    await query(server.connection('postgres'), 'alter role snapshot_reader nosuperuser');
  }
}

async function query(connection: object, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(connection);
  await client.connect();
  try {
    const results = await client.query<Record<string, unknown>>(sql);
    return [results].flat().at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

describeOnServers('readSnapshot against pg_dump', { on: ['PostgreSQL 15'] }, (database) => {
  let built: Changed;

  before(async function () {
    requireProgram(this, 'pg_dump');
    await database.query(everyKind);
    built = await readChanged(database, 'select 1');
  });

  after('roles', () => database.query('drop owned by snapshot_reader cascade; drop role snapshot_reader'));

  const all = mutationsFor(15).filter(({ title }) => !notDumped.has(title));
  for (const { title, change } of isLong ? all : all.filter((_, index) => index % 20 === 0)) {
    it(`agrees about ${title}`, async () => {
      const { dump, snapshot } = await readChanged(database, change);
      expect(dump).to.not.equal(built.dump);
      expect(compareSnapshots(built.snapshot, snapshot)).to.not.deep.equal([]);
    });
  }

  for (const [title, change] of Object.entries(same)) {
    it(`agrees that nothing differs after ${title}`, async () => {
      const { dump, snapshot } = await readChanged(database, change);
      expect(dump).to.equal(built.dump);
      expect(compareSnapshots(built.snapshot, snapshot).map(describeDifference)).to.deep.equal([]);
    });
  }
});
