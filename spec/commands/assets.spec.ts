/** Commands that look at SQL files, without a database. */
import { expect } from 'chai';
import {
  assetDiff,
  assetHistory,
  assetShow,
  assetStatus,
  check,
  freeze,
  merge,
  openProject,
  revision,
} from '../../lib/index.js';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, scriptText } from '../helpers/cli-project.js';
import { expectFailure } from '../helpers/failure.js';
import type { TemporaryProject } from '../helpers/project.js';

const f = (body: string) =>
  `create or replace function f() returns int language sql as $$\n  select ${body};\n$$;\n`;
const load = "await loadStoredProc(op, ['f.sql']);";
const script = (id: string, downRevision: string | null) =>
  `${scriptText(id, { downRevision, upgrade: load, downgrade: load })}import { loadStoredProc } from 'limbeck';\n`;

describe('assets', () => {
  let project: TemporaryProject;
  const open = () => openProject({ folder: project.root, settings: { trial: false } });
  const limbeck = (...words: string[]) => limbeckIn(project.root)('assets', ...words);

  const ship = async (id: string, day: number, body: string, downRevision: string | null) => {
    project.write('raw_sql/procs/f.sql', f(body));
    project.write(`migrations/2026010${day}000000_${id}.js`, script(id, downRevision));
    await freeze(await open(), { revision: id });
  };

  beforeEach(async () => {
    project = await cliProject({}, { database: false });
    await ship('a', 1, '1', null);
    await ship('b', 2, '2', 'a');
  });

  describe('status', () => {
    const states = async () =>
      (await assetStatus(await open())).assets.map(({ path, was, state, revisions, isDivergent }) =>
        [
          path,
          state,
          ...(was === null ? [] : [`was ${was}`]),
          ...revisions,
          ...(isDivergent ? ['divergent'] : []),
        ].join(' '),
      );

    it('tells of each file what became of it', async () => {
      expect(await states()).to.deep.equal(['procs/f.sql unchanged b']);
      project.write('raw_sql/procs/f.sql', f('3'));
      project.write('raw_sql/procs/bad.sql', Buffer.from([0xff]));
      project.write('raw_sql/procs/torn.sql', '<<<<<<< a\n=======\n>>>>>>> b\n');
      project.write('raw_sql/views/s/v.sql', 'create view v as select 1;\n');
      expect(await states()).to.deep.equal([
        'procs/bad.sql unreadable',
        'procs/f.sql changed b',
        'procs/torn.sql conflict',
        'views/s/v.sql new',
      ]);
      project.remove('raw_sql/procs/f.sql');
      expect((await states())[1]).to.equal('procs/f.sql deleted b');
      project.write('raw_sql/procs/g.sql', f('2'));
      expect((await states())[1]).to.equal('procs/g.sql renamed was procs/f.sql b');
    });

    it('tells of a file that two branches changed', async () => {
      await ship('c', 3, '3', 'a');
      expect(await states()).to.deep.equal(['procs/f.sql unchanged c b divergent']);
    });

    it('is a table for people', async () => {
      project.write('raw_sql/views/v.sql', 'create view v as select 1;\n');
      expect(await limbeck('status')).to.deep.equal({
        stdout: `live       file                 shipped by
unchanged  raw_sql/procs/f.sql  b
new        raw_sql/views/v.sql  -

1 of 2 files not as shipped: ship with \`limbeck revision -m "…" --autogenerate\`
`,
        stderr: '',
        status: 0,
      });
      const coloured = await limbeckIn(project.root, { hasColour: true })('assets', 'status');
      expect(coloured.stdout).to.include('\u001b[33mnew        raw_sql/views/v.sql  -\u001b[39m');
    });

    it('advises to join heads before a new file is shipped', async () => {
      await ship('c', 3, '3', 'a');
      project.write('raw_sql/views/v.sql', 'create view v as select 1;\n');
      const ways =
        'join the heads with `limbeck merge heads -m "…"`, then ship with `limbeck revision -m "…" --autogenerate`';
      expect((await limbeck('status')).stdout).to.include(`not as shipped: ${ways}\n`);
      const { findings } = await check(await open(), { database: false });
      expect(findings.find(({ kind }) => kind === 'live-file-new')?.next).to.equal(ways);
    });

    it('tells that there are none', async () => {
      const empty = await cliProject({}, { database: false });
      expect((await limbeckIn(empty.root)('assets', 'status')).stdout).to.equal('There are no SQL files\n');
    });
  });

  describe('diff', () => {
    it('compares the live files with the heads', async () => {
      expect((await assetDiff(await open())).files).to.deep.equal([]);
      project.write('raw_sql/procs/f.sql', f('3'));
      expect(await assetDiff(await open())).to.deep.equal({
        from: 'heads',
        to: null,
        files: [
          {
            path: 'procs/f.sql',
            was: null,
            change: 'changed',
            from: 'b',
            to: null,
            patch: `--- procs/f.sql\tb
+++ procs/f.sql\tlive
@@ -1,3 +1,3 @@
 create or replace function f() returns int language sql as $$
-  select 2;
+  select 3;
 $$;
`,
          },
        ],
      });
    });

    it('compares with a revision, and two of them', async () => {
      expect((await limbeck('diff', 'a')).stdout)
        .to.include('-  select 1;\n+  select 2;\n')
        .and.include('\tlive\n');
      const two = await limbeck('diff', 'a', 'b');
      expect(two.stdout).to.include('--- procs/f.sql\ta\n+++ procs/f.sql\tb\n');
      expect(two.status).to.equal(0);
      expect((await limbeck('diff', 'base', 'a')).stdout).to.match(
        /^--- \/dev\/null\n\+\+\+ procs\/f.sql\ta\n@@/,
      );
      expect((await limbeck('diff', 'b', 'b', '--exit-code')).status).to.equal(0);
      expect((await limbeck('diff', 'a', 'b', '--exit-code')).status).to.equal(1);
    });

    it('shows new, deleted and renamed files, and those alone that are named', async () => {
      project.remove('raw_sql/procs/f.sql');
      project.write('raw_sql/procs/g.sql', f('2'));
      project.write('raw_sql/views/v.sql', '-- no line end');
      expect((await limbeck('diff')).stdout).to.equal(`rename from procs/f.sql
rename to procs/g.sql
--- /dev/null
+++ views/v.sql\tlive
@@ -0,0 +1,1 @@
+-- no line end
\\ No newline at end of file
`);
      project.remove('raw_sql/procs/g.sql');
      const { files } = await assetDiff(await open(), { paths: ['f.sql'] });
      expect(files.map(({ path, change }) => `${change} ${path}`)).to.deep.equal(['deleted procs/f.sql']);
    });

    it('is coloured on a terminal, where a comment that is gone is no header', async () => {
      project.write('raw_sql/procs/f.sql', `-- gone\n${f('2')}`);
      await freeze(await open(), { revision: 'b' });
      project.write('raw_sql/procs/f.sql', f('2'));
      const { stdout } = await limbeckIn(project.root, { hasColour: true })('assets', 'diff');
      expect(stdout)
        .to.include('\u001b[1m--- procs/f.sql\tb\u001b[22m')
        .and.include('\u001b[31m--- gone\u001b[39m');
    });

    it('refuses what names nothing', async () => {
      await expectFailure(assetDiff(await open(), { from: 'nope' }), { code: 'REVISION_NOT_FOUND' });
      await expectFailure(assetDiff(await open(), { paths: ['nope.sql'] }), { code: 'ASSET_NOT_FOUND' });
    });
  });

  describe('show', () => {
    it('prints a version exactly as it was frozen, the newest by default', async () => {
      expect((await limbeck('show', 'procs/f.sql@a')).stdout).to.equal(f('1'));
      for (const name of ['raw_sql/procs/f.sql', 'procs/f.sql', 'f.sql', 'f', './raw_sql/procs/f.sql'])
        expect((await limbeck('show', name)).stdout, name).to.equal(f('2'));
      expect((await limbeck('show', 'f.sql@head')).stdout).to.equal(f('2'));
      project.write('raw_sql/procs/f.sql', f('2').trimEnd());
      await freeze(await open(), { revision: 'b' });
      expect((await limbeck('show', 'f.sql')).stdout).to.equal(f('2').trimEnd());
    });

    it('tells all about it', async () => {
      const { sha256, ...report } = await assetShow(await open(), 'f.sql', 'a');
      expect(sha256).to.match(/^[0-9a-f]{64}$/);
      expect(report).to.deep.equal({
        path: 'procs/f.sql',
        revision: 'a',
        action: 'add',
        objects: ['function public.f()'],
        file: 'migrations/20260101000000_a.assets/procs/f.sql',
        text: f('1'),
      });
    });

    it('refuses where there is none, or several', async () => {
      project.write('raw_sql/procs/new.sql', f('1').replace('f()', 'new()'));
      await expectFailure(assetShow(await open(), 'new.sql'), {
        code: 'ASSET_NOT_FOUND',
        message: 'no revision ships "procs/new.sql" yet',
      });
      await expectFailure(assetShow(await open(), 'f.sql', 'base'), {
        code: 'ASSET_NOT_FOUND',
        next: 'see `limbeck assets history procs/f.sql`',
      });
      project.write('raw_sql/procs/s/f.sql', f('1'));
      await expectFailure(assetShow(await open(), 'f.sql'), {
        code: 'ASSET_NOT_FOUND',
        message: '"f.sql" may be any of "procs/f.sql", "procs/s/f.sql"',
      });
      project.remove('raw_sql/procs/s/f.sql');
      await ship('c', 3, '3', 'a');
      await expectFailure(assetShow(await open(), 'f.sql'), {
        code: 'ASSET_DIVERGENT',
        next: 'name one, as in `limbeck assets show procs/f.sql@c`',
      });
    });
  });

  describe('history', () => {
    it('lists the versions, newest first', async () => {
      expect(
        (await limbeck('history', 'f.sql')).stdout,
      ).to.equal(`b  2026-01-02 00:00:00  replace  follows a  make b
  function public.f()
a  2026-01-01 00:00:00  add                 make a
  function public.f()
`);
      expect((await limbeck('history', 'f.sql', '--patch')).stdout).to.include(
        '--- procs/f.sql\ta\n+++ procs/f.sql\tb\n',
      );
    });

    it('follows renames and merges', async () => {
      await ship('c', 3, '3', 'a');
      project.write('raw_sql/procs/f.sql', f('4'));
      const joined = await merge(await open(), { revisions: ['heads'], message: 'join' }).catch(() =>
        open().then((opened) => revision(opened, { message: 'join', head: 'heads', autogenerate: true })),
      );
      project.remove('raw_sql/procs/f.sql');
      project.write('raw_sql/procs/g.sql', f('4'));
      const renamed = await revision(await open(), { message: 'rename', autogenerate: true });
      const { path, versions } = await assetHistory(await open(), 'g.sql');
      expect(path).to.equal('procs/g.sql');
      expect(
        versions.map((each) => [each.revision, each.action, each.path, each.was, [...each.follows].sort()]),
      ).to.deep.equal([
        [renamed.revision, 'rename', 'procs/g.sql', 'procs/f.sql', [joined.revision]],
        [joined.revision, 'replace', 'procs/f.sql', null, ['b', 'c']],
        ['c', 'replace', 'procs/f.sql', null, ['a']],
        ['b', 'replace', 'procs/f.sql', null, ['a']],
        ['a', 'add', 'procs/f.sql', null, []],
      ]);
      expect((await assetHistory(await open(), 'procs/f.sql')).versions).to.have.length(5);
      await expectFailure(assetShow(await open(), 'procs/f.sql'), {
        code: 'ASSET_NOT_FOUND',
        next: 'it is "procs/g.sql" since: `limbeck assets show procs/g.sql`',
      });
    });
  });

  it('names its commands where a word is missing or wrong', async () => {
    expect((await limbeck()).stderr).to.match(/^ *assets import .*\n *assets status /m);
    expect((await limbeck('histroy')).stderr).to.match(/did you mean `limbeck assets history`\?/);
    expect((await limbeck('show')).stderr).to.match(/`limbeck assets show` needs <file>\n/);
    expect(
      (await limbeckIn(project.root)('--json', 'assets', '--env', 'development', 'status')).stdout,
    ).to.match(/^\{/);
  });
});
