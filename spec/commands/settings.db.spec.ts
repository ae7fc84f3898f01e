import { expect } from 'chai';
import { current, downgrade, stamp, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { migrationProject, type MigrationProjectOptions } from '../helpers/migration-project.js';

const scripts = {
  a: { upgrade: "await op.execute('create table a ()');", downgrade: "await op.execute('drop table a');" },
  b: {},
};

describeOnServers('the settings of the ledger', (database) => {
  beforeEach(() => emptyDatabase(database));

  const project = (options: MigrationProjectOptions) =>
    migrationProject(database.config, { scripts, ...options });

  const tablesOf = async (schema: string) => {
    const rows = await database.query(
      'select tablename as name from pg_tables where schemaname = $1 order by 1',
      [schema],
    );
    return rows.map(({ name }) => name);
  };

  it('creates the schema that is set, whatever it is called', async () => {
    const schema = 'Odd "schema';
    const { open } = project({ settings: { schema, versionTable: 'Rev"isions' } });
    await upgrade(await open());
    expect(await tablesOf(schema)).to.deep.equal([
      'Rev"isions',
      'limbeck_assets',
      'limbeck_log',
      'limbeck_stages',
    ]);
    expect(await tablesOf('public')).to.deep.equal(['a']);
    expect((await current(await open())).isAtHeads).to.equal(true);
    await downgrade(await open(), { target: 'base' });
    expect(await versionRows(database, '"Odd ""schema"."Rev""isions"')).to.deep.equal([]);
  });

  it("takes the schema of Knex's own migrations", async () => {
    const { open } = project({ knex: { migrations: { schemaName: 'tools' } } });
    await upgrade(await open());
    expect(await tablesOf('tools')).to.include('limbeck_version');
  });

  it('keeps to its schema whatever the search path says', async () => {
    await database.query('create schema app');
    const { open } = project({ knex: { searchPath: ['app', 'public'] } });
    await upgrade(await open());
    expect(await tablesOf('public')).to.include.members(['limbeck_log', 'limbeck_version']);
    expect(await tablesOf('app')).to.deep.equal(['a']);
    expect((await upgrade(await open())).steps).to.deep.equal([]);
  });

  it('goes on with the version table of Alembic, and leaves it as it is', async () => {
    await database.query(`create table alembic_version (version_num varchar(32) not null,
      constraint alembic_version_pkc primary key (version_num)); insert into alembic_version values ('a')`);
    const { open } = project({ settings: { versionTable: 'alembic_version' } });
    const report = await current(await open());
    expect(report.current.map(({ revision }) => revision)).to.deep.equal(['a']);
    expect((await upgrade(await open())).steps.map(({ revision }) => revision)).to.deep.equal(['b']);
    expect(await versionRows(database, 'alembic_version')).to.deep.equal(['b']);
    await stamp(await open(), { targets: ['a'] });
    const columns = await database.query(
      "select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'alembic_version'::regclass and attnum > 0",
    );
    expect(columns).to.deep.equal([{ type: 'character varying(32)' }]);
    expect(await tablesOf('public')).to.deep.equal([
      'alembic_version',
      'limbeck_assets',
      'limbeck_log',
      'limbeck_stages',
    ]);
  });
});
