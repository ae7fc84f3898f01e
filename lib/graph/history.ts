/**
 * Ranges of history: `A:B`, both ends included, newest first.
 */
import { RevisionError } from '../errors.js';
import { branchOf, type Branch } from './lookup.js';
import { refuseOverlap, resolvePlaces, resolveSymbol } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import { parseRange, parseSpec } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { upgradeTargets } from './targets.js';
import { requireKnown } from './version-rows.js';
import { walkEach, type Place } from './walk.js';
import { listed } from './wording.js';

/**
 * Returns the revisions of a range, newest first; a single identifier means the range from base to it.
 *
 * An end that is left out is base or heads; `current` stands for the version rows, `+2` as END counts from
 * START, and `-2` as START counts from the rows if END is `current`, else from the effective heads. With
 * START below, the range holds what builds on START by down links. `billing@…` as START keeps END to the
 * lineage of billing.
 *
 * @throws RevisionError `NOT_AN_ANCESTOR` when START is not below END; `OVERLAPPING_REVISIONS`;
 *   `UNKNOWN_ROW` when the range names the rows; and what identifiers throw
 */
export function historyRange(graph: RevisionGraph, text: string, rows: readonly RevisionId[]): RevisionId[] {
  const range = parseRange(text) ?? { start: undefined, end: text };
  const start = range.start ?? 'base';
  const end = range.end ?? 'heads';
  const ends = rangeEnd(graph, start, end, rows);
  const startSpec = parseSpec(start);
  const branch = startSpec.branch === undefined ? undefined : branchOf(graph, startSpec.branch);
  const tops = branch === undefined ? ends : ends.filter((id) => branch.lineage.has(id));
  refuseOverlap(graph, tops);
  return between(graph, text, rangeStart(graph, start, { end, rows, branch }), tops);
}

/** A walk without a name of its own counts from START, so START is looked at first. */
function rangeEnd(
  graph: RevisionGraph,
  start: string,
  end: string,
  rows: readonly RevisionId[],
): readonly RevisionId[] {
  const spec = parseSpec(end);
  if (spec.kind === 'symbol') return resolveSymbol(graph, spec.symbol, spec.branch, rows);
  const from = resolvePlaces(graph, start, rows).filter((place) => place !== undefined);
  return upgradeTargets(graph, end, spec.from === undefined ? from : rows);
}

function rangeStart(
  graph: RevisionGraph,
  start: string,
  { end, rows, branch }: { end: string; rows: readonly RevisionId[]; branch: Branch | undefined },
): Place[] {
  const spec = parseSpec(start);
  const countsFromRows = spec.kind === 'walk' && spec.from === undefined && end === 'current';
  if (!countsFromRows) return resolvePlaces(graph, start, rows);
  const carriers = branch === undefined ? undefined : graph.descendants([branch.revision]);
  const starts = requireKnown(graph, rows).filter((id) => carriers === undefined || carriers.has(id));
  if (starts.length > 0) return walkEach(graph, starts, spec);
  throw new RevisionError('RELATIVE_TOO_FAR', {
    message: `"${start}" has no current revision to count from`,
    next: 'look at what is applied with `limbeck current`',
    details: { text: start },
  });
}

function between(
  graph: RevisionGraph,
  text: string,
  starts: readonly Place[],
  tops: readonly RevisionId[],
): RevisionId[] {
  const upTo = graph.closure(tops);
  const low = starts.filter((place) => place !== undefined);
  if (low.length === 0) return graph.sort(upTo).reverse();
  const outside = low.filter((id) => !upTo.has(id));
  if (outside.length > 0 || low.length < starts.length) throw notBelow(text, outside, tops);
  refuseOverlap(graph, low);
  const below = graph.closure(low);
  const above = graph.descendants(low);
  const found = [...upTo].filter((id) => above.has(id) && !below.has(id));
  return graph.sort([...low, ...found]).reverse();
}

function notBelow(text: string, outside: readonly RevisionId[], tops: readonly RevisionId[]): RevisionError {
  const start = outside.length === 0 ? '"base" and a revision' : listed(outside);
  return new RevisionError('NOT_AN_ANCESTOR', {
    message: `the range "${text}" is not one line of history: ${start} is not below ${listed(tops) || '"base"'}`,
    next: 'swap the ends, or choose a start below the end; `limbeck history` lists all revisions',
    details: { range: text, outside, tops },
  });
}
