import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Knex } from 'knex';
import { current, LimbeckError, type Project, stamp, upgrade } from '../../lib/index.js';
import { silentLogger } from '../../lib/logger.js';
import { openConnection } from '../../lib/runtime/connection.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf } from '../helpers/database-state.js';
import { type ExpectedFailure, expectFailure, expectRefusal } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

const scripts = { a: { upgrade: "await op.execute('create table a ()');" } };
const password = 'hunter2 is secret';

describeOnServers(
  'a database that cannot be used',
  { on: ['PostgreSQL 18', 'PostgreSQL 15'] },
  (database) => {
    beforeEach(() => emptyDatabase(database));

    const connection = () => database.onServer().connection;

    const project = (changes: object, knex: Knex.Config = {}) =>
      migrationProject({ client: 'pg', connection: { ...connection(), ...changes } }, { scripts, knex });

    /** Expects that every command fails alike, and that nobody ever sees the password. */
    async function expectRefused(changes: object, expected: ExpectedFailure, knex: Knex.Config = {}) {
      const said: string[] = [];
      const say = (message: string) => void said.push(message);
      const { open } = project(changes, knex);
      const before = await stateOf(database);
      for (const command of [
        (opened: Project): Promise<unknown> => upgrade(opened),
        (opened: Project) => current(opened),
      ]) {
        const opened = await open({ logger: { debug: say, info: say, warn: say } });
        const error = await expectFailure(command(opened), expected);
        expect(error.where).to.be.a('string');
        said.push(printed(error));
      }
      expect(said.join('\n')).to.not.include('hunter2');
      expect(await stateOf(database)).to.deep.equal(before);
    }

    it('DATABASE_UNREACHABLE: no server listens', async () => {
      await expectRefused(
        { host: '/nowhere', password },
        {
          code: 'DATABASE_UNREACHABLE',
          message: /^cannot connect to "spec_\d+" on \/nowhere as postgres: .*ENOENT/,
          next: 'start the server, or correct host and port in the knexfile',
        },
      );
      await expectRefused(
        { host: '127.0.0.1', port: 1, password },
        {
          code: 'DATABASE_UNREACHABLE',
          where: /^"spec_\d+" on 127\.0\.0\.1:1 as postgres$/,
        },
      );
    });

    it('DATABASE_UNREACHABLE: the server takes the connection and says nothing', async () => {
      await withListener(
        () => {},
        async (port) => {
          const silence = (seconds: string): ExpectedFailure => ({
            code: 'DATABASE_UNREACHABLE',
            message: new RegExp(`^cannot connect to .*: the server did not answer in ${seconds} s$`),
            where: `"${connection().database}" on 127.0.0.1:${port} as postgres`,
            next: 'check host, port and firewall',
          });
          const changes = { host: '127.0.0.1', port, password };
          await expectRefused({ ...changes, connectionTimeoutMillis: 200 }, silence('0\\.2'));
          await expectRefused(changes, silence('0\\.3'), { acquireConnectionTimeout: 300 });
        },
      );
    });

    it('limits connecting to 10 s where the connection has no limit of its own', async () => {
      for (const [changes, limit] of [
        [{}, 10_000],
        [{ connectionTimeoutMillis: 7_000 }, 7_000],
        [{ connectionTimeoutMillis: 0 }, 0],
      ] as const) {
        const { config } = await project(changes).open();
        const opened = await openConnection(config, silentLogger);
        const driver = opened.connection as unknown as { readonly _connectionTimeoutMillis: number };
        expect(driver._connectionTimeoutMillis).to.equal(limit);
        await opened.close();
      }
    });

    it('DATABASE_UNREACHABLE: the server has no SSL', async () => {
      const refuseSsl = (socket: Socket) => void socket.on('data', () => socket.write('N'));
      await withListener(refuseSsl, (port) =>
        expectRefused(
          { host: '127.0.0.1', port, password, ssl: true },
          { code: 'DATABASE_UNREACHABLE', message: /does not support SSL/, next: /`ssl`.*`sslmode`/ },
        ),
      );
    });

    it('DATABASE_UNREACHABLE: the host has no address', async () => {
      const url = `postgresql://me:${encodeURIComponent(password)}@no-such-host.invalid/app`;
      const { open } = migrationProject({ client: 'pg', connection: url }, { scripts });
      const error = await expectFailure(open().then(upgrade), {
        code: 'DATABASE_UNREACHABLE',
        where: '"app" on no-such-host.invalid:5432 as me',
      });
      expect(printed(error)).to.not.match(/hunter2/);
    });

    it('INVALID_SETTING: the URL is none, and is not shown', async () => {
      const url = 'postgres://me:hunter2/x@localhost:5432/app';
      const { open } = migrationProject({ client: 'pg', connection: url }, { scripts });
      const error = await expectFailure(open().then(upgrade), {
        code: 'INVALID_SETTING',
        where: /knexfile\.mjs$/,
      });
      expect(printed(error)).to.not.include('hunter2');
    });

    it('INVALID_SETTING: the connection is a text that is no URL, or one of another database', async () => {
      for (const text of ['hunter2', 'mysql://me:hunter2@localhost/app', 'localhost:5432/hunter2'])
        for (const given of [text, { connectionString: text }]) {
          const { open } = migrationProject({ client: 'pg', connection: given }, { scripts });
          const error = await expectFailure(open().then(upgrade), {
            code: 'INVALID_SETTING',
            message: 'the URL of `connection` is none of PostgreSQL',
            where: /knexfile\.mjs$/,
            next: /^write it as `postgres:/,
          });
          expect(printed(error)).to.not.include('hunter2');
        }
    });

    it('INVALID_SETTING: the version table is a table of somebody else', async () => {
      await database.query('create table people (id int)');
      await upgrade(await project({}).open());
      for (const versionTable of ['people', 'limbeck_log', 'limbeck_assets_pkey']) {
        const made = migrationProject(database.config, { scripts, settings: { versionTable } });
        for (const command of [upgrade, current] as const)
          await expectRefusal(database, async () => command(await made.open()), {
            code: 'INVALID_SETTING',
            message: `"public.${versionTable}" is no version table: it has no column "version_num"`,
            where: /, setting "versionTable"$/,
            next: /LIMBECK_VERSION_TABLE/,
          });
      }
    });

    it('DATABASE_NOT_FOUND: the server has no such database', async () => {
      await expectRefused(
        { database: 'nowhere', password },
        {
          code: 'DATABASE_NOT_FOUND',
          message: /: database "nowhere" does not exist$/,
          next: 'create the database, or correct its name in the knexfile',
        },
      );
    });

    describe('with a role', () => {
      const role = 'limbeck_spec_login';

      before(() => database.query(`create role ${role} login password '${password}'`));
      after(() => database.query(`drop owned by ${role}; drop role ${role}`));

      it('AUTHENTICATION_FAILED: no such user', async () => {
        await expectRefused(
          { user: 'limbeck_spec_nobody', password },
          {
            code: 'AUTHENTICATION_FAILED',
            message: /role "limbeck_spec_nobody" does not exist$/,
            next: 'check user and password in the knexfile, and pg_hba.conf on the server',
          },
        );
      });

      it('AUTHENTICATION_FAILED: a wrong password, or none', async () => {
        const file = join(database.onServer().server.folder, 'data', 'pg_hba.conf');
        const rules = readFileSync(file, 'utf8');
        writeFileSync(file, `local all ${role} scram-sha-256\n${rules}`);
        try {
          await database.query('select pg_reload_conf()');
          await untilRefused(async () => current(await project({ user: role }).open()));
          await expectRefused(
            { user: role, password: `${password}!` },
            {
              code: 'AUTHENTICATION_FAILED',
              message: /password authentication failed/,
            },
          );
          const open = openSockets();
          await expectRefused(
            { user: role },
            {
              code: 'AUTHENTICATION_FAILED',
              next: 'set the password in the knexfile',
            },
          );
          // The driver leaves such a connection open, which would keep the process alive for a minute.
          while (openSockets() > open) await sleep(10);
          const report = await current(await project({ user: role, password }).open());
          expect(report.database).to.match(new RegExp(`^"spec_\\d+" on .* as ${role}$`));
        } finally {
          writeFileSync(file, rules);
          await database.query('select pg_reload_conf()');
        }
      });

      it('PRIVILEGE_MISSING: the user may not connect', async () => {
        const name = connection().database;
        await database.query(`revoke connect on database ${name} from public`);
        await expectRefused(
          { user: role, password },
          {
            code: 'PRIVILEGE_MISSING',
            next: 'grant CONNECT on the database to the user',
          },
        );
        await database.query(`grant connect on database ${name} to public`);
      });

      it("PRIVILEGE_MISSING: the user may not make limbeck's tables, or read them", async () => {
        const { open } = project({ user: role, password });
        await expectRefusal(database, async () => upgrade(await open()), {
          code: 'PRIVILEGE_MISSING',
          message: /permission denied for schema public/,
          where: /^"spec_\d+" on /,
          next: /^grant the privilege/,
        });
        await upgrade(await project({}).open());
        await expectRefusal(database, async () => current(await open()), {
          code: 'PRIVILEGE_MISSING',
          message: /permission denied for table limbeck_version/,
          where: /^"spec_\d+" on /,
        });
      });

      it("PRIVILEGE_MISSING: the user may not stamp, which shows no text of limbeck's own", async () => {
        await upgrade(await project({}).open());
        await database.query(`grant select on all tables in schema public to ${role}`);
        const { open } = project({ user: role, password });
        const error = await expectRefusal(database, async () => stamp(await open(), { targets: ['base'] }), {
          code: 'PRIVILEGE_MISSING',
          message: /^permission denied for table /,
          where: /^"spec_\d+" on /,
        });
        expect(error.excerpt).to.equal(undefined);
      });

      it('DATABASE_UNREACHABLE: too many connections', async () => {
        await database.query(`alter role ${role} connection limit 0`);
        await expectRefused(
          { user: role, password },
          {
            code: 'DATABASE_UNREACHABLE',
            message: /too many connections for role/,
            next: 'free a connection, or raise the limit of the role, the database or the server',
          },
        );
        await database.query(`alter role ${role} connection limit -1`);
      });

      it('PRIVILEGE_MISSING: the user may not do what a script does', async () => {
        await database.query(`grant create on schema public to ${role}; create table owned ()`);
        const made = project({ user: role, password });
        made.script('b', { upgrade: "await op.execute('alter table owned add x int');" });
        await upgrade(await made.open(), { target: 'a' });
        await expectRefusal(database, async () => upgrade(await made.open()), {
          code: 'PRIVILEGE_MISSING',
          message: 'upgrade of "b" failed: must be owner of table owned',
          where: 'migrations/20260101000001_b.ts:5:12',
          next: 'grant the privilege, or migrate as the owner of the objects; nothing was changed, the database is at a',
        });
      });
    });

    it('DATABASE_READ_ONLY: transactions are read-only', async () => {
      const made = project({ options: '-c default_transaction_read_only=on' });
      await expectRefusal(database, async () => upgrade(await made.open()), {
        code: 'DATABASE_READ_ONLY',
        where: /^"spec_\d+" on /,
        next: 'connect to the primary server, or leave the transaction writable',
      });
      await upgrade(await project({}).open());
      made.script('b', {});
      await expectRefusal(database, async () => upgrade(await made.open()), { code: 'DATABASE_READ_ONLY' });
      expect((await current(await made.open())).current).to.have.lengthOf(1);
    });

    it('SERVER_TOO_OLD: the server says that it is PostgreSQL 14', async () => {
      await database.query(`create schema fake;
      create function fake.current_setting(text) returns text language sql as $$ select '140012' $$`);
      await expectRefused(
        {},
        {
          code: 'SERVER_TOO_OLD',
          message: 'the server is PostgreSQL 14',
          where: /^"spec_\d+" on /,
          next: 'limbeck needs PostgreSQL 15 or newer: upgrade the server',
        },
        { searchPath: ['fake', 'pg_catalog'] },
      );
    });

    it('NO_CONNECTION: outside development nothing is taken for granted', async () => {
      const { open } = migrationProject({ client: 'pg' }, { scripts });
      for (const environment of ['production', 'test', 'staging']) {
        await expectFailure(open({ environment }).then(upgrade), {
          code: 'NO_CONNECTION',
          message: `environment "${environment}" has no connection`,
          where: 'knexfile.mjs',
          next: /DATABASE_URL/,
        });
      }
      const named = await migrationProject({ client: 'pg' }, { scripts }).open();
      expect(await named.nameDatabase()).to.equal('embedded PostgreSQL in .limbeck/db');
    });
  },
);

/** Listens in place of a server, on a port of its own. */
async function withListener(
  answer: (socket: Socket) => void,
  work: (port: number) => Promise<unknown>,
): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** Sockets of this process that keep it alive. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'PipeWrap').length;
}

/** All that a program could print of an error, its causes included. */
function printed(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const facts = error instanceof LimbeckError ? JSON.stringify({ ...error, excerpt: error.excerpt }) : '';
  return `${error.stack}\n${facts}\n${printed(error.cause)}`;
}

/** The server reads its rules a moment after it was asked to. */
async function untilRefused(work: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    const failed = await work().then(
      () => false,
      () => true,
    );
    if (failed) return;
    await sleep(20);
  }
}
