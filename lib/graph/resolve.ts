/**
 * Resolving identifiers: from a text to the revisions that it names in a graph.
 *
 * The forms that mean the same everywhere are here; what a command adds (where `+2` and `-1` start,
 * what a range covers) is in targets.ts and history.ts.
 */
import { RevisionError } from '../errors.js';
import { overlapping } from './dag.js';
import { branchOf, findBranch, lookup } from './lookup.js';
import type { RevisionGraph } from './revision-graph.js';
import { parseSpec, type WalkSpec } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { requireKnown } from './version-rows.js';
import { walk, walkEach, type Place } from './walk.js';
import { abridged, listed } from './wording.js';

/** What a text names. */
export interface Resolved {
  readonly revisions: readonly RevisionId[];
  /** Whether it (also) names base, the place below every first revision. */
  readonly isBase: boolean;
}

/**
 * Resolves an identifier on its own, as `limbeck show` and `limbeck merge` read it.
 *
 * `heads` are the effective heads, `head` the single head by down links; `-2` and `billing@-2` walk down
 * from the effective heads. `current` means the version rows, if they are given.
 *
 * @throws RevisionError of any code that an identifier can have
 */
export function resolve(graph: RevisionGraph, text: string, rows?: readonly RevisionId[]): Resolved {
  const places = resolvePlaces(graph, text, rows);
  const revisions = places.filter((place) => place !== undefined);
  return { revisions, isBase: places.length > revisions.length };
}

/** Resolves as `resolve` does, with base as a place of its own. */
export function resolvePlaces(graph: RevisionGraph, text: string, rows?: readonly RevisionId[]): Place[] {
  const spec = parseSpec(text);
  if (spec.kind === 'symbol') {
    const found = resolveSymbol(graph, spec.symbol, spec.branch, rows);
    return spec.symbol === 'base' ? [undefined] : [...found];
  }
  return spec.from === undefined
    ? walkFromHeads(graph, spec)
    : [walkFromSymbol(graph, spec, spec.from, rows)];
}

/**
 * Returns the revisions that a symbol without steps names; none for base.
 *
 * @throws RevisionError `MULTIPLE_HEADS`, `UNKNOWN_ROW`, and what `lookup` and `findBranch` throw
 */
export function resolveSymbol(
  graph: RevisionGraph,
  symbol: string,
  branch: string | undefined,
  rows?: readonly RevisionId[],
): readonly RevisionId[] {
  if (symbol === 'heads') return branch === undefined ? graph.effectiveHeads : headsOf(graph, branch);
  if (symbol === 'head') return atMostOne(graph, symbol, branch, headsOf(graph, branch));
  if (symbol === 'current' && branch === undefined && rows !== undefined) return requireKnown(graph, rows);
  const within = branch === undefined ? undefined : findBranch(graph, branch);
  return symbol === 'base' ? [] : [lookup(graph, symbol, within)];
}

/**
 * Returns the one place that a symbol names.
 *
 * @throws RevisionError `MULTIPLE_HEADS` when it names several revisions, and what `resolveSymbol` throws
 */
export function onlyPlace(
  graph: RevisionGraph,
  symbol: string,
  branch: string | undefined,
  rows?: readonly RevisionId[],
): Place {
  return atMostOne(graph, symbol, branch, resolveSymbol(graph, symbol, branch, rows))[0];
}

/** Walks from a symbol that lies in the branch, if there is one. */
export function walkFromSymbol(
  graph: RevisionGraph,
  spec: WalkSpec,
  from: string,
  rows?: readonly RevisionId[],
): Place {
  const start = onlyPlace(graph, from, spec.branch, rows);
  return walk(graph, start, spec, spec.branch === undefined ? undefined : findBranch(graph, spec.branch));
}

/**
 * Checks that no revision is an ancestor of another, over all links.
 *
 * @throws RevisionError `OVERLAPPING_REVISIONS`
 */
export function refuseOverlap(graph: RevisionGraph, ids: readonly RevisionId[]): void {
  const lower = graph.sort(overlapping(ids, (id) => graph.requirements(id)));
  const [first] = lower;
  if (first === undefined) return;
  const above = graph.standingOn([first]);
  const upper = ids.filter((id) => id !== first && above.has(id));
  throw new RevisionError('OVERLAPPING_REVISIONS', {
    message: `"${first}" is an ancestor of ${listed(upper)}, and both are given`,
    where: graph.get(first)?.file,
    next: `leave out ${listed(lower)}; \`limbeck history -r ${first}:${upper[0] ?? first}\` shows what lies between`,
    details: { lower, upper },
  });
}

/**
 * Walks down from the effective heads of the directory; with a branch, from those that carry its label.
 */
function walkFromHeads(graph: RevisionGraph, spec: WalkSpec): Place[] {
  if (spec.steps > 0) throw nothingAbove(spec);
  if (spec.branch === undefined) return walkEach(graph, graph.effectiveHeads, spec);
  const carriers = graph.descendants([findBranch(graph, spec.branch).revision]);
  return walkEach(
    graph,
    graph.effectiveHeads.filter((id) => carriers.has(id)),
    spec,
  );
}

function headsOf(graph: RevisionGraph, branch: string | undefined): readonly RevisionId[] {
  if (branch === undefined) return graph.heads;
  const { lineage } = branchOf(graph, branch);
  return graph.heads.filter((id) => lineage.has(id));
}

function atMostOne(
  graph: RevisionGraph,
  symbol: string,
  branch: string | undefined,
  found: readonly RevisionId[],
): readonly RevisionId[] {
  if (found.length <= 1) return found;
  const text = branch === undefined ? symbol : `${branch}@${symbol}`;
  throw new RevisionError('MULTIPLE_HEADS', {
    message: `"${text}" means ${found.length} revisions`,
    where: abridged(found.map((id) => withLabels(graph, id))),
    next: 'name one of them, take all with `limbeck upgrade heads`, or join them with `limbeck merge heads -m "…"`',
    details: { text, heads: [...found].sort() },
  });
}

function withLabels(graph: RevisionGraph, id: RevisionId): string {
  const labels = graph.labelsOf(id);
  return labels.length === 0 ? id : `${id} (${labels.join(', ')})`;
}

function nothingAbove(spec: WalkSpec): RevisionError {
  const base = spec.branch === undefined ? 'base' : `${spec.branch}@base`;
  return new RevisionError('REVISION_NOT_FOUND', {
    message: `"${spec.text}" names no revision: without a database there is nothing to count up from`,
    next: `name the start, as in \`limbeck show ${base}+${spec.steps}\``,
    details: { text: spec.text },
  });
}
