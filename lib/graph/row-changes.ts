/**
 * How the version rows move, step by step, while a plan runs.
 */
import type { Step } from './plan.js';
import type { RevisionGraph } from './revision-graph.js';
import type { RevisionId } from './revision.js';
import { requireKnown } from './version-rows.js';

/** What one step changes, and what is there afterwards. */
export interface RowChange {
  readonly deleted: readonly RevisionId[];
  readonly inserted: readonly RevisionId[];
  readonly rows: readonly RevisionId[];
}

/**
 * Yields the change of the rows at each step of a plan.
 *
 * A change costs what it touches, not what is applied: a count of the applied revisions that stand on
 * each one says when it becomes a row. Rows at the start that are ancestors of other rows (an adopted
 * table may hold some) are deleted with the first step.
 *
 * @throws RevisionError `UNKNOWN_ROW`
 */
export function* rowChanges(
  graph: RevisionGraph,
  rows: Iterable<RevisionId>,
  steps: Iterable<Step>,
): Generator<RowChange, void, undefined> {
  const given = new Set(rows);
  const current = new Set(requireKnown(graph, given));
  const load = countLoad(graph, graph.closure(current));
  let redundant = [...given].filter((row) => !current.has(row));
  for (const { direction, revision } of steps) {
    const under = graph.requirements(revision);
    const touched = direction === 'upgrade' ? burden(under, load) : relieve(under, load);
    const [deleted, inserted] = direction === 'upgrade' ? [touched, [revision]] : [[revision], touched];
    for (const row of deleted) current.delete(row);
    for (const row of inserted) current.add(row);
    yield {
      deleted: [...redundant, ...deleted].filter((row) => !inserted.includes(row)),
      inserted: inserted.filter((row) => !redundant.includes(row)),
      rows: [...current],
    };
    redundant = [];
  }
}

/** Counts for each applied revision the applied ones that stand on it directly. */
function countLoad(graph: RevisionGraph, applied: Iterable<RevisionId>): Map<RevisionId, number> {
  const load = new Map<RevisionId, number>();
  for (const id of applied) burden(graph.requirements(id), load);
  return load;
}

/** Puts one more revision on each of these; returns those that bore none. */
function burden(ids: readonly RevisionId[], load: Map<RevisionId, number>): RevisionId[] {
  const free = ids.filter((id) => (load.get(id) ?? 0) === 0);
  for (const id of ids) load.set(id, (load.get(id) ?? 0) + 1);
  return free;
}

/** Takes one revision off each of these; returns those that bear none any more. */
function relieve(ids: readonly RevisionId[], load: Map<RevisionId, number>): RevisionId[] {
  for (const id of ids) load.set(id, (load.get(id) ?? 0) - 1);
  return ids.filter((id) => load.get(id) === 0);
}
