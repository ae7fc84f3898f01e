/**
 * The command that joins branches, and the SQL files that they changed.
 */
import type { TypeOptions } from '../assets/freeze-types.js';
import { type LimbeckError, UsageError } from '../errors.js';
import { newRevisionLinks } from '../graph/new-revision.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';
import { assertOnDisk } from './freezing.js';
import { freezeSettled, settleFiles } from './settle-files.js';
import { type TrialOptions, tryFiles } from './trying.js';
import {
  assertChoices,
  type NewRevisionChoices,
  type NewRevisionReport,
  sqlWithAssets,
  writeRevision,
} from './write-revision.js';

export interface MergeOptions extends NewRevisionChoices, TrialOptions {
  /** Identifiers of the heads to join. */
  readonly revisions: readonly string[];
  /** Whether revisions that are no heads may be joined. */
  readonly splice?: boolean | undefined;
  /** Live files that are right as they are, also where they hold the change of one branch alone, or are deleted. */
  readonly resolved?: readonly string[] | undefined;
  /** What merged files of types cannot say: values with other names, and whether to convert. */
  readonly types?: TypeOptions | undefined;
}

/** An SQL file that branches changed, and that the merge ships. */
export interface MergedFile {
  readonly path: string;
  /** The revisions whose versions were joined, the latest in limbeck's order last. */
  readonly from: readonly RevisionId[];
  /** `merged`: limbeck wrote the live file; `taken`: the live file was right as it was. */
  readonly how: 'merged' | 'taken';
}

export interface MergeReport extends NewRevisionReport {
  /** None where no file was changed on more than one branch. */
  readonly merged: readonly MergedFile[];
}

/**
 * Writes a script that joins branches. SQL files that several of them changed are merged into the live files, and
 * frozen with it.
 *
 * @throws UsageError `USAGE` when fewer than two heads are named, or a file to take as it is was not changed on several
 * @throws RevisionError when one is not there, named twice, or no head without `splice`
 * @throws AssetError `ASSET_CONFLICT` when changes contradict each other, or a live file has others; the live files then
 *   hold what could be merged, and no script is written. And what freezing throws
 */
export async function merge(project: Project, options: MergeOptions): Promise<MergeReport> {
  const { graph } = project;
  const links = newRevisionLinks(graph, { heads: options.revisions, splice: options.splice === true });
  const { downRevisions } = links;
  if (downRevisions.length < 2) throw nothingToMerge(downRevisions);
  assertOnDisk(project);
  assertChoices(project, options, downRevisions);
  const open = project.readHistory().divergentAt(graph.closure(downRevisions));
  if (options.sql === true && open.length > 0) throw sqlWithAssets('`--sql`');
  const settled = settleFiles(project, downRevisions, open, options.resolved ?? []);
  const files = await freezeSettled(project, downRevisions, settled, options.types);
  const merged = settled.map(({ target, divergence, how }) => ({
    path: target,
    from: divergence.versions.map(({ revision }) => revision).toReversed(),
    how: how.kind === 'merged' ? ('merged' as const) : ('taken' as const),
  }));
  const tried = await tryFiles(project, { parents: links.downRevisions, files }, options);
  return { ...writeRevision(project, options, links, tried), merged };
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
