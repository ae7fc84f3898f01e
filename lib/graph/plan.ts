/**
 * Planning: from where a database is, and where it should be, to the steps in between.
 *
 * Pure. No file, no connection, no clock; the answer depends on the arguments alone. Steps follow the
 * stable order of the graph, a downgrade its reverse, so that every machine makes the same plan.
 */
import { RevisionError } from '../errors.js';
import { reachable } from './dag.js';
import { refuseOverlap } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import type { RevisionId } from './revision.js';
import { appliedSet } from './version-rows.js';
import type { Place } from './walk.js';

export type Direction = 'upgrade' | 'downgrade';

/** One revision in one direction. */
export interface Step {
  readonly direction: Direction;
  readonly revision: RevisionId;
}

/** Where a downgrade goes to, and which part of what stands there it takes. */
export interface DowngradeTarget {
  /** The revision that stays, or `undefined` for base. */
  readonly to: Place;
  /** Only what is in the lineage of this revision, and what stands on that, is reverted. */
  readonly branch?: RevisionId | undefined;
}

/**
 * Plans what it takes to have the targets applied: all that they require and the database lacks.
 *
 * Other rows do not matter, and targets that are applied already add nothing.
 *
 * @throws RevisionError `OVERLAPPING_REVISIONS` when one target is an ancestor of another; `UNKNOWN_ROW`
 */
export function planUpgrade(
  graph: RevisionGraph,
  rows: readonly RevisionId[],
  targets: readonly RevisionId[],
): Step[] {
  refuseOverlap(graph, targets);
  const applied = appliedSet(graph, rows);
  return graph
    .sort([...graph.closure(targets)].filter((id) => !applied.has(id)))
    .map((revision) => ({ direction: 'upgrade', revision }));
}

/**
 * Plans what it takes to have nothing applied above the target.
 *
 * What builds directly on the target goes, with all that stands on it over all links, also in other
 * branches; what it required stays. A target with nothing above it gives an empty plan.
 *
 * @throws RevisionError `NOT_AN_ANCESTOR` when the target is not applied; `UNKNOWN_ROW`
 */
export function planDowngrade(
  graph: RevisionGraph,
  rows: readonly RevisionId[],
  { to, branch }: DowngradeTarget,
): Step[] {
  const applied = appliedSet(graph, rows);
  if (to !== undefined && !applied.has(to)) throw notApplied(graph, to, rows);
  const lineage = branch === undefined ? undefined : graph.lineage(branch);
  const roots = (to === undefined ? graph.bases : graph.children(to)).filter(
    (id) => applied.has(id) && (lineage === undefined || lineage.has(id)),
  );
  // The way between two applied revisions is applied too, so the walk need not leave the applied set.
  const reverted = reachable(roots, (id) => graph.dependents(id).filter((above) => applied.has(above)));
  return graph
    .sort(reverted)
    .reverse()
    .map((revision) => ({ direction: 'downgrade', revision }));
}

function notApplied(graph: RevisionGraph, target: RevisionId, rows: readonly RevisionId[]): RevisionError {
  return new RevisionError('NOT_AN_ANCESTOR', {
    message: `revision "${target}" is not applied, so there is no way down to it`,
    where: graph.get(target)?.file,
    next: 'choose an applied revision: `limbeck history -r :current` lists them',
    details: { target, rows },
  });
}
