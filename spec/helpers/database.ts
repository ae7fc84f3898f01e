/**
 * Runs a suite on each kind of database that limbeck supports, with a fresh database of its own.
 *
 * A kind that this machine lacks is recorded, printed as a line `NOT RUN: …` at the end of the run, and fails the
 * run when `LIMBECK_REQUIRE_ALL=1`.
 */
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import knex, { type Knex } from 'knex';
import { Client, type ClientConfig, type QueryResult } from 'pg';
import { findInstallation, type ServerName, serverNames } from './installation.js';
import { isEverythingRequired, recordNotRun } from './not-run.js';
import { startPGlite } from './pglite.js';
import { type Server, sharedServer, type SocketConnection } from './server.js';

export const databaseNames = [...serverNames, 'PGlite'] as const;
export type DatabaseName = (typeof databaseNames)[number];

type Row = Record<string, unknown>;

/** What only a database on a server has. */
export interface ServerDatabase {
  readonly server: Server;
  readonly connection: SocketConnection;
  readonly url: string;
}

/** A database, and the ways to it. */
export interface TestDatabase {
  readonly name: DatabaseName;
  readonly kind: 'server' | 'pglite';
  /** Major version of PostgreSQL. */
  readonly version: number;
  /** A configuration for `knex(…)`; on PGlite its pool holds one connection, as all share one session. */
  readonly config: Knex.Config;
  /** Fit for `DATABASE_URL`, `pg` and libpq; undefined on PGlite. */
  readonly url: string | undefined;
  /** Returns what only a database on a server has; throws on PGlite. */
  onServer(): ServerDatabase;
  /** Runs `sql` on a connection of its own (on PGlite: in the one session); returns the rows of the last statement. */
  query<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Opens a client of the driver that is closed with the test or, outside of a test, with the suite. */
  connect(): Promise<Client>;
  /** Opens a Knex that is destroyed with the test or, outside of a test, with the suite. */
  knex(): Knex;
  /** Makes another empty database of the same kind, dropped with the test or, outside of a test, with the suite. */
  freshDatabase(): Promise<TestDatabase>;
}

export interface DescribeOptions {
  /** The kinds to run on; default all. */
  readonly on?: readonly DatabaseName[];
}

/**
 * Describes `title` once for each kind of database.
 *
 * `define` gets the suite's database: `name`, `kind` and `version` are known at once, the rest inside hooks and tests.
 *
 * @example
 * describeOnServers('upgrade', (database) => {
 *   it('creates the version table', async () => {
 *     await upgrade(database.knex(), 'heads');
 *     expect(await database.query('select …')).to.deep.equal([…]);
 *   });
 * });
 */
export function describeOnServers(title: string, define: (database: TestDatabase) => void): void;
export function describeOnServers(
  title: string,
  options: DescribeOptions,
  define: (database: TestDatabase) => void,
): void;
export function describeOnServers(title: string, ...rest: [Define] | [DescribeOptions, Define]): void {
  const [options, define] = rest.length === 1 ? [{}, rest[0]] : rest;
  for (const name of options.on ?? databaseNames) describeOn(name, `${title} on ${name}`, define);
}

type Define = (database: TestDatabase) => void;

/** Things to undo, last first. */
class Scope {
  readonly #undo: (() => Promise<unknown>)[] = [];

  add(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
  }

  /** Undoes everything, even when something fails, and then throws the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      await undo().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** The scopes of a suite: what is made inside a test ends with the test. */
class SuiteScopes {
  readonly suite = new Scope();
  #test: Scope | undefined;

  get current(): Scope {
    return this.#test ?? this.suite;
  }

  beginTest(): void {
    this.#test = new Scope();
  }

  async endTest(): Promise<void> {
    const ended = this.#test;
    this.#test = undefined;
    await ended?.close();
  }
}

/** The closing hooks come after those of `define`, which may still need the database. */
function describeOn(name: DatabaseName, title: string, define: Define): void {
  if (name !== 'PGlite' && findInstallation(name) === undefined) return describeMissing(name, title);
  describe(title, () => {
    const scopes = new SuiteScopes();
    const database = new ScopedDatabase(name, scopes);
    before('fresh database', async function () {
      this.timeout(120_000);
      await database.open();
    });
    beforeEach('test scope', () => scopes.beginTest());
    define(database);
    afterEach('test scope', () => scopes.endTest());
    after('suite scope', () => scopes.suite.close());
  });
}

function describeMissing(name: ServerName, title: string): void {
  const record = () => recordNotRun(name, 'no binaries found', 'suite');
  if (isEverythingRequired()) describe(title, () => it(`finds ${name}`, record));
  else record();
}

/** Where a database is, and how to be rid of it. */
interface Place {
  readonly onServer: ServerDatabase | undefined;
  readonly config: Knex.Config;
  clientConfig(): ClientConfig;
  drop(): Promise<unknown>;
}

/** A database that exists once it is opened; whatever is made through it ends with the current scope. */
class ScopedDatabase implements TestDatabase {
  readonly kind: 'server' | 'pglite';
  readonly version: number;
  readonly name: DatabaseName;
  readonly #scopes: SuiteScopes;
  #opened: Place | undefined;

  constructor(name: DatabaseName, scopes: SuiteScopes) {
    this.name = name;
    this.#scopes = scopes;
    this.kind = name === 'PGlite' ? 'pglite' : 'server';
    this.version = name === 'PostgreSQL 15' ? 15 : 18;
  }

  get config(): Knex.Config {
    return this.#place.config;
  }

  get url(): string | undefined {
    return this.#place.onServer?.url;
  }

  onServer(): ServerDatabase {
    const { onServer } = this.#place;
    if (onServer === undefined)
      throw new Error(`${this.name} has neither server nor URL: ask for "kind" first`);
    return onServer;
  }

  async open(): Promise<this> {
    const place =
      this.name === 'PGlite' ? await pglitePlace() : await serverPlace(await sharedServer(this.name));
    this.#scopes.current.add(() => place.drop());
    this.#opened = place;
    return this;
  }

  async query<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]> {
    return queryOnce<R>(this.#place.clientConfig(), sql, values);
  }

  async connect(): Promise<Client> {
    const client = new Client(this.#place.clientConfig());
    await client.connect();
    this.#scopes.current.add(() => client.end());
    return client;
  }

  knex(): Knex {
    const opened = knex(this.config);
    this.#scopes.current.add(() => opened.destroy());
    return opened;
  }

  async freshDatabase(): Promise<TestDatabase> {
    return new ScopedDatabase(this.name, this.#scopes).open();
  }

  get #place(): Place {
    if (this.#opened === undefined)
      throw new Error('the database of a suite exists inside hooks and tests only');
    return this.#opened;
  }
}

let databaseCount = 0;

async function serverPlace(server: Server): Promise<Place> {
  databaseCount += 1;
  const database = `spec_${databaseCount}`;
  const administer = (sql: string) => queryOnce(server.connection('postgres'), sql);
  await administer(`create database ${database} strategy file_copy`);
  const connection = server.connection(database);
  return {
    onServer: { server, connection, url: server.url(database) },
    config: { client: 'pg', connection, pool: { min: 0, max: 10 } },
    clientConfig: () => connection,
    drop: () => administer(`drop database if exists ${database} with (force)`),
  };
}

/**
 * Knex would wait a minute for the one connection when it is used outside of a transaction that holds it; such a
 * mistake should be told sooner.
 */
async function pglitePlace(): Promise<Place> {
  const pglite = await startPGlite();
  const connection = () => createPgConfig(pglite);
  return {
    onServer: undefined,
    config: { client: 'pg', connection, pool: { min: 0, max: 1 }, acquireConnectionTimeout: 10_000 },
    clientConfig: () => ({ ...connection() }),
    drop: () => pglite.close(),
  };
}

/** The driver returns a list of results for several statements without values. */
async function queryOnce<R extends Row>(
  config: ClientConfig,
  sql: string,
  values?: readonly unknown[],
): Promise<R[]> {
  const client = new Client(config);
  await client.connect();
  try {
    const results: QueryResult<R> | QueryResult<R>[] = await client.query<R>(sql, values && [...values]);
    return [results].flat().at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}
