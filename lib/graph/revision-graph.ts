/**
 * The revision graph: an immutable index of revisions and their links in both directions.
 *
 * Two kinds of links are kept apart. *Down* links (`downRevision`) make lines of history: heads,
 * bases, branches and labels are about them. *All* links (with `dependsOn`) say what must be applied
 * first: plans and version rows are about them.
 */
import { RevisionError } from '../errors.js';
import { reachable } from './dag.js';
import { indexRevisions, type RevisionIndex } from './revision-index.js';
import type { Revision, RevisionId } from './revision.js';

interface Node {
  readonly revision: Revision;
  readonly position: number;
  readonly parents: readonly RevisionId[];
  readonly requirements: readonly RevisionId[];
  readonly children: RevisionId[];
  readonly dependents: RevisionId[];
}

export class RevisionGraph {
  /** All revisions in the stable order: parents first, then by creation date, then by id. */
  readonly ids: readonly RevisionId[];
  /** No revision builds on them. */
  readonly heads: readonly RevisionId[];
  /** No revision builds or depends on them: the version rows of a database that has everything. */
  readonly effectiveHeads: readonly RevisionId[];
  /** They build on nothing. */
  readonly bases: readonly RevisionId[];
  /** They build and depend on nothing. */
  readonly effectiveBases: readonly RevisionId[];
  readonly #nodes: ReadonlyMap<RevisionId, Node>;
  readonly #byLabel: ReadonlyMap<string, RevisionId>;
  #labels: ReadonlyMap<RevisionId, readonly string[]> | undefined;

  /**
   * Builds the graph; the order in which revisions are listed does not matter.
   *
   * @throws RevisionError `ILLEGAL_ID`, `DUPLICATE_ID`, `SELF_LOOP`, `DEPENDENCY_SELF_LOOP`,
   *   `DUPLICATE_LABEL`, `MISSING_REVISION`, `CYCLE` or `DEPENDENCY_CYCLE`
   */
  constructor(revisions: Iterable<Revision>) {
    const index = indexRevisions(revisions);
    this.#nodes = linkBothWays(index);
    this.#byLabel = index.byLabel;
    this.ids = index.ids;
    this.heads = this.#select((node) => node.children.length === 0);
    this.effectiveHeads = this.#select((node) => node.dependents.length === 0);
    this.bases = this.#select((node) => node.parents.length === 0);
    this.effectiveBases = this.#select((node) => node.requirements.length === 0);
  }

  has(id: RevisionId): boolean {
    return this.#nodes.has(id);
  }

  get(id: RevisionId): Revision | undefined {
    return this.#nodes.get(id)?.revision;
  }

  /** Its place in the stable order, from 0. */
  position(id: RevisionId): number {
    return this.#node(id).position;
  }

  /** What it builds on, by down links. */
  parents(id: RevisionId): readonly RevisionId[] {
    return this.#node(id).parents;
  }

  /** What builds on it, by down links. */
  children(id: RevisionId): readonly RevisionId[] {
    return this.#node(id).children;
  }

  /** What must be applied before it: its parents and its dependencies, labels read as revisions. */
  requirements(id: RevisionId): readonly RevisionId[] {
    return this.#node(id).requirements;
  }

  /** What can only be applied after it: the reverse of `requirements`. */
  dependents(id: RevisionId): readonly RevisionId[] {
    return this.#node(id).dependents;
  }

  isBranchPoint(id: RevisionId): boolean {
    return this.children(id).length > 1;
  }

  isMergePoint(id: RevisionId): boolean {
    return this.parents(id).length > 1;
  }

  /** All labels that are written on some revision. */
  get labels(): Iterable<string> {
    return this.#byLabel.keys();
  }

  /** The revision on which a label is written. */
  revisionOfLabel(label: string): RevisionId | undefined {
    return this.#byLabel.get(label);
  }

  /** The labels that apply to a revision: its own and those of its ancestors by down links. */
  labelsOf(id: RevisionId): readonly string[] {
    this.#labels ??= this.#inheritLabels();
    return this.#labels.get(id) ?? this.#node(id).revision.branchLabels;
  }

  /** The given revisions and all that must be applied before them. */
  closure(ids: Iterable<RevisionId>): Set<RevisionId> {
    return reachable(ids, (id) => this.requirements(id));
  }

  /** The given revisions and all that can only be applied after them. */
  standingOn(ids: Iterable<RevisionId>): Set<RevisionId> {
    return reachable(ids, (id) => this.dependents(id));
  }

  /** The given revisions and all that builds on them, by down links. */
  descendants(ids: Iterable<RevisionId>): Set<RevisionId> {
    return reachable(ids, (id) => this.children(id));
  }

  /** What `NAME@…` speaks of: the revision with its ancestors and descendants by down links. */
  lineage(id: RevisionId): Set<RevisionId> {
    const ancestors = reachable([id], (at) => this.parents(at));
    return new Set([...ancestors, ...this.descendants([id])]);
  }

  /**
   * The requirements of a revision without dependencies that some ancestor by down links already has.
   */
  needs(id: RevisionId): readonly RevisionId[] {
    const { parents, requirements } = this.#node(id);
    if (parents.length === requirements.length) return parents;
    const inherited = new Set<RevisionId>();
    for (const ancestor of reachable(parents, (at) => this.parents(at))) {
      for (const dependency of this.#dependencies(ancestor)) inherited.add(dependency);
    }
    const own = this.#dependencies(id).filter((dependency) => !inherited.has(dependency));
    return [...new Set([...parents, ...own])];
  }

  /** Sorts revisions into the stable order, each once. */
  sort(ids: Iterable<RevisionId>): RevisionId[] {
    const wanted = new Set(ids);
    // Most of the graph is faster picked out of the order than sorted.
    if (wanted.size * 8 > this.ids.length) return this.ids.filter((id) => wanted.has(id));
    return [...wanted].sort((a, b) => this.position(a) - this.position(b));
  }

  #node(id: RevisionId): Node {
    const node = this.#nodes.get(id);
    if (node !== undefined) return node;
    throw new RevisionError('REVISION_NOT_FOUND', {
      message: `no script declares revision "${id}"`,
      next: 'list the revisions with `limbeck history`',
      details: { text: id },
    });
  }

  #dependencies(id: RevisionId): RevisionId[] {
    return this.#node(id).revision.dependsOn.map((name) => this.#byLabel.get(name) ?? name);
  }

  #select(fits: (node: Node) => boolean): RevisionId[] {
    return [...this.#nodes.values()].filter(fits).map((node) => node.revision.id);
  }

  #inheritLabels(): Map<RevisionId, readonly string[]> {
    const labels = new Map<RevisionId, readonly string[]>();
    for (const { revision, parents } of this.#nodes.values()) {
      const lists = [revision.branchLabels, ...parents.map((parent) => labels.get(parent) ?? [])];
      labels.set(revision.id, unionOf(lists));
    }
    return labels;
  }
}

/** Shares a list that holds all the others, so that a long line costs no more than its forks and merges. */
function unionOf(lists: readonly (readonly string[])[]): readonly string[] {
  const filled = [...new Set(lists)].filter((list) => list.length > 0);
  if (filled.length <= 1) return filled[0] ?? [];
  const all = new Set(filled.flat());
  return filled.find((list) => list.length === all.size) ?? [...all];
}

/** Walks the stable order, so that children and dependents are listed in it too. */
function linkBothWays({ ids, byId, requirements }: RevisionIndex): Map<RevisionId, Node> {
  const nodes = new Map<RevisionId, Node>();
  for (const [position, id] of ids.entries()) {
    const revision = byId.get(id);
    if (revision === undefined) continue;
    const parents = [...new Set(revision.downRevisions)];
    const required = requirements.get(id) ?? [];
    nodes.set(id, { revision, position, parents, requirements: required, children: [], dependents: [] });
    for (const parent of parents) nodes.get(parent)?.children.push(id);
    for (const requirement of required) nodes.get(requirement)?.dependents.push(id);
  }
  return nodes;
}
