/**
 * What is advised for live files that are not as shipped.
 */
import type { RevisionGraph } from '../graph/revision-graph.js';

/** Says how to ship them: `revision` builds on one head. */
export function waysToShip({ heads }: RevisionGraph): string {
  const ship = 'ship with `limbeck revision -m "…" --autogenerate`';
  return heads.length > 1 ? `join the heads with \`limbeck merge heads -m "…"\`, then ${ship}` : ship;
}
