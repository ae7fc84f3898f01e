/**
 * What a merge tells of the SQL files that wait for people.
 */
import { type Divergence, placeOf } from '../assets/asset-history.js';
import { conflictLines } from '../assets/conflict-markers.js';
import type { MergeSide, Settlement } from '../assets/merge-assets.js';
import { AssetError, type ErrorFacts } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { abridged, listed } from '../graph/wording.js';
import type { Project } from '../project.js';

/** A file that branches changed, with what becomes of it. */
export interface Settled {
  readonly divergence: Divergence;
  /** All paths that it has on the branches. */
  readonly paths: readonly string[];
  /** The path that it gets: another one where a branch renamed the file. */
  readonly target: string;
  readonly how: Settlement;
}

/** Makes the error for files that could not be merged; the live files hold the markers already. */
export function conflictsOf(project: Project, waiting: readonly Settled[]): AssetError {
  const facts = waiting.map((each) => factsOf(project, each));
  const files = waiting.map(({ divergence: { versions }, target, how }) => ({
    path: target,
    kind: how.kind,
    lines: linesOf(project, target),
    revisions: idsOf(versions),
  }));
  const [only, ...others] = facts;
  if (only !== undefined && others.length === 0)
    return new AssetError('ASSET_CONFLICT', { ...only, details: { files } });
  return new AssetError('ASSET_CONFLICT', {
    message: `${facts.length} SQL files could not be merged: ${facts.map(({ message }) => message).join('; ')}`,
    where: facts.flatMap(({ where }) => where ?? []).join(', '),
    next: [...new Set(facts.map(({ next }) => next))].join('; '),
    details: { files },
  });
}

function factsOf(project: Project, settled: Settled): ErrorFacts {
  const { divergence, target, how } = settled;
  if (how.kind === 'dropped') return droppedFacts(project, settled, how);
  if (how.kind === 'lacks') return lackingFacts(project, settled, how.side);
  if (how.kind === 'twice') return twiceFacts(project, settled);
  const file = project.live.fileOf(target);
  const places = linesOf(project, target).map((line) => `${file}:${line}`);
  return {
    message: `${listed(idsOf(divergence.versions))} changed "${target}" in ways that contradict each other`,
    where: abridged(places),
    next: 'write what the file should say in place of what is between the markers, and run the command again',
  };
}

function droppedFacts(
  { live }: Project,
  { divergence, target }: Settled,
  { by, changed }: { readonly by: MergeSide; readonly changed: MergeSide },
): ErrorFacts {
  const file = live.fileOf(target);
  return {
    message: `"${by.revision}" dropped "${target}", and "${changed.revision}" changed it`,
    where: file,
    next: `delete "${file}", or make it what it should be (that of "${changed.revision}" is ${frozenOf(divergence, changed)}), and run the command again with \`--resolved ${file}\``,
  };
}

/** The live file is neither overwritten, which would lose what was not shipped, nor shipped, which would lose the other change. */
function lackingFacts({ live }: Project, { divergence, target }: Settled, side: MergeSide): ErrorFacts {
  const file = live.fileOf(target);
  const state = live.has(target) ? 'holds changes that no revision ships, and lacks' : 'is gone, and with it';
  return {
    message: `the live file "${target}" ${state} what "${side.revision}" changed`,
    where: file,
    next: `put that change into the file (the version of "${side.revision}" is ${frozenOf(divergence, side)}), and run the command again; where the file is right as it is, add \`--resolved ${file}\``,
  };
}

function twiceFacts({ live }: Project, { divergence, paths }: Settled): ErrorFacts {
  const { path, object, versions } = divergence;
  const what = object === undefined ? `the file "${path}"` : `"${object}"`;
  return {
    message: `${listed(idsOf(versions))} left ${what} in more than one file: ${listed(paths)}`,
    where: paths.map((each) => live.fileOf(each)).join(', '),
    next: 'put what it should be into one of the live files, delete the other, and run the command again',
  };
}

function frozenOf({ path, versions }: Divergence, { revision }: MergeSide): string {
  const version = versions.find((each) => each.revision === revision);
  return version === undefined ? path : placeOf(version);
}

function linesOf({ live }: Project, path: string): number[] {
  return live.has(path) ? conflictLines(live.read(path).text) : [];
}

function idsOf(versions: Divergence['versions']): RevisionId[] {
  return versions.map(({ revision }) => revision).toReversed();
}
