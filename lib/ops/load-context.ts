/**
 * What a step knows when it loads SQL files: where it goes, what is installed, and what stands before and after.
 */
import {
  type AppliedSet,
  type AssetHistory,
  type AssetVersion,
  isStanding,
} from '../assets/asset-history.js';
import type { RevisionId } from '../graph/revision.js';
import type { Sink } from '../sql/statement.js';
import type { LoadWarning } from './load-warnings.js';

/** What the database has installed, by path; kept true while the run goes on. */
export interface InstalledAssets {
  get(path: string): { readonly sha256: string; readonly revision: RevisionId } | undefined;
  /** Notes a version as installed, in the ledger as well. */
  install(version: AssetVersion): void;
  /** Notes that nothing is installed, in the ledger as well. */
  remove(path: string): void;
  /** Returns a function that goes back to what is installed now, for when the database does. */
  mark(): () => void;
}

export interface LoadContext {
  readonly revision: RevisionId;
  readonly direction: 'upgrade' | 'downgrade';
  /** The script, as errors name it. */
  readonly file: string;
  readonly sink: Sink;
  readonly history: AssetHistory;
  /** The applied set before the step, and after it. */
  readonly before: AppliedSet;
  readonly after: AppliedSet;
  readonly installed: InstalledAssets;
  readonly readFrozen: (version: AssetVersion) => string;
  /** Told what files have lost without a word; default: nobody. */
  readonly warn?: (warning: LoadWarning) => void;
}

/** The context of a step, with what stands after it and before it. */
export interface StepContext extends LoadContext {
  readonly standingAfter: () => readonly AssetVersion[];
  /** The files that define an object after it, by what it is compared by: `AssetHistory.keyOf`. */
  readonly definersAfter: (key: string) => readonly string[];
  /** All objects that files had defined before it, by what they are compared by. */
  readonly standingBefore: () => readonly string[];
  /** What the step has dropped and not loaded again, by what it is compared by: where branches gave a file two names, both have defined it. */
  readonly dropped: Set<string>;
  /** Objects of files that may have been loaded before their own call, since others needed them. */
  readonly early: Set<string>;
}

/** Adds to the context of a step what stands before it and after it, found on first use. */
export function createStepContext(given: LoadContext): StepContext {
  const { history } = given;
  let before: readonly string[] | undefined;
  let after: readonly AssetVersion[] | undefined;
  let definers: ReadonlyMap<string, readonly string[]> | undefined;
  const standingAfter = () => (after ??= history.standingAt(given.after));
  return {
    ...given,
    standingBefore: () =>
      (before ??= history.standingAt(given.before).flatMap((version) => history.keysOf(version))),
    standingAfter,
    definersAfter: (key) => (definers ??= definersOf(standingAfter(), history)).get(key) ?? [],
    dropped: new Set(),
    early: new Set(),
  };
}

/** The objects that versions define. */
export function objectsOf(versions: readonly AssetVersion[]): string[] {
  return versions.filter(isStanding).flatMap(({ entry }) => entry.objects);
}

function definersOf(versions: readonly AssetVersion[], history: AssetHistory): Map<string, string[]> {
  const definers = new Map<string, string[]>();
  for (const version of versions)
    for (const key of history.keysOf(version))
      definers.set(key, [...(definers.get(key) ?? []), version.path]);
  return definers;
}
