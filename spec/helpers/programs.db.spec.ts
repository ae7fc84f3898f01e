import { expect } from 'chai';
import { describeOnServers } from './database.js';
import { dumpSchema, hasRestrictKey, requireProgram, runPsql } from './programs.js';

describeOnServers('dumpSchema', { on: ['PostgreSQL 15'] }, (database) => {
  it('writes the same text each time', async function () {
    const program = requireProgram(this, 'pg_dump');
    await database.query('create table chapter (id int primary key)');
    const dump = await dumpSchema(database.onServer().url);
    expect(dump).to.include('CREATE TABLE public.chapter');
    if (hasRestrictKey(program)) expect(dump).to.include('\\restrict limbeck\n');
    expect(await dumpSchema(database.onServer().url)).to.equal(dump);
  });
});

describeOnServers('dumpSchema', { on: ['PostgreSQL 18'] }, (database) => {
  it('says why it cannot dump from a newer server', async function () {
    requireProgram(this, 'pg_dump');
    const error = await dumpSchema(database.onServer().url).catch((thrown: unknown) => thrown);
    expect(String(error)).to.match(/ended with status 1: [^]*server version mismatch/);
  });
});

describeOnServers('runPsql', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  it('returns rows, status and messages, and stops at the first error', async function () {
    requireProgram(this, 'psql');
    expect(await runPsql(database.onServer().url, "select 1, 'ä';")).to.deep.equal({
      status: 0,
      stdout: '1|ä\n',
      stderr: '',
    });
    const failed = await runPsql(database.onServer().url, 'select 1; select nothing; select 2;');
    expect(failed).to.include({ status: 3, stdout: '1\n' });
    expect(failed.stderr).to.include('column "nothing" does not exist');
  });
});
