/**
 * Commands that write scripts: revision and merge.
 */
import type { Divergence } from '../assets/asset-history.js';
import { hashAsset } from '../assets/asset-text.js';
import type { FrozenFile } from '../assets/manifest.js';
import { AssetError, type LimbeckError, RevisionError, UsageError } from '../errors.js';
import { newRevisionLinks } from '../graph/new-revision.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { changesFor, freezeFor } from './freezing.js';
import { divergent } from './migrate.js';
import {
  type Links,
  type NewRevisionChoices,
  type NewRevisionReport,
  writeRevision,
} from './write-revision.js';

export interface RevisionOptions extends NewRevisionChoices {
  /** What it builds on. Default: the only head; `base` begins a line of its own, `heads` joins all. */
  readonly head?: string | undefined;
  /** Whether the parent may have other children. */
  readonly splice?: boolean | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  /** Whether to ship what changed in the live files. */
  readonly autogenerate?: boolean | undefined;
}

/**
 * Writes a new script, and with `autogenerate` freezes what changed in the live files with it.
 *
 * @throws RevisionError when the parent is not there, or not a head; `MULTIPLE_HEADS` when none was named and there
 *   are several
 * @throws AssetError when a live file cannot be frozen; `ASSET_DIVERGENT` when several parents changed the same file
 *   and no text of its own is frozen with it; nothing is written then
 */
export async function revision(project: Project, options: RevisionOptions): Promise<NewRevisionReport> {
  const { graph } = project;
  if (options.head === undefined && graph.heads.length > 1) throw severalHeads(graph);
  const heads = options.head === undefined ? graph.heads : [options.head];
  const links = newRevisionLinks(graph, {
    heads,
    dependsOn: options.dependsOn ?? [],
    splice: options.splice === true || options.head === 'base',
  });
  const files = options.autogenerate === true ? await frozenChanges(project, links) : [];
  assertMerged(project, links, files, options.autogenerate === true);
  if (options.autogenerate === true && files.length === 0) {
    return { revision: null, file: null, downRevisions: links.downRevisions, assets: [] };
  }
  if (options.sql === true && files.length > 0) throw sqlWithAssets();
  return writeRevision(project, options, links, files);
}

async function frozenChanges(project: Project, { downRevisions, dependsOn }: Links): Promise<FrozenFile[]> {
  const parents = [...downRevisions, ...dependsOn.flatMap((text) => resolve(project.graph, text).revisions)];
  const changes = await changesFor(project, parents);
  return freezeFor(project, parents, {
    loads: changes.flatMap(({ path, change }) => (change === 'deleted' ? [] : path)),
    drops: changes.flatMap(({ path, change, was }) => (change === 'deleted' ? path : (was ?? []))),
  });
}

export interface MergeOptions extends NewRevisionChoices {
  /** Identifiers of the heads to join. */
  readonly revisions: readonly string[];
  /** Whether revisions that are no heads may be joined. */
  readonly splice?: boolean | undefined;
}

/**
 * Writes a script that joins branches.
 *
 * @throws UsageError `USAGE` when fewer than two heads are named
 * @throws RevisionError when one is not there, named twice, or no head without `splice`
 * @throws AssetError `ASSET_DIVERGENT` when both sides changed the same file
 */
export async function merge(project: Project, options: MergeOptions): Promise<NewRevisionReport> {
  const { graph } = project;
  const links = newRevisionLinks(graph, { heads: options.revisions, splice: options.splice === true });
  if (links.downRevisions.length < 2) throw nothingToMerge(links.downRevisions);
  assertMerged(project, links, []);
  return writeRevision(project, options, links, []);
}

/**
 * Refuses to join branches that changed the same file, unless it is frozen with the revision that joins them, as another
 * text than any of theirs (one of them alone would erase the change of the other), or is dropped by it. Of two files that
 * define the same object one is enough.
 */
function assertMerged(
  project: Project,
  { downRevisions }: Links,
  files: readonly FrozenFile[],
  isFreezing = false,
): void {
  if (downRevisions.length < 2) return;
  const isSettled = ({ object, versions }: Divergence) =>
    files.some(
      ({ entry }) =>
        versions.some(({ path }) => path === entry.path) &&
        (object !== undefined ||
          entry.sha256 === null ||
          versions.every(({ sha256 }) => sha256 !== entry.sha256)),
    );
  const open = project
    .readHistory()
    .divergentAt(project.graph.closure(downRevisions))
    .find((divergence) => !isSettled(divergence));
  if (open === undefined) return;
  throw (isFreezing && oneSided(project, open)) || divergent(open);
}

/** Makes the error for a live file that holds one of the changes and not the others; undefined for any other file. */
function oneSided({ live }: Project, divergence: Divergence): AssetError | undefined {
  const { path, versions } = divergence;
  const file = live.has(path) ? live.read(path) : undefined;
  const hash = file && hashAsset(file.text);
  const held = versions.find(({ sha256 }) => sha256 === hash);
  if (file === undefined || held === undefined) return undefined;
  const { message, details } = divergent(divergence);
  return new AssetError('ASSET_DIVERGENT', {
    message: `${message}, and the live file holds that of "${held.revision}" alone`,
    where: live.fileOf(path),
    next: 'put both changes into the live file, and run the command again',
    details,
  });
}

function severalHeads({ heads }: RevisionGraph): RevisionError {
  return new RevisionError('MULTIPLE_HEADS', {
    message: `there are ${heads.length} heads to build on: ${listed(heads)}`,
    next: `name one, as in \`limbeck revision -m "…" --head ${heads[0] ?? 'head'}\`, or join them with \`limbeck merge heads -m "…"\``,
    details: { heads: [...heads].sort() },
  });
}

function nothingToMerge(heads: readonly RevisionId[]): LimbeckError {
  return new UsageError('USAGE', {
    message:
      heads.length === 0
        ? 'there is nothing to merge'
        : `only "${heads[0]}" was named: a merge joins two or more`,
    next: 'name two heads, or run `limbeck merge heads` when `limbeck heads` shows several',
  });
}

function sqlWithAssets(): LimbeckError {
  return new UsageError('USAGE', {
    message: 'a plain-SQL script cannot load SQL files',
    next: 'leave out `--sql`, or `--autogenerate`',
  });
}
