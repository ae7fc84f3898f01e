import { expect } from 'chai';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openAssetDirectory } from '../../lib/assets/asset-directory.js';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import { hashAsset } from '../../lib/assets/asset-text.js';
import { type AssetCalls, freezeFiles } from '../../lib/assets/freeze.js';
import type { FrozenFile, Manifest } from '../../lib/assets/manifest.js';
import type { RevisionGraph } from '../../lib/graph/revision-graph.js';
import { graphOf } from '../helpers/graph.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const fn = (name: string, body = '1', args = '') =>
  `create or replace function ${name}(${args}) returns int language sql as $$ select ${body} $$;\n`;

/** The live files of a project, frozen by one revision after the other. */
function authoring(graph: RevisionGraph, files: Readonly<Record<string, string>> = {}) {
  const { root, write } = temporaryProject();
  const edit = (path: string, text: string) => write(`raw_sql/${path}`, text);
  const manifests: Manifest[] = [];
  const freeze = async (revision: string, { loads = [], drops = [], ...calls }: Partial<AssetCalls>) => {
    const frozen = await freezeFiles(
      { loads, drops, ...calls },
      {
        live: openAssetDirectory(root, 'raw_sql', ['types', 'procs', 'views', 'aggregates']),
        history: new AssetHistory(graph, manifests),
        before: graph.closure(graph.requirements(revision)),
        schema: 'public',
      },
    );
    manifests.push({ revision, folder: `${revision}.assets`, entries: frozen.map(({ entry }) => entry) });
    return frozen;
  };
  for (const [path, text] of Object.entries(files)) edit(path, text);
  return { freeze, edit, remove: (path: string) => rmSync(join(root, 'raw_sql', path)) };
}

const line = graphOf('a', 'b < a', 'c < b');
const entries = (frozen: readonly FrozenFile[]) => frozen.map(({ entry }) => entry);
const brief = (frozen: readonly FrozenFile[]) =>
  entries(frozen).map(({ path, action }) => `${action} ${path}`);

describe('freezeFiles', () => {
  it('copies live files as they are now, with what they define', async () => {
    const text = `-- so\n${fn('f', '1', 'd date')}`;
    const { freeze } = authoring(line, { 'procs/f.sql': text });
    expect(await freeze('a', { loads: ['procs/f.sql', 'procs/f.sql'] })).to.deep.equal([
      {
        text,
        entry: {
          path: 'procs/f.sql',
          action: 'add',
          sha256: hashAsset(text),
          from: [],
          objects: ['function public.f(date)'],
          requires: [],
        },
      },
    ]);
  });

  it('takes the schema of a folder for names without one', async () => {
    const { freeze } = authoring(line, { 'views/reporting/v.sql': 'create view v as select 1' });
    expect(entries(await freeze('a', { loads: ['views/reporting/v.sql'] }))[0]?.objects).to.deep.equal([
      'view reporting.v',
    ]);
  });

  it('names what happens to a file, and the version that it follows', async () => {
    const { freeze, edit } = authoring(line, { 'procs/f.sql': fn('f') });
    await freeze('a', { loads: ['procs/f.sql'] });
    expect(brief(await freeze('b', { loads: ['procs/f.sql'] }))).to.deep.equal(['reload procs/f.sql']);
    edit('procs/f.sql', fn('f', '2'));
    const frozen = await freeze('c', { loads: ['procs/f.sql'] });
    expect(brief(frozen)).to.deep.equal(['replace procs/f.sql']);
    expect(entries(frozen)[0]?.from).to.deep.equal([{ revision: 'b', sha256: hashAsset(fn('f')) }]);
  });

  it('follows the versions of all branches that it joins', async () => {
    const diamond = graphOf('a', 'b < a', 'c < a', 'd < b c');
    const { freeze, edit } = authoring(diamond);
    for (const [revision, body] of [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ] as const) {
      edit('procs/f.sql', fn('f', body));
      await freeze(revision, { loads: ['procs/f.sql'] });
    }
    const [merged] = entries(await freeze('d', { loads: ['procs/f.sql'] }));
    expect(merged?.from.map(({ revision }) => revision)).to.deep.equal(['c', 'b']);
    expect(merged?.action).to.equal('replace');
  });

  it('puts files in load order, and says what each requires', async () => {
    const { freeze } = authoring(line, {
      'views/v.sql': 'create view v as select f(x) from w',
      'views/w.sql': 'create view w as select 1 as x',
      'procs/f.sql': fn('f', "'a'::mood::int", 'int'),
      'types/mood.sql': "create type mood as enum ('a')",
    });
    const frozen = await freeze('a', {
      loads: ['views/v.sql', 'views/w.sql', 'procs/f.sql', 'types/mood.sql'],
    });
    expect(entries(frozen).map(({ path, requires }) => [path, requires])).to.deep.equal([
      ['types/mood.sql', []],
      ['procs/f.sql', ['types/mood.sql']],
      ['views/w.sql', []],
      ['views/v.sql', ['procs/f.sql', 'views/w.sql']],
    ]);
  });

  it('knows what is required from revisions below', async () => {
    const { freeze } = authoring(line, {
      'types/mood.sql': "create type mood as enum ('a')",
      'procs/f.sql': fn('f', "'a'::mood::int"),
    });
    await freeze('a', { loads: ['types/mood.sql'] });
    expect(entries(await freeze('b', { loads: ['procs/f.sql'] }))[0]?.requires).to.deep.equal([
      'types/mood.sql',
    ]);
  });

  it('marks functions that call each other', async () => {
    const { freeze } = authoring(line, {
      'procs/f.sql': fn('f', 'g()'),
      'procs/g.sql': fn('g', 'f()'),
      'procs/h.sql': fn('h'),
    });
    const frozen = await freeze('a', { loads: ['procs/f.sql', 'procs/g.sql', 'procs/h.sql'] });
    expect(entries(frozen).map(({ path, cyclic }) => [path, cyclic])).to.deep.equal([
      ['procs/f.sql', true],
      ['procs/g.sql', true],
      ['procs/h.sql', undefined],
    ]);
  });

  it('puts drops last, what requires others first, with what had been defined', async () => {
    const { freeze } = authoring(line, {
      'views/v.sql': 'create view v as select 1',
      'views/w.sql': 'create view w as select * from v',
      'procs/f.sql': fn('f'),
    });
    await freeze('a', { loads: ['views/v.sql', 'views/w.sql'] });
    const frozen = await freeze('b', { loads: ['procs/f.sql'], drops: ['views/v.sql', 'views/w.sql'] });
    expect(brief(frozen)).to.deep.equal(['add procs/f.sql', 'drop views/w.sql', 'drop views/v.sql']);
    expect(frozen.at(-1)).to.deep.equal({
      text: undefined,
      entry: {
        path: 'views/v.sql',
        action: 'drop',
        sha256: null,
        from: [{ revision: 'a', sha256: hashAsset('create view v as select 1') }],
        objects: ['view public.v'],
        requires: [],
      },
    });
    expect(brief(await freeze('c', { loads: ['views/v.sql'] }))).to.deep.equal(['add views/v.sql']);
  });

  it('refuses to drop what no revision below has loaded', async () => {
    const { freeze } = authoring(line, { 'procs/f.sql': fn('f') });
    expect(factsOf(await rejectionOf(freeze('b', { drops: ['procs/f.sql'] })))).to.deep.equal({
      code: 'ASSET_NOT_FOUND',
      message: '"raw_sql/procs/f.sql" cannot be dropped: no revision below this one has loaded it',
      where: 'raw_sql/procs/f.sql',
      next: 'correct the name, or drop the object with `op.execute`',
    });
  });

  it('refuses a file that is not there', async () => {
    const error = await rejectionOf(authoring(line).freeze('a', { loads: ['procs/gone.sql'] }));
    expect([error.code, error.where]).to.deep.equal(['ASSET_NOT_FOUND', 'raw_sql/procs/gone.sql']);
  });

  it('refuses a file that is not PostgreSQL, or cannot be sent, at its line', async () => {
    const { freeze } = authoring(line, {
      'procs/f.sql': '\nselec 1;',
      'procs/g.sql': '\ncommit;',
      'procs/h.sql': '\\d',
    });
    const failure = async (path: string) => {
      const { code, where } = await rejectionOf(freeze('a', { loads: [path] }));
      return [code, where];
    };
    expect(await failure('procs/f.sql')).to.deep.equal(['ASSET_SYNTAX', 'raw_sql/procs/f.sql:2:1']);
    expect(await failure('procs/g.sql')).to.deep.equal(['TRANSACTION_CONTROL', 'raw_sql/procs/g.sql:2:1']);
    expect(await failure('procs/h.sql')).to.deep.equal(['ASSET_UNREADABLE', 'raw_sql/procs/h.sql:1:1']);
  });

  it('refuses an object that two files define', async () => {
    const { freeze, edit } = authoring(line, { 'procs/f.sql': fn('f'), 'procs/g.sql': fn('F') });
    const loads = ['procs/f.sql', 'procs/g.sql'];
    expect(factsOf(await rejectionOf(freeze('a', { loads })))).to.deep.equal({
      code: 'ASSET_DUPLICATE_OBJECT',
      message: '"function public.f()" is defined by "raw_sql/procs/g.sql" and by "raw_sql/procs/f.sql"',
      where: 'raw_sql/procs/g.sql',
      next: 'keep each object in one file',
    });
    await freeze('a', { loads: ['procs/f.sql'] });
    const later = await rejectionOf(freeze('b', { loads: ['procs/g.sql'] }));
    expect(later.code).to.equal('ASSET_DUPLICATE_OBJECT');
    edit('procs/g.sql', fn('f', '1', 'int'));
    expect(brief(await freeze('b', { loads: ['procs/g.sql'] }))).to.deep.equal(['add procs/g.sql']);
    edit('procs/f.sql', fn('other'));
    edit('procs/g.sql', `${fn('f', '1', 'int')}${fn('f')}`);
    expect(brief(await freeze('c', { loads }))).to.deep.equal(['replace procs/f.sql', 'replace procs/g.sql']);
  });

  it('refuses an object that two files define, however they spell it', async () => {
    for (const [one, other] of [
      [fn('f', '1', 'int'), fn('"f"', '1', 'a pg_catalog.int4')],
      [fn('f', '1', 'varchar(10), int[][]'), fn('public.F', '1', 'character varying, x integer[]')],
      [fn('f', '1', 'mood'), fn('f', '1', 'public.mood')],
      ['create view v as select 1', 'create materialized view v as select 1'],
      [
        'create trigger t after insert on b execute function f()',
        'create trigger t after update on public.b execute function g()',
      ],
      ['grant select on b to app', 'grant insert, select on table public.b to app'],
    ] as const) {
      const { freeze } = authoring(line, { 'procs/f.sql': one, 'views/g.sql': other });
      const error = await rejectionOf(freeze('a', { loads: ['procs/f.sql', 'views/g.sql'] }));
      expect(error.code, other).to.equal('ASSET_DUPLICATE_OBJECT');
    }
  });

  it('refuses what could not be undone with the file, at its line', async () => {
    const { freeze } = authoring(line, { 'procs/f.sql': `-- a table\n${fn('f')}create table t (a int);` });
    const error = await rejectionOf(freeze('a', { loads: ['procs/f.sql'] }));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_MISPLACED',
      message: 'an SQL file cannot hold this: CREATE TABLE makes what holds data',
      where: 'raw_sql/procs/f.sql:3:1',
      next: 'put it into a revision: `op.execute`, or `op.schema`; a file defines what can be dropped and made again',
    });
    expect(error.excerpt).to.include('3 | create table t (a int);\n  | ^');
  });

  it('refuses a file in a folder that is not the schema of its objects, or too deep', async () => {
    const failure = async (path: string, text: string) => {
      const { freeze } = authoring(line, { [path]: text });
      return factsOf(await rejectionOf(freeze('a', { loads: [path] })));
    };
    expect(await failure('procs/billing/f.sql', fn('public.f'))).to.deep.equal({
      code: 'ASSET_NAME',
      message: '"function public.f()" is not of the schema "billing", whose folder its file lies in',
      where: 'raw_sql/procs/billing/f.sql',
      next: 'move the file, or write the name without "public."',
    });
    expect(await failure('procs/billing/tax/f.sql', fn('f'))).to.deep.equal({
      code: 'ASSET_NAME',
      message:
        '"raw_sql/procs/billing/tax/f.sql" lies too deep: a folder below that of the kind is a schema, and holds files only',
      where: 'raw_sql/procs/billing/tax/f.sql',
      next: 'move the file up, into "raw_sql/procs/billing"',
    });
  });

  it('refuses to let go what a file that stays hangs on', async () => {
    const { freeze, edit, remove } = authoring(line, {
      'views/v.sql': 'create or replace view v as select 1 as x',
      'views/w.sql': 'create or replace view w as select 1 as x',
      'aggregates/grants.sql': 'grant select (x) on v to "an app"; grant select on w to app;',
      'procs/t.sql': 'create trigger t instead of insert on w for each row execute function f();',
    });
    const all = ['views/v.sql', 'views/w.sql', 'aggregates/grants.sql', 'procs/t.sql'];
    await freeze('a', { loads: all });
    remove('views/v.sql');
    expect(factsOf(await rejectionOf(freeze('b', { drops: ['views/v.sql'] })))).to.deep.equal({
      code: 'ASSET_IN_USE',
      message:
        '"view public.v" would go, and with it "grant select (x) on table public.v to "an app"", which "raw_sql/aggregates/grants.sql" defines',
      where: 'raw_sql/aggregates/grants.sql',
      next: 'take it out of "raw_sql/aggregates/grants.sql" as well, or delete that file, so that one revision ships both',
    });
    edit('aggregates/grants.sql', '-- none');
    const calls = { loads: ['aggregates/grants.sql'], drops: ['views/v.sql'] };
    expect(brief(await freeze('b', calls))).to.deep.equal([
      'replace aggregates/grants.sql',
      'drop views/v.sql',
    ]);
    edit('views/w.sql', 'create or replace view other as select 1 as x');
    const lost = await rejectionOf(freeze('c', { loads: ['views/w.sql'] }));
    expect([lost.code, lost.where]).to.deep.equal(['ASSET_IN_USE', 'raw_sql/procs/t.sql']);
    edit('views/w.sql', 'create materialized view w as select 1 as x');
    expect(brief(await freeze('c', { loads: ['views/w.sql'] }))).to.deep.equal(['replace views/w.sql']);
  });

  it('refuses names that differ only in case', async () => {
    const { freeze, remove } = authoring(line, { 'procs/f.sql': fn('f'), 'procs/F.sql': fn('g') });
    const both = await rejectionOf(freeze('a', { loads: ['procs/f.sql', 'procs/F.sql'] }));
    expect(factsOf(both)).to.deep.equal({
      code: 'ASSET_NAME',
      message:
        '"raw_sql/procs/F.sql" and "raw_sql/procs/f.sql" differ only in case: on some disks they are one file',
      where: 'raw_sql/procs/F.sql',
      next: 'give one of them another name',
    });
    await freeze('a', { loads: ['procs/f.sql'] });
    expect((await rejectionOf(freeze('b', { loads: ['procs/F.sql'] }))).code).to.equal('ASSET_NAME');
    remove('procs/f.sql');
    const frozen = await freeze('b', { loads: ['procs/F.sql'], drops: ['procs/f.sql'] });
    expect(brief(frozen)).to.deep.equal(['add procs/F.sql', 'drop procs/f.sql']);
  });

  describe('of types', () => {
    const mood = (...labels: string[]) =>
      `create type mood as enum (${labels.map((label) => `'${label}'`).join(', ')})`;
    const path = 'types/mood.sql';
    const frozenOnce = async () => {
      const { freeze, edit } = authoring(line, { [path]: mood('sad', 'ok') });
      await freeze('a', { loads: [path] });
      return {
        freeze,
        edit,
        again: (options = {}) => freeze('b', { loads: [path], types: new Map([[path, options]]) }),
      };
    };

    it('notes what they are made of, and how they change', async () => {
      const { freeze, edit, again } = await frozenOnce();
      expect(brief(await freeze('b', { loads: [path] }))).to.deep.equal(['reload types/mood.sql']);
      edit(path, mood('unhappy', 'ok', 'fine'));
      const [entry] = entries(await again({ renames: { 'mood.sad': 'unhappy' } }));
      expect(entry).to.deep.include({
        action: 'replace',
        shapes: { 'type public.mood': { kind: 'enum', labels: ['unhappy', 'ok', 'fine'] } },
        renames: { 'public.mood.sad': 'unhappy' },
      });
      expect(entry).not.to.have.property('converts');
    });

    it('refuse to guess whether a value has a new name, and show both ways out', async () => {
      const { edit, again } = await frozenOnce();
      edit(path, mood('unhappy', 'ok'));
      const refusal = factsOf(await rejectionOf(again()));
      expect(refusal).to.deep.equal({
        code: 'ASSET_TYPE_CHANGED',
        message: '"public.mood" lost "sad" and gained "unhappy": that may be a new name, or two changes',
        where: 'raw_sql/types/mood.sql',
        next: "where it is a new name say `loadType(op, ['mood.sql'], { renames: { 'public.mood.sad': 'unhappy' } })`, or `limbeck revision -m \"…\" --autogenerate --rename public.mood.sad=unhappy`; else `{ convert: true }`, or `--convert`",
      });
      expect(entries(await again({ convert: true }))[0]).to.include({ converts: true });
    });

    it('ask before a type is made anew', async () => {
      const { edit, again } = await frozenOnce();
      for (const [labels, message, first] of [
        [
          ['ok'],
          '"public.mood" must be made anew, for PostgreSQL cannot alter it so far: it loses "sad"',
          '',
        ],
        [
          ['ok', 'sad'],
          '"public.mood" must be made anew, for PostgreSQL cannot alter it so far: its values change their order, which is "sad", "ok"',
          'put the values in that order, where another one is not needed; ',
        ],
      ] as const) {
        edit(path, mood(...labels));
        expect(factsOf(await rejectionOf(again()))).to.deep.equal({
          code: 'ASSET_TYPE_CHANGED',
          message,
          where: 'raw_sql/types/mood.sql',
          next: `${first}to make it anew and convert the columns that use it say \`loadType(op, ['mood.sql'], { convert: true })\`, or \`limbeck revision -m "…" --autogenerate --convert\`; their tables are rewritten`,
        });
      }
    });

    it('refuse renames that do not fit', async () => {
      const { edit, again } = await frozenOnce();
      edit(path, mood('unhappy', 'ok'));
      for (const [renames, message] of [
        [
          { 'mood.bad': 'unhappy' },
          '"bad" of "public.mood" cannot be renamed to "unhappy": "public.mood" had no "bad"',
        ],
        [{ 'mood.sad': 'bad' }, '"sad" of "public.mood" cannot be renamed to "bad": the file has no "bad"'],
        [
          { 'mood.sad': 'unhappy', 'feeling.sad': 'bad' },
          'the rename of "feeling.sad" is about no type of the files that are frozen',
        ],
      ] as const)
        expect(factsOf(await rejectionOf(again({ renames })))).to.include({
          code: 'ASSET_TYPE_CHANGED',
          message,
        });
    });

    it('refuse a changed file that creates a type and alters it', async () => {
      const { edit, again } = await frozenOnce();
      edit(path, `${mood('sad', 'ok')}; alter type mood add value 'fine';`);
      await again();
      edit(path, `${mood('sad', 'ok', 'so')}; alter type mood add value 'fine';`);
      expect(factsOf(await rejectionOf(again()))).to.include({
        code: 'ASSET_TYPE_CHANGED',
        message:
          'the file creates "public.mood" and alters it, so that it does not say plainly what the type is',
      });
    });

    it('move to another file', async () => {
      const { freeze, edit } = await frozenOnce();
      edit('types/feeling.sql', `${mood('sad', 'ok', 'fine')};\n`);
      const frozen = await freeze('b', { loads: ['types/feeling.sql'], drops: [path] });
      expect(brief(frozen)).to.deep.equal(['add types/feeling.sql', 'drop types/mood.sql']);
    });
  });

  it('takes another text that does not say that it replaces: the run makes it anew', async () => {
    const { freeze, edit } = authoring(line, {
      'views/v.sql': 'create view v as select 1',
      'views/m.sql': 'create materialized view m as select 1',
    });
    const loads = ['views/v.sql', 'views/m.sql'];
    await freeze('a', { loads });
    edit('views/v.sql', 'create view v as select 2');
    edit('views/m.sql', 'create materialized view m as select 2');
    expect(brief(await freeze('b', { loads }))).to.deep.equal(['replace views/m.sql', 'replace views/v.sql']);
  });

  it('refuses files that need each other and cannot be loaded twice', async () => {
    const calling = (name: string, other: string, create: string) =>
      `${create} ${name}() returns int language plpgsql as $$ begin return ${other}(); end $$;`;
    const { freeze, edit } = authoring(line, {
      'procs/f.sql': calling('f', 'g', 'create function'),
      'procs/g.sql': calling('g', 'f', 'create or replace function'),
    });
    const loads = ['procs/f.sql', 'procs/g.sql'];
    expect(factsOf(await rejectionOf(freeze('a', { loads })))).to.deep.equal({
      code: 'ASSET_NOT_REPLACEABLE',
      message: '"function public.f()" exists already and "raw_sql/procs/f.sql" does not replace it',
      where: 'raw_sql/procs/f.sql',
      next: 'write CREATE OR REPLACE in the file: files that need each other are loaded twice',
    });
    edit('procs/f.sql', calling('f', 'g', 'create or replace function'));
    expect(brief(await freeze('a', { loads }))).to.deep.equal(['add procs/f.sql', 'add procs/g.sql']);
  });

  describe('of a file with another name', () => {
    /** Revision a ships f.sql; then it lies elsewhere. */
    async function moved(to: string, text = fn('f'), before = fn('f')) {
      const { freeze, edit, remove } = authoring(line, { 'procs/f.sql': before });
      await freeze('a', { loads: ['procs/f.sql'] });
      remove('procs/f.sql');
      edit(to, text);
      return { freeze, edit, remove };
    }

    it('is a rename, from the version under the old name', async () => {
      const { freeze } = await moved('aggregates/f.sql');
      const frozen = await freeze('b', { loads: ['aggregates/f.sql'], drops: ['procs/f.sql'] });
      const sha256 = hashAsset(fn('f'));
      expect(entries(frozen)).to.deep.equal([
        {
          path: 'aggregates/f.sql',
          action: 'rename',
          sha256,
          from: [{ revision: 'a', sha256, path: 'procs/f.sql' }],
          objects: ['function public.f()'],
          requires: [],
        },
      ]);
      expect(frozen[0]?.text).to.equal(fn('f'));
      expect(brief(await freeze('c', { loads: ['aggregates/f.sql'] }))).to.deep.equal([
        'reload aggregates/f.sql',
      ]);
    });

    it('needs no mention of the old name', async () => {
      const { freeze } = await moved('procs/g.sql');
      expect(brief(await freeze('b', { loads: ['procs/g.sql'] }))).to.deep.equal(['rename procs/g.sql']);
    });

    it('is none with another text, in another schema, or while the old file is there', async () => {
      const calls = { loads: ['procs/g.sql'], drops: ['procs/f.sql'] };
      const edited = await moved('procs/g.sql', fn('f', '2'));
      expect(brief(await edited.freeze('b', calls))).to.deep.equal(['add procs/g.sql', 'drop procs/f.sql']);
      const elsewhere = await moved('procs/s/g.sql');
      expect(brief(await elsewhere.freeze('b', { ...calls, loads: ['procs/s/g.sql'] }))).to.deep.equal([
        'add procs/s/g.sql',
        'drop procs/f.sql',
      ]);
      const both = await moved('procs/g.sql', '-- no object', '-- no object');
      both.edit('procs/f.sql', '-- no object');
      expect(brief(await both.freeze('b', { loads: ['procs/g.sql'] }))).to.deep.equal(['add procs/g.sql']);
    });

    it('has another text where it was edited and nothing drops the old file', async () => {
      const { freeze } = await moved('procs/g.sql', `${fn('f', '2')}${fn('h')}`);
      const [entry] = entries(await freeze('b', { loads: ['procs/g.sql'] }));
      expect(entry).to.deep.include({
        action: 'rename',
        from: [{ revision: 'a', sha256: hashAsset(fn('f')), path: 'procs/f.sql' }],
        objects: ['function public.f()', 'function public.h()'],
      });
    });

    it('may be a type, which cannot be created again', async () => {
      const mood = "create type mood as enum ('a')";
      const { freeze } = await moved('types/mood.sql', mood, mood);
      expect(brief(await freeze('b', { loads: ['types/mood.sql'] }))).to.deep.equal([
        'rename types/mood.sql',
      ]);
    });
  });

  it('gives an object that was dropped with its file to another one', async () => {
    const { freeze, edit } = authoring(line, { 'procs/f.sql': fn('f') });
    await freeze('a', { loads: ['procs/f.sql'] });
    await freeze('b', { drops: ['procs/f.sql'] });
    edit('procs/g.sql', fn('f', '2'));
    expect(brief(await freeze('c', { loads: ['procs/g.sql'] }))).to.deep.equal(['add procs/g.sql']);
  });
});
