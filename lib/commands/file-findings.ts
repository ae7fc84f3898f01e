/**
 * What is amiss in the files of a project, whatever any database says: frozen versions, manifests, live files.
 */
import { type AssetHistory, type Divergence, placeOf } from '../assets/asset-history.js';
import {
  assetFolderOf,
  frozenFileOf,
  type Manifest,
  type ManifestEntry,
  readFrozen,
} from '../assets/manifest.js';
import { AssetError, LimbeckError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';
import { listFrozenFiles } from './frozen-files.js';
import type { CheckFinding } from './finding.js';
import { type LiveState, liveStates } from './live-states.js';
import { divergent } from './divergent.js';
import { findUnfrozen, type Unfrozen } from './unfrozen.js';
import { waysToShip } from './ways-to-ship.js';

/** The files of a project, read as far as they can be. */
export interface ReadFiles {
  readonly history: AssetHistory;
  /** Paths of which not all versions could be read: what stands there nobody can say. */
  readonly unjudged: ReadonlySet<string>;
  readonly findings: readonly CheckFinding[];
  /** How many frozen and how many live files were looked at. */
  readonly frozenFiles: number;
  readonly liveFiles: number;
}

/** Reads all files, and finds what is amiss in them; none hides what is amiss in another. */
export async function readFiles(project: Project): Promise<ReadFiles> {
  const damaged = new Map<RevisionId, AssetError>();
  const history = project.readHistory({ onInvalid: (error, revision) => damaged.set(revision, error) });
  const onDisk = await listFrozenFiles(project);
  const folders = new Map([...project.scripts].map(([id, { file }]) => [assetFolderOf(file), id]));
  const unfrozen = await findUnfrozen(project, history, damaged);
  const unjudged = new Set([
    ...onDisk.flatMap(({ folder, path }) => (damaged.has(folders.get(folder) ?? '') ? [path] : [])),
    ...unfrozen.map(({ path }) => path),
  ]);
  const live = await liveStates(project, history, unjudged);
  const manifests = project.graph.ids.flatMap((id) => history.manifestOf(id) ?? []);
  const divergences = history.divergentAt(project.graph.closure(project.graph.effectiveHeads));
  const findings = [
    ...[...damaged].map(([revision, error]) => findingOf('manifest-invalid', error, { revision })),
    ...manifests.flatMap((manifest) => frozenFindings(project, manifest)),
    ...unfrozen.map(unfrozenFinding),
    ...orphans({ onDisk, folders, damaged, history }),
    ...divergences.filter(({ path }) => !unjudged.has(path)).map(divergentFinding),
    ...live.flatMap((state) => liveFinding(project, history, state)),
  ];
  return {
    history,
    unjudged,
    findings,
    frozenFiles: onDisk.length,
    liveFiles: (await project.live.paths()).length,
  };
}

type Subject = Partial<Pick<CheckFinding, 'revision' | 'path'>>;

function findingOf(
  kind: CheckFinding['kind'],
  { message, where = '', next }: Pick<LimbeckError, 'message' | 'where' | 'next'>,
  { revision = null, path = null }: Subject,
): CheckFinding {
  return { kind, message, where, next, revision, path };
}

const kindOfCode: Partial<Record<LimbeckError['code'], CheckFinding['kind']>> = {
  ASSET_MISSING: 'asset-missing',
  ASSET_TAMPERED: 'asset-tampered',
  ASSET_UNREADABLE: 'asset-unreadable',
};

/** Reads every frozen file of a revision: also those that the next run would not load. */
function frozenFindings({ root }: Project, manifest: Manifest): CheckFinding[] {
  return manifest.entries.flatMap((entry) => {
    if (entry.sha256 === null) return [];
    try {
      readFrozen(root, manifest, entry);
      return [];
    } catch (error) {
      return [frozenFinding(error, manifest, entry)];
    }
  });
}

function frozenFinding(error: unknown, manifest: Manifest, { path }: ManifestEntry): CheckFinding {
  const kind = error instanceof AssetError ? kindOfCode[error.code] : undefined;
  if (kind === undefined || !(error instanceof AssetError)) throw error;
  const { message, where = frozenFileOf(manifest, path), next } = error;
  return findingOf(kind, { message, where, next }, { revision: manifest.revision, path });
}

function unfrozenFinding({ script, path, next }: Unfrozen): CheckFinding {
  const { revision, file: where } = script;
  const message = `the script of revision "${revision.id}" loads "${path}", which is not frozen with it`;
  return findingOf('asset-not-frozen', { message, where, next }, { revision: revision.id, path });
}

interface OrphanSearch {
  readonly onDisk: Awaited<ReturnType<typeof listFrozenFiles>>;
  readonly folders: ReadonlyMap<string, RevisionId>;
  readonly damaged: ReadonlyMap<RevisionId, AssetError>;
  readonly history: AssetHistory;
}

/** Files that no manifest names, and folders of files without a manifest or a script. */
function orphans({ onDisk, folders, damaged, history }: OrphanSearch): CheckFinding[] {
  const abandoned = new Map<string, CheckFinding>();
  const single: CheckFinding[] = [];
  for (const { folder, path } of onDisk) {
    const revision = folders.get(folder);
    const manifest = revision === undefined ? undefined : history.manifestOf(revision);
    if (revision === undefined) abandoned.set(folder, withoutScript(folder));
    else if (manifest === undefined && !damaged.has(revision))
      abandoned.set(folder, withoutManifest(folder, revision));
    else if (manifest?.entries.every((entry) => entry.path !== path || entry.sha256 === null) === true)
      single.push(unnamed(manifest, path));
  }
  return [...abandoned.values(), ...single];
}

function withoutScript(folder: string): CheckFinding {
  const facts = {
    message: `"${folder}" holds frozen files, and no script has them`,
    where: folder,
    next: 'restore the script beside it from version control, or remove the folder',
  };
  return findingOf('asset-orphan', facts, {});
}

function withoutManifest(folder: string, revision: RevisionId): CheckFinding {
  const facts = {
    message: `"${folder}" holds frozen files, and no manifest.json that names them`,
    where: folder,
    next: 'restore the manifest from version control, or remove the folder',
  };
  return findingOf('asset-orphan', facts, { revision });
}

function unnamed(manifest: Manifest, path: string): CheckFinding {
  const facts = {
    message: `the manifest of revision "${manifest.revision}" does not name the frozen file "${path}"`,
    where: frozenFileOf(manifest, path),
    next: 'remove it, or restore the manifest from version control',
  };
  return findingOf('asset-orphan', facts, { revision: manifest.revision, path });
}

function divergentFinding(divergence: Divergence): CheckFinding {
  const where = divergence.versions.map(placeOf).join(', ');
  const { message, next } = divergent(divergence);
  return findingOf('asset-divergent', { message, where, next }, { path: divergence.path });
}

function liveFinding(project: Project, history: AssetHistory, live: LiveState): CheckFinding[] {
  const { path, state, was = path, line, error } = live;
  const file = project.live.fileOf(path);
  if (state === 'unchanged') return [];
  if (error !== undefined) return [findingOf('live-file-unreadable', error, { path })];
  if (state === 'conflict') return [conflict(path, `${file}:${line}`)];
  if (state === 'unreadable') return [];
  const facts = {
    message: `the live file "${was}" ${changeWords[state]}`,
    where: state === 'changed' ? changedPlace(project, history, path) : file,
    next: waysToShip(project.graph),
  };
  return [findingOf(`live-file-${state}`, facts, { path })];
}

const changeWords = {
  new: 'is not shipped by any revision',
  changed: 'is not what the newest revision ships',
  deleted: 'is gone, and no revision drops what it defines',
  renamed: 'was renamed, and no revision says so',
};

function conflict(path: string, where: string): CheckFinding {
  const facts = {
    message: `the live file "${path}" holds the markers of a merge that nobody has ended`,
    where,
    next: 'decide between the two sides, remove the markers, and ship the file with a revision',
  };
  return findingOf('live-file-conflict', facts, { path });
}

/** The first line that is not as it was shipped. */
function changedPlace({ graph, live, root }: Project, history: AssetHistory, path: string): string {
  const file = live.fileOf(path);
  const version = history.versionAt(path, graph.closure(graph.effectiveHeads));
  if (version === undefined) return file;
  try {
    const shipped = readFrozen(root, version.manifest, version.entry).split('\n');
    const line = live
      .read(path)
      .text.split('\n')
      .findIndex((text, index) => text !== shipped[index]);
    return line === -1 ? file : `${file}:${line + 1}`;
  } catch (error) {
    // That it cannot be read is a finding of its own.
    if (error instanceof AssetError) return file;
    throw error;
  }
}
