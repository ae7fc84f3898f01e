/**
 * What a migrated database is made of, and its names: of the options, and of the files.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { upgrade } from '../commands/migrate.js';
import type { LimbeckSettings } from '../config/settings.js';
import { openProject, type Project, type ProjectOptions } from '../project.js';
import { type KnexFactory, loadKnex } from '../runtime/load-knex.js';
import { toolVersion } from '../version.js';

export interface TemplateOptions extends Omit<ProjectOptions, 'knex' | 'signal' | 'onProgress'> {
  readonly target?: string;
  readonly knex?: Omit<Knex.Config, 'connection'>;
  readonly reuse?: boolean;
}

export interface TemplateSource {
  readonly project: Project;
  /** The project's own Knex. */
  readonly knex: KnexFactory;
  /** The configuration of the environment, without a connection. */
  readonly config: Knex.Config;
  /** Whether what an earlier run made may be used. */
  readonly isReusable: boolean;
  /** The same for the same project and options. */
  readonly optionsHash: string;
  /** The same for the same scripts, frozen files and knexfile. */
  readonly contentHash: string;
  /** Migrates an empty database. */
  migrate(way: Knex.Config): Promise<void>;
}

/**
 * Opens the project, and looks at its files.
 *
 * @throws what `openProject` throws
 */
export async function readTemplateSource(options: TemplateOptions): Promise<TemplateSource> {
  const { target = 'heads', knex: own = {}, reuse = true, ...opening } = options;
  const project = await openProject(opening);
  const { connection: _connection, pool: _pool, ...ofProject } = project.config.knex;
  const config = { ...ofProject, client: ofProject.client ?? 'pg', ...own };
  return {
    project,
    knex: await loadKnex(project.root),
    config,
    // Functions that were handed in have no text that could be compared.
    isReusable: reuse && project.memory === undefined,
    optionsHash: hashOptions(project, target),
    contentHash: hashFiles(project),
    async migrate(way) {
      const { knexfile: _knexfile, ...rest } = opening;
      const { root: folder } = project;
      // Complete already; what is undefined in them is passed over.
      const settings = project.config.settings as LimbeckSettings;
      const copy = await openProject({ ...rest, folder, settings, knex: { ...config, ...way } });
      await upgrade(copy, { target });
    },
  };
}

function hashOptions({ root, config, scriptArguments }: Project, target: string): string {
  const { environment, settings } = config;
  const text = JSON.stringify([root, environment, settings, scriptArguments, target]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function hashFiles({ root, config }: Project): string {
  const hash = createHash('sha256').update(toolVersion());
  addFile(hash, root, config.knexfile);
  for (const directory of config.settings.directories) addFolder(hash, root, directory);
  return hash.digest('hex').slice(0, 16);
}

function addFolder(hash: Hash, root: string, directory: string): void {
  const entries = existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    : [];
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const name of names.sort()) addFile(hash, '', name);
}

function addFile(hash: Hash, root: string, name: string): void {
  const path = join(root, name);
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  hash.update(`${name}\0${bytes.length}\0`).update(bytes);
}
