/**
 * Loaders: what becomes of a script's `loadStoredProc` and its kin.
 */
import type { RevisionId } from '../graph/revision.js';

export interface LoadOptions {
  /**
   * A revision: `limbeck freeze` takes the version that stood there, in place of the live file. It is
   * frozen like any other, so what runs is this revision's own copy.
   */
  readonly at?: RevisionId;
}

export interface AssetLoader {
  load(paths: readonly string[], options?: LoadOptions): void;
  drop(paths: readonly string[]): void;
  sync(): void;
  /** Returns a function that forgets what was loaded since: for a savepoint that is rolled back. */
  mark(): () => void;
}

/** Loads nothing, and remembers what a script asked for: how `freeze` learns what to freeze. */
export class LearningLoader implements AssetLoader {
  readonly loads: string[] = [];
  readonly drops: string[] = [];
  /** The revision whose version is wanted, by path. */
  readonly pins = new Map<string, RevisionId>();
  /** Whether the script does all that its manifest says, so that the manifest decides. */
  syncs = false;

  load(paths: readonly string[], options?: LoadOptions): void {
    this.loads.push(...paths);
    if (options?.at !== undefined) for (const path of paths) this.pins.set(path, options.at);
  }

  drop(paths: readonly string[]): void {
    this.drops.push(...paths);
  }

  sync(): void {
    this.syncs = true;
  }

  /** What a script asks for counts, also where it undoes it. */
  mark(): () => void {
    return () => {};
  }
}
