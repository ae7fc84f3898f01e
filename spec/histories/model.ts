/**
 * Which version of which file belongs where, said once more and as plainly as it can be: the judge of the random
 * histories. It shares no code with limbeck.
 */
import { GraphModel, type ModelRevision } from '../helpers/graph-model.js';
import { type ModelFile, objectsOf, type Slot, slotCount, textOf } from './model-files.js';

/** What a revision makes of a path: a text, or nothing; `renamedTo` where the file has only another name there. */
export interface ModelEntry {
  readonly file: ModelFile | undefined;
  readonly renamedTo?: string;
}

export interface ShippedRevision extends ModelRevision {
  readonly entries: ReadonlyMap<string, ModelEntry>;
}

/** A version of a path, and the revision that made it. */
export interface ModelVersion extends ModelEntry {
  readonly revision: string;
}

/** Files by path. */
export type Tree = ReadonlyMap<string, ModelFile>;

/** A path that branches changed; or, by the paths, an object that they put into two files. */
export interface ModelDivergence {
  readonly paths: readonly string[];
  readonly versions: readonly ModelVersion[];
  readonly isByObject: boolean;
}

/** A history: revisions in the order in which they were made, which is limbeck's order too. */
export class HistoryModel {
  readonly revisions: readonly ShippedRevision[];
  readonly graph: GraphModel;

  constructor(revisions: readonly ShippedRevision[]) {
    this.revisions = revisions;
    this.graph = new GraphModel(revisions);
  }

  with(revision: ShippedRevision): HistoryModel {
    return new HistoryModel([...this.revisions, revision]);
  }

  /** Those on which no other builds. */
  get heads(): string[] {
    const parents = new Set(this.revisions.flatMap((each) => each.parents));
    return this.graph.ids.filter((id) => !parents.has(id));
  }

  get paths(): string[] {
    return [...new Set(this.revisions.flatMap(({ entries }) => [...entries.keys()]))].sort();
  }

  /** The versions of a path that no applied revision has followed, the latest first. */
  versionsAt(path: string, applied: ReadonlySet<string>): ModelVersion[] {
    const made = this.revisions.flatMap(({ id, entries }) => {
      const entry = applied.has(id) ? entries.get(path) : undefined;
      return entry === undefined ? [] : [{ revision: id, ...entry }];
    });
    const isFollowed = ({ revision }: ModelVersion) =>
      made.some((other) => this.graph.below(other.revision).has(revision));
    return made.filter((version) => !isFollowed(version)).reverse();
  }

  /** What stands at these revisions; of several versions the latest. */
  treeAt(applied: ReadonlySet<string>): Tree {
    return new Map(
      this.paths.flatMap((path) => {
        const file = this.versionsAt(path, applied)[0]?.file;
        return file === undefined ? [] : [[path, file] as const];
      }),
    );
  }

  /** All objects of a database at these revisions; where two files define one, that of the later revision. */
  objectsAt(applied: ReadonlySet<string>): Map<string, string> {
    const latest = this.paths.flatMap((path) => this.versionsAt(path, applied).slice(0, 1));
    const place = ({ revision }: ModelVersion) => this.graph.ids.indexOf(revision);
    const files = latest.sort((a, b) => place(a) - place(b)).flatMap(({ file }) => file ?? []);
    return new Map(files.flatMap((file) => [...objectsOf(file)]));
  }

  divergentAt(applied: ReadonlySet<string>): ModelDivergence[] {
    const byPath = this.paths
      .map((path) => ({ paths: [path], versions: this.versionsAt(path, applied), isByObject: false }))
      .filter(({ versions }) => new Set(versions.map(({ file }) => file && textOf(file))).size > 1);
    const open = new Set(byPath.flatMap(({ paths }) => paths));
    const tree = [...this.treeAt(applied)];
    const numbers = new Set(tree.map(([, file]) => file.number));
    const byObject = [...numbers]
      .map((number) => tree.filter(([, file]) => file.number === number).map(([path]) => path))
      .filter((paths) => paths.length > 1 && !paths.some((path) => open.has(path)))
      .filter((paths) => this.#shareObjects(paths, applied))
      .map((paths) => ({
        paths,
        versions: paths.flatMap((path) => this.versionsAt(path, applied).slice(0, 1)),
        isByObject: true,
      }));
    return [...byPath, ...byObject];
  }

  #shareObjects(paths: readonly string[], applied: ReadonlySet<string>): boolean {
    const tree = this.treeAt(applied);
    const objects = paths.flatMap((path) => [...objectsOf(tree.get(path) as ModelFile).keys()]);
    return new Set(objects).size < objects.length;
  }

  /** The version of a path that all these revisions come from. */
  commonVersion(path: string, revisions: readonly string[]): ModelVersion | undefined {
    const common = this.graph.ids.filter((id) =>
      revisions.every((revision) => revision === id || this.graph.below(revision).has(id)),
    );
    return this.versionsAt(path, new Set(common))[0];
  }
}

/** What two branches make of a file together: a text, nothing, or a question. */
export type Joined =
  | { readonly kind: 'joined'; readonly file: ModelFile | undefined }
  | { readonly kind: 'conflict' };

/** Joins two versions of a file slot by slot. */
export function joinFiles(
  base: ModelFile | undefined,
  left: ModelFile | undefined,
  right: ModelFile | undefined,
): Joined {
  if (isSame(left, base) || isSame(left, right)) return { kind: 'joined', file: right };
  if (isSame(right, base)) return { kind: 'joined', file: left };
  if (left === undefined || right === undefined) return { kind: 'conflict' };
  const slots = Array.from({ length: slotCount }, (_, index) =>
    joinSlots(base?.slots[index], left.slots[index], right.slots[index], base !== undefined),
  );
  if (slots.includes('conflict')) return { kind: 'conflict' };
  return { kind: 'joined', file: { ...left, slots: slots.filter((slot) => slot !== 'conflict') } };
}

function joinSlots(
  base: Slot | undefined,
  left: Slot | undefined,
  right: Slot | undefined,
  hasBase: boolean,
): Slot | undefined | 'conflict' {
  const [b, l, r] = [base, left, right].map((slot) => JSON.stringify(slot));
  if (l === r) return left;
  if (!hasBase) return 'conflict';
  if (l === b) return right;
  return r === b ? left : 'conflict';
}

/** Whether two files have the same text. */
export function isSame(one: ModelFile | undefined, other: ModelFile | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return textOf(one) === textOf(other);
}
