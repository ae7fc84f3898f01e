import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  downgrade,
  freeze,
  loadStoredProc,
  openProject,
  type Operations,
  revision,
  show,
  upgrade,
} from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { assetProject, functionsOf } from '../helpers/asset-project.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { temporaryProject } from '../helpers/project.js';

const modules = {
  first: {
    revision: 'first',
    downRevision: null,
    message: 'make a',
    branchLabels: ['main'],
    created: '2026-01-01',
    upgrade: (op: Operations) => op.execute('create table a ()'),
    downgrade: (op: Operations) => op.execute('drop table a'),
  },
  second: {
    revision: 'second',
    downRevision: 'first',
    upgrade: (op: Operations) => op.schema.createTable('b', (t) => void t.increments('id')),
    downgrade: (op: Operations) => op.schema.dropTable('b'),
  },
};

const sqlText = `-- comment it
-- revision: third
-- downRevision: second

-- upgrade
comment on table a is 'A';

-- downgrade
comment on table a is null;
`;

describeOnServers('openProject with scripts in memory', (database) => {
  beforeEach(() => emptyDatabase(database));

  const { root } = temporaryProject();
  const open = (scripts: Record<string, unknown>, assets?: Record<string, unknown>) =>
    openProject({ folder: root, knex: database.config, scripts, assets });

  it('runs modules, imports of modules and texts of SQL, as bundlers give them', async () => {
    const project = await open({
      './migrations/20260103000000_third.sql': { default: sqlText },
      '/migrations/20260102000000_second.ts': async () => modules.second,
      '../migrations/20260101000000_first.js': { default: modules.first },
    });
    expect(project.graph.ids).to.deep.equal(['first', 'second', 'third']);
    expect((await upgrade(project)).current).to.deep.equal(['third']);
    const [entry] = (await show(project, 'main')).revisions;
    expect(entry).to.include({
      message: 'make a',
      file: 'migrations/20260101000000_first.js',
      created: '20260101000000',
    });
    const hashes = await database.query(
      'select revision, script_sha256 is null as none from limbeck_log order by id',
    );
    expect(hashes).to.deep.equal([
      { revision: 'first', none: true },
      { revision: 'second', none: true },
      { revision: 'third', none: false },
    ]);
    await downgrade(project, { target: 'base' });
    expect(await versionRows(database)).to.deep.equal([]);
  });

  it('loads frozen files from memory, in both directions', async () => {
    const project = assetProject(database);
    const text = (n: number) =>
      `create or replace function f() returns int language sql as $$ select ${n} $$;\n`;
    await project.ship('one', { 'procs/f.sql': text(1) });
    await project.ship('two', { 'procs/f.sql': text(2) });
    const assets = filesBelow(project.root, 'migrations', /\.assets\//);
    const script = (id: string, downRevision: string | null) => ({
      revision: id,
      downRevision,
      upgrade: (op: Operations) => loadStoredProc(op, ['f.sql']),
      downgrade: (op: Operations) => loadStoredProc(op, ['f.sql']),
    });
    const names = readdirSync(project.path('migrations')).filter((name) => name.endsWith('.ts'));
    const scripts = Object.fromEntries(
      names
        .sort()
        .map((name, at) => [`migrations/${name}`, at === 0 ? script('one', null) : script('two', 'one')]),
    );
    const opened = await open(scripts, assets);
    await upgrade(opened);
    expect((await functionsOf(database, 'f'))[0]).to.contain('select 2');
    await downgrade(opened, { target: 'one' });
    expect((await functionsOf(database, 'f'))[0]).to.contain('select 1');
    await downgrade(opened, { target: 'base' });
    const withoutText = Object.fromEntries(
      Object.entries(assets).filter(([name]) => !name.endsWith('f.sql')),
    );
    await expectFailure(
      open(scripts, withoutText).then((again) => upgrade(again)),
      {
        code: 'ASSET_MISSING',
        message: /is not among the assets that were handed in$/,
      },
    );
    const tampered = Object.fromEntries(
      Object.entries(assets).map(([name, value]) => [name, name.endsWith('f.sql') ? `${value}--` : value]),
    );
    await expectFailure(
      open(scripts, tampered).then((again) => upgrade(again)),
      { code: 'ASSET_TAMPERED' },
    );
  });

  it('checks them as files are checked', async () => {
    const cases: [scripts: Record<string, unknown>, code: string, where?: RegExp][] = [
      [{ 'm/a.ts': modules.first, 'm/b.ts': modules.first }, 'DUPLICATE_ID'],
      [{ 'm/b.ts': modules.second }, 'MISSING_REVISION'],
      [{ 'm/a.ts': { upgrade() {} } }, 'NOT_A_SCRIPT', /^m\/a\.ts$/],
      [{ 'm/a.ts': 7 }, 'NOT_A_SCRIPT'],
      [{ 'm/a.ts': { ...modules.first, downRevision: 7 } }, 'HEADER_UNREADABLE', /^m\/a\.ts$/],
      [{ 'm/a.ts': () => Promise.reject(new Error('broken')) }, 'SCRIPT_NOT_LOADED', /^m\/a\.ts$/],
    ];
    for (const [scripts, code, where = /./] of cases)
      await expectFailure(open(scripts), { code: code as 'USAGE', where });
    await expectFailure(
      open({ 'm/a.ts': { revision: 'a', upgrade() {} } }).then((project) => upgrade(project)),
      { code: 'SCRIPT_INCOMPLETE', where: 'm/a.ts' },
    );
    await expectFailure(open({}, { 'm/a.assets/manifest.json': null }), {
      code: 'USAGE',
      message: 'the asset "m/a.assets/manifest.json" is not a text',
    });
    await expectFailure(openProject({ folder: root, knex: database.config, assets: {} }), {
      code: 'USAGE',
      message: '"assets" are given without "scripts"',
    });
  });

  it('writes no files', async () => {
    const project = await open({ 'm/a.ts': modules.first });
    for (const work of [revision(project, { message: 'x' }), freeze(project)])
      await expectFailure(work, { code: 'USAGE', next: 'open the project by its folder, without "scripts"' });
    expect(readdirSync(root)).to.deep.equal([]);
  });
});

/** The texts of the files below a folder whose names match, by path. */
function filesBelow(root: string, folder: string, pattern: RegExp): Record<string, string> {
  const names = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((name) => pattern.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}
