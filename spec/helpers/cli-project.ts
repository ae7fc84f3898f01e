/**
 * Projects for the specs of the command line: in JavaScript, on the embedded database.
 */
import { pgliteDirectory } from './pglite.js';
import { type TemporaryProject, temporaryProject } from './project.js';

/** Development and production are embedded, each with a directory of its own. */
const knexfile = `import { embedded } from 'limbeck';

export default {
  development: embedded(),
  production: embedded('.limbeck/production'),
  server: { client: 'pg', connection: process.env.DATABASE_URL },
  bare: { client: 'pg' },
};
`;

/**
 * Makes a project whose development database is there already; without `database` a command would make it.
 *
 * @param files - in addition to, or in place of, package.json and knexfile.js
 */
export async function cliProject(
  files: Readonly<Record<string, string>> = {},
  { database = true } = {},
): Promise<TemporaryProject> {
  const project = temporaryProject(
    {
      'package.json': '{ "type": "module" }\n',
      'knexfile.js': knexfile,
      'migrations/.gitkeep': '',
      ...files,
    },
    { link: true },
  );
  if (database) await pgliteDirectory(project.path('.limbeck/db'));
  return project;
}

export interface ScriptBodies {
  readonly downRevision?: string | readonly string[] | null;
  readonly upgrade?: string;
  readonly downgrade?: string;
}

/** Returns the text of a script, whose functions hold the given lines. */
export function scriptText(revision: string, script: ScriptBodies = {}): string {
  const { downRevision = null, upgrade = '', downgrade = '' } = script;
  return `/** make ${revision} */
export const revision = '${revision}';
export const downRevision = ${JSON.stringify(downRevision)};

export async function upgrade(op) {
  ${upgrade}
}

export async function downgrade(op) {
  ${downgrade}
}
`;
}

/** Returns a script that makes a table of the same name. */
export function tableScript(revision: string, downRevision: string | null = null): string {
  return scriptText(revision, {
    downRevision,
    upgrade: `await op.schema.createTable('${revision}_table', (t) => { t.integer('id').primary(); });`,
    downgrade: `await op.schema.dropTable('${revision}_table');`,
  });
}

/** A base and two branches: `root`, then `left` and `right`. */
export const fork: Readonly<Record<string, string>> = {
  'migrations/20260101000000_root.js': tableScript('root'),
  'migrations/20260102000000_left.js': tableScript('left', 'root'),
  'migrations/20260103000000_right.js': tableScript('right', 'root'),
};
