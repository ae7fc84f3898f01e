/**
 * Files that scripts load and no manifest has: often a whole `.assets` folder that did not travel with its script.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { assetFolderOf } from '../assets/manifest.js';
import { unfrozenAdvice } from '../assets/frozen-advice.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';
import type { Script } from '../script/script-directory.js';
import { mayLoadFiles } from '../script/script-module.js';
import { learnCalls } from './freezing.js';

/** A file that a script loads or drops, and that is not frozen with it. */
export interface Unfrozen {
  readonly script: Script;
  /** The `.assets` folder, whether it is there or not. */
  readonly folder: string;
  readonly path: string;
  /** What to do. */
  readonly next: string;
}

/**
 * Learns what scripts load, without a database: those that have no manifest, and those on which no other stands, since
 * they are the ones that people work on. One that cannot be run so is passed over.
 *
 * @param damaged - revisions whose manifests cannot be read
 */
export async function findUnfrozen(
  project: Project,
  history: AssetHistory,
  damaged: ReadonlyMap<RevisionId, unknown>,
): Promise<Unfrozen[]> {
  const found: Unfrozen[] = [];
  for (const id of project.graph.ids) {
    const script = project.scripts.get(id);
    if (
      script === undefined ||
      damaged.has(id) ||
      (!history.isLast(id) && history.manifestOf(id) !== undefined)
    )
      continue;
    if (!mayLoadFiles(script)) continue;
    const folder = assetFolderOf(script.file);
    for (const path of await pathsOf(project, script))
      if (history.versionOf(path, id) === undefined)
        found.push({ script, folder, path, next: unfrozenAdvice(history, id, folder) });
  }
  return found;
}

async function pathsOf(project: Project, script: Script): Promise<string[]> {
  try {
    const { loads, drops } = await learnCalls(project, script);
    return [...new Set([...loads, ...drops])].sort();
  } catch {
    // It asks the database, or cannot be imported: a run says so, and of which line.
    return [];
  }
}
