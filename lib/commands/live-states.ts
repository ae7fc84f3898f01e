/**
 * What has become of each live file since the newest revisions shipped it.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { conflictLines } from '../assets/conflict-markers.js';
import { type LiveChange, liveChanges } from '../assets/live-changes.js';
import { AssetError } from '../errors.js';
import type { Project } from '../project.js';

/** A live file beside what the heads ship. */
export interface LiveState {
  readonly path: string;
  readonly state: 'unchanged' | LiveChange['change'] | 'conflict' | 'unreadable';
  /** The path that a renamed file had. */
  readonly was?: string | undefined;
  /** The line of the first conflict. */
  readonly line?: number;
  /** Why a file cannot be read. */
  readonly error?: AssetError;
}

/**
 * Returns the state of every live file, and of those that are gone, by path.
 *
 * @param unjudged - paths of which not all versions could be read, and which are left out
 */
export async function liveStates(
  project: Project,
  history: AssetHistory,
  unjudged: ReadonlySet<string> = new Set(),
): Promise<LiveState[]> {
  const { graph, live } = project;
  const paths = (await live.paths()).filter((path) => !unjudged.has(path));
  const stuck = paths.flatMap((path) => stuckState(project, path) ?? []);
  const passed = new Set([...unjudged, ...stuck.map(({ path }) => path)]);
  const judged = { ...live, paths: async () => paths.filter((path) => !passed.has(path)) };
  const everywhere = graph.closure(graph.effectiveHeads);
  const changes = await liveChanges(judged, history, everywhere, everywhere);
  const states = [
    ...stuck,
    ...changes
      .filter(({ path }) => !passed.has(path))
      .map(({ path, change, was }): LiveState => ({ path, state: change, was })),
  ];
  const told = new Set(states.map(({ path }) => path));
  const others = paths.filter((path) => !told.has(path));
  return [...states, ...others.map((path): LiveState => ({ path, state: 'unchanged' }))].sort(byPath);
}

function byPath(a: LiveState, b: LiveState): number {
  return a.path < b.path ? -1 : 1;
}

/** A file that cannot be read as SQL, or waits for somebody to end a merge. */
function stuckState({ live }: Project, path: string): LiveState | undefined {
  try {
    const [line] = conflictLines(live.read(path).text);
    return line === undefined ? undefined : { path, state: 'conflict', line };
  } catch (error) {
    if (!(error instanceof AssetError)) throw error;
    return { path, state: 'unreadable', error };
  }
}
