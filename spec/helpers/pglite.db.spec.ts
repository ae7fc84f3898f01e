import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect } from 'chai';
import { pgliteDirectory, startPGlite } from './pglite.js';

describe('pgliteDirectory', () => {
  it('makes a data directory that keeps what is written to it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'limbeck-'));
    const directory = await pgliteDirectory(join(folder, 'data'));
    for (const sql of ['create table chapter (id int)', 'insert into chapter values (1)']) {
      const pglite = await PGlite.create(directory);
      await pglite.exec(sql);
      await pglite.close();
    }
    await rm(folder, { recursive: true });
  });

  it('makes another one each time', async () => {
    const [one, two] = [await pgliteDirectory(), await pgliteDirectory()];
    expect(one).to.not.equal(two);
    expect(existsSync(join(one, 'PG_VERSION')) && existsSync(join(two, 'PG_VERSION'))).to.equal(true);
  });
});

describe('startPGlite', () => {
  it('starts instances that do not see each other', async () => {
    const [one, two] = await Promise.all([startPGlite(), startPGlite()]);
    await one.exec('create table chapter (id int)');
    await two.exec('create table chapter (id int)');
    await Promise.all([one.close(), two.close()]);
  });
});
