import { expect } from 'chai';
import { downgrade, upgrade } from '../../lib/index.js';
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

  it('makes a type anew where it loses values, and keeps rows, defaults, indexes and grants', async () => {
    const project = assetProject(database);
    await project.ship('a', { [file]: mood('sad', 'ok', 'happy') });
    await project.ship(
      'b',
      { [file]: mood('happy', 'ok') },
      load("{ renames: { 'mood.sad': 'ok' }, convert: true }"),
    );
    await upgrade(await project.open(), { target: 'a' });
    await database.query(`
      comment on type mood is 'how it is';
      create domain feeling as mood default 'ok' not null check (value <> 'happy');
      create type pair as (m mood, n int);
      create table days (id int primary key, m mood not null default 'ok', several mood[] default '{ok,happy}', f feeling, unique (m, id), check (m <> 'happy' or id > 1));
      create index on days (m) where m = 'ok';
      create table logs (m mood, d int) partition by list (d);
      create table logs_1 partition of logs for values in (1);
      alter table only logs_1 alter column m set default 'happy';
      create index on logs (m) where m <> 'ok';
      create view good_days as select id, m, 'ok'::mood as usual from days where m <> 'happy';
      create view days_of as select m, count(*) from good_days group by m;
      create function best(a mood, b mood default 'happy') returns mood language sql immutable as $$ select greatest(a, b) $$;
      create function first_of(d days) returns mood language sql begin atomic select (d).m; end;
      create view best_days as select best(m) as m from days;
      insert into days values (1, 'sad', '{sad,ok,NULL}', 'sad'), (2, 'happy', null, 'ok');
      insert into logs values ('sad', 1), ('happy', 1);
    `);
    const before = await snapshotOfDatabase(database);
    await upgrade(await project.open());
    expect(await labelsOf(database)).to.deep.equal(['happy', 'ok']);
    expect(
      await database.query('select id, m::text, several::text, f::text from days order by id'),
    ).to.deep.equal([
      { id: 1, m: 'ok', several: '{ok,ok,NULL}', f: 'ok' },
      { id: 2, m: 'happy', several: null, f: 'ok' },
    ]);
    await downgrade(await project.open(), { target: 'a' });
    expect(differing(before, await snapshotOfDatabase(database))).to.deep.equal([]);
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
