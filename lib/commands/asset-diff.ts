/**
 * What differs between two states of the SQL files: live, at revisions, or in a database.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { readFrozen } from '../assets/manifest.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';
import { assetPathOf, type NamedState, namedStates } from './asset-names.js';
import { unifiedDiff } from './unified-diff.js';

export interface AssetDiffOptions {
  /** An identifier; `current` asks the database. Default `heads`. */
  readonly from?: string | undefined;
  /** An identifier. Default: the live files. */
  readonly to?: string | undefined;
  /** Only these files. Default all. */
  readonly paths?: readonly string[] | undefined;
}

export interface AssetDiffEntry {
  readonly path: string;
  /** The path that a renamed file had; else null. */
  readonly was: string | null;
  readonly change: 'added' | 'changed' | 'deleted' | 'renamed';
  /** The revisions that ship the two versions; null for a live file, or where there is none. */
  readonly from: RevisionId | null;
  readonly to: RevisionId | null;
  /** Unified diff, with three lines of context; '' for a file that has only another name. */
  readonly patch: string;
}

export interface AssetDiffReport {
  /** As they were asked for; `to` is null for the live files. */
  readonly from: string;
  readonly to: string | null;
  /** None when nothing differs; by path. */
  readonly files: readonly AssetDiffEntry[];
}

/** One side of a comparison. */
interface Side {
  readonly paths: ReadonlySet<string>;
  read(path: string): SideFile;
}

interface SideFile {
  /** What stands behind the name of the file: a revision, or `live`. */
  readonly label: string;
  readonly revision: RevisionId | null;
  readonly text: string;
}

/**
 * Compares the live files with what stands at the heads or at a revision, or what stands at two of them. Where branches
 * changed a file, its version of the later revision counts.
 *
 * @throws RevisionError when an identifier names nothing
 * @throws AssetError `ASSET_NOT_FOUND` for a path that names none; `MANIFEST_INVALID`, `ASSET_MISSING`, `ASSET_TAMPERED`,
 *   `ASSET_UNREADABLE`
 */
export async function assetDiff(project: Project, options: AssetDiffOptions = {}): Promise<AssetDiffReport> {
  const { from = 'heads', to, paths = [] } = options;
  const history = project.readHistory();
  const wanted = new Set<string>();
  for (const text of paths) wanted.add(await assetPathOf(project, history, text));
  const texts = to === undefined ? [from] : [from, to];
  const [before, after] = await namedStates(project, 'assets diff', texts);
  const left = frozenSide(project, history, before);
  const right = to === undefined ? await liveSide(project) : frozenSide(project, history, after);
  const files = compare(left, right, history).filter(
    ({ path, was }) => wanted.size === 0 || wanted.has(path) || (was !== null && wanted.has(was)),
  );
  return { from, to: to ?? null, files };
}

function frozenSide({ root }: Project, history: AssetHistory, state: NamedState | undefined): Side {
  const versions = new Map(history.standingAt(state?.applied ?? new Set()).map((each) => [each.path, each]));
  return {
    paths: new Set(versions.keys()),
    read(path) {
      const version = versions.get(path);
      if (version === undefined) return { label: '', revision: null, text: '' };
      const { revision, manifest, entry } = version;
      return { label: revision, revision, text: readFrozen(root, manifest, entry) };
    },
  };
}

async function liveSide({ live }: Project): Promise<Side> {
  return {
    paths: new Set(await live.paths()),
    read: (path) => ({ label: 'live', revision: null, text: live.read(path).text }),
  };
}

function compare(left: Side, right: Side, history: AssetHistory): AssetDiffEntry[] {
  const added = [...right.paths].filter((path) => !left.paths.has(path));
  const renames = renamesAmong(left, right, added, history);
  const moved = new Set(renames.values());
  const both = new Set([...left.paths, ...right.paths]);
  return [...both]
    .filter((path) => !moved.has(path))
    .sort()
    .flatMap((path) => entryFor(path, renames.get(path) ?? null, left, right) ?? []);
}

/** New paths that are old ones under another name: revisions say so, or the text is the same. */
function renamesAmong(
  left: Side,
  right: Side,
  added: readonly string[],
  history: AssetHistory,
): ReadonlyMap<string, string> {
  const gone = new Set([...left.paths].filter((path) => !right.paths.has(path)));
  const renames = new Map<string, string>();
  for (const path of added) {
    const was = [...gone].find(
      (old) => history.laterNames(old).has(path) || left.read(old).text === right.read(path).text,
    );
    if (was === undefined) continue;
    renames.set(path, was);
    gone.delete(was);
  }
  return renames;
}

function entryFor(path: string, was: string | null, left: Side, right: Side): AssetDiffEntry | undefined {
  const before = was ?? path;
  const old = left.paths.has(before) ? left.read(before) : undefined;
  const fresh = right.paths.has(path) ? right.read(path) : undefined;
  if (was === null && old?.text === fresh?.text) return undefined;
  const change =
    was !== null ? 'renamed' : old === undefined ? 'added' : fresh === undefined ? 'deleted' : 'changed';
  const patch = unifiedDiff(
    old && { name: before, label: old.label, text: old.text },
    fresh && { name: path, label: fresh.label, text: fresh.text },
  );
  return { path, was, change, from: old?.revision ?? null, to: fresh?.revision ?? null, patch };
}
