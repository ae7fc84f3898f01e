/**
 * Stamping: the rows that running an upgrade or a downgrade would leave, without running it.
 */
import { RevisionError } from '../errors.js';
import { findBranch } from './lookup.js';
import { refuseOverlap, resolve } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import { parseSpec } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { appliedSet, rowsOf } from './version-rows.js';

/** What becomes applied, and what no longer is. */
export interface StampTargets {
  readonly revisions: readonly RevisionId[];
  /** All that stands on these, with these, is taken away before the revisions are put there. */
  readonly removed: readonly RevisionId[];
}

/**
 * Resolves the identifiers after `limbeck stamp`.
 *
 * A revision takes away what builds on it; `base` takes away everything; `billing@base` that lineage.
 *
 * @throws RevisionError `OVERLAPPING_REVISIONS` when one revision is an ancestor of another, and what
 *   `resolve` throws
 */
export function stampTargets(graph: RevisionGraph, texts: readonly string[]): StampTargets {
  const revisions: RevisionId[] = [];
  const removed: RevisionId[] = [];
  for (const text of texts) {
    const found = resolveTarget(graph, text);
    revisions.push(...found.revisions);
    removed.push(...found.removed);
  }
  refuseOverlap(graph, revisions);
  return { revisions, removed };
}

/**
 * Returns the version rows after stamping, in the stable order.
 *
 * For `--purge` give no rows: what the database holds is then not looked at.
 *
 * @throws RevisionError `UNKNOWN_ROW`
 */
export function stampedRows(
  graph: RevisionGraph,
  rows: readonly RevisionId[],
  { revisions, removed }: StampTargets,
): RevisionId[] {
  const gone = graph.standingOn(removed);
  const kept = [...appliedSet(graph, rows)].filter((id) => !gone.has(id));
  return rowsOf(graph, new Set([...kept, ...graph.closure(revisions)]));
}

function resolveTarget(graph: RevisionGraph, text: string): StampTargets {
  const spec = parseSpec(text);
  if (spec.kind === 'walk' && spec.from === undefined) throw noStart(text, spec.steps);
  const { revisions, isBase } = resolve(graph, text);
  const above = revisions.flatMap((id) => graph.children(id));
  if (!isBase) return { revisions, removed: above };
  const branch = spec.branch === undefined ? undefined : findBranch(graph, spec.branch);
  return { revisions, removed: [...above, ...(branch?.lineage ?? graph.bases)] };
}

/** Counting from the rows would make a stamp that is run twice do two things. */
function noStart(text: string, steps: number): RevisionError {
  return new RevisionError('REVISION_NOT_FOUND', {
    message: `"${text}" names no revision: a stamp does not count from where the database is`,
    next: `name the revision to stand at, or the start, as in \`limbeck stamp head${Math.sign(steps) < 0 ? steps : ''}\``,
    details: { text },
  });
}
