import { expect } from 'chai';
import { downgrade, freeze, type LimbeckSettings, upgrade } from '../../lib/index.js';
import { lockKey } from '../../lib/runtime/lock.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { migrationProject, type ScriptText } from '../helpers/migration-project.js';

/** Notes in a table what the session is like. */
const look = `await op.execute(\`create table seen as select current_user::text as role, session_user::text as user,
  current_setting('search_path') as path, current_setting('work_mem') as memory, coalesce(current_setting('app.tenant', true), '') as tenant,
  current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
  (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
  (select count(*)::int from pg_prepared_statements) as statements, (select count(*)::int from pg_cursors where is_holdable) as cursors,
  (select count(*)::int from pg_listening_channels()) as channels, (to_regclass('pg_temp.scratch') is null) as clean\`);`;

describeOnServers('a script that leaves something behind in the session', (database) => {
  beforeEach(() => prepare());

  async function prepare() {
    await emptyDatabase(database);
    await database.query(`do $$ begin
  if not exists (select from pg_roles where rolname = 'limbeck_weak') then create role limbeck_weak; end if;
end $$; grant create on schema public to limbeck_weak; create schema if not exists app`);
  }

  afterEach(() =>
    database.query('drop schema if exists app cascade; revoke all on schema public from limbeck_weak'),
  );

  function recording() {
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) };
    return { warnings, logger };
  }

  /** Runs `body` as revision b, and then `look` as revision c; returns what was warned of and what c has seen. */
  async function run(body: string, { settings = {}, files = {}, between = {}, knex = {} }: RunOptions = {}) {
    const { warnings, logger } = recording();
    const scripts = {
      a: {},
      b: { upgrade: body },
      ...between,
      c: { upgrade: look, downgrade: 'await op.schema.dropTable("seen");' },
    };
    const made = migrationProject(database.config, { scripts, settings, files, knex });
    await upgrade(await made.open(), { target: 'a' });
    await upgrade(await made.open({ logger }));
    expect(await versionRows(database)).to.deep.equal(['c']);
    const [seen] = await database.query('select * from seen');
    return { warnings, seen };
  }

  interface RunOptions {
    readonly settings?: LimbeckSettings;
    readonly files?: Readonly<Record<string, string>>;
    readonly between?: Readonly<Record<string, ScriptText>>;
    readonly knex?: object;
  }

  /** What a session is like in which nothing was left. */
  let untouched: unknown;
  before(async () => {
    await prepare();
    ({ seen: untouched } = await run(''));
  });

  const left: Record<string, [body: string, warning: RegExp]> = {
    'SET of a setting': [
      "await op.execute(`set work_mem = '77MB'`);",
      /setting "work_mem" was "[^"]+" and is "77MB"; write SET LOCAL/,
    ],
    'SET search_path': [
      "await op.execute('set search_path = app'); await op.schema.createTable('in_app', (t) => t.increments());",
      /setting "search_path" was "[^;]*public" and is "app"; write SET LOCAL/,
    ],
    set_config: [
      "await op.knex.raw(`select set_config('search_path', '', false)`);",
      /setting "search_path" was "[^;]*public" and is ""/,
    ],
    'SET ROLE': [
      "await op.execute('set role limbeck_weak; create table of_weak ()');",
      /setting "role" was "none" and is "limbeck_weak"/,
    ],
    'SET SESSION AUTHORIZATION': [
      "await op.execute('set session authorization limbeck_weak; create table of_weak ()');",
      /setting "session_authorization" was "postgres" and is "limbeck_weak"/,
    ],
    'SET of a time limit': [
      "await op.execute(`set lock_timeout = '7s'`);",
      /setting "lock_timeout" was "0" and is "7s"/,
    ],
    'a procedure that sets': [
      "await op.execute(`create procedure p() language plpgsql as $$ begin perform set_config('work_mem', '77MB', false); end $$; call p()`);",
      /setting "work_mem" was "[^"]+" and is "77MB"/,
    ],
    'SET of a setting that is nobody’s': [
      "await op.execute(`set app.tenant = 'x'`);",
      /setting "app.tenant" was "" and is "x"/,
    ],
    'SET with quotes': [
      `await op.execute('set "app"."tenant" = 1');`,
      /setting "app.tenant" was "" and is "1"/,
    ],
    'SET with a comment': [
      "await op.execute('set /* the */ session app . tenant to 1');",
      /setting "app.tenant" was "" and is "1"/,
    ],
    'set_config with a dollar quote': [
      "await op.execute(`select set_config($$app.tenant$$, 'x', false)`);",
      /setting "app.tenant" was "" and is "x"/,
    ],
    'set_config with an escape string': [
      "await op.execute(`select set_config(E'app.tenant', 'x', false)`);",
      /setting "app.tenant" was "" and is "x"/,
    ],
    'SET in a text of a block': [
      "await op.execute(`do $do$ begin execute 'set app.tenant = ''x'''; end $do$`);",
      /setting "app.tenant" was "" and is "x"/,
    ],
    'set_config with bindings': [
      "await op.execute('select set_config(?, ?, false)', ['app.tenant', 'x']);",
      /setting "app.tenant" was "" and is "x"/,
    ],
    'an advisory lock': [
      "await op.execute('select pg_advisory_lock(7), pg_advisory_lock(7)');",
      /advisory lock \(7\); take it with pg_advisory_xact_lock/,
    ],
    'a shared advisory lock of two numbers': [
      "await op.execute('select pg_advisory_lock_shared(-1, 7)');",
      /advisory lock \(-1, 7\);/,
    ],
    LISTEN: [
      'await op.execute(\'listen "News"\');',
      /it listens to "News"; end it in the script with UNLISTEN/,
    ],
    'a temporary table': [
      "await op.execute('create temp table scratch (id int)');",
      /temporary table .*scratch; drop it in the script/,
    ],
    'a prepared statement': [
      "await op.execute('prepare mine as select 1');",
      /prepared statement "mine"; end it in the script with DEALLOCATE/,
    ],
    'a cursor WITH HOLD': [
      "await op.execute('declare mine cursor with hold for select 1');",
      /cursor "mine"; end it in the script with CLOSE/,
    ],
  };

  for (const [what, [body, warning]] of Object.entries(left)) {
    it(`is named and put back after ${what}`, async () => {
      const { warnings, seen } = await run(body);
      expect(warnings, 'warnings').to.have.lengthOf(1);
      expect(warnings[0])
        .to.match(/^upgrade of "b" left something behind in the session: /)
        .and.match(warning);
      expect(seen).to.deep.equal(untouched);
    });
  }

  const harmless: Record<string, string> = {
    'SET LOCAL':
      "await op.execute(`set local work_mem = '77MB'; set local search_path = app; set local role limbeck_weak; set local lock_timeout = 0; set local app.tenant = 'x'`);",
    'a temporary table that goes at the end':
      "await op.execute('create temp table scratch (id int) on commit drop');",
    'an advisory lock of the transaction': "await op.execute('select pg_advisory_xact_lock(7)');",
    'a function with settings of its own':
      "await op.execute(`create function f() returns int language sql set work_mem = '77MB' set app.tenant = 'x' as 'select 1'; select f()`);",
  };
  for (const [what, body] of Object.entries(harmless)) {
    it(`lets ${what} be`, async () => {
      expect((await run(body)).warnings).to.deep.equal([]);
    });
  }

  it('does not keep limbeck from writing as itself what it records, while a script is somebody else', async () => {
    const files = {
      'raw_sql/procs/f.sql': "create or replace function public.f() returns int language sql as 'select 1';",
    };
    const made = migrationProject(database.config, {
      files,
      scripts: {
        a: {},
        b: {
          upgrade:
            "await op.execute('set local role limbeck_weak; set local search_path = app'); await loadStoredProc(op, ['f.sql']);",
          downgrade: "await op.execute('set role limbeck_weak'); await loadStoredProc(op, ['f.sql']);",
        },
      },
    });
    await freeze(await made.open());
    await upgrade(await made.open());
    expect(await database.query('select path, revision from limbeck_assets')).to.deep.equal([
      { path: 'procs/f.sql', revision: 'b' },
    ]);
    const { warnings, logger } = recording();
    await downgrade(await made.open({ logger }), { target: 'a' });
    expect(await database.query('select path from limbeck_assets')).to.deep.equal([]);
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]).to.match(/^downgrade of "b" left .*"role"/);
  });

  it('is put back between the revisions of one transaction as well, and named once that is committed', async () => {
    const body =
      "await op.execute(`set work_mem = '77MB'; set local search_path = app; set role limbeck_weak; prepare mine as select 1`);";
    const { warnings, seen } = await run(body, {
      settings: { transaction: 'all' },
      between: { b2: { upgrade: "await op.execute(`set lock_timeout = '7s'`);" } },
    });
    expect(warnings.map((warning) => warning.replace(/ was .*/, ''))).to.have.members([
      'upgrade of "b" left something behind in the session: setting "role"',
      'upgrade of "b" left something behind in the session: setting "work_mem"',
      'upgrade of "b2" left something behind in the session: setting "lock_timeout"',
      'upgrade of "b" left something behind in the session: prepared statement "mine"; end it in the script with DEALLOCATE',
    ]);
    expect({ ...seen, statements: 0 }).to.deep.equal(untouched);
  });

  it('is told from what the knexfile has set, which stays', async () => {
    const afterCreate = (
      connection: { query(sql: string, done: (error: unknown) => void): void },
      done: (error: unknown) => void,
    ) =>
      connection.query("set search_path = app, public; set app.tenant = 'ours'; set work_mem = '33MB'", done);
    const { pool } = database.config;
    const { warnings, logger } = recording();
    const made = migrationProject(database.config, {
      knex: { pool: { ...pool, afterCreate } },
      scripts: {
        a: {},
        b: {
          upgrade: "await op.execute(`set search_path = ''; set app.tenant = 'theirs'; reset work_mem`);",
        },
        c: { upgrade: `${look.replaceAll('seen', 'app.seen')}` },
      },
    });
    await upgrade(await made.open({ logger }));
    expect(warnings).to.have.lengthOf(3);
    const [seen] = await database.query('select path, tenant, memory from app.seen');
    expect(seen).to.deep.equal({ path: 'app, public', tenant: 'ours', memory: '33MB' });
    if (database.kind === 'pglite')
      await database.query('reset search_path; reset app.tenant; reset work_mem');
  });

  /** What a pool does with each new connection. */
  const pooled = (text: string) => {
    const afterCreate = (
      connection: { query(sql: string, done: (error: unknown) => void): void },
      done: (error: unknown) => void,
    ) => connection.query(text, done);
    return { pool: { ...database.config.pool, afterCreate } };
  };

  it('is no value from before, where the message that would have told of it has failed', async () => {
    const knex = pooled("set app.tenant = 'ours'");
    const caught =
      "await op.savepoint(() => op.execute(`set app.tenant = 'x'; select 1/0`)).catch(() => {});";
    const { warnings, seen } = await run(caught, { knex });
    expect(warnings).to.deep.equal([]);
    expect(seen?.['tenant']).to.equal('ours');
    await prepare();
    const again = await run(`${caught} await op.execute("set app.tenant = 'y'; set app.tenant = 'z'");`, {
      knex,
    });
    expect(again.warnings).to.have.lengthOf(1);
    expect(again.seen?.['tenant']).to.equal('ours');
    if (database.kind === 'pglite') await database.query('reset app.tenant');
  });

  it('is found though the script has left a time limit that limbeck could not live with', async () => {
    // Many locks make limbeck's queries slow.
    const many = 'select pg_advisory_lock(n) from generate_series(1, 2000) n';
    const { warnings, seen } = await run(`await op.execute('${many}; set statement_timeout = 3');`);
    expect(warnings).to.have.lengthOf(2001);
    expect(seen).to.deep.equal(untouched);
  });

  it('ends the run where it cannot be put back, and says what, and what stands', async () => {
    await database.query('create text search configuration app.mine (copy = simple)');
    const made = migrationProject(database.config, {
      knex: pooled("set default_text_search_config = 'app.mine'"),
      scripts: {
        a: {},
        b: {
          upgrade:
            "await op.execute(`set default_text_search_config = 'english'; drop text search configuration app.mine`);",
        },
        c: {},
      },
    });
    const error = await expectFailure(upgrade(await made.open()), {
      code: 'SQL_FAILED',
      message:
        /^what the upgrade of "b" left behind in the session could not be put back: setting "default_text_search_config" was "app.mine" and is "\S*english": invalid value/,
      where: /^migrations\/.*b/,
      next: 'write SET LOCAL, which ends with the revision; 2 revisions stand, the database is at b',
    });
    expect(error.details).to.deep.include({ revision: 'b', current: ['b'] });
    expect(await versionRows(database)).to.deep.equal(['b']);
    if (database.kind === 'pglite') await database.query('reset default_text_search_config');
  });

  it('does not lose the lock to pg_advisory_unlock_all', async () => {
    const { warnings } = await run("await op.execute('select pg_advisory_unlock_all()');");
    expect(warnings).to.deep.equal([
      'upgrade of "b" left something behind in the session: limbeck\'s lock was released, and was taken again; give back the locks of the script one by one with pg_advisory_unlock',
    ]);
  });
});

describeOnServers('LOCK_LOST', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  it('rolls a revision back that released the lock, where another process took it', async () => {
    await emptyDatabase(database);
    const made = migrationProject(database.config, {
      scripts: {
        a: {
          upgrade: `await op.execute('create table half ()');
await op.knex.raw('select pg_advisory_unlock_all()');
await globalThis[Symbol.for('limbeck.spec.thief')]();`,
        },
      },
    });
    const thief = await database.connect();
    const key = lockKey({ schema: 'public', versionTable: 'limbeck_version' });
    Reflect.set(globalThis, Symbol.for('limbeck.spec.thief'), () =>
      thief.query(`select pg_advisory_lock(${key})`),
    );
    await expectFailure(made.open().then(upgrade), {
      code: 'LOCK_LOST',
      message: 'upgrade of "a" failed: the script released the lock, and another process took it',
      next: /^give back the locks of the script one by one with pg_advisory_unlock, not with pg_advisory_unlock_all; nothing was changed/,
    });
    expect(await database.query("select to_regclass('half') as half")).to.deep.equal([{ half: null }]);
  });
});
