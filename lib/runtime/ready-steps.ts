/**
 * Making a plan ready to run: scripts imported, version rows after each step known.
 */
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { type RowChange, rowChanges } from '../graph/row-changes.js';
import type { ModuleLoader } from '../script/load-module.js';
import type { Script } from '../script/script-directory.js';
import { refuseAdopted, toolOf } from '../script/adopted.js';
import { loadScript, type ScriptModule } from '../script/script-module.js';

/** A step with all that is known before the first statement. */
export interface ReadyStep extends Step {
  readonly script: Script;
  readonly module: ScriptModule;
  readonly change: RowChange;
}

export interface ScriptsContext {
  readonly graph: RevisionGraph;
  readonly scripts: ReadonlyMap<RevisionId, Script>;
  readonly load: ModuleLoader;
}

/**
 * Imports the script of every step.
 *
 * @param rows - the version rows where the first step begins
 * @throws ScriptError when a script cannot be loaded
 * @throws RevisionError `ADOPTED_REVISION` when another tool made one of them
 */
export async function readySteps(
  plan: readonly Step[],
  rows: readonly RevisionId[],
  { graph, scripts, load }: ScriptsContext,
): Promise<ReadyStep[]> {
  const changes = [...rowChanges(graph, rows, plan)];
  const steps: ReadyStep[] = [];
  for (const [index, step] of plan.entries()) {
    const script = scripts.get(step.revision);
    const change = changes[index];
    if (script === undefined || change === undefined) throw new Error(`no script for ${step.revision}`);
    steps.push({ ...step, script, change, module: await loadScript(script, load) });
  }
  refuseAdopted(
    steps.map(({ direction, revision, module, script: { file } }) => ({
      direction,
      revision,
      tool: toolOf(module[direction]),
      file,
    })),
    graph,
  );
  return steps;
}
