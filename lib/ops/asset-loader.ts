/**
 * Loaders: what becomes of a script's `loadStoredProc` and its kin.
 */
import type { TypeOptions } from '../assets/freeze-types.js';
import type { RevisionId } from '../graph/revision.js';

export interface LoadOptions {
  /**
   * A revision: `limbeck freeze` takes the version that stood there, in place of the live file. It is
   * frozen like any other, so what runs is this revision's own copy.
   */
  readonly at?: RevisionId;
}

/** What `loadType` is told besides: learnt by `limbeck freeze`, and kept in the manifest. */
export interface LoadTypeOptions extends LoadOptions, TypeOptions {}

export interface AssetLoader {
  load(paths: readonly string[], options?: LoadTypeOptions): void;
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
  /** What is said of types, by path. */
  readonly types = new Map<string, TypeOptions>();
  /** Whether the script does all that its manifest says, so that the manifest decides. */
  syncs = false;

  load(paths: readonly string[], options?: LoadTypeOptions): void {
    this.loads.push(...paths);
    const { renames, convert } = options ?? {};
    if (renames !== undefined || convert !== undefined)
      for (const path of paths)
        this.types.set(path, { ...(renames && { renames }), convert: convert === true });
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
