/**
 * A project, opened: its configuration, its revision graph, its scripts and its assets.
 */
import { basename, dirname } from 'node:path';
import { type AssetDirectory, openAssetDirectory } from './assets/asset-directory.js';
import { AssetHistory } from './assets/asset-history.js';
import { assetFolderOf, readManifest } from './assets/manifest.js';
import { type Config, resolveConfig } from './config/config.js';
import { findKnexfile } from './config/knexfile.js';
import type { LimbeckSettings } from './config/settings.js';
import { ConfigError, LimbeckError } from './errors.js';
import type { RevisionId } from './graph/revision.js';
import { RevisionGraph } from './graph/revision-graph.js';
import { type Logger, silentLogger } from './logger.js';
import { placeInStack } from './ops/caller-place.js';
import { nameDatabase } from './runtime/connection.js';
import { openSession, type Session } from './runtime/session.js';
import { createModuleLoader, type ModuleLoader } from './script/load-module.js';
import { readScripts, type Script, scriptsById } from './script/script-directory.js';
import { formatPlace } from './sql/place.js';

export interface ProjectOptions {
  /** Where to look for the knexfile, here and in the folders above. */
  readonly folder: string;
  /** The knexfile itself, in place of looking for it. */
  readonly knexfile?: string | undefined;
  /** Environment of the knexfile. Default: `NODE_ENV` of `variables`, else `development`. */
  readonly environment?: string | undefined;
  /** Environment variables to heed: `NODE_ENV` and `LIMBECK_*`. Default none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Settings that come before those of the knexfile. */
  readonly settings?: LimbeckSettings;
  /** Stops what runs on a database: the statement is cancelled, the revision rolled back. */
  readonly signal?: AbortSignal | undefined;
  /** Default: silent. */
  readonly logger?: Logger;
}

/** What every command works on. */
export interface Project {
  readonly config: Config;
  /** The project's folder. */
  readonly root: string;
  readonly graph: RevisionGraph;
  readonly scripts: ReadonlyMap<RevisionId, Script>;
  /** The live files. */
  readonly live: AssetDirectory;
  /** The frozen versions; read from disk anew each time it is called. */
  readHistory(): AssetHistory;
  readonly load: ModuleLoader;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
  /** Names the database of the environment, without password and without connecting. */
  nameDatabase(): Promise<string>;
  /** Opens the database; with `lock` as its only migrator. */
  openSession(purpose: string, options: { readonly lock: boolean }): Promise<Session>;
}

/**
 * Opens a project: reads its knexfile and the headers of its scripts; connects to nothing.
 *
 * @throws ConfigError when the knexfile or a setting is wrong
 * @throws ScriptError when a script directory or header is wrong
 * @throws RevisionError when the scripts do not make a graph
 */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { logger = silentLogger } = options;
  const knexfile = findKnexfile(options.folder, options.knexfile);
  const root = dirname(knexfile);
  const load = createModuleLoader(root);
  const config = await resolveConfig({
    root,
    knexfile: basename(knexfile),
    exported: await importKnexfile(knexfile, load),
    environment: options.environment,
    ...(options.variables && { variables: options.variables }),
    ...(options.settings && { overrides: options.settings }),
  });
  return projectOf({ config, load, logger, signal: options.signal });
}

/** Opens the project anew: after a command has written scripts. */
export function reopenProject(project: Project): Promise<Project> {
  return projectOf(project);
}

async function projectOf(base: Pick<Project, 'config' | 'load' | 'logger' | 'signal'>): Promise<Project> {
  const { config, load, logger, signal } = base;
  const { root, settings } = config;
  const scripts = await readScripts(root, settings.directories);
  const graph = new RevisionGraph(scripts.map(({ revision }) => revision));
  return {
    config,
    root,
    graph,
    scripts: scriptsById(scripts),
    live: openAssetDirectory(root, settings.rawSql, settings.kinds),
    readHistory: () =>
      new AssetHistory(
        graph,
        scripts.flatMap((script) => manifestOf(root, script)),
      ),
    load,
    logger,
    signal,
    nameDatabase: () => nameDatabase(config),
    openSession: (purpose, { lock }) =>
      openSession(config, { logger, lock, purpose: `limbeck ${purpose}`, signal }),
  };
}

function manifestOf(root: string, { file, revision }: Script) {
  const manifest = readManifest(root, assetFolderOf(file), revision.id);
  return manifest === undefined ? [] : [manifest];
}

async function importKnexfile(path: string, load: ModuleLoader): Promise<unknown> {
  try {
    return await load(path);
  } catch (error) {
    if (error instanceof LimbeckError) throw error;
    const { message, stack = '' } = error as Error;
    const file = basename(path);
    const place = placeInStack(stack, path);
    throw new ConfigError('KNEXFILE_INVALID', {
      message: `the knexfile cannot be loaded: ${message.split('\n')[0]?.trim() ?? ''}`,
      where: place === undefined ? file : formatPlace({ file, ...place }),
      next: 'mend the knexfile',
      cause: error,
    });
  }
}
