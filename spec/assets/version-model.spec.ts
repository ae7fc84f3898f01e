/**
 * `versionsAt` against the rule of the manual, said as plainly as it can be: this model imports nothing of
 * limbeck. A revision says for some paths which text stands there from now on, `null` for none. A rename
 * says both: none at the old path, the same text at the new one.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import type { Manifest, ManifestEntry } from '../../lib/assets/manifest.js';
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import { GraphModel, type ModelRevision } from '../helpers/graph-model.js';
import { runs } from '../helpers/runs.js';

type Edit =
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'drop'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

interface Shape extends ModelRevision {
  readonly edits: readonly Edit[];
}

const paths = ['f', 'g', 'h'];
const ids = [...'abcdefghijkl'];

// --- the model ---------------------------------------------------------------------------------------

type Said = ReadonlyMap<string, string | null>;

/** What each revision says, from what stood below it. */
class VersionModel {
  readonly #graph: GraphModel;
  readonly #said = new Map<string, Said>();
  readonly renames = new Map<string, ReadonlyMap<string, string>>();

  constructor(shapes: readonly Shape[]) {
    this.#graph = new GraphModel(shapes);
    for (const { id, edits } of shapes) this.#write(id, edits);
  }

  #write(id: string, edits: readonly Edit[]): void {
    const below = this.#graph.below(id);
    const said = new Map<string, string | null>();
    const renames = new Map<string, string>();
    const textOf = (path: string) => (said.has(path) ? undefined : this.onlyText(path, below));
    for (const edit of edits) {
      if (edit.kind === 'write') said.set(edit.path, edit.text);
      else if (edit.kind === 'drop') {
        if (this.texts(edit.path, below).some((text) => text !== null) && !said.has(edit.path))
          said.set(edit.path, null);
      } else {
        const text = textOf(edit.from);
        const isFree = !said.has(edit.to) && typeof this.onlyText(edit.to, below) !== 'string';
        if (typeof text !== 'string' || !isFree || edit.from === edit.to) continue;
        said.set(edit.from, null);
        said.set(edit.to, text);
        renames.set(edit.to, edit.from);
      }
    }
    this.#said.set(id, said);
    this.renames.set(id, renames);
  }

  said(id: string): Said {
    return this.#said.get(id) ?? new Map();
  }

  /** Who has the last word on a path: those that say something, and that nobody who does stands on. */
  lastWords(path: string, applied: ReadonlySet<string>): string[] {
    const having = [...applied].filter((id) => this.said(id).has(path));
    return having.filter((id) => !having.some((other) => this.#graph.below(other).has(id))).sort();
  }

  texts(path: string, applied: ReadonlySet<string>): (string | null)[] {
    return this.lastWords(path, applied).map((id) => this.said(id).get(path) ?? null);
  }

  onlyText(path: string, applied: ReadonlySet<string>): string | null | undefined {
    const [text, ...others] = new Set(this.texts(path, applied));
    return others.length === 0 ? text : undefined;
  }

  closure(tops: readonly string[]): Set<string> {
    return this.#graph.closure(tops);
  }
}

// --- histories ---------------------------------------------------------------------------------------

const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    path: fc.constantFrom(...paths),
    text: fc.constantFrom('1', '2', '3'),
  }),
  fc.record({ kind: fc.constant('drop' as const), path: fc.constantFrom(...paths) }),
  fc.record({
    kind: fc.constant('rename' as const),
    from: fc.constantFrom(...paths),
    to: fc.constantFrom(...paths),
  }),
);

/** Graphs with several bases, branches, merges and dependencies; each revision edits some files. */
const anyHistory = fc
  .array(
    fc.record({
      parents: fc.array(fc.nat(4), { maxLength: 3 }),
      needs: fc.array(fc.nat(6), { maxLength: 1 }),
      edits: fc.array(anyEdit, { maxLength: 3 }),
      isTop: fc.boolean(),
    }),
    { minLength: 2, maxLength: ids.length },
  )
  .map((shapes) =>
    shapes.map(({ parents, needs, ...shape }, index) => {
      const earlier = (distances: readonly number[]) => [
        ...new Set(distances.flatMap((distance) => ids.slice(0, index).at(-1 - distance) ?? [])),
      ];
      return { id: ids[index] ?? '', parents: earlier(parents), dependsOn: earlier(needs), ...shape };
    }),
  );

/** The manifests that limbeck would write: a rename is one entry, at the new path. */
function manifestOf(id: string, model: VersionModel): Manifest {
  const renames = model.renames.get(id) ?? new Map<string, string>();
  const renamed = new Set(renames.values());
  const entries = [...model.said(id)].flatMap(([path, sha256]): ManifestEntry[] => {
    if (sha256 === null && renamed.has(path)) return [];
    const was = renames.get(path);
    const action = sha256 === null ? 'drop' : was === undefined ? 'replace' : 'rename';
    const from = was === undefined ? [] : [{ revision: 'any', sha256, path: was }];
    return [{ path, action, sha256, from, objects: [], requires: [] }];
  });
  return { revision: id, folder: `${id}.assets`, entries };
}

function load(shapes: readonly Shape[]): RevisionGraph {
  return new RevisionGraph(
    shapes.map(({ id, parents, dependsOn }) => ({ id, downRevisions: parents, dependsOn, branchLabels: [] })),
  );
}

describe('versions on any graph', () => {
  it('are those that the rule of the manual names, with merges, drops, renames and dependencies', () => {
    const seen = { divergent: 0, renamed: 0 };
    fc.assert(
      fc.property(anyHistory, (shapes) => {
        const model = new VersionModel(shapes);
        const graph = load(shapes);
        const history = new AssetHistory(
          graph,
          shapes.map(({ id }) => manifestOf(id, model)),
        );
        const applied = model.closure(shapes.filter(({ isTop }) => isTop).map(({ id }) => id));
        for (const path of paths) {
          const found = history.versionsAt(path, applied);
          expect(found.map(({ revision }) => revision).sort(), path).to.deep.equal(
            model.lastWords(path, applied),
          );
          for (const { revision, sha256 } of found)
            expect(sha256, `${path} of ${revision}`).to.equal(model.said(revision).get(path));
          const latest = found.toSorted((a, b) => graph.position(b.revision) - graph.position(a.revision));
          expect(history.versionAt(path, applied)).to.equal(latest[0]);
          if (found.some(({ renamedTo }) => renamedTo !== undefined)) seen.renamed += 1;
        }
        const split = paths.filter((path) => new Set(model.texts(path, applied)).size > 1);
        expect(history.divergentAt(applied).map(({ path }) => path)).to.deep.equal(split);
        seen.divergent += split.length;
        const standing = history.standingAt(applied).map(({ path }) => path);
        expect(standing).to.deep.equal(
          paths.filter((path) => typeof history.versionAt(path, applied)?.sha256 === 'string'),
        );
      }),
      { numRuns: runs(500) },
    );
    expect(seen.divergent, 'divergent paths').to.be.greaterThan(20);
    expect(seen.renamed, 'renamed paths').to.be.greaterThan(20);
  });
});
