/**
 * The versions of one SQL file: the text of one, and the history of all.
 */
import { type AssetHistory, type AssetVersion, formerPaths, isStanding } from '../assets/asset-history.js';
import { type AssetAction, frozenFileOf, readFrozen } from '../assets/manifest.js';
import { AssetError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { assetPathOf, namedStates, namesOf } from './asset-names.js';
import { unifiedDiff } from './unified-diff.js';

export interface AssetShowReport {
  readonly path: string;
  readonly revision: RevisionId;
  readonly action: AssetAction;
  /** SHA-256 of the text, in hex. */
  readonly sha256: string;
  readonly objects: readonly string[];
  /** The frozen file, relative to the project. */
  readonly file: string;
  readonly text: string;
}

/**
 * Returns the version of a file that stands somewhere.
 *
 * @param name - the file, as `assetPathOf` reads it
 * @param at - an identifier; `current` asks the database. Default `heads`
 * @throws AssetError `ASSET_NOT_FOUND` where there is none, or several files have the name; `ASSET_DIVERGENT` where several
 *   versions stand; and as `readFrozen`
 */
export async function assetShow(project: Project, name: string, at = 'heads'): Promise<AssetShowReport> {
  const history = project.readHistory();
  const path = await assetPathOf(project, history, name);
  const [state] = await namedStates(project, 'assets show', [at]);
  const versions = history.versionsAt(path, state?.applied ?? new Set());
  if (new Set(versions.map(({ sha256 }) => sha256)).size > 1) throw severalStand(path, at, versions);
  const version = versions.find(isStanding);
  if (version === undefined) throw noneStands(path, at, history);
  const { revision, sha256, manifest, entry } = version;
  const { action, objects } = entry;
  const file = frozenFileOf(manifest, path);
  return { path, revision, action, sha256, objects, file, text: readFrozen(project.root, manifest, entry) };
}

function noneStands(path: string, at: string, history: AssetHistory): AssetError {
  const isNew = history.versionsOf(path).length === 0;
  const [later] = history.laterNames(path);
  const advice =
    later === undefined
      ? `see \`limbeck assets history ${path}\``
      : `it is "${later}" since: \`limbeck assets show ${later}\``;
  return new AssetError('ASSET_NOT_FOUND', {
    message: isNew ? `no revision ships "${path}" yet` : `"${path}" does not stand at "${at}"`,
    next: isNew ? 'ship it with `limbeck revision -m "…" --autogenerate`' : advice,
    details: { path, at },
  });
}

function severalStand(path: string, at: string, versions: readonly AssetVersion[]): AssetError {
  const revisions = versions.map(({ revision }) => revision);
  return new AssetError('ASSET_DIVERGENT', {
    message: `"${path}" has ${versions.length} versions at "${at}": those of ${listed(revisions)}`,
    next: `name one, as in \`limbeck assets show ${path}@${revisions[0]}\``,
    details: { path, at, revisions },
  });
}

export interface AssetHistoryOptions {
  /** Whether to tell what each version changed. Default false. */
  readonly patch?: boolean;
}

export interface AssetVersionEntry {
  readonly revision: RevisionId;
  readonly message: string | null;
  /** `yyyymmddhhmmss`, if known. */
  readonly created: string | null;
  readonly path: string;
  /** The path that the file had before; null where it is not renamed. */
  readonly was: string | null;
  readonly action: AssetAction;
  /** null where the revision drops the file. */
  readonly sha256: string | null;
  readonly objects: readonly string[];
  /** The revisions whose versions it follows: several for a merge. */
  readonly follows: readonly RevisionId[];
  /** What it changed, against each that it follows; null unless asked for. */
  readonly patch: string | null;
}

export interface AssetHistoryReport {
  /** The file, as it is called now. */
  readonly path: string;
  /** Newest first. */
  readonly versions: readonly AssetVersionEntry[];
}

/**
 * Returns all versions of a file, under all names that it has had.
 *
 * @throws AssetError `ASSET_NOT_FOUND` when the name names none or several; with `patch` as `readFrozen`
 */
export async function assetHistory(
  project: Project,
  name: string,
  { patch = false }: AssetHistoryOptions = {},
): Promise<AssetHistoryReport> {
  const history = project.readHistory();
  const path = await assetPathOf(project, history, name);
  const versions = [...namesOf(history, path)]
    .flatMap((each) => history.versionsOf(each))
    // A rename drops the old name, which is told with the new one.
    .filter(({ renamedTo }) => renamedTo === undefined)
    .sort((a, b) => history.compare(b, a));
  return { path, versions: versions.map((version) => entryOf(project, history, version, patch)) };
}

function entryOf(
  project: Project,
  history: AssetHistory,
  version: AssetVersion,
  patch: boolean,
): AssetVersionEntry {
  const { revision, path, sha256, entry } = version;
  const { message, created } = project.graph.get(revision) ?? {};
  return {
    revision,
    message: message ?? null,
    created: created ?? null,
    path,
    was: formerPaths(entry)[0] ?? null,
    action: entry.action,
    sha256,
    objects: entry.objects,
    follows: entry.from.map((previous) => previous.revision),
    patch: patch ? patchOf(project, history, version) : null,
  };
}

function patchOf({ root }: Project, history: AssetHistory, version: AssetVersion): string {
  const read = (each: AssetVersion | undefined) =>
    each !== undefined && isStanding(each)
      ? { name: each.path, label: each.revision, text: readFrozen(root, each.manifest, each.entry) }
      : undefined;
  const { from } = version.entry;
  const previous = from.map((each) => history.versionOf(each.path ?? version.path, each.revision));
  const against = previous.length === 0 ? [undefined] : previous;
  return against.map((each) => unifiedDiff(read(each), read(version))).join('');
}
