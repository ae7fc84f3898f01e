/**
 * Freezing files with a revision: learning what its script loads, and writing the manifest.
 */
import { kindOf } from '../assets/asset-directory.js';
import {
  type AssetHistory,
  type AssetVersion,
  isStanding,
  type StandingVersion,
} from '../assets/asset-history.js';
import { type AssetCalls, freezeFiles } from '../assets/freeze.js';
import type { TypeOptions } from '../assets/freeze-types.js';
import { type LiveChange, liveChanges } from '../assets/live-changes.js';
import {
  assetFolderOf,
  frozenFileOf,
  type FrozenFile,
  type ManifestEntry,
  readFrozen,
  writeManifest,
} from '../assets/manifest.js';
import { defaultSchema } from '../config/config.js';
import { AssetError, UsageError } from '../errors.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import { LearningLoader } from '../ops/asset-loader.js';
import { Awaiting } from '../ops/awaiting.js';
import { createOperations } from '../ops/operations.js';
import type { Project } from '../project.js';
import { createSinkKnexes } from '../runtime/knex-client.js';
import { loadKnex } from '../runtime/load-knex.js';
import type { Script } from '../script/script-directory.js';
import { loadScript } from '../script/script-module.js';
import { RecordingSink } from '../sql/statement.js';

/** A frozen file, as commands report it. */
export type FrozenEntry = Pick<ManifestEntry, 'path' | 'action' | 'objects'>;

/**
 * Refuses to write beside scripts that were handed in.
 *
 * @throws UsageError `USAGE`
 */
export function assertOnDisk({ memory }: Project): void {
  if (memory === undefined) return;
  throw new UsageError('USAGE', {
    message: 'the scripts of this project were handed in: there are no files to write',
    next: 'open the project by its folder, without "scripts"',
  });
}

/** Freezes files for a revision that builds on `parents`; writes nothing. Advice names `command`. */
export function freezeFor(
  project: Project,
  parents: readonly RevisionId[],
  calls: AssetCalls,
  command?: string,
): Promise<FrozenFile[]> {
  return freezeFiles(calls, {
    live: project.live,
    history: project.readHistory(),
    before: project.graph.closure(parents),
    schema: defaultSchema(project.config),
    ...(command !== undefined && { command }),
  });
}

/** Writes what was frozen beside the script. */
export function writeFrozen(
  project: Project,
  scriptFile: string,
  files: readonly FrozenFile[],
): FrozenEntry[] {
  writeManifest(project.root, assetFolderOf(scriptFile), files);
  return files.map(({ entry: { path, action, objects } }) => ({ path, action, objects }));
}

/** What changed in the live files, as a revision on `parents` would ship it. */
export function changesFor(project: Project, parents: readonly RevisionId[]): Promise<LiveChange[]> {
  const { graph, live } = project;
  return liveChanges(
    live,
    project.readHistory(),
    graph.closure(parents),
    graph.closure(graph.effectiveHeads),
  );
}

/**
 * Learns which files a script loads and drops, by running its `upgrade` without a database.
 *
 * @throws OfflineError `OFFLINE_READ` when the script wants an answer
 */
export async function learnCalls(project: Project, script: Script): Promise<LearningLoader> {
  const assets = new LearningLoader();
  const sink = new RecordingSink();
  const awaiting = new Awaiting();
  const knex = await loadKnex(project.root);
  const context = { knex, config: project.config.knex, sink, awaiting, callerPlace: () => undefined };
  const revision = script.revision.id;
  const knexes = createSinkKnexes(context);
  const { scriptArguments } = project;
  const op = createOperations({
    ...context,
    ...knexes,
    scriptArguments,
    revision,
    direction: 'upgrade',
    assets,
  });
  const module = await loadScript(script, project.load);
  await module.upgrade(op);
  return assets;
}

/**
 * Returns the texts that a script pins with `{ at }`, by path; a file that was renamed since is found by its new name
 * as well.
 *
 * @throws AssetError `ASSET_NOT_FROZEN` when the file did not stand there, `ASSET_DIVERGENT` when branches had left
 *   several texts of it
 */
export function pinnedTexts(project: Project, { pins }: LearningLoader): Map<string, string> {
  const history = project.readHistory();
  return new Map(
    [...pins].map(([path, at]) => {
      const version = pinnedVersion(project, history, path, at);
      return [path, readFrozen(project.root, version.manifest, version.entry)];
    }),
  );
}

function pinnedVersion(project: Project, history: AssetHistory, path: string, at: string): StandingVersion {
  const applied = project.graph.closure(resolve(project.graph, at).revisions);
  const standing = (name: string) => history.versionsAt(name, applied).filter(isStanding);
  const former = history.paths.filter((name) => history.laterNames(name).has(path));
  const versions = [path, ...former].map(standing).find((found) => found.length > 0);
  const [version, ...others] = versions ?? [];
  if (version === undefined) throw notStanding(path, at);
  const other = others.find(({ sha256 }) => sha256 !== version.sha256);
  if (other !== undefined) throw severalTexts(path, at, version, other);
  return version;
}

function severalTexts(path: string, at: string, version: AssetVersion, other: AssetVersion): AssetError {
  return new AssetError('ASSET_DIVERGENT', {
    message: `"${path}" stands at "${at}" in two texts: that of "${version.revision}" and that of "${other.revision}"`,
    where: frozenFileOf(version.manifest, version.path),
    next: `name one of the two, as in \`{ at: '${version.revision}' }\``,
    details: { path, at, revisions: [version.revision, other.revision] },
  });
}

function notStanding(path: string, at: string): AssetError {
  return new AssetError('ASSET_NOT_FROZEN', {
    message: `"${path}" does not stand at "${at}"`,
    next: 'name a revision at which it was loaded',
  });
}

/** What was said of types when these entries were frozen, where the script itself says nothing. */
export function keptTypeOptions(entries: readonly ManifestEntry[]): Map<string, TypeOptions> {
  return new Map(
    entries
      .filter(({ renames, converts }) => renames !== undefined || converts === true)
      .map(({ path, renames = {}, converts = false }) => [path, { renames, convert: converts }]),
  );
}

/** Splits paths that a person names, `raw_sql/procs/a.sql` or `procs/a.sql`, into loads and drops. */
export function callsOf(project: Project, files: readonly string[]): AssetCalls {
  const { kinds, rawSql } = project.config.settings;
  const paths = files.map((file) => {
    const path = file.startsWith(`${rawSql}/`) ? file.slice(rawSql.length + 1) : file;
    if (kinds.includes(kindOf(path))) return path;
    throw new AssetError('ASSET_NOT_FOUND', {
      message: `"${file}" is not below one of the folders ${kinds.map((kind) => `"${rawSql}/${kind}"`).join(', ')}`,
      where: file,
      next: 'name the file by its path',
    });
  });
  return {
    loads: paths.filter((path) => project.live.has(path)),
    drops: paths.filter((path) => !project.live.has(path)),
  };
}
