/**
 * Loaders: what becomes of a script's `loadStoredProc` and its kin.
 */
import type { RevisionId } from '../graph/revision.js';

export interface LoadOptions {
  /** A revision: loads the version that stood there, in place of this revision's own. */
  readonly at?: RevisionId;
}

export interface AssetLoader {
  load(paths: readonly string[], options?: LoadOptions): void;
  drop(paths: readonly string[]): void;
  sync(): void;
}

/** Loads nothing, and remembers what a script asked for: how `freeze` learns what to freeze. */
export class LearningLoader implements AssetLoader {
  readonly loads: string[] = [];
  readonly drops: string[] = [];
  /** Whether the script does all that its manifest says, so that the manifest decides. */
  syncs = false;

  load(paths: readonly string[], options?: LoadOptions): void {
    if (options?.at === undefined) this.loads.push(...paths);
  }

  drop(paths: readonly string[]): void {
    this.drops.push(...paths);
  }

  sync(): void {
    this.syncs = true;
  }
}
