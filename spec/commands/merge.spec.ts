import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { freeze, merge, type MergeOptions, openProject, redo, revision } from '../../lib/index.js';
import { scriptText } from '../helpers/cli-project.js';
import { expectFailure } from '../helpers/failure.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

type Files = Readonly<Record<string, string | undefined>>;

const path = 'procs/f.sql';
const file = `raw_sql/${path}`;
/** A function with a line for each word. */
const f = (...words: readonly string[]) =>
  `create or replace function f() returns text language sql as $$\n${words.map((word) => `  -- ${word}\n`).join('')}  select 'f';\n$$;\n`;
const other = (name: string) =>
  `create or replace function ${name}() returns int language sql as $$ select 1 $$;\n`;
const abc = ['a', '-', 'b', '-', 'c'] as const;
const replaced = (from: string, to: string) => f(...abc.map((word) => (word === from ? to : word)));

describe('merge of branches that changed the same SQL file', () => {
  let made: TemporaryProject;
  let count: number;
  beforeEach(() => {
    count = 0;
    made = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': "export default { client: 'pg', limbeck: { trial: false } };",
        'migrations/.gitkeep': '',
      },
      { link: true },
    );
  });

  const open = () => openProject({ folder: made.root });
  const live = () => (existsSync(made.path(file)) ? made.read(file) : undefined);

  /** Edits live files as people do, and ships what has changed. */
  async function ship(id: string, files: Files, ...parents: readonly string[]): Promise<void> {
    edit(files);
    count += 1;
    made.write(
      `migrations/2026010100000${count}_${id}.js`,
      scriptText(id, { downRevision: parents.length === 0 ? null : parents }),
    );
    await freeze(await open(), { revision: id, files: Object.keys(files) });
  }

  function edit(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      if (text !== undefined) made.write(`raw_sql/${name}`, text);
      else made.remove(`raw_sql/${name}`);
    }
  }

  const join = async (options: Partial<MergeOptions> = {}) =>
    merge(await open(), { revisions: ['heads'], message: 'joined', revisionId: 'j', ...options });
  const refused = async (expected: object, options: Partial<MergeOptions> = {}) => {
    const error = await expectFailure(join(options), { code: 'ASSET_CONFLICT', ...expected });
    expect((await open()).graph.has('j'), 'no script is written').to.equal(false);
    return error;
  };
  const manifest = async () => (await open()).readHistory().manifestOf('j')?.entries ?? [];
  const frozen = () => made.read(`${folder()}/${path}`);
  const folder = () => `${made.read('.folder')}`;

  /** Joins, and remembers where the frozen files lie. */
  async function joined(options: Partial<MergeOptions> = {}) {
    const report = await join(options);
    made.write('.folder', String(report.file).replace(/\.js$/, '.assets'));
    return report;
  }

  /** `root`, and on it `left` and `right`; undefined drops the file. */
  async function branches(left: string | undefined, right: string | undefined, root = f(...abc)) {
    await ship('root', { [path]: root });
    await ship('left', { [path]: left }, 'root');
    if (left === undefined) made.write(file, '');
    await ship('right', { [path]: right }, 'root');
  }

  it('puts both changes into the live file, and ships it', async () => {
    await branches(replaced('a', 'A'), replaced('c', 'C'));
    const report = await joined();
    const both = f('A', '-', 'b', '-', 'C');
    expect(report.merged).to.deep.equal([{ path, from: ['left', 'right'], how: 'merged' }]);
    expect(report.assets.map(({ action }) => action)).to.deep.equal(['replace']);
    expect([live(), frozen()]).to.deep.equal([both, both]);
    expect((await manifest())[0]?.from.map((from) => from.revision)).to.deep.equal(['right', 'left']);
    expect(made.read(report.file ?? '')).to.include("await loadStoredProc(op, ['f.sql']);");
  });

  it('merges from whichever version the live file holds, with its line ends', async () => {
    await branches(replaced('a', 'A'), replaced('c', 'C'));
    made.write(file, `\uFEFF${replaced('a', 'A').replaceAll('\n', '\r\n')}`);
    await joined();
    const both = f('A', '-', 'b', '-', 'C');
    expect(live()).to.equal(`\uFEFF${both.replaceAll('\n', '\r\n')}`);
    expect(frozen()).to.equal(both);
  });

  it('ASSET_CONFLICT: marks what contradicts, and ships what people make of it', async () => {
    await branches(replaced('b', 'l'), replaced('b', 'r'));
    const error = await refused({
      message: '"left", "right" changed "procs/f.sql" in ways that contradict each other',
      where: 'raw_sql/procs/f.sql:4',
      next: 'write what the file should say in place of what is between the markers, and run the command again',
    });
    expect(error.details['files']).to.deep.equal([
      { path, kind: 'contradicts', lines: [4], revisions: ['left', 'right'] },
    ]);
    expect(live()?.split('\n').slice(3, 10)).to.deep.equal(
      [
        '<<<<<<< left (make left)',
        '  -- l',
        '||||||| root (make root)',
        '  -- b',
        '=======',
        '  -- r',
      ].concat('>>>>>>> right (make right)'),
    );
    const marked = live();
    await refused({ where: 'raw_sql/procs/f.sql:4' });
    expect(live()).to.equal(marked);
    made.write(file, replaced('b', 'l and r'));
    expect((await joined()).merged).to.deep.equal([{ path, from: ['left', 'right'], how: 'taken' }]);
    expect(frozen()).to.equal(replaced('b', 'l and r'));
  });

  it('ASSET_CONFLICT: freezes no markers, whatever the command', async () => {
    await ship('root', { [path]: f(...abc) });
    made.write(file, `${f(...abc)}<<<<<<< ours\n=======\n>>>>>>> theirs\n`);
    const expected = { code: 'ASSET_CONFLICT', where: 'raw_sql/procs/f.sql:9:1' } as const;
    await expectFailure(revision(await open(), { message: 'x', autogenerate: true }), expected);
    await expectFailure(freeze(await open(), { revision: 'root', files: [file] }), expected);
    made.write(
      'migrations/20260101000001_root.js',
      `import { loadStoredProc } from 'limbeck';\n${scriptText('root', { upgrade: "await loadStoredProc(op, ['f.sql']);" })}`,
    );
    await expectFailure(redo(await open()), expected);
  });

  it('takes what people or git made of both already', async () => {
    await branches(replaced('a', 'A'), replaced('c', 'C'));
    const own = f('A', '-', 'b', '-', 'C', 'mine');
    made.write(file, own);
    expect((await joined()).merged[0]?.how).to.equal('taken');
    expect([live(), frozen()]).to.deep.equal([own, own]);
  });

  it('ASSET_CONFLICT: neither overwrites nor ships what holds the changes of one branch and its own', async () => {
    await branches(replaced('a', 'A'), replaced('c', 'C'));
    const own = `${replaced('c', 'C')}-- mine\n`;
    made.write(file, own);
    await refused({
      message:
        'the live file "procs/f.sql" holds changes that no revision ships, and lacks what "left" changed',
      where: file,
      next: /the version of "left" is migrations\/20260101000002_left\.assets\/procs\/f\.sql.*`--resolved raw_sql\/procs\/f\.sql`$/,
    });
    expect(live()).to.equal(own);
    await joined({ resolved: [file] });
    expect(frozen()).to.equal(own);
  });

  it('takes the change of one branch alone only when told', async () => {
    await branches(replaced('b', 'l'), replaced('b', 'r'));
    await refused({});
    made.write(file, replaced('b', 'l'));
    await refused({ where: 'raw_sql/procs/f.sql:4' });
    made.write(file, replaced('b', 'l'));
    expect((await joined({ resolved: [path] })).merged[0]?.how).to.equal('taken');
    expect(frozen()).to.equal(replaced('b', 'l'));
  });

  it('needs nothing where one branch alone changed the file, or both alike', async () => {
    await branches(replaced('a', 'A'), replaced('a', 'A'));
    await ship('more', { 'procs/g.sql': other('g') }, 'left');
    const report = await join();
    expect([report.merged, report.assets]).to.deep.equal([[], []]);
  });

  it('joins what differs in comments alone like any other text', async () => {
    await branches(`-- left\n${f(...abc)}`, `${f(...abc)}-- right\n`);
    await joined();
    expect(frozen()).to.equal(`-- left\n${f(...abc)}-- right\n`);
  });

  it('drops what one branch dropped and the other only loaded again', async () => {
    await branches(undefined, f(...abc));
    expect((await join()).merged).to.deep.equal([{ path, from: ['left', 'right'], how: 'merged' }]);
    expect(live()).to.equal(undefined);
    expect((await manifest()).map(({ action }) => action)).to.deep.equal(['drop']);
  });

  it('ASSET_CONFLICT: asks when one branch dropped what the other changed', async () => {
    await branches(undefined, replaced('b', 'r'));
    await refused({
      message: '"left" dropped "procs/f.sql", and "right" changed it',
      where: file,
      next: /that of "right" is migrations\/20260101000003_right\.assets\/procs\/f\.sql.*`--resolved raw_sql\/procs\/f\.sql`$/,
    });
    expect(live()).to.equal(replaced('b', 'r'));
    const kept = await joined({ resolved: [file] });
    expect(kept.assets.map(({ path: shipped }) => shipped)).to.deep.equal([path]);
  });

  it('drops it where the file is deleted, and that is told to be right', async () => {
    await branches(undefined, replaced('b', 'r'));
    made.remove(file);
    await refused({ message: /dropped/ });
    await join({ resolved: [file] });
    expect((await manifest()).map(({ action, from }) => [action, from.length])).to.deep.equal([['drop', 1]]);
  });

  it('ASSET_CONFLICT: asks when the live file is gone and no branch dropped it', async () => {
    await branches(replaced('a', 'A'), replaced('c', 'C'));
    made.remove(file);
    await refused({ message: 'the live file "procs/f.sql" is gone, and with it what "left" changed' });
  });

  it('merges what both branches added', async () => {
    await ship('root', { 'procs/g.sql': other('g') });
    await ship('left', { [path]: `-- left\n${f('x')}` }, 'root');
    await ship('right', { [path]: `-- right\n${f('x')}` }, 'root');
    await refused({ where: 'raw_sql/procs/f.sql:1' });
    expect(live()).to.equal(
      `<<<<<<< left (make left)\n-- left\n=======\n-- right\n>>>>>>> right (make right)\n${f('x')}`,
    );
    made.write(file, f('x'));
    await joined();
    expect(frozen()).to.equal(f('x'));
  });

  it('ASSET_CONFLICT: ships no text that defines twice what both branches added', async () => {
    await branches(`${other('g')}${f(...abc)}`, `${f(...abc)}${other('g')}`);
    await refused({
      message:
        '"procs/f.sql" as merged defines "function public.g()" twice: more than one branch has added it',
      where: file,
    });
    made.write(file, `${f(...abc)}${other('g')}-- once\n`);
    await joined({ resolved: [file] });
  });

  it('joins three branches, one after the other', async () => {
    await branches(replaced('a', 'A'), replaced('b', 'B'));
    await ship('third', { [path]: replaced('c', 'C') }, 'root');
    expect((await joined()).merged).to.deep.equal([
      { path, from: ['left', 'right', 'third'], how: 'merged' },
    ]);
    expect(frozen()).to.equal(f('A', '-', 'B', '-', 'C'));
  });

  it('ASSET_CONFLICT: marks what the third branch contradicts round what the others do', async () => {
    await branches(replaced('b', 'l'), replaced('b', 'r'));
    await ship('third', { [path]: replaced('b', 't') }, 'root');
    await refused({ where: 'raw_sql/procs/f.sql:4, raw_sql/procs/f.sql:5' });
    for (const word of ['l', 'r', 't']) expect(live()).to.include(`\n  -- ${word}\n`);
  });

  it('goes by the version that is nearest to both branches', async () => {
    await ship('root', { [path]: f(...abc) });
    await ship('next', { [path]: f('n', ...abc) }, 'root');
    await ship('left', { [path]: f('n', 'A', '-', 'b', '-', 'c') }, 'next');
    await ship('right', { [path]: f('n', 'a', '-', 'b', '-', 'C') }, 'next');
    await joined();
    expect(frozen()).to.equal(f('n', 'A', '-', 'b', '-', 'C'));
  });

  it('merges several files, and names all that wait', async () => {
    await branches(replaced('b', 'l'), replaced('b', 'r'));
    await ship('l2', { 'procs/g.sql': `-- l\n${other('g')}` }, 'left');
    await ship('r2', { 'procs/g.sql': `-- r\n${other('g')}` }, 'right');
    const error = await refused({
      message: /^2 SQL files could not be merged: .*"procs\/f\.sql".*; .*"procs\/g\.sql"/,
      where: 'raw_sql/procs/f.sql:4, raw_sql/procs/g.sql:1',
    });
    expect(error.next.match(/markers/g)).to.have.length(1);
  });

  it('puts the change of one branch into the file that the other renamed', async () => {
    await ship('root', { [path]: f(...abc) });
    await ship('left', { [path]: undefined, 'procs/g.sql': f(...abc) }, 'root');
    edit({ 'procs/g.sql': undefined });
    await ship('right', { [path]: replaced('b', 'r') }, 'root');
    const report = await join();
    expect(report.merged).to.deep.equal([{ path: 'procs/g.sql', from: ['left', 'right'], how: 'merged' }]);
    expect([live(), made.read('raw_sql/procs/g.sql')]).to.deep.equal([undefined, replaced('b', 'r')]);
    expect((await manifest()).map(({ action, path: name }) => `${action} ${name}`)).to.deep.equal([
      'replace procs/g.sql',
      'drop procs/f.sql',
    ]);
  });

  it('ASSET_CONFLICT: asks for one file where branches defined an object in two', async () => {
    await ship('root', { 'procs/h.sql': other('h') });
    await ship('left', { [path]: f('l') }, 'root');
    edit({ [path]: undefined });
    await ship('right', { 'procs/g.sql': f('r') }, 'root');
    edit({ [path]: f('l') });
    await refused({
      message:
        '"left", "right" left "function public.f()" in more than one file: "procs/f.sql", "procs/g.sql"',
      where: 'raw_sql/procs/f.sql, raw_sql/procs/g.sql',
    });
    edit({ [path]: f('l', 'r'), 'procs/g.sql': undefined });
    const { merged } = await joined();
    expect(merged.map(({ how }) => how)).to.deep.equal(['taken']);
    expect(frozen()).to.equal(f('l', 'r'));
  });

  it('makes a type anew whose values the merge puts into another order, when told', async () => {
    const name = 'types/mood.sql';
    const mood = (...values: string[]) =>
      `create type mood as enum (${values.map((value) => `'${value}'`).join(', ')});\n`;
    await ship('root', { [name]: mood('x') });
    await ship('left', { [name]: mood('x', 'y') }, 'root');
    await ship('right', { [name]: mood('x', 'z') }, 'root');
    edit({ [name]: mood('x', 'y', 'z') });
    await refused({
      code: 'ASSET_TYPE_CHANGED',
      message: /its values change their order/,
      next: /^put the values in that order.*`limbeck merge heads -m "…" --convert`/,
    });
    await join({ types: { convert: true } });
    expect((await manifest())[0]?.converts).to.equal(true);
  });

  it('looks at what is chosen before it touches a live file', async () => {
    await branches(replaced('a', 'A'), replaced('c', 'C'));
    await refused({ code: 'DUPLICATE_ID' }, { revisionId: 'root' });
    await refused(
      { code: 'USAGE', message: /"procs\/x\.sql" was not changed/ },
      { resolved: [`${file.replace('f.', 'x.')}`] },
    );
    await refused({ code: 'USAGE', message: 'a plain-SQL script cannot load SQL files' }, { sql: true });
    expect(live()).to.equal(replaced('c', 'C'));
  });

  it('writes a plain-SQL script where no file is to be shipped', async () => {
    await branches(replaced('a', 'A'), replaced('a', 'A'));
    expect((await join({ sql: true })).file).to.match(/_joined\.sql$/);
  });
});
