/**
 * Version rows: the maximal applied revisions over all links.
 *
 * One rule gives every row there is: the applied set is the rows with all that they require, and the
 * rows are those of its members on which no other member stands.
 */
import { RevisionError } from '../errors.js';
import { maximal, overlapping } from './dag.js';
import type { RevisionGraph } from './revision-graph.js';
import type { RevisionId } from './revision.js';
import { listed } from './wording.js';

/** The rows of a database, apart from those that no script of this checkout declares. */
export interface SplitRows {
  readonly known: readonly RevisionId[];
  readonly unknown: readonly RevisionId[];
}

/** Where a database stands, for people. */
export interface CurrentState extends SplitRows {
  /** Applied revisions on whose line nothing more is applied: the known rows, and ends that others depend on. */
  readonly revisions: readonly RevisionId[];
  /** Whether the rows are the effective heads, so that nothing is left to apply. */
  readonly isAtHeads: boolean;
}

/** Parts the rows into those that the graph knows and the others. */
export function splitRows(graph: RevisionGraph, rows: Iterable<RevisionId>): SplitRows {
  const each = [...new Set(rows)];
  return { known: each.filter((row) => graph.has(row)), unknown: each.filter((row) => !graph.has(row)) };
}

/**
 * Returns the rows, each once, without those that are ancestors of others.
 *
 * limbeck writes no such rows, but a table that another tool has kept may hold some. They say nothing
 * more, so that every command reads past them; the next run or stamp deletes them.
 */
export function withoutAncestors(graph: RevisionGraph, rows: Iterable<RevisionId>): RevisionId[] {
  const { known, unknown } = splitRows(graph, rows);
  const lower = overlapping(known, (id) => graph.requirements(id));
  return [...known.filter((row) => !lower.has(row)), ...unknown];
}

/**
 * Returns the rows, each once and without those that are ancestors of others, if the graph knows them all.
 *
 * @throws RevisionError `UNKNOWN_ROW`
 */
export function requireKnown(graph: RevisionGraph, rows: Iterable<RevisionId>): readonly RevisionId[] {
  const { known, unknown } = splitRows(graph, rows);
  const [first] = unknown;
  if (first === undefined) return withoutAncestors(graph, known);
  throw new RevisionError('UNKNOWN_ROW', {
    message: `the database is at ${listed(unknown)}, which no script of this checkout declares`,
    next: `the database is ahead of this checkout: deploy the release, or check out the commit, that has the script (\`git log --all -S ${first}\`); only if the script is lost, set the rows anew with \`limbeck stamp --purge <revision>\``,
    details: { unknown, known },
  });
}

/** Returns all revisions that are applied to a database with these rows. */
export function appliedSet(graph: RevisionGraph, rows: Iterable<RevisionId>): Set<RevisionId> {
  return graph.closure(requireKnown(graph, rows));
}

/** Returns the version rows of a set of applied revisions, in the stable order. */
export function rowsOf(graph: RevisionGraph, applied: ReadonlySet<RevisionId>): RevisionId[] {
  return graph.sort(maximal(applied, (id) => graph.dependents(id)));
}

/** Returns where a database stands; rows that no script declares are listed apart. */
export function currentState(graph: RevisionGraph, rows: Iterable<RevisionId>): CurrentState {
  const { known, unknown } = splitRows(graph, rows);
  const revisions = graph.sort(maximal(graph.closure(known), (id) => graph.children(id)));
  return {
    known,
    unknown,
    revisions,
    isAtHeads: unknown.length === 0 && isSameSet(withoutAncestors(graph, known), graph.effectiveHeads),
  };
}

function isSameSet(some: readonly RevisionId[], others: readonly RevisionId[]): boolean {
  const members = new Set(some);
  return members.size === others.length && others.every((id) => members.has(id));
}
