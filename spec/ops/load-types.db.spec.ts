import { expect } from 'chai';
import { downgrade, revision, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject } from '../helpers/asset-project.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { differing, snapshotOfDatabase, emptyDatabase } from '../helpers/database-state.js';
import { expectRefusal } from '../helpers/failure.js';

const file = 'types/mood.sql';
const mood = (...labels: string[]) =>
  `create type mood as enum (${labels.map((label) => `'${label}'`).join(', ')});\n`;
const load = (options = '') => ({
  upgrade: `await loadType(op, ['mood.sql']${options && `, ${options}`});`,
  downgrade: "await loadType(op, ['mood.sql']);",
});

/** The values of an enum, in their order. */
async function labelsOf(database: TestDatabase, type = 'mood'): Promise<string[]> {
  const rows = await database.query(
    'select enumlabel from pg_enum where enumtypid = $1::regtype order by enumsortorder',
    [type],
  );
  return rows.map(({ enumlabel }) => String(enumlabel));
}

describeOnServers('loadType', (database) => {
  beforeEach(() => emptyDatabase(database));

  /** Applies each revision in turn, and expects that going down leaves what was there before it. */
  async function thereAndBack(project: AssetProject, revisions: readonly string[]): Promise<void> {
    const snapshots = [];
    for (const target of revisions) {
      snapshots.push(await snapshotOfDatabase(database));
      await upgrade(await project.open(), { target });
    }
    const down = ['base', ...revisions.slice(0, -1)];
    for (const [index, target] of [...down.entries()].reverse()) {
      await downgrade(await project.open(), { target });
      const [before, now] = [snapshots[index], await snapshotOfDatabase(database)];
      expect(before && differing(before, now), `down to ${target}`).to.deep.equal([]);
    }
    await upgrade(await project.open());
  }

  it('adds the values of an enum in their places, and takes them away again', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: mood('ok') });
    await project.ship('b', { [file]: mood('bad', 'ok', 'good', 'great') });
    await upgrade(await project.open(), { target: 'a' });
    await database.query("create table days (m mood not null default 'ok', all_day mood[])");
    await database.query("insert into days values ('ok', '{ok,NULL}')");
    await upgrade(await project.open());
    expect(await labelsOf(database)).to.deep.equal(['bad', 'ok', 'good', 'great']);
    await downgrade(await project.open(), { target: 'a' });
    expect(await labelsOf(database)).to.deep.equal(['ok']);
    expect(await database.query('select m::text, all_day::text from days')).to.deep.equal([
      { m: 'ok', all_day: '{ok,NULL}' },
    ]);
    expect(await database.query('insert into days default values returning m::text')).to.deep.equal([
      { m: 'ok' },
    ]);
  });

  it('goes there and back with values added and renamed', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: mood('a', 'b') });
    await project.ship('b', { [file]: mood('z', 'a', 'x', 'b') });
    await project.ship(
      'c',
      { [file]: mood('z', 'b', 'x', 'a', 'new') },
      load("{ renames: { 'mood.a': 'b', 'public.mood.b': 'a' } }"),
    );
    await thereAndBack(project, ['a', 'b', 'c']);
    expect(await labelsOf(database)).to.deep.equal(['z', 'b', 'x', 'a', 'new']);
  });

  it('alters composites and domains in place, there and back', async () => {
    const project = assetProject(database);
    const version = (pair: string, amount: string) => ({
      'types/all.sql': `create type pair as (${pair});\ncreate domain amount as integer ${amount};\ncomment on type pair is '${pair}';\n`,
    });
    await project.ship('a', version('a integer, b text', 'check (value > 0) check (value < 9)'));
    await project.ship('b', version('a bigint, c text collate "C"', 'default 1 not null check (value < 9)'), {
      upgrade: "await loadType(op, ['all.sql'], { renames: { 'pair.b': 'c' } });",
      downgrade: "await loadType(op, ['all.sql']);",
    });
    await upgrade(await project.open(), { target: 'a' });
    await database.query(`create table t (x amount); insert into t values (5);
      create function f(p pair) returns text language sql as $$ select p::text $$; create view v as select x from t`);
    await database.query("comment on type pair is 'a integer, b text'");
    const before = await snapshotOfDatabase(database);
    await upgrade(await project.open());
    expect(
      await database.query("select f((1, 'x')::pair), col_description('pair'::regclass, 1)"),
    ).to.have.lengthOf(1);
    await downgrade(await project.open(), { target: 'a' });
    expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
  });

  it('says how to go on where PostgreSQL refuses to alter a type that columns use', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'types/pair.sql': 'create type pair as (a integer);\n' });
    await project.ship('b', { 'types/pair.sql': 'create type pair as (a bigint);\n' });
    await upgrade(await project.open(), { target: 'a' });
    await database.query('create table t (p pair)');
    await expectRefusal(database, async () => upgrade(await project.open()), {
      code: 'ASSET_TYPE_CHANGED',
      message: /PostgreSQL refuses to alter "public\.pair": .*column "t\.p" uses it/,
      next: /say `\{ convert: true \}` where revision "b" loads "types\/pair\.sql"/,
    });
  });

  it('says so when the type is not what its revision made it', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: mood('a') });
    await project.ship('b', { [file]: mood('b') }, load("{ renames: { 'mood.a': 'b' } }"));
    await upgrade(await project.open(), { target: 'a' });
    await database.query("alter type mood rename value 'a' to 'other'");
    await expectRefusal(database, async () => upgrade(await project.open()), {
      code: 'ASSET_MISMATCH',
      message: /"public\.mood" in the database is not what revision "a" made it/,
      next: /put the type back to what "migrations\/.*_a\.assets\/types\/mood\.sql" says/,
    });
  });

  it('lets a type move to another file', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: mood('a') });
    project.remove(`raw_sql/${file}`);
    project.write('raw_sql/types/feeling.sql', mood('a', 'b'));
    await revision(await project.open(), { message: 'move', revisionId: 'b', autogenerate: true });
    await upgrade(await project.open(), { target: 'a' });
    await database.query("create table t (m mood default 'a')");
    const before = await snapshotOfDatabase(database);
    await upgrade(await project.open());
    expect(await labelsOf(database)).to.deep.equal(['a', 'b']);
    await downgrade(await project.open(), { target: 'a' });
    expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
  });

  describe('where two branches each add a value', () => {
    /** `b` and `c` on `a`, and `d`, which joins them. */
    async function branched() {
      const project = assetProject(database);
      await project.ship('a', { [file]: mood('ok') });
      await project.ship('b', { [file]: mood('ok', 'fine') });
      await project.ship('c', { [file]: mood('sad', 'ok') }, { ...load(), downRevision: 'a' });
      await project.ship('d', { [file]: mood('sad', 'ok', 'fine') }, { ...load(), downRevision: ['b', 'c'] });
      return project;
    }

    for (const [first, other] of [
      ['b', 'c'],
      ['c', 'b'],
    ] as const) {
      it(`keeps both, from "${first}" up, and goes down again`, async () => {
        const project = await branched();
        await upgrade(await project.open(), { target: 'a' });
        await upgrade(await project.open(), { target: first });
        const [value] = (await labelsOf(database)).filter((label) => label !== 'ok');
        await database.query(
          `create table t (m mood default '${value}'); create view v as select '${value}'::mood as m`,
        );
        await upgrade(await project.open());
        expect(await labelsOf(database)).to.deep.equal(['sad', 'ok', 'fine']);
        await database.query('drop view v; drop table t');
        await downgrade(await project.open(), { target: other });
        expect(await labelsOf(database)).to.deep.equal(['sad', 'ok', 'fine']);
        await downgrade(await project.open(), { target: 'a' });
        expect(await labelsOf(database)).to.deep.equal(['ok']);
        await downgrade(await project.open(), { target: 'base' });
        expect(await database.query("select from pg_type where typname = 'mood'")).to.deep.equal([]);
      });
    }
  });

  it('names the column and the value that the older type lacks, and changes nothing', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: mood('ok') });
    await project.ship('b', { [file]: mood('ok', 'good') });
    await upgrade(await project.open());
    await database.query("create table days (n int, m mood); insert into days values (1, 'ok'), (2, 'good')");
    await expectRefusal(database, async () => downgrade(await project.open(), { target: 'a' }), {
      code: 'ASSET_TYPE_IN_USE',
      message: /days\.m holds 'good', which the new type lacks/,
      next: /give these rows a value that the older type has/,
    });
  });
});
