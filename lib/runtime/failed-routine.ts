/**
 * Finding the frozen file whose routine failed during a run.
 */
import type { AppliedSet, AssetHistory, AssetVersion } from '../assets/asset-history.js';
import { frozenFileOf, readFrozen } from '../assets/manifest.js';
import { LimbeckError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { type FailurePlace, routinePlace } from './failure-place.js';
import { failedFacts } from './sql-failure.js';
import type { ServerError } from './server-error.js';

export interface RoutineSearch {
  readonly root: string;
  readonly history: AssetHistory;
  /** The revision whose version of a path is installed by now. */
  readonly installed: (path: string) => RevisionId | undefined;
  /** Where the step began. */
  readonly applied: AppliedSet;
}

/** Returns the place in the frozen file that defines the innermost routine which any file defines. */
export function failedRoutine(error: ServerError, search: RoutineSearch): FailurePlace | undefined {
  const facts = failedFacts(error);
  return routinePlace(error, (matches) =>
    versions(search)
      .filter(({ manifest, path, entry }) => {
        // A message may have loaded a version behind the statement that failed.
        const isLater = facts?.later.includes(frozenFileOf(manifest, path)) === true;
        return entry.sha256 !== null && !isLater && matches(entry.objects);
      })
      .flatMap((version) => textOf(version, search)),
  );
}

/** What is installed by now comes first, and may be no more than recorded; then what stood before the step. */
function versions({ history, installed, applied }: RoutineSearch): AssetVersion[] {
  const by = (path: string, revision: RevisionId | undefined) =>
    revision === undefined ? undefined : history.versionOf(path, revision);
  return [
    ...history.paths.flatMap((path) => by(path, installed(path)) ?? []),
    ...history.paths.flatMap((path) => history.versionAt(path, applied) ?? []),
  ];
}

/** An error is being told: another one, of a file that is gone, must not take its place. */
function textOf({ manifest, path, entry }: AssetVersion, { root }: RoutineSearch) {
  try {
    return [
      { file: frozenFileOf(manifest, path), text: readFrozen(root, manifest, entry), objects: entry.objects },
    ];
  } catch (error) {
    if (error instanceof LimbeckError) return [];
    throw error;
  }
}
