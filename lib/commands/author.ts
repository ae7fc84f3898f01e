/**
 * The command that writes a new script, with what changed in the live files.
 */
import type { Divergence } from '../assets/asset-history.js';
import { hashAsset } from '../assets/asset-text.js';
import type { TypeOptions } from '../assets/freeze-types.js';
import type { FrozenFile } from '../assets/manifest.js';
import { partByNewValues } from '../assets/new-values.js';
import { AssetError, RevisionError } from '../errors.js';
import { newRevisionLinks } from '../graph/new-revision.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { listed } from '../graph/wording.js';
import { type Project, reopenProject } from '../project.js';
import { divergent } from './divergent.js';
import { changesFor, freezeFor } from './freezing.js';
import { type TrialOptions, tryFiles } from './trying.js';
import {
  assertChoices,
  directoryOf,
  type Links,
  type NewRevisionChoices,
  type NewRevisionReport,
  removeRevision,
  sqlWithAssets,
  writeRevision,
} from './write-revision.js';

export interface RevisionOptions extends NewRevisionChoices, TrialOptions {
  /** What it builds on. Default: the only head; `base` begins a line of its own, `heads` joins all. */
  readonly head?: string | undefined;
  /** Whether the parent may have other children. */
  readonly splice?: boolean | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  /** Whether to ship what changed in the live files. */
  readonly autogenerate?: boolean | undefined;
  /** With `autogenerate`: what the files of types cannot say, values with other names, and whether to convert. */
  readonly types?: TypeOptions | undefined;
}

export interface RevisionReport extends NewRevisionReport {
  /**
   * Revisions that were written below it in the same go: one that adds values to enums, where other files of the
   * change use them at once. Mostly none.
   */
  readonly preceding: readonly NewRevisionReport[];
}

/**
 * Writes a new script, and with `autogenerate` freezes what changed in the live files with it.
 *
 * @throws RevisionError when the parent is not there, or not a head; `MULTIPLE_HEADS` when none was named and there
 *   are several
 * @throws LimbeckError when a changed file cannot be loaded on a shadow; nothing is written then
 * @throws AssetError when a live file cannot be frozen; `ASSET_DIVERGENT` when several parents changed the same file
 *   and no text of its own is frozen with it; nothing is written then
 */
export async function revision(project: Project, options: RevisionOptions): Promise<RevisionReport> {
  const { graph } = project;
  if (options.head === undefined && graph.heads.length > 1) throw severalHeads(graph);
  const heads = options.head === undefined ? graph.heads : [options.head];
  const links = newRevisionLinks(graph, {
    heads,
    dependsOn: options.dependsOn ?? [],
    splice: options.splice === true || options.head === 'base',
  });
  const files = options.autogenerate === true ? await frozenChanges(project, links, options.types) : [];
  assertMerged(project, links, files, options.autogenerate === true);
  if (options.autogenerate === true && files.length === 0) {
    return { revision: null, file: null, downRevisions: links.downRevisions, assets: [], preceding: [] };
  }
  if (options.sql === true && files.length > 0) throw sqlWithAssets('`--sql`, or `--autogenerate`');
  const parents = parentsOf(project, links);
  const parted = partByNewValues(files, project.readHistory(), graph.closure(parents));
  if (parted.ahead.length > 0) return writePair(project, options, links, parted);
  const tried = await tryFiles(project, { parents, files }, options);
  return { ...writeRevision(project, options, links, tried), preceding: [] };
}

/** Writes two revisions in a row, or none: PostgreSQL lets no transaction use a value that it has added to an enum. */
async function writePair(
  project: Project,
  options: RevisionOptions,
  links: Links,
  { ahead, others }: ReturnType<typeof partByNewValues>,
): Promise<RevisionReport> {
  const { message, revisionId, branchLabels, directory } = options;
  assertChoices(project, options, links.downRevisions);
  const first = { message: `${message}: values of enums`, branchLabels, directory };
  const aheadFiles = await tryFiles(project, { parents: parentsOf(project, links), files: ahead }, options);
  const preceding = writeRevision(project, first, links, aheadFiles);
  const parents = [preceding.revision].flatMap((id) => id ?? []);
  try {
    const reopened = await reopenProject(project);
    const second = { message, revisionId, directory: directoryOf(project, directory, links.downRevisions) };
    const files = await tryFiles(reopened, { parents, files: others }, options);
    const made = writeRevision(reopened, second, { downRevisions: parents, dependsOn: [] }, files);
    return { ...made, preceding: [preceding] };
  } catch (error) {
    removeRevision(project, preceding);
    throw error;
  }
}

function parentsOf({ graph }: Project, { downRevisions, dependsOn }: Links): RevisionId[] {
  return [...downRevisions, ...dependsOn.flatMap((text) => resolve(graph, text).revisions)];
}

async function frozenChanges(project: Project, links: Links, types: TypeOptions = {}): Promise<FrozenFile[]> {
  const parents = parentsOf(project, links);
  const changes = await changesFor(project, parents);
  const loads = changes.flatMap(({ path, change }) => (change === 'deleted' ? [] : path));
  return freezeFor(project, parents, {
    loads,
    types: new Map(loads.map((path) => [path, types])),
    drops: changes.flatMap(({ path, change, was }) => (change === 'deleted' ? path : (was ?? []))),
  });
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
    next: `put both changes into the live file, and run the command again; \`limbeck merge heads -m "…"\` does it where it can`,
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
