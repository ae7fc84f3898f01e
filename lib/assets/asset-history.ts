/**
 * Which version of an SQL file belongs where in the revision graph.
 */
import { reachable } from '../graph/dag.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { comparableIdentity } from '../sql/identity.js';
import { folderSchemaOf } from './asset-directory.js';
import { frozenFileOf, type Manifest, type ManifestEntry } from './manifest.js';

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
  /** The path that the file has got there, where the revision renamed it: its objects are not gone. */
  readonly renamedTo?: string;
}

/** A version that stands: not one of a file that is gone. */
export type StandingVersion = AssetVersion & { readonly sha256: string };

/**
 * A path that two branches changed, with the versions that neither of them has seen; or two paths that define
 * the same object, as when branches gave a file different names.
 */
export interface Divergence {
  readonly path: string;
  /** The object that two files define; undefined where one file has two texts. */
  readonly object?: string;
  readonly versions: readonly AssetVersion[];
}

/** All manifests of a project, indexed by path. Immutable. */
export class AssetHistory {
  /** All paths that any revision has frozen, sorted. */
  readonly paths: readonly string[];
  readonly #graph: RevisionGraph;
  readonly #schema: string;
  readonly #manifests: ReadonlyMap<RevisionId, Manifest>;
  /** Versions of each path, the latest in limbeck's order first. */
  readonly #versions = new Map<string, AssetVersion[]>();
  /** The names that a path got later, in any revision. */
  readonly #laterNames = new Map<string, Set<string>>();

  /** What a version follows never changes, and is asked for at each step of a run. */
  readonly #predecessors = new Map<AssetVersion, readonly RevisionId[]>();
  /** What the objects of a version are compared by, as far as it was asked for. */
  readonly #keys = new Map<AssetVersion, readonly string[]>();

  /** @param schema - where files of no sub-folder find names without a schema */
  constructor(graph: RevisionGraph, manifests: Iterable<Manifest>, schema = 'public') {
    this.#graph = graph;
    this.#schema = schema;
    this.#manifests = new Map([...manifests].map((manifest) => [manifest.revision, manifest]));
    for (const manifest of this.#manifests.values()) {
      for (const entry of manifest.entries) this.#add(versionOf(manifest, entry));
      for (const version of renamedVersions(manifest)) this.#add(version);
    }
    const later = (a: AssetVersion, b: AssetVersion) => this.compare(b, a);
    for (const versions of this.#versions.values()) versions.sort(later);
    this.paths = [...this.#versions.keys()].sort();
  }

  #add(version: AssetVersion): void {
    const versions = this.#versions.get(version.path);
    if (versions) versions.push(version);
    else this.#versions.set(version.path, [version]);
    const { path, renamedTo } = version;
    if (renamedTo !== undefined)
      this.#laterNames.set(path, new Set([...(this.#laterNames.get(path) ?? []), renamedTo]));
  }

  /**
   * Returns the history as it would be if a revision had this manifest.
   *
   * @param graph - with the revision in it, where it is a new one
   */
  with(manifest: Manifest, graph = this.#graph): AssetHistory {
    const others = [...this.#manifests.values()].filter(({ revision }) => revision !== manifest.revision);
    return new AssetHistory(graph, [...others, manifest], this.#schema);
  }

  /**
   * Returns what an object of a file is compared by: files may spell its identity in different ways.
   * Nothing else takes the place of a type.
   */
  keyOf(object: string, path: string): string {
    if (/^(?:type|domain) /.test(object)) return object;
    return comparableIdentity(object, folderSchemaOf(path) ?? this.#schema);
  }

  /** Returns what the objects of a version are compared by. */
  keysOf(version: AssetVersion): readonly string[] {
    const known = this.#keys.get(version);
    if (known !== undefined) return known;
    const keys = version.entry.objects.map((object) => this.keyOf(object, version.path));
    this.#keys.set(version, keys);
    return keys;
  }

  /** Whether a revision ships this text of a file. */
  ships(path: string, sha256: string): boolean {
    return (this.#versions.get(path) ?? []).some((version) => version.sha256 === sha256);
  }

  manifestOf(revision: RevisionId): Manifest | undefined {
    return this.#manifests.get(revision);
  }

  /** Whether no other revision stands on this one. */
  isLast(revision: RevisionId): boolean {
    return this.#graph.dependents(revision).length === 0;
  }

  /** Returns all versions of `path`, its droppings too, the latest in limbeck's order first. */
  versionsOf(path: string): readonly AssetVersion[] {
    return this.#versions.get(path) ?? [];
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
    const candidates = this.versionsOf(path).filter(({ revision }) => applied.has(revision));
    if (candidates.length < 2) return candidates;
    const followed = new Set(candidates.flatMap((version) => this.#predecessorsOf(version)));
    return candidates.filter(({ revision }) => !followed.has(revision));
  }

  /** Returns the version that stands at `applied`; of divergent ones the latest in limbeck's order. */
  versionAt(path: string, applied: AppliedSet): AssetVersion | undefined {
    return this.versionsAt(path, applied)[0];
  }

  /** Returns the versions that stand at `applied`, one for each path that is not gone there, by path. */
  standingAt(applied: AppliedSet): StandingVersion[] {
    return this.paths.flatMap((path) => {
      const version = this.versionAt(path, applied);
      return version !== undefined && isStanding(version) ? [version] : [];
    });
  }

  /**
   * Returns the paths whose standing versions differ from one another, and the objects that two paths define.
   * A file that is gone on one branch, dropped or renamed, and changed on another one diverges as well.
   */
  divergentAt(applied: AppliedSet): Divergence[] {
    const paths = this.paths
      .map((path) => ({ path, versions: this.versionsAt(path, applied) }))
      .filter(({ versions }) => new Set(versions.map(({ sha256 }) => sha256)).size > 1);
    const open = new Set(paths.map(({ path }) => path));
    const twice = this.#definedTwice(applied).filter(
      ({ versions }) => !versions.some(({ path }) => open.has(path)),
    );
    return [...paths, ...twice];
  }

  #definedTwice(applied: AppliedSet): Divergence[] {
    const byKey = new Map<string, { readonly object: string; readonly versions: AssetVersion[] }>();
    for (const version of this.standingAt(applied)) {
      for (const object of version.entry.objects) {
        const key = this.keyOf(object, version.path);
        const { versions } = byKey.get(key) ?? { versions: [] };
        byKey.set(key, { object: byKey.get(key)?.object ?? object, versions: [...versions, version] });
      }
    }
    const later = (a: AssetVersion, b: AssetVersion) => this.compare(b, a);
    return [...byKey.values()].flatMap(({ object, versions: [first, ...others] }) =>
      first === undefined || others.length === 0
        ? []
        : [{ path: first.path, object, versions: [first, ...others].sort(later) }],
    );
  }

  /** Compares by limbeck's order: negative where `a` is of the earlier revision. */
  compare(a: AssetVersion, b: AssetVersion): number {
    return this.#graph.position(a.revision) - this.#graph.position(b.revision);
  }

  /** Returns the names that a path has had since, those of later renames too; itself not among them. */
  laterNames(path: string): ReadonlySet<string> {
    const next = (name: string) => this.#laterNames.get(name) ?? [];
    return reachable(next(path), next);
  }

  /** Returns the revisions of the versions that one follows directly: all between two applied ones is applied. */
  #predecessorsOf(version: AssetVersion): readonly RevisionId[] {
    const known = this.#predecessors.get(version);
    if (known) return known;
    const { path, revision } = version;
    const versions = this.versionsOf(path);
    const others = new Set(versions.map((other) => other.revision));
    const lowest = this.#graph.position(versions.at(-1)?.revision ?? revision);
    const required = (id: RevisionId) =>
      [...this.#graph.requirements(id)].filter((below) => this.#graph.position(below) >= lowest);
    const below = reachable(required(revision), (id) => (others.has(id) ? [] : required(id)));
    const found = [...below].filter((id) => others.has(id));
    this.#predecessors.set(version, found);
    return found;
  }
}

function versionOf(manifest: Manifest, entry: ManifestEntry): AssetVersion {
  const { path, sha256 } = entry;
  return { revision: manifest.revision, path, sha256, entry, manifest };
}

/** A rename leaves nothing at the old path, unless the same revision has put another file there. */
function renamedVersions(manifest: Manifest): AssetVersion[] {
  const { revision, entries } = manifest;
  const own = new Set(entries.map(({ path }) => path));
  return entries.flatMap((entry) =>
    formerPaths(entry)
      .filter((path) => !own.has(path))
      .map((path) => ({
        revision,
        path,
        sha256: null,
        entry: { ...entry, path, action: 'drop' as const, sha256: null, requires: [] },
        manifest,
        renamedTo: entry.path,
      })),
  );
}

/** Returns the paths from which a revision renamed a file; none for what is no rename. */
export function formerPaths({ action, from, path }: ManifestEntry): string[] {
  if (action !== 'rename') return [];
  return [...new Set(from.flatMap((version) => version.path ?? []))].filter((former) => former !== path);
}

/** Where a version is, as errors name it: its text, under the name it has got, or the manifest where the file is gone. */
export function placeOf({ path, sha256, manifest, renamedTo }: AssetVersion): string {
  return frozenFileOf(manifest, sha256 === null ? (renamedTo ?? 'manifest.json') : path);
}

/** Whether a version is a text, and not a file that is gone. */
export function isStanding(version: AssetVersion): version is StandingVersion {
  return version.sha256 !== null;
}
