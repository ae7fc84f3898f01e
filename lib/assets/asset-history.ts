/**
 * Which version of an SQL file belongs where in the revision graph.
 */
import { reachable } from '../graph/dag.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import type { Manifest, ManifestEntry } from './manifest.js';

/** Tells whether a revision is applied; the set that it stands for is closed under all links. */
export type AppliedSet = Pick<ReadonlySet<RevisionId>, 'has'>;

/** A version of a file: the entry in the manifest of the revision that froze it. */
export interface AssetVersion {
  readonly revision: RevisionId;
  readonly path: string;
  /** Hash of the text; `null` where the revision dropped the file. */
  readonly sha256: string | null;
  readonly entry: ManifestEntry;
  readonly manifest: Manifest;
}

/** A path that two branches changed, with the versions that neither of them has seen. */
export interface Divergence {
  readonly path: string;
  readonly versions: readonly AssetVersion[];
}

/** All manifests of a project, indexed by path. Immutable. */
export class AssetHistory {
  readonly #graph: RevisionGraph;
  readonly #manifests: ReadonlyMap<RevisionId, Manifest>;
  /** Versions of each path, the latest in limbeck's order first. */
  readonly #versions = new Map<string, AssetVersion[]>();

  constructor(graph: RevisionGraph, manifests: Iterable<Manifest>) {
    this.#graph = graph;
    this.#manifests = new Map([...manifests].map((manifest) => [manifest.revision, manifest]));
    for (const manifest of this.#manifests.values()) {
      for (const entry of manifest.entries) this.#add(versionOf(manifest, entry));
    }
    const later = (a: AssetVersion, b: AssetVersion) =>
      graph.position(b.revision) - graph.position(a.revision);
    for (const versions of this.#versions.values()) versions.sort(later);
  }

  #add(version: AssetVersion): void {
    const versions = this.#versions.get(version.path);
    if (versions) versions.push(version);
    else this.#versions.set(version.path, [version]);
  }

  /** All paths that any revision has frozen, sorted. */
  get paths(): string[] {
    return [...this.#versions.keys()].sort();
  }

  /** Returns the history as it would be if a revision had this manifest. */
  with(manifest: Manifest): AssetHistory {
    const others = [...this.#manifests.values()].filter(({ revision }) => revision !== manifest.revision);
    return new AssetHistory(this.#graph, [...others, manifest]);
  }

  manifestOf(revision: RevisionId): Manifest | undefined {
    return this.#manifests.get(revision);
  }

  /** Returns the version of `path` that a revision froze, or its dropping. */
  versionOf(path: string, revision: RevisionId): AssetVersion | undefined {
    return this.#versions.get(path)?.find((version) => version.revision === revision);
  }

  /**
   * Returns the versions of `path` that no other applied version has followed: none where no applied
   * revision has the path, several where branches changed it, the latest in limbeck's order first.
   */
  versionsAt(path: string, applied: AppliedSet): AssetVersion[] {
    const candidates = (this.#versions.get(path) ?? []).filter(({ revision }) => applied.has(revision));
    if (candidates.length < 2) return candidates;
    const covered = new Set<RevisionId>();
    const lowest = Math.min(...candidates.map(({ revision }) => this.#graph.position(revision)));
    return candidates.filter(({ revision }) => {
      if (covered.has(revision)) return false;
      for (const below of this.#ancestors(revision, lowest)) covered.add(below);
      return true;
    });
  }

  /** Returns the version that stands at `applied`; of divergent ones the latest in limbeck's order. */
  versionAt(path: string, applied: AppliedSet): AssetVersion | undefined {
    return this.versionsAt(path, applied)[0];
  }

  /** Returns the paths whose standing versions differ from one another. */
  divergentAt(applied: AppliedSet): Divergence[] {
    return this.paths
      .map((path) => ({ path, versions: this.versionsAt(path, applied) }))
      .filter(({ versions }) => new Set(versions.map(({ sha256 }) => sha256)).size > 1);
  }

  /** Ancestors of `revision` that can still be one of the candidates: not further down than `lowest`. */
  #ancestors(revision: RevisionId, lowest: number): Set<RevisionId> {
    const below = (id: RevisionId) =>
      [...this.#graph.requirements(id)].filter((required) => this.#graph.position(required) >= lowest);
    return reachable(below(revision), below);
  }
}

function versionOf(manifest: Manifest, entry: ManifestEntry): AssetVersion {
  const { path, sha256 } = entry;
  return { revision: manifest.revision, path, sha256, entry, manifest };
}
