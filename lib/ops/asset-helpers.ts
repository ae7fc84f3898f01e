/**
 * The helpers that scripts import: `loadStoredProc(op, ['update_adu.sql'])`.
 *
 * In `upgrade` they load the version that was frozen with the revision. In `downgrade` the same line puts
 * back what stood before the revision: an older version, or nothing.
 */
import type { LoadOptions, LoadTypeOptions } from './asset-loader.js';
import type { Operations } from './operations.js';

type LoadWith<Options> = (op: Operations, files: readonly string[], options?: Options) => Promise<void>;
type Load = LoadWith<LoadOptions>;
type Drop = (op: Operations, files: readonly string[]) => Promise<void>;

const load =
  (kind: string): LoadWith<LoadTypeOptions> =>
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
/**
 * Loads types from `raw_sql/types`. One that stands already is altered: enums gain values, composites and
 * domains become what the file says. In `downgrade` all of it goes back.
 *
 * @param options.renames - values and attributes that go by another name, from old to new: `{ 'mood.sad': 'unhappy' }`
 * @param options.convert - whether a type that PostgreSQL cannot alter is made anew, and the columns that use it
 *   converted
 * @throws AssetError `ASSET_TYPE_CHANGED`, and as `loadStoredProc`
 */
export const loadType: LoadWith<LoadTypeOptions> = load('types');
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
