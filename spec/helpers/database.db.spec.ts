import { expect } from 'chai';
import { describeOnServers } from './database.js';

describeOnServers('describeOnServers', (database) => {
  let other: string | undefined;

  it('gives the major version that it says', async () => {
    const [row] = await database.query('show server_version');
    expect(Number.parseInt(String(row?.['server_version']), 10)).to.equal(database.version);
  });

  it('gives superuser postgres, UTF8 and collation C', async () => {
    const rows = await database.query(
      `select current_user as "user", pg_encoding_to_char(encoding) as encoding, datcollate as collation
       from pg_database where datname = current_database()`,
    );
    expect(rows).to.deep.equal([{ user: 'postgres', encoding: 'UTF8', collation: 'C' }]);
  });

  it('returns the rows of the last statement, typed by the driver', async () => {
    expect(await database.query('select 1; select 2::bigint as big, null as nothing')).to.deep.equal([
      { big: '2', nothing: null },
    ]);
    expect(await database.query('select $1::int + 1 as sum', [41])).to.deep.equal([{ sum: 42 }]);
  });

  it('connects through knex, again and again', async () => {
    for (const table of ['one', 'two']) {
      const connection = database.knex();
      await connection.schema.createTable(table, (columns) => columns.increments());
      await connection.destroy();
    }
    const rows = await database.query('select tablename from pg_tables where schemaname = $1 order by 1', [
      'public',
    ]);
    expect(rows).to.deep.equal([{ tablename: 'one' }, { tablename: 'two' }]);
  });

  it('makes fresh databases, empty and apart from each other', async () => {
    const fresh = await database.freshDatabase();
    await fresh.query('create table one (id int)');
    await fresh.knex().raw('select 1');
    const rows = await fresh.query('select count(*)::int as tables from pg_tables where schemaname = $1', [
      'public',
    ]);
    expect(rows).to.deep.equal([{ tables: 1 }]);
    other = fresh.url;
  });

  it('drops what a test has made when the test ends', async () => {
    if (database.kind === 'pglite') return expect(other).to.equal(undefined);
    const rows = await database.query('select datname from pg_database where datname like $1', ['spec%']);
    return expect(rows).to.have.lengthOf(1);
  });
});
