/**
 * What `check` finds.
 */
import type { RevisionId } from '../graph/revision.js';

/** Something that `check` found. */
export interface CheckFinding {
  readonly kind:
    | 'script-edited'
    | 'row-unknown'
    | 'asset-missing'
    | 'asset-not-frozen'
    | 'asset-tampered'
    | 'asset-unreadable'
    | 'asset-orphan'
    | 'asset-divergent'
    | 'asset-mismatch'
    | 'ledger-mismatch'
    | 'object-changed'
    | 'object-missing'
    | 'object-unjudged'
    | 'manifest-invalid'
    | 'live-file-changed'
    | 'live-file-new'
    | 'live-file-deleted'
    | 'live-file-renamed'
    | 'live-file-conflict'
    | 'live-file-unreadable';
  readonly message: string;
  /** A file, with the line where there is one to name, or what the log says. */
  readonly where: string;
  /** What to do. */
  readonly next: string;
  /** The revision that it is about, if any. */
  readonly revision: RevisionId | null;
  /** The asset that it is about, if any. */
  readonly path: string | null;
}
