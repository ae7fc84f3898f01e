import { expect } from 'chai';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import type { Manifest, ManifestEntry } from '../../lib/assets/manifest.js';
import type { AssetLoader } from '../../lib/ops/asset-loader.js';
import { createAssetLoader } from '../../lib/ops/load-assets.js';
import { RecordingSink } from '../../lib/sql/statement.js';
import { graphOf } from '../helpers/graph.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

type Entry = Partial<ManifestEntry> & { readonly path: string };

/** A manifest; the hash of a file is its text, its action follows. */
function manifestOf(revision: string, ...entries: Entry[]): Manifest {
  return {
    revision,
    folder: `migrations/${revision}.assets`,
    entries: entries.map((entry) => ({
      action: entry.sha256 === null ? 'drop' : 'add',
      sha256: `select '${entry.path} of ${revision}'`,
      from: [],
      objects: [`function public.${entry.path.replace(/^.*\/|\.sql$/g, '')}()`],
      requires: [],
      ...entry,
    })),
  };
}

//     d      merge point: f again
//    / \
//   b   c    b: f, g    c: f
//    \ /
//     a      f, the type t, the view reporting.v that needs f
const graph = graphOf('a', 'b < a', 'c < a', 'd < b c', 'e < d', 'cyc');
const view = { path: 'views/reporting/v.sql', objects: ['view reporting.v'], requires: ['procs/f.sql'] };
const type = { path: 'types/t.sql', objects: ['type public.t'] };
const history = new AssetHistory(graph, [
  manifestOf(
    'a',
    type,
    { path: 'procs/f.sql', objects: ['function public.f()', 'function public.f(integer)'] },
    view,
  ),
  manifestOf('b', { path: 'procs/f.sql' }, { path: 'procs/g.sql', requires: ['procs/f.sql'] }),
  manifestOf('c', { path: 'procs/f.sql' }),
  manifestOf(
    'd',
    { path: 'procs/f.sql' },
    { ...type, sha256: "select 'types/t.sql of a'", action: 'reload' },
  ),
  manifestOf('e', { ...view, sha256: null }, { path: 'procs/g.sql', sha256: null }),
  manifestOf(
    'cyc',
    { path: 'types/u.sql', objects: ['type public.u'] },
    { path: 'procs/x.sql', requires: ['procs/y.sql', 'types/u.sql'], cyclic: true },
    { path: 'procs/y.sql', requires: ['procs/x.sql'], cyclic: true },
    { path: 'procs/z.sql', requires: ['procs/x.sql'] },
  ),
]);

/** What a step does with a database in which the given revisions are applied, and their versions installed. */
function step(direction: 'upgrade' | 'downgrade', revision: string, ...rows: string[]) {
  const before = graph.closure(rows);
  const after = new Set(before);
  if (direction === 'upgrade') after.add(revision);
  else after.delete(revision);
  const sink = new RecordingSink();
  const installed = new Map<string, { sha256: string; revision: string }>();
  for (const path of history.paths) {
    const version = history.versionAt(path, before);
    if (version && version.sha256 !== null)
      installed.set(path, { sha256: version.sha256, revision: version.revision });
  }
  const loader = createAssetLoader({
    revision,
    direction,
    file: `migrations/${revision}.ts`,
    sink,
    history,
    before,
    after,
    installed: {
      get: (path) => installed.get(path),
      install: ({ path, sha256, revision: from }) =>
        installed.set(path, { sha256: sha256 ?? '', revision: from }),
      remove: (path) => installed.delete(path),
      mark: () => () => {},
    },
    readFrozen: ({ entry }) => entry.sha256 ?? '',
  });
  return {
    installed,
    loader,
    /** The statements that the calls send. */
    sent(calls: (loader: AssetLoader) => void): string[] {
      calls(loader);
      return sink.statements.map(({ text }) => text).filter((text) => !/^do |'limbeck.wanted'/.test(text));
    },
    sink,
    standing: () => Object.fromEntries([...installed].map(([path, { revision: from }]) => [path, from])),
  };
}

/** What stands around a statement for a file in a folder of the schema `reporting`. */
const inReporting = `select set_config('limbeck.search_path', current_setting('search_path'), true), set_config('search_path', concat_ws(', ', '"reporting"', nullif(current_setting('search_path'), '')), true)`;
const unchecked =
  "select set_config('limbeck.check_function_bodies', current_setting('check_function_bodies'), true), set_config('check_function_bodies', 'off', true)";
const checkedAsBefore =
  "select set_config('check_function_bodies', current_setting('limbeck.check_function_bodies'), true)";
const asBefore = "select set_config('search_path', current_setting('limbeck.search_path'), true)";
const dropView = [inReporting, 'drop view reporting.v', asBefore];

describe('loading in an upgrade', () => {
  it('loads the version that was frozen with the revision, and notes it', () => {
    const { sent, standing } = step('upgrade', 'a');
    expect(sent((loader) => loader.load(['procs/f.sql', 'types/t.sql']))).to.deep.equal([
      "select 'types/t.sql of a'",
      "select 'procs/f.sql of a'",
    ]);
    expect(standing()).to.deep.equal({ 'procs/f.sql': 'a', 'types/t.sql': 'a' });
  });

  it('puts what requires others after them, however they are listed', () => {
    const { sent } = step('upgrade', 'b', 'a');
    expect(sent((loader) => loader.load(['procs/g.sql', 'procs/f.sql']))).to.deep.equal([
      'drop function public.f(integer)',
      "select 'procs/f.sql of b'",
      "select 'procs/g.sql of b'",
    ]);
  });

  it('names the frozen file as the place of its statements', () => {
    const { loader, sink } = step('upgrade', 'a');
    loader.load(['types/t.sql']);
    expect(sink.statements.at(-1)?.file).to.equal('migrations/a.assets/types/t.sql');
  });

  it('loads a file of a folder in the schema of the folder', () => {
    const { sent } = step('upgrade', 'a');
    expect(sent((loader) => loader.load([view.path]))).to.deep.equal([
      inReporting,
      "select 'views/reporting/v.sql of a'",
      asBefore,
    ]);
  });

  it('drops what the new version does not define any more, before it is loaded', () => {
    const { sent } = step('upgrade', 'c', 'a');
    expect(sent((loader) => loader.load(['procs/f.sql']))).to.deep.equal([
      'drop function public.f(integer)',
      "select 'procs/f.sql of c'",
    ]);
  });

  it('leaves a type alone that stands already', () => {
    const { sent, standing } = step('upgrade', 'd', 'b', 'c');
    expect(sent((loader) => loader.load(['types/t.sql']))).to.deep.equal([]);
    expect(standing()['types/t.sql']).to.equal('d');
  });

  it('loads functions that call each other unchecked, what they need before, and once more with checks', () => {
    const { sent } = step('upgrade', 'cyc');
    const files = ['procs/z.sql', 'procs/y.sql', 'procs/x.sql', 'types/u.sql'];
    expect(sent((loader) => loader.load(files))).to.deep.equal([
      "select 'types/u.sql of cyc'",
      unchecked,
      "select 'procs/x.sql of cyc'",
      checkedAsBefore,
      unchecked,
      "select 'procs/y.sql of cyc'",
      checkedAsBefore,
      "select 'procs/z.sql of cyc'",
      "select 'procs/x.sql of cyc'",
      "select 'procs/y.sql of cyc'",
    ]);
  });

  it('drops files, what requires others first', () => {
    const { sent, standing } = step('upgrade', 'e', 'd');
    expect(sent((loader) => loader.drop(['procs/g.sql', view.path]))).to.deep.equal([
      ...dropView,
      'drop function public.g()',
    ]);
    expect(Object.keys(standing())).to.deep.equal(['procs/f.sql', 'types/t.sql']);
  });

  it('does all that its manifest says', () => {
    const { sent } = step('upgrade', 'b', 'a');
    expect(sent((loader) => loader.sync())).to.deep.equal([
      'drop function public.f(integer)',
      "select 'procs/f.sql of b'",
      "select 'procs/g.sql of b'",
    ]);
  });

  it('loads the copy of the revision itself, also where the script pins another version', () => {
    const { sent, standing } = step('upgrade', 'b', 'a');
    const statements = sent((loader) => loader.load(['procs/f.sql'], { at: 'a' }));
    expect(statements.at(-1)).to.equal("select 'procs/f.sql of b'");
    expect(standing()['procs/f.sql']).to.equal('b');
  });

  it('refuses a file that is not frozen with the revision', () => {
    const error = thrownBy(() => step('upgrade', 'c', 'a').loader.load(['procs/g.sql']));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_NOT_FROZEN',
      message: 'revision "c" loads "procs/g.sql", which is not frozen with it',
      where: 'migrations/c.ts',
      next: 'restore the script and the folder "migrations/c.assets" from version control, and load the file in a new revision',
    });
    expect(error.details).to.deep.equal({ path: 'procs/g.sql', revision: 'c' });
  });

  it('refuses an empty list', () => {
    expect(factsOf(thrownBy(() => step('upgrade', 'c', 'a').loader.load([])))).to.deep.equal({
      code: 'ASSET_NOT_FROZEN',
      message: 'revision "c" loads an empty list of files',
      where: 'migrations/c.ts',
      next: 'name the files, or remove the call',
    });
  });

  it("refuses to erase somebody else's change, before any statement", () => {
    const { loader, installed, sink } = step('upgrade', 'c', 'a');
    installed.set('procs/f.sql', { sha256: 'other', revision: 'b' });
    const error = thrownBy(() => loader.load(['procs/f.sql']));
    expect([error.code, error.message, error.where]).to.deep.equal([
      'ASSET_MISMATCH',
      'the database has another version of "procs/f.sql" than revision "c" builds on: it has the one of revision "b", and should have that of "a"',
      'migrations/c.ts',
    ]);
    expect(error.details).to.deep.equal({
      path: 'procs/f.sql',
      installed: { sha256: 'other', revision: 'b' },
      expected: ['a'],
    });
    expect(sink.statements).to.deep.equal([]);
  });

  it('refuses where something is installed that should not be, or is not that should', () => {
    const added = step('upgrade', 'a');
    added.installed.set('procs/f.sql', { sha256: 'x', revision: 'z' });
    expect(thrownBy(() => added.loader.load(['procs/f.sql'])).message).to.match(
      /: it has the one of revision "z", and should have none$/,
    );
    const lacking = step('upgrade', 'd', 'b', 'c');
    lacking.installed.delete('procs/f.sql');
    expect(thrownBy(() => lacking.loader.load(['procs/f.sql'])).message).to.match(
      /: it has none, and should have that of "c" or "b"$/,
    );
  });

  it('takes either version of two branches for what stands at their merge', () => {
    for (const revision of ['b', 'c']) {
      const { installed, sent } = step('upgrade', 'd', 'b', 'c');
      installed.set('procs/f.sql', { sha256: `select 'procs/f.sql of ${revision}'`, revision });
      expect(sent((loader) => loader.load(['procs/f.sql']))).to.deep.equal(["select 'procs/f.sql of d'"]);
    }
  });
});

describe('loading in a downgrade', () => {
  it('puts back the version that the remaining revisions ask for', () => {
    const { sent, standing } = step('downgrade', 'b', 'b');
    expect(sent((loader) => loader.load(['procs/f.sql', 'procs/g.sql']))).to.deep.equal([
      'drop function public.g()',
      "select 'procs/f.sql of a'",
    ]);
    expect(standing()['procs/f.sql']).to.equal('a');
    expect(standing()).to.not.have.property('procs/g.sql');
  });

  it('leaves nothing below the revision that brought it', () => {
    const { sent, standing } = step('downgrade', 'a', 'a');
    expect(sent((loader) => loader.sync())).to.deep.equal([
      ...dropView,
      'drop function public.f(integer)',
      'drop function public.f()',
      'drop type public.t',
    ]);
    expect(standing()).to.deep.equal({});
  });

  it('puts back what had been dropped', () => {
    const { sent, standing } = step('downgrade', 'e', 'e');
    expect(sent((loader) => loader.drop(['procs/g.sql']))).to.deep.equal(["select 'procs/g.sql of b'"]);
    expect(standing()['procs/g.sql']).to.equal('b');
  });

  it('puts back the later one of two branches', () => {
    const { sent, standing } = step('downgrade', 'd', 'd');
    expect(sent((loader) => loader.load(['procs/f.sql']))).to.deep.equal(["select 'procs/f.sql of c'"]);
    expect(standing()['procs/f.sql']).to.equal('c');
  });

  it('keeps to the branch that is left', () => {
    const { installed, sent } = step('downgrade', 'c', 'b', 'c');
    installed.set('procs/f.sql', { sha256: "select 'procs/f.sql of c'", revision: 'c' });
    expect(sent((loader) => loader.load(['procs/f.sql']))).to.deep.equal(["select 'procs/f.sql of b'"]);
  });

  it('refuses a file that no revision knows', () => {
    const error = thrownBy(() => step('downgrade', 'a', 'a').loader.load(['procs/nosuch.sql']));
    expect([error.code, error.where]).to.deep.equal(['ASSET_NOT_FROZEN', 'migrations/a.ts']);
    expect(error.next, 'freezing what is applied').not.to.contain('limbeck freeze');
  });
});
