/**
 * Temporary projects for the database specs: scripts given as text, on a database of `describeOnServers`.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { type LimbeckSettings, type Logger, openProject, type Project } from '../../lib/index.js';

/** A script as text; `upgrade` and `downgrade` are the bodies of its functions. */
export interface ScriptText {
  /** Default: the script before it in the project. */
  readonly downRevision?: string | readonly string[] | null;
  readonly dependsOn?: readonly string[];
  readonly branchLabels?: readonly string[];
  readonly upgrade?: string;
  readonly downgrade?: string;
}

export interface ProjectOptions {
  readonly scripts?: Readonly<Record<string, ScriptText>>;
  /** Other files, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: LimbeckSettings;
  /** Joins the Knex configuration of the database. */
  readonly knex?: Knex.Config;
}

export interface MigrationProject {
  readonly folder: string;
  /** Opens the project as a process of its own would: nothing is remembered. */
  open(options?: { readonly logger?: Logger; readonly settings?: LimbeckSettings }): Promise<Project>;
  write(file: string, text: string): void;
  read(file: string): string;
  remove(file: string): void;
  /** Writes a script, in place of one with the same revision. */
  script(revision: string, text: ScriptText): void;
}

/** The first line of the body of `upgrade` in a script of `scriptText`. */
export const firstLine = 5;

const folders = new Set<string>();
const configurations = new Map<string, Knex.Config & { limbeck: LimbeckSettings }>();
Reflect.set(globalThis, Symbol.for('limbeck.spec.configurations'), configurations);

/** Its knexfile asks the specs for the configuration: on PGlite the connection is an object of this process. */
const knexfile = `const configurations = globalThis[Symbol.for('limbeck.spec.configurations')];
export default () => configurations.get(import.meta.dirname ?? new URL('.', import.meta.url).pathname.slice(0, -1));
`;

/**
 * Makes a project in a temporary folder, gone when this process ends.
 *
 * @param config - of the database: `database.config`
 * @example
 * const project = migrationProject(database.config, { scripts: { a: { upgrade: "await op.execute('…');" } } });
 * await upgrade(await project.open());
 */
export function migrationProject(config: Knex.Config, options: ProjectOptions = {}): MigrationProject {
  const folder = temporaryFolder();
  const names = new Map<string, string>();
  configurations.set(folder, { ...config, ...options.knex, limbeck: options.settings ?? {} });
  const project: MigrationProject = {
    folder,
    open: (opening = {}) => openProject({ folder, ...opening }),
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    remove: (file) => rmSync(join(folder, file), { recursive: true }),
    script(revision, text) {
      const before = [...names.keys()].at(-1) ?? null;
      const name = names.get(revision) ?? fileName(revision, names.size);
      if (!names.has(revision)) names.set(revision, name);
      project.write(name, scriptText(revision, { downRevision: before, ...text }));
    },
  };
  project.write('knexfile.mjs', knexfile);
  mkdirSync(join(folder, 'migrations'));
  // As after an installation; what a project's modules are compiled to is kept there as well.
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(fileURLToPath(new URL('../../..', import.meta.url)), join(folder, 'node_modules', 'limbeck'));
  for (const [file, text] of Object.entries(options.files ?? {})) project.write(file, text);
  for (const [revision, text] of Object.entries(options.scripts ?? {})) project.script(revision, text);
  return project;
}

/** The file of the script that is number `index` in its project, from 0. */
export function fileName(revision: string, index: number): string {
  return `migrations/202601010000${String(index).padStart(2, '0')}_${revision}.ts`;
}

/** What a script with assets imports stands on one line, so that the bodies begin at `firstLine`. */
function scriptText(revision: string, script: ScriptText): string {
  const { downRevision = null, dependsOn = [], branchLabels = [], upgrade = '', downgrade = '' } = script;
  const links = { downRevision, dependsOn, branchLabels };
  const header = Object.entries(links).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
  );
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

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'limbeck-project-'));
  if (folders.size === 0) process.once('exit', removeFolders);
  folders.add(folder);
  return folder;
}

function removeFolders(): void {
  for (const folder of folders) if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}
