import { expect } from 'chai';
import type { AssetDirectory } from '../../lib/assets/asset-directory.js';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import { hashAsset } from '../../lib/assets/asset-text.js';
import { liveChanges } from '../../lib/assets/live-changes.js';
import { graphOf } from '../helpers/graph.js';

/** Live files in memory. */
function directoryOf(files: Readonly<Record<string, string>>): AssetDirectory {
  return {
    name: 'raw_sql',
    paths: async () => Object.keys(files),
    has: (path) => path in files,
    read: (path) => ({ path, text: files[path] ?? '' }),
    fileOf: (path) => `raw_sql/${path}`,
  };
}

//    b   c
//     \ /
//      a
const graph = graphOf('a', 'b < a', 'c < a');
const versions = {
  a: { 'procs/f.sql': 'f1', 'procs/g.sql': 'g1', 'procs/h.sql': 'h1' },
  b: { 'procs/f.sql': 'f2', 'procs/new.sql': 'n1', 'procs/h.sql': null },
};
const history = new AssetHistory(
  graph,
  Object.entries(versions).map(([revision, files]) => ({
    revision,
    folder: '',
    entries: Object.entries(files).map(([path, text]: [string, string | null]) => ({
      path,
      action: 'add' as const,
      sha256: text === null ? null : hashAsset(text),
      from: [],
      objects: [],
      requires: [],
    })),
  })),
);
const changes = (on: string, files: Readonly<Record<string, string>>) =>
  liveChanges(directoryOf(files), history, graph.closure([on]), graph.closure(['b', 'c']));
const asAtB = { 'procs/f.sql': 'f2', 'procs/g.sql': 'g1', 'procs/new.sql': 'n1' };

describe('liveChanges', () => {
  it('finds nothing where the files are as the revisions left them', async () => {
    expect(await changes('b', asAtB)).to.deep.equal([]);
  });

  it('finds what is new, changed and deleted', async () => {
    const files = { 'procs/f.sql': 'f3', 'procs/new.sql': 'n1', 'procs/other.sql': 'o1' };
    expect(await changes('b', files)).to.deep.equal([
      { path: 'procs/f.sql', change: 'changed' },
      { path: 'procs/other.sql', change: 'new' },
      { path: 'procs/g.sql', change: 'deleted' },
    ]);
  });

  it('takes a dropped file that is back for a new one', async () => {
    expect(await changes('b', { ...asAtB, 'procs/h.sql': 'h1' })).to.deep.equal([
      { path: 'procs/h.sql', change: 'new' },
    ]);
  });

  it("leaves another branch's changes to that branch", async () => {
    expect(await changes('c', asAtB)).to.deep.equal([]);
    expect(await changes('c', { ...asAtB, 'procs/f.sql': 'f3' })).to.deep.equal([
      { path: 'procs/f.sql', change: 'changed' },
    ]);
  });

  it('takes a new file with the text of one that has gone for that one', async () => {
    const { 'procs/g.sql': text, ...files } = asAtB;
    expect(await changes('b', { ...files, 'procs/x.sql': text, 'procs/y.sql': text })).to.deep.equal([
      { path: 'procs/x.sql', change: 'renamed', was: 'procs/g.sql' },
      { path: 'procs/y.sql', change: 'new' },
    ]);
    expect(await changes('b', { ...asAtB, 'procs/x.sql': text })).to.deep.equal([
      { path: 'procs/x.sql', change: 'new' },
    ]);
  });
});
