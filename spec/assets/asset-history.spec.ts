import { expect } from 'chai';
import * as fc from 'fast-check';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import type { Manifest } from '../../lib/assets/manifest.js';
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import { GraphModel, type ModelRevision } from '../helpers/graph-model.js';
import { graphOf } from '../helpers/graph.js';
import { runs } from '../helpers/runs.js';

/** A manifest as a few words: path to hash; `null` is a drop. */
function manifestOf(revision: string, files: Readonly<Record<string, string | null>>): Manifest {
  const entries = Object.entries(files).map(([path, sha256]) => ({
    path,
    action: sha256 === null ? ('drop' as const) : ('add' as const),
    sha256,
    from: [],
    objects: [],
    requires: [],
  }));
  return { revision, folder: `${revision}.assets`, entries };
}

describe('AssetHistory', () => {
  //      e        drops g
  //      |
  //      d        merge point: f again
  //     / \
  //    b   c      both change f
  //     \ /
  //      a        f and g          x needs b, changes g
  const graph = graphOf('a', 'b < a', 'c < a', 'd < b c', 'e < d', 'x needs b');
  const history = new AssetHistory(graph, [
    manifestOf('e', { g: null }),
    manifestOf('a', { f: 'f1', g: 'g1' }),
    manifestOf('c', { f: 'f3' }),
    manifestOf('b', { f: 'f2' }),
    manifestOf('d', { f: 'f4' }),
    manifestOf('x', { g: 'g2' }),
  ]);
  const at = (path: string, ...tops: string[]) =>
    history.versionsAt(path, graph.closure(tops)).map(({ revision }) => revision);

  it('is nothing where no applied revision has the path', () => {
    expect(at('f')).to.deep.equal([]);
    expect(at('gone', 'e')).to.deep.equal([]);
    expect(history.versionAt('f', new Set())).to.equal(undefined);
  });

  it('is the version that no other has followed', () => {
    expect(at('f', 'a')).to.deep.equal(['a']);
    expect(at('f', 'b')).to.deep.equal(['b']);
    expect(at('f', 'd')).to.deep.equal(['d']);
    expect(at('f', 'e')).to.deep.equal(['d']);
    expect(at('g', 'd')).to.deep.equal(['a']);
  });

  it('walks the graph once for each version, however often it is asked', () => {
    const line = Array.from({ length: 100 }, (_, index) => `r${index}`);
    const long = graphOf(...line.map((id, index) => (index === 0 ? id : `${id} < ${line[index - 1]}`)));
    const manifests = line.map((id, index) => manifestOf(id, { [`f${index % 5}`]: id }));
    const applied = new Set<string>();
    const requirements = long.requirements.bind(long);
    let walked = 0;
    long.requirements = (id) => {
      walked += 1;
      return requirements(id);
    };
    const asked = new AssetHistory(long, manifests);
    for (const [index, id] of line.entries()) {
      applied.add(id);
      const latest = line.slice(Math.max(0, index - 4), index + 1).toSorted((a, b) => a.localeCompare(b));
      const standing = asked.standingAt(applied).map(({ revision }) => revision);
      expect(standing.toSorted((a, b) => a.localeCompare(b))).to.deep.equal(latest);
    }
    expect(walked).to.be.at.most(5 * line.length);
  });

  it('is several where branches changed the path, the latest first', () => {
    expect(at('f', 'b', 'c')).to.deep.equal(['c', 'b']);
    expect(history.versionAt('f', graph.closure(['b', 'c']))?.revision).to.equal('c');
  });

  it('counts a drop as a version', () => {
    expect(history.versionsAt('g', graph.closure(['e'])).map(({ sha256 }) => sha256)).to.deep.equal([null]);
  });

  it('follows dependencies as well', () => {
    expect(at('g', 'x')).to.deep.equal(['x']);
    expect(at('g', 'x', 'e')).to.deep.equal(['x', 'e']);
  });

  it('finds paths that diverge, by their text', () => {
    const divergent = (...tops: string[]) => history.divergentAt(graph.closure(tops)).map(({ path }) => path);
    expect(divergent('d')).to.deep.equal([]);
    expect(divergent('b', 'c')).to.deep.equal(['f']);
    expect(divergent('e', 'x')).to.deep.equal(['g']);
    const same = new AssetHistory(graph, [manifestOf('b', { f: 'same' }), manifestOf('c', { f: 'same' })]);
    expect(same.divergentAt(graph.closure(['b', 'c']))).to.deep.equal([]);
    expect(same.versionsAt('f', graph.closure(['b', 'c']))).to.have.length(2);
  });

  it('knows its paths and manifests', () => {
    expect(history.paths).to.deep.equal(['f', 'g']);
    expect(history.manifestOf('a')?.entries.map(({ path }) => path)).to.deep.equal(['f', 'g']);
    expect(history.manifestOf('nosuch')).to.equal(undefined);
  });

  it('agrees with the rule, said plainly, on random graphs', () => {
    const ids = [...'abcdefghij'];
    const revisions = fc
      .array(
        fc.record({
          parents: fc.array(fc.nat(5), { maxLength: 3 }),
          needs: fc.array(fc.nat(5), { maxLength: 1 }),
          hash: fc.constantFrom(undefined, null, 'x', 'y'),
          isTop: fc.boolean(),
        }),
        { minLength: 1, maxLength: ids.length },
      )
      .map((shapes) =>
        shapes.map(({ parents, needs, ...shape }, index) => {
          const earlier = (distances: number[]) => [
            ...new Set(distances.flatMap((distance) => ids.slice(0, index).at(-1 - distance) ?? [])),
          ];
          return { id: ids[index] ?? '', parents: earlier(parents), dependsOn: earlier(needs), ...shape };
        }),
      );
    fc.assert(
      fc.property(revisions, (list) => {
        const model = new GraphModel(list);
        const applied = model.closure(list.filter(({ isTop }) => isTop).map(({ id }) => id));
        const having = list
          .filter(({ id, hash }) => applied.has(id) && hash !== undefined)
          .map(({ id }) => id);
        const expected = having.filter((id) => !having.some((other) => model.below(other).has(id)));
        const manifests = list.flatMap(({ id, hash }) =>
          hash === undefined ? [] : [manifestOf(id, { f: hash })],
        );
        const loaded = load(list);
        const found = new AssetHistory(loaded, manifests)
          .versionsAt('f', applied)
          .map(({ revision }) => revision);
        expect([...found].sort()).to.deep.equal(expected.sort());
        const latestFirst = found.toSorted((a, b) => loaded.position(b) - loaded.position(a));
        expect(found).to.deep.equal(latestFirst);
      }),
      { numRuns: runs(500) },
    );
  });
});

function load(list: readonly ModelRevision[]): RevisionGraph {
  return new RevisionGraph(
    list.map(({ id, parents, dependsOn }) => ({ id, downRevisions: parents, dependsOn, branchLabels: [] })),
  );
}
