/**
 * Prints, as JSON, the milliseconds that the parts of a plan take: reading the headers, the graph, the plan from base.
 */
import { RevisionGraph } from '../dist/lib/graph/revision-graph.js';
import { planUpgrade } from '../dist/lib/graph/plan.js';
import { upgradeTargets } from '../dist/lib/graph/targets.js';
import { readScripts } from '../dist/lib/script/script-directory.js';

const begun = performance.now();
const scripts = await readScripts(process.cwd(), ['migrations']);
const read = performance.now();
const graph = new RevisionGraph(scripts.map(({ revision }) => revision));
const built = performance.now();
const steps = planUpgrade(graph, [], upgradeTargets(graph, 'heads', []));
const planned = performance.now();
if (steps.length !== scripts.length) throw new Error(`${steps.length} steps for ${scripts.length} revisions`);
console.log(
  JSON.stringify({
    'reading the headers': read - begun,
    'the graph': built - read,
    'the plan': planned - built,
  }),
);
