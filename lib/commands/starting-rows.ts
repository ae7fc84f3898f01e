/**
 * Where reading commands start from: the version rows of the database, or revisions given in their place.
 */
import { refuseOverlap, resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';

export interface Start {
  readonly rows: readonly RevisionId[];
  /** The database in words; null when none was asked. */
  readonly database: string | null;
}

/**
 * Returns the version rows of the database; or the revisions that texts name, without connecting.
 *
 * @param from - identifiers, `base` for nothing applied; undefined to ask the database
 * @throws RevisionError when a text names nothing, or two overlap
 */
export async function startOf(project: Project, purpose: string, from?: readonly string[]): Promise<Start> {
  if (from !== undefined) return { rows: givenRows(project, from), database: null };
  const session = await project.openSession(purpose, { lock: false });
  await session.close();
  return { rows: session.state.rows, database: session.database };
}

function givenRows({ graph }: Project, from: readonly string[]): readonly RevisionId[] {
  const rows = [...new Set(from.flatMap((text) => resolve(graph, text).revisions))];
  refuseOverlap(graph, rows);
  return rows;
}
