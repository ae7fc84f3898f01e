/**
 * Walks over any directed graph, given as a function from a node to its neighbours.
 *
 * They know nothing of revisions, keep no state, and never recurse: a history of many thousand
 * revisions is one long line, deeper than the stack.
 */
import { MinHeap } from './heap.js';

export type Neighbours<Node> = (node: Node) => Iterable<Node>;

/**
 * Returns the starts and all that can be reached from them, nearest first.
 */
export function reachable<Node>(starts: Iterable<Node>, neighbours: Neighbours<Node>): Set<Node> {
  const found = new Set(starts);
  // A Set also visits what is added while it is walked, so it is its own work list.
  for (const node of found) {
    for (const next of neighbours(node)) found.add(next);
  }
  return found;
}

/**
 * Returns the members that no other member stands on directly.
 *
 * For a set that is closed under the links these are its maximal elements.
 */
export function maximal<Node>(members: ReadonlySet<Node>, successors: Neighbours<Node>): Node[] {
  return [...members].filter((node) => !hasAny(successors(node), members));
}

/**
 * Returns the starts that can be reached from another start.
 *
 * One walk over the graph, however many starts there are. The graph has no cycles.
 */
export function overlapping<Node>(starts: Iterable<Node>, neighbours: Neighbours<Node>): Set<Node> {
  const given = new Set(starts);
  if (given.size < 2) return new Set();
  const nextToStarts = [...given].flatMap((node) => [...neighbours(node)]);
  const below = reachable(nextToStarts, neighbours);
  return new Set([...given].filter((node) => below.has(node)));
}

/**
 * Returns the nodes, each after its predecessors; of those that could come next, the first by `compare`.
 *
 * The result depends on the links and `compare` alone, not on the order in which the nodes are given.
 * Predecessors that are not among the nodes do not matter.
 *
 * @throws what `cycleError` makes of the nodes of one cycle, each followed by one of its predecessors
 */
export function topologicalOrder<Node>(
  nodes: Iterable<Node>,
  predecessors: Neighbours<Node>,
  compare: (a: Node, b: Node) => number,
  cycleError: (cycle: readonly Node[]) => Error,
): Node[] {
  const sorted = [...nodes].sort(compare);
  const { successors, missing } = linksByPlace(sorted, predecessors);
  const ready = new MinHeap();
  for (const [place, count] of missing.entries()) if (count === 0) ready.push(place);
  const places: number[] = [];
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    places.push(place);
    for (const next of successors[place] ?? []) {
      const left = (missing[next] ?? 0) - 1;
      missing[next] = left;
      if (left === 0) ready.push(next);
    }
  }
  const order = places.flatMap((place) => sorted.slice(place, place + 1));
  if (order.length < sorted.length) throw cycleError(findCycle(sorted, order, predecessors));
  return order;
}

/** Numbers the nodes by their place, so that the loop of the sort compares and counts small integers only. */
function linksByPlace<Node>(nodes: readonly Node[], predecessors: Neighbours<Node>) {
  const placeOf = new Map(nodes.map((node, place) => [node, place]));
  const successors: number[][] = nodes.map(() => []);
  const missing = nodes.map(() => 0);
  for (const [place, node] of nodes.entries()) {
    for (const predecessor of predecessors(node)) {
      const before = placeOf.get(predecessor);
      if (before === undefined) continue;
      successors[before]?.push(place);
      missing[place] = (missing[place] ?? 0) + 1;
    }
  }
  return { successors, missing };
}

/** Each node left over by the sort has a predecessor that is left over too: going down must come back. */
function findCycle<Node>(
  nodes: readonly Node[],
  ordered: Iterable<Node>,
  predecessors: Neighbours<Node>,
): Node[] {
  const done = new Set(ordered);
  const path = new Set<Node>();
  let [here] = nodes.filter((node) => !done.has(node));
  while (here !== undefined && !path.has(here)) {
    path.add(here);
    [here] = [...predecessors(here)].filter((node) => !done.has(node));
  }
  const trail = [...path];
  return here === undefined ? trail : trail.slice(trail.indexOf(here));
}

function hasAny<Node>(nodes: Iterable<Node>, members: ReadonlySet<Node>): boolean {
  for (const node of nodes) if (members.has(node)) return true;
  return false;
}
