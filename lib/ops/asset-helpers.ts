/**
 * The helpers that scripts import: `loadStoredProc(op, ['update_adu.sql'])`.
 *
 * In `upgrade` they load the version that was frozen with the revision. In `downgrade` the same line puts
 * back what stood before the revision: an older version, or nothing.
 */
import type { LoadOptions } from './asset-loader.js';
import type { Operations } from './operations.js';

type Load = (op: Operations, files: readonly string[], options?: LoadOptions) => Promise<void>;
type Drop = (op: Operations, files: readonly string[]) => Promise<void>;

const load =
  (kind: string): Load =>
  (op, files, options) =>
    op.loadAssets(kind, files, options);

const drop =
  (kind: string): Drop =>
  (op, files) =>
    op.dropAssets(kind, files);

/**
 * Loads functions and procedures from `raw_sql/procs`.
 *
 * @param files - names below the folder; loaded in the order that their contents ask for
 * @throws AssetError `ASSET_NOT_FROZEN`, `ASSET_MISMATCH`, `ASSET_MISSING`, `ASSET_TAMPERED`
 */
export const loadStoredProc: Load = load('procs');
/** Loads types from `raw_sql/types`; one that stands already is left alone. Errors as `loadStoredProc`. */
export const loadType: Load = load('types');
/** Loads views from `raw_sql/views`. Errors as `loadStoredProc`. */
export const loadView: Load = load('views');

/** Drops what the files of `raw_sql/procs` define; in `downgrade` puts it back. */
export const dropStoredProc: Drop = drop('procs');
/** Drops what the files of `raw_sql/types` define; in `downgrade` puts it back. */
export const dropType: Drop = drop('types');
/** Drops what the files of `raw_sql/views` define; in `downgrade` puts it back. */
export const dropView: Drop = drop('views');

/** Does all that the manifest of this revision says, in load order; in `downgrade` undoes it. */
export function syncAssets(op: Operations): Promise<void> {
  return op.syncAssets();
}
