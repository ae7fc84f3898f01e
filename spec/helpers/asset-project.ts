/**
 * Projects that ship SQL files with their revisions.
 */
import { freeze } from '../../lib/index.js';
import type { TestDatabase } from './database.js';
import { type MigrationProject, migrationProject, type ScriptText } from './migration-project.js';

export interface AssetProject extends MigrationProject {
  /** Edits live files, adds a script that loads what is under `procs`, and freezes them with it. */
  ship(revision: string, live: Readonly<Record<string, string>>, script?: ScriptText): Promise<void>;
}

/** Makes a project whose revisions load SQL files, in both directions by the same lines. */
export function assetProject(database: TestDatabase): AssetProject {
  const project = migrationProject(database.config);
  return {
    ...project,
    async ship(revision, live, script = {}) {
      for (const [path, text] of Object.entries(live)) project.write(`raw_sql/${path}`, text);
      const lines = loadLines(Object.keys(live));
      project.script(revision, {
        upgrade: lines.join('\n'),
        downgrade: lines.toReversed().join('\n'),
        ...script,
      });
      await freeze(await project.open(), { revision });
    },
  };
}

/** The lines that load these files, one for each kind, in load order. */
export function loadLines(paths: readonly string[]): string[] {
  const helpers = { types: 'loadType', procs: 'loadStoredProc', views: 'loadView' };
  return Object.entries(helpers).flatMap(([kind, helper]) => {
    const names = paths
      .filter((path) => path.startsWith(`${kind}/`))
      .map((path) => path.slice(kind.length + 1));
    return names.length === 0 ? [] : [`await ${helper}(op, ${JSON.stringify(names)});`];
  });
}

/** Returns the functions of these names as the server prints them, in the order of their identities. */
export async function functionsOf(database: TestDatabase, name: string): Promise<string[]> {
  const rows = await database.query(
    'select pg_get_functiondef(oid) as definition from pg_proc where proname = $1 order by oid::regprocedure::text',
    [name],
  );
  return rows.map(({ definition }) => String(definition));
}

/** Returns the identities of the functions of this name, such as `f(integer)`. */
export async function identitiesOf(database: TestDatabase, name: string): Promise<string[]> {
  const rows = await database.query(
    'select oid::regprocedure::text as identity from pg_proc where proname = $1 order by 1',
    [name],
  );
  return rows.map(({ identity }) => String(identity));
}
