/** What `check` compares besides objects that files define: grants, and what a shadow does not have. */
import { expect } from 'chai';
import { check, freeze, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';

const kinds = ['types', 'procs', 'views', 'triggers', 'grants'];
const files = {
  "procs/it's/f.sql": 'create or replace function f() returns int language sql as $$ select 1 $$;\n',
  'procs/stamp.sql':
    'create or replace function stamp() returns trigger language plpgsql as $$ begin return new; end $$;\n',
  'triggers/stamp.sql': 'create trigger stamp before insert on t for each row execute function stamp();\n',
};
const loads = (names: readonly string[]) =>
  names
    .map((path) => path.split('/'))
    .map(([kind, ...name]) => `await op.loadAssets('${kind}', [${JSON.stringify(name.join('/'))}]);`)
    .join('\n');

describeOnServers('check of what SQL files do besides', (database) => {
  let project: MigrationProject;
  let role: string;
  before(async () => {
    role = `granted_${database.name.replaceAll(/\W/g, '').toLowerCase()}`;
    await database.query(`create role ${role}`);
    project = migrationProject(database.config, { settings: { kinds, trial: false } });
    project.script('a', {
      upgrade:
        "await op.execute('create schema \"it\\'s\"; create table t (id int, name text); create sequence q');",
      downgrade: "await op.execute('drop sequence q; drop table t; drop schema \"it\\'s\"');",
    });
    await ship('b', {
      ...files,
      'grants/t.sql': `grant select, update (name) on t to ${role};\ngrant usage on sequence q to ${role};\n`,
    });
    await upgrade(await project.open());
  });
  after(async () => {
    await database.query(`drop owned by ${role}`);
    await database.query(`drop role ${role}`);
  });

  async function ship(revision: string, live: Readonly<Record<string, string>>, more = '') {
    for (const [path, text] of Object.entries(live)) project.write(`raw_sql/${path}`, text);
    const names = Object.keys(live);
    project.script(revision, {
      upgrade: `${loads(names)}\n${more}`,
      downgrade: loads(names.toReversed()),
    });
    await freeze(await project.open(), { revision });
  }
  const look = async () => (await check(await project.open(), { database: true })).findings;
  const told = async () => (await look()).map(({ kind, message }) => `${kind}: ${message}`);

  it('finds what was revoked and granted where a file grants', async () => {
    expect(await told()).to.deep.equal([]);
    await database.query(`revoke select on t from ${role}; revoke update (name) on t from ${role};
      revoke usage on sequence q from ${role}; alter table t add column more int; comment on table t is 'mine'`);
    expect(await told()).to.deep.equal([
      `object-changed: "sequence public.q" is not what revision "b" has made of it: grants.granted − USAGE to ${role} by the owner`,
      `object-changed: "table public.t" is not what revision "b" has made of it: column public.t.name: grants.granted − UPDATE to ${role} by the owner; grants.granted − SELECT to ${role} by the owner`,
    ]);
  });

  it('finds what was changed and dropped, and what it advises puts it back', async () => {
    await database.query(`create or replace function "it's".f() returns int language sql as $$ select 2 $$;
      drop trigger stamp on t; create trigger stamp after insert on t for each row execute function stamp();
      drop function "it's".f()`);
    const findings = await look();
    expect(findings.map(({ kind, path }) => `${kind} ${path}`)).to.have.members([
      "object-missing procs/it's/f.sql",
      'object-changed grants/t.sql',
      'object-changed grants/t.sql',
      'object-changed triggers/stamp.sql',
    ]);
    const advised = findings.map(({ next }) => /`(await op\.loadAssets\(.*?\);)` in both/.exec(next)?.[1]);
    const lines = [...new Set(advised)].join('\n');
    project.script('c', { upgrade: lines, downgrade: lines });
    await freeze(await project.open(), { revision: 'c' });
    await upgrade(await project.open());
    expect(await told()).to.deep.equal([]);
  });

  it('finds what the revisions do not make on an empty database, whether it is there or not', async () => {
    const live = { 'procs/g.sql': 'create function g() returns int language sql as $$ select 1 $$;\n' };
    await ship('d', live, "await op.execute('drop function g()');");
    await upgrade(await project.open());
    const message =
      'object-unjudged: "function public.g()" of "procs/g.sql" is not there when the applied revisions are run on an empty database';
    expect(await told()).to.deep.equal([
      `${message}, and the database does not have it: it is compared with nothing`,
    ]);
    await database.query(live['procs/g.sql']);
    expect(await told()).to.deep.equal([
      `${message}, though the database has it: it is compared with nothing`,
    ]);
  });
});
