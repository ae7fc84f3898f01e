import { expect } from 'chai';
import { check, type CheckReport, openProject, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { expectFailure } from '../helpers/failure.js';
import { findInstallation } from '../helpers/installation.js';
import { sharedServer } from '../helpers/server.js';

const live = {
  'types/mood.sql': "create type mood as enum ('sad', 'happy');\n",
  'procs/f.sql':
    "create or replace function f(a int, m mood) returns int language sql immutable as $$ select a + 1 $$;\nrevoke execute on function f(int, mood) from public;\ncomment on function f(int, mood) is 'adds one';\n",
  'views/low.sql': 'create or replace view low as\nselect id, name\n  from t;\n',
  'views/mat.sql': 'create materialized view mat as select id from low;\ncreate index mat_id on mat (id);\n',
};
const base = {
  upgrade: "await op.execute('create table t (id int, name text)');",
  downgrade: "await op.execute('drop table t');",
};

describeOnServers('check of a database against a shadow', (database) => {
  let project: AssetProject;
  before(async () => {
    project = assetProject(database);
    project.script('a', base);
    await project.ship('b', live);
    await upgrade(await project.open());
  });

  const look = async (options: object = {}) => check(await project.open(), { database: true, ...options });
  const told = ({ findings }: CheckReport) => findings.map(({ kind, message }) => `${kind}: ${message}`);

  /** Changes the database behind limbeck's back, looks, and takes it back. */
  async function after(change: string, back: string): Promise<string[]> {
    await database.query(change);
    try {
      return told(await look());
    } finally {
      await database.query(back);
    }
  }
  const f = (body: string, words = 'immutable') =>
    `create or replace function f(a int, m mood) returns int language sql ${words} as $$ ${body} $$`;

  it('finds nothing where nothing was changed, and leaves nothing', async () => {
    const report = await look();
    expect(report).to.deep.include({ findings: [], objects: 4, withoutShadow: null });
    if (database.kind === 'pglite') return;
    const left = await database.query("select from pg_database where datname like 'limbeck\\_shadow\\_%'");
    expect(left).to.deep.equal([]);
  });

  const changed = (object: string, what: string) =>
    `object-changed: "${object}" is not what revision "b" has made of it: ${what}`;
  const functionName = 'function public.f(integer, public.mood)';

  it('finds what was changed by hand, and says how', async () => {
    expect(
      await after(
        `${f('select a + 2')}; alter type mood rename value 'sad' to 'blue'; create index by_hand on mat (id desc)`,
        `${f('select a + 1')}; alter type mood rename value 'blue' to 'sad'; drop index by_hand`,
      ),
    ).to.deep.equal([
      changed(functionName, 'body " select a + 1 " → " select a + 2 "'),
      changed('materialized view public.mat', 'index public.by_hand: added'),
      changed('type public.mood', 'labels − sad, + blue'),
    ]);
  });

  it('finds what OR REPLACE would reset, and what the file says besides', async () => {
    const found = await after(
      `alter function f(int, mood) volatile; grant execute on function f(int, mood) to public;
        comment on function f(int, mood) is 'adds two'; drop index mat_id;
        create or replace view low as select id, name from t where name <> ''`,
      `alter function f(int, mood) immutable; revoke execute on function f(int, mood) from public;
        comment on function f(int, mood) is 'adds one'; create index mat_id on mat (id); ${live['views/low.sql']}`,
    );
    expect(found).to.have.length(3);
    expect(found[0]).to.contain('volatility immutable → volatile').and.contain('comment adds one → adds two');
    expect(found[0]).to.match(/grants\.revoked − EXECUTE to PUBLIC by the owner/);
    expect(found[1]).to.equal(changed('materialized view public.mat', 'index public.mat_id: removed'));
    expect(found[2]).to.match(
      /^object-changed: "view public\.low" is not what revision "b" has made of it: .*→.*WHERE/,
    );
  });

  it('finds what was dropped', async () => {
    const whole = live['procs/f.sql'];
    expect(await after('drop function f(int, mood)', whole)).to.deep.equal([
      'object-missing: "function public.f(integer, public.mood)" is not in the database, though "procs/f.sql" of revision "b" defines it: somebody has dropped it',
    ]);
  });

  it('passes over what scripts say nothing of, and over the way it is written', async () => {
    const role = `drift_${database.name.replaceAll(/\W/g, '').toLowerCase()}`;
    await database.query(`create role ${role}`);
    const given = `grant select on low to ${role}; alter view low owner to ${role}; comment on view low is 'mine';
      create or replace view low as select id, name from public.t; alter materialized view mat owner to ${role}; create table other (id int)`;
    const back = `drop table other; alter view low owner to current_user; alter materialized view mat owner to current_user; comment on view low is null; revoke all on low from ${role}`;
    expect(await after(given, back)).to.deep.equal([]);
    await database.query(`drop role ${role}`);
  });

  it('is left out unless a database is demanded, and on request', async () => {
    await database.query(f('select a + 3'));
    const usual = await look({ database: undefined });
    expect(usual).to.deep.include({ findings: [], objects: 0, withoutShadow: 'only with `--database`' });
    const none = await look({ shadow: 'none' });
    expect(none).to.deep.include({ findings: [], objects: 0, withoutShadow: 'none was wanted' });
    await database.query(f('select a + 1'));
  });

  it('says what it cannot judge where a row is unknown', async () => {
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text) };
    await database.query("insert into limbeck_version values ('elsewhere')");
    const report = await check(await project.open({ logger }), { database: true });
    await database.query("delete from limbeck_version where version_num = 'elsewhere'");
    expect(report.findings.map(({ kind }) => kind)).to.deep.equal(['row-unknown']);
    expect(report.withoutShadow).to.equal('the database is at "elsewhere", which no script declares');
    expect(warnings).to.have.length(1);
  });

  it('finds where the ledger says something else than the revisions', async () => {
    await database.query('create table kept as select * from limbeck_assets');
    await database.query(`delete from limbeck_assets where path = 'procs/f.sql';
      update limbeck_assets set revision = 'a' where path = 'views/low.sql';
      insert into limbeck_assets (path, sha256, revision, identities) values ('procs/x.sql', '0', 'b', '{}')`);
    const report = await look({ database: undefined });
    await database.query(
      'truncate limbeck_assets; insert into limbeck_assets select * from kept; drop table kept',
    );
    expect(told(report)).to.deep.equal([
      'ledger-mismatch: the ledger has no row for "procs/f.sql", which revision "b" ships',
      'ledger-mismatch: the ledger has a row for "procs/x.sql", which no applied revision ships',
      'ledger-mismatch: the ledger says that "views/low.sql" is of revision "a", and it is of "b"',
    ]);
  });

  it('says what it cannot judge where a script does not run on an empty database', async () => {
    const elsewhere = await database.freshDatabase();
    const other = assetProject(elsewhere);
    other.script('a', { upgrade: "await op.execute('insert into made_elsewhere values (1)');" });
    await other.ship('b', {
      'procs/g.sql': 'create function g() returns int language sql as $$ select 1 $$;\n',
    });
    await elsewhere.query('create table made_elsewhere (id int)');
    await upgrade(await other.open());
    const report = await check(await other.open(), { database: true });
    expect(report).to.deep.include({ findings: [], objects: 0 });
    expect(report.withoutShadow).to.match(
      /^the revisions cannot be run on a shadow: upgrade of "a" failed: relation "made_elsewhere" does not exist/,
    );
  });
});

describeOnServers('the shadow beside a server', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  let project: AssetProject;
  before(async () => {
    project = assetProject(database);
    project.script('a', base);
    await project.ship('b', live);
    await upgrade(await project.open());
  });

  it('SHADOW_UNAVAILABLE, or embedded: where the user may not create databases, the major decides', async () => {
    const { connection } = database.onServer();
    const humble = `humble_${database.version}`;
    const knex = { client: 'pg', connection: { ...connection, user: humble } };
    const opened = await openProject({ folder: project.root, knex });
    await database.query(
      `create role ${humble} login; grant select on all tables in schema public to ${humble}`,
    );
    if (database.version === 18) {
      expect(await check(opened, { database: true })).to.deep.include({ findings: [], objects: 4 });
    } else {
      await expectFailure(check(opened, { database: true }), {
        code: 'PRIVILEGE_MISSING',
        next: /LIMBECK_SHADOW_URL.*`--shadow none`/,
      });
      await expectFailure(check(opened, { database: true, shadow: 'embedded' }), {
        code: 'SHADOW_UNAVAILABLE',
        message:
          'the database is PostgreSQL 15, and the shadow would be PostgreSQL 18: they print the same schema in different words',
        next: /^set LIMBECK_SHADOW_URL.* to a server of PostgreSQL 15 /,
      });
    }
    await database.query(`drop owned by ${humble}; drop role ${humble}`);
  });

  it('SHADOW_UNAVAILABLE: refuses a "shadowUrl" of another major', async function () {
    const name = database.version === 18 ? 'PostgreSQL 15' : 'PostgreSQL 18';
    if (findInstallation(name) === undefined) return this.skip();
    const server = await sharedServer(name);
    const opened = await project.open({ settings: { shadowUrl: server.url('postgres') } });
    await expectFailure(check(opened, { database: true }), {
      code: 'SHADOW_UNAVAILABLE',
      message: new RegExp(`^the database is PostgreSQL ${database.version}, and the shadow would be`),
    });
  });
});
