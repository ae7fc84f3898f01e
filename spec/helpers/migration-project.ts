/**
 * Temporary projects for the database specs: scripts given as text, on a database of `describeOnServers`.
 */
import type { Knex } from 'knex';
import { type LimbeckSettings, type Logger, openProject, type Project } from '../../lib/index.js';
import { type TemporaryProject, temporaryProject } from './project.js';

/** A script as text; `upgrade` and `downgrade` are the bodies of its functions. */
export interface ScriptText {
  /** Default: the script before it in the project. */
  readonly downRevision?: string | readonly string[] | null;
  readonly dependsOn?: readonly string[];
  readonly branchLabels?: readonly string[];
  readonly upgrade?: string;
  readonly downgrade?: string;
}

export interface MigrationProjectOptions {
  readonly scripts?: Readonly<Record<string, ScriptText>>;
  /** Other files, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: LimbeckSettings;
  /** Joins the Knex configuration of the database. */
  readonly knex?: Knex.Config;
}

export interface OpenOptions {
  readonly logger?: Logger;
  readonly environment?: string;
  readonly settings?: LimbeckSettings;
}

export interface MigrationProject extends TemporaryProject {
  /** Opens the project as a process of its own would: nothing is remembered. */
  open(options?: OpenOptions): Promise<Project>;
  /** Writes a script, in place of one with the same revision. */
  script(revision: string, text: ScriptText): void;
}

const configurations = new Map<string, Knex.Config & { readonly limbeck: LimbeckSettings }>();
Reflect.set(globalThis, Symbol.for('limbeck.spec.configurations'), configurations);

/** Its knexfile asks the specs for the configuration: on PGlite the connection is an object of this process. */
const knexfile = (
  root: string,
) => `const configurations = globalThis[Symbol.for('limbeck.spec.configurations')];
export default () => configurations.get(${JSON.stringify(root)});
`;

/**
 * Makes a project in a temporary folder, gone when this process ends.
 *
 * The body of `upgrade` begins in line 5 of a script and is indented by two spaces.
 *
 * @param config - of the database: `database.config`
 * @example
 * const project = migrationProject(database.config, { scripts: { a: { upgrade: "await op.execute('…');" } } });
 * await upgrade(await project.open());
 */
export function migrationProject(
  config: Knex.Config,
  options: MigrationProjectOptions = {},
): MigrationProject {
  const { scripts = {}, files = {}, settings = {}, knex = {} } = options;
  const made = temporaryProject(files, { link: true });
  const { root, write } = made;
  const names = new Map<string, string>();
  const script = (revision: string, text: ScriptText) => {
    const downRevision = [...names.keys()].at(-1) ?? null;
    const name = names.get(revision) ?? fileName(revision, names.size);
    names.set(revision, name);
    write(name, scriptText(revision, { downRevision, ...text }));
  };
  // Most specs are about runs, and what is to fail there must come as far.
  configurations.set(root, { ...config, ...knex, limbeck: { trial: false, ...settings } });
  write('knexfile.mjs', knexfile(root));
  for (const [revision, text] of Object.entries(scripts)) script(revision, text);
  return { ...made, script, open: (opening = {}) => openProject({ folder: root, ...opening }) };
}

/** The file of the script that is number `index` in its project, from 0. */
export function fileName(revision: string, index: number): string {
  return `migrations/202601010000${String(index).padStart(2, '0')}_${revision}.ts`;
}

function scriptText(revision: string, script: ScriptText): string {
  const { downRevision = null, dependsOn = [], branchLabels = [], upgrade = '', downgrade = '' } = script;
  const links = Object.entries({ downRevision, dependsOn, branchLabels });
  const header = links.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
  return `import { dropStoredProc, dropType, dropView, loadStoredProc, loadType, loadView, syncAssets } from 'limbeck';
export const revision = ${JSON.stringify(revision)};
${header.join(' ')}
export async function upgrade(op) {
${indented(upgrade)}
}
export async function downgrade(op) {
${indented(downgrade)}
}
`;
}

/** As people write them; the compiler would indent them else, and columns would differ from those of the text. */
function indented(body: string): string {
  return body.replace(/^(?=.)/gm, '  ');
}
