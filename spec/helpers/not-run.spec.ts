import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const spec = `
import { describeOnServers } from '${new URL('database.js', import.meta.url).href}';
import { requireProgram } from '${new URL('programs.js', import.meta.url).href}';
const on = ['PostgreSQL 15'];
describeOnServers('one', { on }, () => it('is never run', () => {}));
describeOnServers('two', { on }, () => it('is never run', () => {}));
describe('three', () => it('wants psql', function () { requireProgram(this, 'psql'); }));
`;

describe('a run without PostgreSQL 15', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'limbeck-'));
    writeFileSync(join(folder, 'some.spec.mjs'), spec);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const runMocha = (settings: NodeJS.ProcessEnv) => {
    const env = { ...process.env, LIMBECK_POSTGRESQL_15_BIN: folder, LIMBECK_REQUIRE_ALL: '0', ...settings };
    return spawnSync(process.execPath, [mocha, '--no-config', 'some.spec.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
  };

  it('ends with one line for each missing piece', () => {
    const { status, stdout } = runMocha({});
    expect(status).to.equal(0);
    expect(stdout.trimEnd().split('\n').slice(-4)).to.deep.equal([
      '-'.repeat(72),
      'NOT RUN: PostgreSQL 15 (no binaries found): 2 suites',
      'NOT RUN: psql 15 (no binaries found): 1 test',
      '-'.repeat(72),
    ]);
  });

  it('fails with LIMBECK_REQUIRE_ALL=1', () => {
    const { status, stdout } = runMocha({ LIMBECK_REQUIRE_ALL: '1' });
    expect(status).to.equal(3);
    expect(stdout).to.include(
      'PostgreSQL 15 is missing (no binaries found), and LIMBECK_REQUIRE_ALL=1 asks for everything',
    );
  });
});
