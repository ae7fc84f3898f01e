/** What scripts leave behind in the session of psql, against the run itself: the next revision sees none of it. */
import { expect } from 'chai';
import { upgrade, upgradeSql } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf, versionRows } from '../helpers/database-state.js';
import { migrationProject } from '../helpers/migration-project.js';
import { requireProgram, runPsql } from '../helpers/programs.js';

/** Makes a table where the search path says, and notes what the session is like. */
const look = `await op.execute(\`create table two ();
  insert into public.seen select current_user::text, session_user::text, current_setting('timezone'),
    current_setting('standard_conforming_strings'), current_setting('work_mem'), coalesce(current_setting('app.tenant', true), ''),
    current_setting('lock_timeout'), current_setting('client_min_messages')\`);`;

const seen = `create table public.seen ("user" text, session text, zone text, strings text, memory text, tenant text,
  lock text, messages text)`;

const left: Record<string, [sql: string, ...settings: string[]]> = {
  'the search path': ['create schema s2; set search_path = s2', 'search_path'],
  'an empty search path': ["select set_config('search_path', '', false)", 'search_path'],
  'a role': ['set role limbeck_other_role', 'role'],
  'another user': ['set session authorization limbeck_other_role', 'session_authorization'],
  'settings of any kind': [
    `set timezone = 'Asia/Kolkata'; set work_mem = '77MB'; select set_config('app.tenant', 'x', false)`,
    'TimeZone',
    'work_mem',
    'app.tenant',
  ],
  'how texts are read': ['set standard_conforming_strings = off', 'standard_conforming_strings'],
  'a time limit': ["set lock_timeout = '7s'", 'lock_timeout'],
  'how much is told': ['set client_min_messages = error', 'client_min_messages'],
};

describeOnServers('what is left behind in the session of psql', { on: ['PostgreSQL 15'] }, (database) => {
  before(async function () {
    requireProgram(this, 'psql');
    await database.query('create role limbeck_other_role');
  });
  after(() => database.query('drop role limbeck_other_role'));
  beforeEach(() => emptyDatabase(database));

  const execute = (sql: string) => `await op.execute(${JSON.stringify(sql)});`;

  /** The database, and what the last revision has seen. */
  async function made() {
    expect(await versionRows(database)).to.deep.equal(['c']);
    return [await stateOf(database), await database.query('select * from seen')];
  }

  const warned = (name: string) =>
    `upgrade of "b" left something behind in the session: setting "${name}" was`;

  for (const transaction of ['revision', 'all'] as const) {
    for (const [what, [sql, ...settings]] of Object.entries(left)) {
      it(`is put back and named as by the run: ${what}, with a transaction for ${transaction}`, async () => {
        const warnings: string[] = [];
        const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text) };
        const scripts = { a: { upgrade: execute(seen) }, b: { upgrade: execute(sql) }, c: { upgrade: look } };
        const { open } = migrationProject(database.config, { scripts, settings: { transaction } });
        await upgrade(await open({ logger }));
        const online = await made();
        await emptyDatabase(database);
        const written = await upgradeSql(await open());
        const { status, stderr } = await runPsql(database.onServer().url, written.sql);
        expect(status, stderr).to.equal(0);
        expect(await made()).to.deep.equal(online);
        for (const name of settings) {
          expect(stderr).to.include(warned(name));
          expect(warnings.some((text) => text.startsWith(warned(name)))).to.equal(true);
        }
        expect(stderr.match(/WARNING: /g)).to.have.lengthOf(settings.length);
      });
    }
  }

  it('is not what was SET LOCAL', async () => {
    const scripts = {
      a: { upgrade: execute(seen) },
      b: { upgrade: execute("set local search_path = pg_catalog; set local timezone = 'Asia/Kolkata'") },
      c: { upgrade: look },
    };
    const { sql } = await upgradeSql(await migrationProject(database.config, { scripts }).open());
    expect(await runPsql(database.onServer().url, sql)).to.deep.equal({ status: 0, stdout: '', stderr: '' });
    expect(await versionRows(database)).to.deep.equal(['c']);
  });
});
