/**
 * A project, opened: its configuration, its revision graph, its scripts and its assets.
 */
import { basename, dirname, resolve } from 'node:path';
import type { Knex } from 'knex';
import { openAssetDirectory, type WritableAssetDirectory } from './assets/asset-directory.js';
import { AssetHistory } from './assets/asset-history.js';
import { assetFolderOf, readManifest, readManifestFrom } from './assets/manifest.js';
import { type Config, defaultSchema, type EnvironmentConfig, resolveConfig } from './config/config.js';
import { findKnexfile } from './config/knexfile.js';
import type { LimbeckSettings } from './config/settings.js';
import { strangeVariables } from './config/variables.js';
import { AssetError, ConfigError, LimbeckError, UsageError, thrownText } from './errors.js';
import type { RevisionId } from './graph/revision.js';
import { RevisionGraph } from './graph/revision-graph.js';
import { type Logger, silentLogger } from './logger.js';
import { placeInStack } from './ops/caller-place.js';
import type { ScriptArguments } from './ops/operations.js';
import {
  assertInstance,
  borrowConnection,
  configOfInstance,
  isKnexInstance,
  nameInstance,
} from './runtime/borrowed-connection.js';
import { nameDatabase } from './runtime/connection.js';
import { interruption } from './runtime/database-sink.js';
import { guardedListener, type ProgressListener } from './runtime/progress.js';
import { openSession, type Session } from './runtime/session.js';
import { assertOptions } from './config/known-options.js';
import { createModuleLoader, type ModuleLoader } from './script/load-module.js';
import {
  type MemoryFiles,
  type MemoryProject,
  readMemoryProject,
  readMemoryScripts,
} from './script/memory-scripts.js';
import { readScripts, type Script, scriptsById } from './script/script-directory.js';
import { formatPlace } from './sql/place.js';

export interface ProjectOptions {
  /** Where to look for the knexfile, here and in the folders above; with `knex` the project's folder. */
  readonly folder: string;
  /** The knexfile itself, in place of looking for it. */
  readonly knexfile?: string | undefined;
  /**
   * In place of a knexfile: a Knex instance, through a connection of whose pool each command works and which
   * is never destroyed, or a configuration. A `limbeck` block of it is heeded.
   */
  readonly knex?: Knex | EnvironmentConfig | undefined;
  /**
   * The scripts by name, in place of script directories: modules, functions that import one, or the texts of
   * plain-SQL scripts. What `import.meta.glob` of a bundler returns fits. Lazy ones are imported at once.
   */
  readonly scripts?: MemoryFiles | undefined;
  /** With `scripts`: the texts of manifests and frozen files, by name. */
  readonly assets?: MemoryFiles | undefined;
  /** Environment of the knexfile. Default: `NODE_ENV` of `variables`, else `development`. */
  readonly environment?: string | undefined;
  /** Environment variables to heed: `NODE_ENV` and `LIMBECK_*`. Default none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Settings that come before those of the knexfile. */
  readonly settings?: LimbeckSettings;
  /** Values by name for scripts (`op.x`) and for a knexfile that exports a function. Default none. */
  readonly x?: Readonly<Record<string, string>> | undefined;
  /** A text for scripts (`op.tag`) and such a knexfile. */
  readonly tag?: string | undefined;
  /** Stops what runs on a database: the statement is cancelled, the revision rolled back. */
  readonly signal?: AbortSignal | undefined;
  /** Told what a run does, as data. What it throws is logged as a warning and does not stop the run. */
  readonly onProgress?: ProgressListener | undefined;
  /** Default: silent. */
  readonly logger?: Logger;
}

const projectOptions: Readonly<Record<keyof ProjectOptions, true>> = {
  folder: true,
  knexfile: true,
  knex: true,
  scripts: true,
  assets: true,
  environment: true,
  variables: true,
  settings: true,
  x: true,
  tag: true,
  signal: true,
  onProgress: true,
  logger: true,
};

export interface SessionRequest {
  /** Whether to be the only migrator. */
  readonly lock: boolean;
  /** Whether to read which scripts were applied. Default false. */
  readonly scripts?: boolean;
  /** Of this call, besides that of the project. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadHistoryOptions {
  /** Told of each manifest that cannot be read. */
  readonly onInvalid?: (error: AssetError, revision: RevisionId) => void;
}

/** What every command works on. */
export interface Project {
  readonly config: Config;
  /** The project's folder. */
  readonly root: string;
  readonly graph: RevisionGraph;
  readonly scripts: ReadonlyMap<RevisionId, Script>;
  /** The scripts that were handed in; undefined where they are on disk, and can be written. */
  readonly memory: MemoryProject | undefined;
  /** The Knex instance that was handed in. */
  readonly instance: Knex | undefined;
  /** The live files. */
  readonly live: WritableAssetDirectory;
  /**
   * The frozen versions; read from disk anew each time it is called.
   *
   * @throws AssetError `MANIFEST_INVALID`, unless somebody is told of manifests that cannot be read: then the others count
   */
  readHistory(options?: ReadHistoryOptions): AssetHistory;
  readonly load: ModuleLoader;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
  readonly scriptArguments: ScriptArguments;
  readonly progress: ProgressListener;
  /** Names the database of the environment, without password and without connecting. */
  nameDatabase(): Promise<string>;
  /** Opens the database; with `lock` as its only migrator. */
  openSession(purpose: string, request: SessionRequest): Promise<Session>;
}

/**
 * Opens a project: reads its knexfile and the headers of its scripts; connects to nothing.
 *
 * @throws ConfigError when the knexfile or a setting is wrong
 * @throws ScriptError when a script directory or header is wrong
 * @throws RevisionError when the scripts do not make a graph
 * @throws UsageError `USAGE` for options that there are not, when options contradict each other, or `knex` is a transaction
 */
export async function openProject(options: ProjectOptions): Promise<Project> {
  assertOptions('openProject', options, projectOptions);
  const { logger = silentLogger, signal, onProgress = () => {}, x = {}, tag } = options;
  assertCoherent(options);
  const place = placeOf(options);
  const load = createModuleLoader(place.root);
  const config = await resolveConfig({
    ...place,
    exported: place.exported ?? (await importKnexfile(place.path, load)),
    environment: options.environment,
    x,
    tag,
    ...(options.variables && { variables: options.variables }),
    ...(options.settings && { overrides: options.settings }),
  });
  for (const name of strangeVariables(options.variables ?? {}))
    logger.warn(`the variable ${name} is no setting of limbeck and does nothing: unset or rename it`);
  return projectOf({
    config,
    load,
    logger,
    signal,
    scriptArguments: { x: Object.freeze({ ...x }), tag },
    progress: guardedListener(onProgress, logger),
    instance: isKnexInstance(options.knex) ? options.knex : undefined,
    memory: await readMemoryProject(options),
  });
}

/** Opens the project anew: after a command has written scripts. */
export function reopenProject(project: Project): Promise<Project> {
  return projectOf(project);
}

/** What a project is made from, and can be made from again. */
type Base = Pick<
  Project,
  'config' | 'load' | 'logger' | 'signal' | 'scriptArguments' | 'progress' | 'instance' | 'memory'
>;

async function projectOf(base: Base): Promise<Project> {
  const { config, load, logger, signal, memory, instance, scriptArguments, progress } = base;
  const { root, settings } = config;
  const scripts =
    memory === undefined
      ? await readScripts(root, settings.directories, settings)
      : await readMemoryScripts(root, memory.scripts);
  const graph = new RevisionGraph(scripts.map(({ revision }) => revision));
  return {
    config,
    root,
    graph,
    scripts: scriptsById(scripts),
    instance,
    memory,
    live: openAssetDirectory(root, settings.rawSql, settings.kinds),
    readHistory: ({ onInvalid } = {}) =>
      new AssetHistory(
        graph,
        scripts.flatMap((script) => {
          try {
            return manifestOf(root, script, memory);
          } catch (error) {
            if (onInvalid === undefined || !(error instanceof AssetError)) throw error;
            onInvalid(error, script.revision.id);
            return [];
          }
        }),
        defaultSchema(config),
      ),
    load,
    logger,
    signal,
    scriptArguments,
    progress,
    nameDatabase: async () =>
      instance === undefined ? nameDatabase(config) : nameInstance(instance, config),
    async openSession(purpose, request) {
      const stopping = eitherSignal(signal, request.signal);
      if (stopping?.aborted === true) throw interruption();
      return openSession(config, {
        logger,
        lock: request.lock,
        scripts: request.scripts === true,
        purpose: `limbeck ${purpose}`,
        signal: stopping,
        progress,
        ...(instance && { connect: borrowConnection(instance) }),
      });
    },
  };
}

function eitherSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

function manifestOf(root: string, { file, revision }: Script, memory: MemoryProject | undefined) {
  const folder = assetFolderOf(file);
  const manifest =
    memory === undefined
      ? readManifest(root, folder, revision.id)
      : readManifestFrom(memory.assets, folder, revision.id);
  return manifest === undefined ? [] : [manifest];
}

/** What goes wrong here is a mistake in the code of the caller. */
function assertCoherent({ folder, knex, knexfile, scripts, assets }: Partial<ProjectOptions>): void {
  const contradiction =
    typeof folder !== 'string'
      ? ['"folder" is not given', 'give the folder of the project: `import.meta.dirname`, for one']
      : knex !== undefined && knexfile !== undefined
        ? ['both "knex" and "knexfile" are given', 'leave one of them out']
        : assets !== undefined && scripts === undefined
          ? [
              '"assets" are given without "scripts"',
              'hand in the scripts too: assets are read where they are',
            ]
          : undefined;
  const [message = '', next = ''] = contradiction ?? [];
  if (contradiction !== undefined) throw new UsageError('USAGE', { message, where: 'openProject', next });
  if (isKnexInstance(knex)) assertInstance(knex);
}

/** The project's folder, and what stands in for its knexfile: the file, an instance or a configuration. */
function placeOf({ folder, knexfile, knex }: ProjectOptions) {
  if (knex === undefined) {
    const path = findKnexfile(folder, knexfile);
    return { root: dirname(path), knexfile: basename(path), path, exported: undefined };
  }
  const root = resolve(folder);
  return isKnexInstance(knex)
    ? { root, knexfile: 'the Knex instance', path: root, exported: configOfInstance(knex) }
    : { root, knexfile: 'the configuration "knex"', path: root, exported: knex };
}

async function importKnexfile(path: string, load: ModuleLoader): Promise<unknown> {
  try {
    return await load(path);
  } catch (error) {
    if (error instanceof LimbeckError) throw error;
    const { stack = '' } = error instanceof Error ? error : {};
    const file = basename(path);
    const place = placeInStack(stack, path);
    throw new ConfigError('KNEXFILE_INVALID', {
      message: `the knexfile cannot be loaded: ${thrownText(error).split('\n')[0]?.trim() ?? ''}`,
      where: place === undefined ? file : formatPlace({ file, ...place }),
      next: 'mend the knexfile',
      cause: error,
    });
  }
}
