import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, downgrade, freeze, redo, revision, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject, functionsOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, versionRows } from '../helpers/database-state.js';
import { rejectionOf } from '../helpers/thrown.js';

const text = (name: string, value: string) =>
  `create or replace function ${name}() returns text language sql as $$ select '${value}' $$;\n`;

describeOnServers('a renamed file', (database) => {
  beforeEach(() => emptyDatabase(database));

  /** What the ledger says, as path and revision, and what the function answers. */
  async function state(): Promise<unknown> {
    const rows = await database.query('select path, revision from limbeck_assets order by path');
    const exists = (await functionsOf(database, 'f')).length > 0;
    const [answer] = exists ? await database.query('select f() as f') : [];
    return [
      rows.map(({ path, revision: id }) => `${String(path)}@${String(id)}`).join(' '),
      answer?.['f'] ?? null,
    ];
  }

  /** Revision a ships procs/f.sql, and the file is moved. */
  async function moved(to = 'procs/total.sql'): Promise<AssetProject> {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': text('f', 'one') });
    project.remove('raw_sql/procs/f.sql');
    project.write(`raw_sql/${to}`, text('f', 'one'));
    return project;
  }

  const oidOfF = async () => (await database.query("select 'f()'::regprocedure::oid as oid"))[0]?.['oid'];

  it('is found by autogenerate, and moves in the ledger alone, in both directions', async () => {
    const project = await moved();
    await upgrade(await project.open());
    const oid = await oidOfF();
    const made = await revision(await project.open(), {
      message: 'move',
      revisionId: 'b',
      autogenerate: true,
    });
    expect(made.assets).to.deep.equal([
      { path: 'procs/total.sql', action: 'rename', objects: ['function public.f()'] },
    ]);
    const script = readFileSync(join(project.root, made.file ?? ''), 'utf8');
    expect(script.match(/await .*/g)).to.deep.equal([
      "await loadStoredProc(op, ['total.sql']);",
      "await loadStoredProc(op, ['total.sql']);",
    ]);
    // A text that is sent would undo this.
    await database.query("alter function f() set work_mem = '1MB'");
    await upgrade(await project.open());
    expect(await state()).to.deep.equal(['procs/total.sql@b', 'one']);
    expect((await check(await project.open())).findings).to.deep.equal([]);
    await downgrade(await project.open(), { target: '-1' });
    expect(await state()).to.deep.equal(['procs/f.sql@a', 'one']);
    expect(await oidOfF()).to.equal(oid);
    expect((await functionsOf(database, 'f'))[0]).to.include("work_mem TO '1MB'");
    await upgrade(await project.open());
    await downgrade(await project.open(), { target: 'base' });
    expect(await state()).to.deep.equal(['', null]);
  });

  it('may be loaded by its old name in a downgrade, and dropped by it in an upgrade', async () => {
    const project = await moved();
    project.script('b', {
      upgrade: "await dropStoredProc(op, ['f.sql']); await loadStoredProc(op, ['total.sql']);",
      downgrade: "await loadStoredProc(op, ['f.sql']);",
    });
    const { assets } = await freeze(await project.open(), { revision: 'b' });
    expect(assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal(['rename procs/total.sql']);
    await upgrade(await project.open());
    expect(await state()).to.deep.equal(['procs/total.sql@b', 'one']);
    await downgrade(await project.open(), { target: 'a' });
    expect(await state()).to.deep.equal(['procs/f.sql@a', 'one']);
  });

  it('may be named by one name or both when it is frozen', async () => {
    for (const files of [['raw_sql/procs/total.sql'], ['procs/f.sql', 'procs/total.sql']]) {
      const project = await moved();
      project.script('b', { upgrade: "await loadStoredProc(op, ['total.sql']);" });
      const { assets } = await freeze(await project.open(), { revision: 'b', files });
      expect(
        assets.map(({ action }) => action),
        files.join(),
      ).to.deep.equal(['rename']);
    }
  });

  it('is changed, and changed back under its new name', async () => {
    const project = await moved();
    await revision(await project.open(), { message: 'move', revisionId: 'b', autogenerate: true });
    await project.ship('c', { 'procs/total.sql': text('f', 'two') }, { downRevision: 'b' });
    await upgrade(await project.open());
    expect(await state()).to.deep.equal(['procs/total.sql@c', 'two']);
    await downgrade(await project.open(), { target: 'b' });
    expect(await state()).to.deep.equal(['procs/total.sql@b', 'one']);
    await upgrade(await project.open());
    await downgrade(await project.open(), { target: 'a' });
    expect(await state()).to.deep.equal(['procs/f.sql@a', 'one']);
  });

  it('may hold a type, which changes under its new name, and changes back under the old one', async () => {
    const project = assetProject(database);
    const labels = async () =>
      (await database.query('select array_to_string(enum_range(null::mood), $1) as labels', [' ']))[0]?.[
        'labels'
      ];
    await project.ship('a', { 'types/mood.sql': "create type mood as enum ('sad');" });
    project.remove('raw_sql/types/mood.sql');
    project.write('raw_sql/types/feeling.sql', "create type mood as enum ('sad');");
    await revision(await project.open(), { message: 'move', revisionId: 'b', autogenerate: true });
    project.write('raw_sql/types/feeling.sql', "create type mood as enum ('sad', 'mad'); -- edited");
    const edited = await freeze(await project.open(), { revision: 'b' });
    expect(edited.assets[0]?.action).to.equal('rename');
    await upgrade(await project.open());
    expect(await labels()).to.equal('sad mad');
    await downgrade(await project.open(), { target: 'base' });
    project.write('raw_sql/types/feeling.sql', "create type mood as enum ('sad');");
    await freeze(await project.open(), { revision: 'b' });
    project.write('raw_sql/types/feeling.sql', "create type mood as enum ('sad', 'glad');");
    const made = await revision(await project.open(), {
      message: 'glad',
      revisionId: 'c',
      autogenerate: true,
    });
    expect(made.assets[0]?.path).to.equal('types/feeling.sql');
    await upgrade(await project.open(), { target: 'b' });
    expect(await labels()).to.equal('sad');
    await upgrade(await project.open());
    expect(await labels()).to.equal('sad glad');
    await downgrade(await project.open(), { target: 'a' });
    expect(await labels()).to.equal('sad');
    await upgrade(await project.open());
    await downgrade(await project.open(), { target: 'base' });
    expect(await database.query("select 1 from pg_type where typname = 'mood'")).to.deep.equal([]);
  });

  it('is renamed again by redo, and with another text once it has changed', async () => {
    const project = await moved();
    await revision(await project.open(), { message: 'move', revisionId: 'b', autogenerate: true });
    await upgrade(await project.open());
    const again = await redo(await project.open());
    expect(again.assets.map(({ action }) => action)).to.deep.equal(['rename']);
    project.write('raw_sql/procs/total.sql', text('f', 'two'));
    const edited = await redo(await project.open());
    expect(edited.assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal([
      'rename procs/total.sql',
    ]);
    expect(await state()).to.deep.equal(['procs/total.sql@b', 'two']);
    await downgrade(await project.open(), { target: 'a' });
    expect(await state()).to.deep.equal(['procs/f.sql@a', 'one']);
  });

  it('is another file when its folder makes other objects of it, or its text was changed', async () => {
    const project = await moved('procs/reporting/f.sql');
    await database.query('create schema reporting');
    const made = await revision(await project.open(), {
      message: 'move',
      revisionId: 'b',
      autogenerate: true,
    });
    expect(made.assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal([
      'add procs/reporting/f.sql',
      'drop procs/f.sql',
    ]);
    await upgrade(await project.open());
    expect((await database.query('select reporting.f() as f'))[0]).to.deep.equal({ f: 'one' });
    await downgrade(await project.open(), { target: 'a' });
    expect(await state()).to.deep.equal(['procs/f.sql@a', 'one']);
    await database.query('drop schema reporting');
  });

  describe('on one branch, and changed on the other', () => {
    const loads = (name: string) => `await loadStoredProc(op, ['${name}']);`;

    //     m        the file under its new name, with the change
    //    / \
    //   b   c      one renames it, the other changes it
    //    \ /
    //     a
    async function branches(b: 'renames' | 'changes'): Promise<AssetProject> {
      const project = await moved();
      for (const id of ['b', 'c']) {
        const name = (id === 'b') === (b === 'renames') ? 'total.sql' : 'f.sql';
        project.remove('raw_sql/procs');
        project.write(`raw_sql/procs/${name}`, text('f', name === 'f.sql' ? 'changed' : 'one'));
        project.script(id, { downRevision: 'a', upgrade: loads(name), downgrade: loads(name) });
        await freeze(await project.open(), { revision: id });
      }
      project.remove('raw_sql/procs');
      return project;
    }

    it('diverges until a merge settles it', async () => {
      const project = await branches('renames');
      const error = await rejectionOf(upgrade(await project.open()));
      expect([error.code, error.message]).to.deep.equal([
        'ASSET_DIVERGENT',
        '"procs/f.sql" was changed by "c", "b", on branches that no merge joins',
      ]);
    });

    for (const b of ['renames', 'changes'] as const) {
      const [renames, changes] = b === 'renames' ? ['b', 'c'] : ['c', 'b'];
      for (const first of ['b', 'c', 'heads']) {
        it(`${renames} renames, ${changes} changes: goes up through ${first}, and down to each side and to both`, async () => {
          const project = await branches(b);
          project.write('raw_sql/procs/total.sql', text('f', 'merged'));
          const made = await revision(await project.open(), {
            message: 'm',
            revisionId: 'm',
            head: 'heads',
            autogenerate: true,
          });
          expect(made.assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal([
            'replace procs/total.sql',
            'drop procs/f.sql',
          ]);
          const sides = new Map<string, unknown>([
            [renames, [`procs/total.sql@${renames}`, 'one']],
            [changes, [`procs/f.sql@${changes}`, 'changed']],
          ]);
          await upgrade(await project.open(), { target: first });
          await upgrade(await project.open());
          expect(await state()).to.deep.equal(['procs/total.sql@m', 'merged']);
          await downgrade(await project.open(), { target: 'b' });
          // What is later in limbeck's order wins.
          const both = renames === 'c' ? sides.get('c') : ['procs/f.sql@c procs/total.sql@b', 'changed'];
          expect(await state()).to.deep.equal(both);
          for (const [kept, reverted] of [
            ['b', 'c'],
            ['c', 'b'],
          ] as const) {
            await upgrade(await project.open());
            await downgrade(await project.open(), { target: 'b' });
            await downgrade(await project.open(), { target: `${reverted}@-1` });
            expect(await versionRows(database)).to.deep.equal([kept]);
            expect(await state(), `${kept} is left`).to.deep.equal(sides.get(kept));
          }
          await upgrade(await project.open());
          await downgrade(await project.open(), { target: 'base' });
          expect(await state()).to.deep.equal(['', null]);
        });
      }
    }
  });

  it('with another name on each branch diverges by its object', async () => {
    const project = await moved('procs/x.sql');
    await revision(await project.open(), { message: 'x', revisionId: 'b', head: 'a', autogenerate: true });
    project.remove('raw_sql/procs/x.sql');
    project.write('raw_sql/procs/y.sql', text('f', 'one'));
    project.script('c', {
      downRevision: 'a',
      upgrade: "await loadStoredProc(op, ['y.sql']);",
      downgrade: "await loadStoredProc(op, ['y.sql']);",
    });
    await freeze(await project.open(), { revision: 'c' });
    const error = await rejectionOf(upgrade(await project.open()));
    expect([error.code, error.message]).to.deep.equal([
      'ASSET_DIVERGENT',
      '"function public.f()" is defined by "procs/x.sql", "procs/y.sql", which "b", "c" ship on branches that no merge joins',
    ]);
    await revision(await project.open(), {
      message: 'm',
      revisionId: 'm',
      head: 'heads',
      autogenerate: true,
    });
    await upgrade(await project.open());
    expect(await state()).to.deep.equal(['procs/y.sql@m', 'one']);
    await downgrade(await project.open(), { target: 'b' });
    expect(await state()).to.deep.equal(['procs/x.sql@b procs/y.sql@c', 'one']);
    await downgrade(await project.open(), { target: 'base' });
    expect(await state()).to.deep.equal(['', null]);
  });
});
