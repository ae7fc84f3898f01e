/**
 * The rules of the revision graph once more, as plain and slow as they can be said.
 *
 * A judge for the real thing: it shares no code with it, and every question is answered from one table
 * of who stands on whom.
 */

export interface ModelRevision {
  readonly id: string;
  readonly parents: readonly string[];
  /** Ids only. */
  readonly dependsOn: readonly string[];
}

export class GraphModel {
  readonly ids: readonly string[];
  readonly #revisions: readonly ModelRevision[];
  /** For each revision all that must be applied before it. */
  readonly #below = new Map<string, Set<string>>();

  constructor(revisions: readonly ModelRevision[]) {
    this.#revisions = revisions;
    this.ids = revisions.map(({ id }) => id);
    for (const { id, parents, dependsOn } of revisions)
      this.#below.set(id, new Set([...parents, ...dependsOn]));
    this.#fill();
  }

  /** Adds what is below the below, until nothing is added any more. */
  #fill(): void {
    for (let size = -1; size !== this.#size; ) {
      size = this.#size;
      for (const below of this.#below.values()) {
        for (const id of below) for (const lower of this.below(id)) below.add(lower);
      }
    }
  }

  get #size(): number {
    return [...this.#below.values()].reduce((sum, below) => sum + below.size, 0);
  }

  below(id: string): ReadonlySet<string> {
    return this.#below.get(id) ?? new Set();
  }

  /** The given revisions and all below them. */
  closure(ids: Iterable<string>): Set<string> {
    const given = [...ids];
    return new Set(this.ids.filter((id) => given.some((top) => top === id || this.below(top).has(id))));
  }

  /** The members that are below no other member, sorted. */
  rows(applied: ReadonlySet<string>): string[] {
    return [...applied].filter((id) => ![...applied].some((other) => this.below(other).has(id))).sort();
  }

  /** What goes when nothing may build on the target; `undefined` is base. */
  standingAbove(target: string | undefined): Set<string> {
    const roots = this.#revisions
      .filter(({ parents }) => (target === undefined ? parents.length === 0 : parents.includes(target)))
      .map(({ id }) => id);
    return new Set(this.ids.filter((id) => roots.some((root) => root === id || this.below(id).has(root))));
  }
}
