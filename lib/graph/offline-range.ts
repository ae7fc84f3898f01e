/**
 * Ranges of `--sql`: where a database is taken to be, and where it should go.
 */
import { UsageError } from '../errors.js';
import type { RevisionGraph } from './revision-graph.js';
import { parseRange } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { startingRows } from './starting-rows.js';

/** A target as it was typed, with the version rows to start from if it named them. */
export interface StartedTarget {
  readonly start: readonly RevisionId[] | undefined;
  /** Undefined when the text ends with its colon. */
  readonly target: string | undefined;
}

/**
 * Reads `A:B`; A may be several revisions, separated by commas, as a database can stand at several.
 *
 * @throws RevisionError for a start that names nothing; `OVERLAPPING_REVISIONS`
 */
export function startedTarget(graph: RevisionGraph, text: string): StartedTarget {
  const range = parseRange(text);
  if (range === undefined) return { start: undefined, target: text };
  const names = range.start?.split(',').map((name) => name.trim());
  return { start: names && startingRows(graph, names), target: range.end };
}

/**
 * Refuses a range where a database says itself where it is.
 *
 * @throws UsageError `USAGE`
 */
export function refuseRange(text: string, command: string): void {
  if (parseRange(text) === undefined) return;
  const target = parseRange(text)?.end ?? 'heads';
  throw new UsageError('USAGE', {
    message: `"${text}" is a range, and the database says itself where it is`,
    next: `run \`limbeck ${command} ${target}\`, or add \`--sql\` to write SQL for a database that is elsewhere`,
  });
}
