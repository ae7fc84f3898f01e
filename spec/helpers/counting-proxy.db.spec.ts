import { existsSync } from 'node:fs';
import { expect } from 'chai';
import knex from 'knex';
import { Client } from 'pg';
import { type CountingProxy, startCountingProxy } from './counting-proxy.js';
import { describeOnServers } from './database.js';
import { requireProgram, runPsql } from './programs.js';

describeOnServers('startCountingProxy', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  let proxy: CountingProxy;

  beforeEach(async () => {
    proxy = await startCountingProxy(database.onServer().connection);
  });

  afterEach(() => proxy.close());

  it('counts a round trip for the start and one for each statement', async () => {
    const client = new Client(proxy.connection);
    await client.connect();
    expect(proxy.counts()).to.include({ connections: 1, roundTrips: 1 });
    proxy.reset();
    await client.query('select 1; select 2');
    await client.query('select $1::int', [3]);
    const { roundTrips, statements } = proxy.counts();
    expect(roundTrips).to.equal(2);
    expect(statements).to.deep.equal([
      { kind: 'query', sql: 'select 1; select 2' },
      { kind: 'parse', sql: 'select $1::int' },
    ]);
    await client.end();
  });

  it('counts through knex, and passes large results whole', async () => {
    const connection = knex({ client: 'pg', connection: proxy.connection });
    await connection.raw('select 1');
    proxy.reset();
    const { rows } = await connection.raw("select repeat('Z', 3000000) as text");
    expect(rows[0].text).to.have.lengthOf(3_000_000);
    expect(proxy.counts()).to.include({ connections: 0, roundTrips: 1, clientMessages: 1 });
    await connection.destroy();
  });

  it('takes a URL, and a client that asks for encryption', async function () {
    requireProgram(this, 'psql');
    const { status, stdout } = await runPsql(`${proxy.url}&sslmode=prefer`, 'select 41 + 1;');
    expect({ status, stdout }).to.deep.equal({ status: 0, stdout: '42\n' });
    expect(proxy.counts().statements).to.deep.equal([{ kind: 'query', sql: 'select 41 + 1;' }]);
  });

  it('breaks connections when asked to, and accepts new ones', async () => {
    const client = new Client(proxy.connection);
    client.on('error', () => undefined);
    await client.connect();
    const query = client.query('select pg_sleep(60)').catch((error: unknown) => error);
    proxy.cut();
    expect(String(await query)).to.match(/terminated|ECONNRESET|EPIPE/);
    const next = new Client(proxy.connection);
    await next.connect();
    await next.end();
  });

  it('leaves no folder behind', async () => {
    const second = await startCountingProxy(database.onServer().connection);
    await second.close();
    expect(existsSync(second.connection.host)).to.equal(false);
  });
});
