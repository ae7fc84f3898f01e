/**
 * How people name SQL files, and the revisions whose versions they mean.
 */
import { type AssetHistory, formerPaths } from '../assets/asset-history.js';
import { AssetError, RevisionError } from '../errors.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import { requireKnown } from '../graph/version-rows.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';

/**
 * Returns the asset path that a text names: `raw_sql/procs/a.sql`, `procs/a.sql`, the end of one that no other path
 * has, as `a.sql`, or a frozen file.
 *
 * @throws AssetError `ASSET_NOT_FOUND` when it names none or several
 */
export async function assetPathOf(project: Project, history: AssetHistory, text: string): Promise<string> {
  const { rawSql } = project.config.settings;
  const paths = new Set([...history.paths, ...(await project.live.paths())]);
  const plain = text
    .replaceAll('\\', '/')
    .replace(/^\.\//, '')
    .replace(/^.*\.assets\//, '');
  const path = plain.startsWith(`${rawSql}/`) ? plain.slice(rawSql.length + 1) : plain;
  if (paths.has(path)) return path;
  const ending = [...paths]
    .filter((each) => each.endsWith(`/${path}`) || each.endsWith(`/${path}.sql`))
    .sort();
  const [only, ...others] = ending;
  if (only !== undefined && others.length === 0) return only;
  throw new AssetError('ASSET_NOT_FOUND', {
    message:
      only === undefined ? `there is no SQL file "${text}"` : `"${text}" may be any of ${listed(ending)}`,
    next: only === undefined ? 'see `limbeck assets status` for their names' : 'name it by its path',
    details: { text, paths: ending },
  });
}

/** All names that a file has had and got: those before and after renames. */
export function namesOf(history: AssetHistory, path: string): ReadonlySet<string> {
  const names = new Set<string>();
  const open = [path];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    open.push(...history.laterNames(name));
    open.push(...history.versionsOf(name).flatMap(({ entry }) => formerPaths(entry)));
  }
  return names;
}

/** Revisions that a text names, and all below them. */
export interface NamedState {
  /** As it was typed. */
  readonly name: string;
  readonly revisions: readonly RevisionId[];
  readonly applied: ReadonlySet<RevisionId>;
}

/**
 * Returns what is applied where texts say: identifiers, of which `current` asks the database, once.
 *
 * @throws RevisionError when one of them names nothing
 */
export async function namedStates(
  project: Project,
  purpose: string,
  texts: readonly string[],
): Promise<NamedState[]> {
  const rows = texts.some((text) => /\bcurrent\b/.test(text)) ? await readRows(project, purpose) : undefined;
  return texts.map((name) => {
    const { revisions, isBase } = resolve(project.graph, name, rows);
    // A database without revisions is somewhere, too.
    if (revisions.length === 0 && !isBase && name !== 'current' && name !== 'heads') throw nothingNamed(name);
    return { name, revisions, applied: project.graph.closure(revisions) };
  });
}

async function readRows(project: Project, purpose: string): Promise<readonly RevisionId[]> {
  const session = await project.openSession(purpose, { lock: false });
  try {
    return requireKnown(project.graph, session.state.rows);
  } finally {
    await session.close();
  }
}

function nothingNamed(text: string): RevisionError {
  return new RevisionError('REVISION_NOT_FOUND', {
    message: `"${text}" names no revision`,
    next: 'choose one from `limbeck history`',
  });
}
