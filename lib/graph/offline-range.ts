/**
 * Ranges of `--sql`: where a database is taken to be, and where it should go.
 */
import { UsageError } from '../errors.js';
import { refuseOverlap, resolve } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import { parseRange } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { rowsOf } from './version-rows.js';

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
  return { start: range.start === undefined ? undefined : startRows(graph, range.start), target: range.end };
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

function startRows(graph: RevisionGraph, text: string): RevisionId[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('current')) throw noCurrent();
  const named = names.flatMap((name) => resolve(graph, name).revisions);
  const starts = [...new Set(named)];
  refuseOverlap(graph, starts);
  return rowsOf(graph, graph.closure(starts));
}

function noCurrent(): UsageError {
  return new UsageError('USAGE', {
    message: '"current" is where the database is, and none is asked',
    next: 'leave out the start of the range, and add `--from-database`',
  });
}
