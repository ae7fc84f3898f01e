import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { openProject, roundTrip } from '../../lib/index.js';
import { openEmptyShadow } from '../../lib/shadow/open-shadow.js';
import { limbeckIn } from '../helpers/cli.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { expectFailure, expectRefusal } from '../helpers/failure.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';
import { temporaryProject } from '../helpers/project.js';
import { rejectionOf } from '../helpers/thrown.js';

const scripts = {
  a: {
    upgrade: "await op.execute('create table a (id int)');",
    downgrade: "await op.execute('drop table a');",
  },
  b: {
    upgrade: "await op.execute('create extension if not exists citext');",
    downgrade: "await op.execute('drop extension citext');",
  },
};

/** Opens a shadow, says its name, and waits to be killed. */
const holderProgram = `import { openProject } from 'limbeck';
import { openEmptyShadow } from ${JSON.stringify(new URL('../../lib/shadow/open-shadow.js', import.meta.url).href)};
const project = await openProject({ folder: import.meta.dirname });
const { session } = await openEmptyShadow(project, { place: 'server', purpose: 'limbeck spec' });
const [answer] = await session.sink.ask('select current_database() as name');
console.log(answer.rows[0].name);
setInterval(() => {}, 1000);
`;

const onServers = { on: ['PostgreSQL 18', 'PostgreSQL 15'] } as const;

describeOnServers('a shadow on the server', onServers, (database) => {
  let project: MigrationProject;
  beforeEach(() => {
    project = migrationProject(database.config, { scripts });
  });

  const shadows = async () => {
    const rows = await database.query(
      "select datname from pg_database where datname like 'limbeck\\_shadow\\_%' order by 1",
    );
    return rows.map(({ datname }) => String(datname));
  };
  const openShadow = async () =>
    openEmptyShadow(await project.open(), { place: 'server', purpose: 'limbeck spec' });

  it('is a database of its own, marked, and dropped at the end', async () => {
    const shadow = await openShadow();
    const [name = ''] = await shadows();
    expect(name).to.match(/^limbeck_shadow_\d+_[0-9a-f]{12}$/);
    expect(shadow.session.database).to.contain(name);
    const [mark] = await database.query(
      `select shobj_description(oid, 'pg_database') as mark from pg_database where datname = '${name}'`,
    );
    expect(mark?.['mark']).to.match(/^limbeck: a scratch database/);
    await shadow.close();
    expect(await shadows()).to.deep.equal([]);
  });

  it('has encoding and locale of the database that it is for', async () => {
    const other = await madeWith(database, "encoding 'LATIN1' locale 'C'");
    project = migrationProject(other.config, { scripts });
    const shadow = await openShadow();
    const [answer] = await shadow.session.sink.ask(
      'select pg_encoding_to_char(encoding) as encoding, datcollate from pg_database where datname = current_database()',
    );
    expect(answer?.rows).to.deep.equal([{ encoding: 'LATIN1', datcollate: 'C' }]);
    await shadow.close();
    await other.drop();
  });

  it('has an ICU locale where the database has one', async function () {
    const other = await madeWith(
      database,
      "encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'de-AT'",
    ).catch(() => this.skip());
    project = migrationProject(other.config, { scripts });
    const shadow = await openShadow();
    const [answer] = await shadow.session.sink.ask(
      "select datlocprovider, coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale from pg_database d where datname = current_database()",
    );
    expect(answer?.rows).to.deep.equal([{ datlocprovider: 'i', locale: 'de-AT' }]);
    await shadow.close();
    await other.drop();
  });

  it('has the search path that the database was given', async () => {
    const other = await madeWith(database, "encoding 'UTF8' locale 'C'");
    await database.query(`alter database shadow_options set search_path = "Odd one", public`);
    project = migrationProject(other.config, { scripts });
    const shadow = await openShadow();
    const [answer] = await shadow.session.sink.ask('show search_path');
    expect(answer?.rows).to.deep.equal([{ search_path: '"Odd one", public' }]);
    await shadow.close();
    await other.drop();
  });

  it('serves the round trip, and leaves the database of the user as it is', async () => {
    const before = await database.query('select count(*)::int as tables from pg_class');
    const report = await roundTrip(await project.open(), { shadow: 'server' });
    expect(report).to.deep.include({ finding: null, revisions: 2, shadow: 'server' });
    expect(await database.query('select count(*)::int as tables from pg_class')).to.deep.equal(before);
    expect(await shadows()).to.deep.equal([]);
  });

  it('is on the server of the setting "shadowUrl", whatever the database is', async () => {
    const elsewhere = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': `export default { client: 'pg', limbeck: { shadowUrl: ${JSON.stringify(database.url)} } };`,
        'migrations/20260101000000_a.js': project
          .read('migrations/20260101000000_a.ts')
          .replace(/^import.*$/m, ''),
      },
      { link: true },
    );
    const opened = await openProject({ folder: elsewhere.root });
    expect(await roundTrip(opened)).to.deep.include({ finding: null, revisions: 1, shadow: 'server' });
    expect(await shadows()).to.deep.equal([]);
  });

  it('is dropped after a failure', async () => {
    project.script('c', { upgrade: "await op.execute('select nonsense');" });
    const error = await rejectionOf(roundTrip(await project.open(), { shadow: 'server' }));
    expect(error.code).to.equal('SQL_FAILED');
    expect(await shadows()).to.deep.equal([]);
  });

  it('is dropped after a script that took the connection away', async () => {
    project.script('c', { upgrade: "await op.execute('select pg_terminate_backend(pg_backend_pid())');" });
    const error = await rejectionOf(roundTrip(await project.open(), { shadow: 'server' }));
    expect(error.code).to.equal('CONNECTION_LOST');
    expect(await shadows()).to.deep.equal([]);
  });

  it('is dropped when the signal stops what works on it', async () => {
    project.script('c', { upgrade: "await op.execute('select pg_sleep(60)');" });
    const stopping = new AbortController();
    const opened = await openProject({ folder: project.root, signal: stopping.signal });
    const stopped = rejectionOf(roundTrip(opened, { shadow: 'server' }));
    while ((await sleepers(database)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    stopping.abort();
    expect((await stopped).code).to.equal('INTERRUPTED');
    expect(await shadows()).to.deep.equal([]);
  });

  it('is dropped by the next command when its process was killed, and not before', async () => {
    const holder = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': `export default { client: 'pg', connection: ${JSON.stringify(database.url)} };`,
        'holder.js': holderProgram,
        'migrations/.gitkeep': '',
      },
      { link: true },
    );
    const child = spawn(process.execPath, ['holder.js'], {
      cwd: holder.root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [data] = (await once(child.stdout, 'data')) as [Buffer];
    const name = data.toString().trim();
    await (await openShadow()).close();
    expect(await shadows()).to.deep.equal([name]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const isConnected = () =>
      database.query(`select from pg_stat_activity where datname = '${name}' or pid = ${name.split('_')[2]}`);
    while ((await isConnected()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await (await openShadow()).close();
    expect(await shadows()).to.deep.equal([]);
  });

  it('leaves alone what only has such a name', async () => {
    const name = 'limbeck_shadow_99999999_0123456789ab';
    await database.query(`create database ${name}`);
    await database.query(`comment on database ${name} is 'mine'`);
    await (await openShadow()).close();
    expect(await shadows()).to.deep.equal([name]);
    await database.query(`drop database ${name}`);
  });

  it('PRIVILEGE_MISSING: says that the user may not create databases', async () => {
    const { connection } = database.onServer();
    await database.query('create role humble_shadow login');
    project = migrationProject(
      { client: 'pg', connection: { ...connection, user: 'humble_shadow' } },
      { scripts },
    );
    await expectRefusal(database, async () => roundTrip(await project.open(), { shadow: 'server' }), {
      code: 'PRIVILEGE_MISSING',
      message:
        /^the user may not create a scratch database on the server of "spec_\d+" on .* as humble_shadow$/,
      next: 'grant it with `ALTER ROLE … CREATEDB`, or set LIMBECK_SHADOW_URL to a server where the user may',
    });
    await database.query('drop role humble_shadow');
  });
});

describe('a shadow on a server that there is not', () => {
  const project = (knexfile: string) =>
    temporaryProject(
      { 'package.json': '{ "type": "module" }', 'knexfile.js': knexfile, 'migrations/.gitkeep': '' },
      { link: true },
    );
  const trip = async (knexfile: string) => {
    return roundTrip(await openProject({ folder: project(knexfile).root }), { shadow: 'server' });
  };

  it('SHADOW_UNAVAILABLE: names the environment that has none', async () => {
    await expectFailure(
      trip("import { embedded } from 'limbeck'; export default { development: embedded() };"),
      {
        code: 'SHADOW_UNAVAILABLE',
        message:
          'there is no server to make a shadow on: environment "development" has none, and the setting "shadowUrl" is not set',
        where: 'knexfile.js',
        next: 'set LIMBECK_SHADOW_URL, or `shadowUrl` in the knexfile, to a server on which the user may create databases',
      },
    );
  });

  it('SHADOW_UNAVAILABLE: tells a connection to PGlite from one to a server', async () => {
    await expectFailure(trip("export default { client: 'pg', connection: () => ({ connection: {} }) };"), {
      code: 'SHADOW_UNAVAILABLE',
      message: 'the connection leads to one database, and not to a server that could have another',
    });
  });

  it('USAGE: names the places that there are', async () => {
    const { root } = project("export default { client: 'pg' };");
    const { status, stderr } = await limbeckIn(root)('roundtrip', '--shadow', 'nowhere');
    expect(status).to.equal(64);
    expect(stderr).to.contain('there is no place "nowhere" for a shadow');
    expect(stderr).to.contain('choose one of "embedded", "server"');
  });

  it('INVALID_SETTING: refuses a "shadowUrl" that is none', async () => {
    await expectFailure(trip("export default { client: 'pg', limbeck: { shadowUrl: 'localhost/x' } };"), {
      code: 'INVALID_SETTING',
      message: 'the setting "shadowUrl" must be a URL such as postgres://user:password@host:5432/database',
    });
  });
});

/** Makes a database with options of CREATE DATABASE. */
async function madeWith(database: TestDatabase, options: string) {
  const { server } = database.onServer();
  await database.query(`create database shadow_options template template0 ${options}`);
  const connection = server.connection('shadow_options');
  return {
    config: { client: 'pg', connection },
    drop: () => database.query('drop database shadow_options with (force)'),
  };
}

function sleepers(database: TestDatabase) {
  return database.query(
    "select from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid() and state = 'active'",
  );
}
