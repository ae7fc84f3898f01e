/**
 * Revisions to start from that are given in words, in place of asking a database.
 */
import { UsageError } from '../errors.js';
import { refuseOverlap, resolve } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import type { RevisionId } from './revision.js';
import { rowsOf } from './version-rows.js';

/**
 * Returns the version rows of a database at the revisions that texts name.
 *
 * @param texts - identifiers; `base` for nothing applied
 * @throws RevisionError for a text that names nothing; `OVERLAPPING_REVISIONS`
 * @throws UsageError `USAGE` for `current`, which is where a database is
 */
export function startingRows(graph: RevisionGraph, texts: readonly string[]): RevisionId[] {
  if (texts.includes('current')) throw noCurrent();
  const starts = [...new Set(texts.flatMap((text) => resolve(graph, text).revisions))];
  refuseOverlap(graph, starts);
  return rowsOf(graph, graph.closure(starts));
}

function noCurrent(): UsageError {
  return new UsageError('USAGE', {
    message: '"current" is where the database is, and none is asked',
    next: 'leave out the start, which asks the database; with `--sql` add `--from-database`',
  });
}
