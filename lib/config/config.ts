/**
 * The configuration of one run: which project, which environment, which settings.
 *
 * Order: defaults < `limbeck` block of the environment < `LIMBECK_*` variables < what the caller says.
 */
import { isAbsolute, relative } from 'node:path';
import type { Knex } from 'knex';
import { ConfigError, thrownText } from '../errors.js';
import { didYouMean, listed } from '../graph/wording.js';
import { assertReadFromSubFolders } from './file-name.js';
import { type LimbeckSettings, mergeSettings, readSettings, type Settings } from './settings.js';
import { settingsFromVariables } from './variables.js';

/** A Knex configuration with a block for limbeck; `connection` may be a variable that is not set. */
export type EnvironmentConfig = Omit<Knex.Config, 'connection'> & {
  connection?: Knex.Config['connection'] | undefined;
  limbeck?: LimbeckSettings;
};

/** What a knexfile exports: one configuration, one for each environment, a promise or a function of either. */
export type KnexfileConfig = EnvironmentConfig | Readonly<Record<string, EnvironmentConfig>>;

/** What a knexfile is told that exports a function. */
export interface KnexfileRequest {
  /** The environment that is wanted. */
  readonly environment: string;
  /** Values by name, as with `-x name=value`. */
  readonly x: Readonly<Record<string, string>>;
  /** As with `--tag`. */
  readonly tag: string | undefined;
}

/** A knexfile as a function of what the caller says. */
export type KnexfileFunction = (request: KnexfileRequest) => KnexfileConfig | Promise<KnexfileConfig>;

/** Types a knexfile; returns what it is given. */
export function defineConfig<Given extends KnexfileConfig | Promise<KnexfileConfig> | KnexfileFunction>(
  config: Given,
): Given {
  return config;
}

export interface Config {
  /** The project's folder: where its knexfile is; paths of the settings start here. */
  readonly root: string;
  /** The knexfile, as errors name it. */
  readonly knexfile: string;
  readonly environment: string;
  /** Knex's part; `connection` is missing where the environment has none. */
  readonly knex: Knex.Config;
  readonly settings: Settings;
}

export interface ConfigRequest {
  readonly root: string;
  readonly knexfile: string;
  /** What the knexfile exports. */
  readonly exported: unknown;
  /** `--env`. */
  readonly environment?: string | undefined;
  /** Environment variables: `NODE_ENV` and `LIMBECK_*`. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** What the caller hands to a knexfile that exports a function. */
  readonly x?: Readonly<Record<string, string>> | undefined;
  readonly tag?: string | undefined;
  /** Settings of the caller: the flags. */
  readonly overrides?: LimbeckSettings;
}

/**
 * Chooses the environment, merges and checks the settings.
 *
 * @throws ConfigError `KNEXFILE_INVALID`, `UNKNOWN_ENVIRONMENT`, `UNKNOWN_SETTING`, `INVALID_SETTING`,
 *   `NOT_POSTGRESQL`
 */
export async function resolveConfig(request: ConfigRequest): Promise<Config> {
  const { root, knexfile, variables = {}, overrides = {}, x = {}, tag } = request;
  // As in Knex, a variable that is set to nothing says nothing.
  const wanted = request.environment ?? (variables['NODE_ENV'] || 'development');
  const exported = await evaluate(request.exported, knexfile, { environment: wanted, x, tag });
  const { limbeck = {}, connection, ...rest } = environmentOf(exported, wanted, knexfile);
  const knex: Knex.Config = connection === undefined ? rest : { ...rest, connection };
  assertPostgres(knex, knexfile, wanted);
  const settings = mergeSettings([
    fromKnex(knex),
    readSettings(limbeck, `${knexfile}, block "limbeck" of "${wanted}"`),
    settingsFromVariables(variables),
    readSettings(overrides, 'flags'),
  ]);
  assertReadFromSubFolders(settings, knexfile);
  return Object.freeze({
    root,
    knexfile,
    environment: wanted,
    knex,
    settings: Object.freeze(inProject(root, settings)),
  });
}

/** Knexfiles often spell folders in full; limbeck names files as they are called in the project. */
function inProject(root: string, settings: Settings): Settings {
  const local = (path: string) => (isAbsolute(path) ? relative(root, path) : path);
  const { directories, rawSql, template } = settings;
  return {
    ...settings,
    directories: directories.map(local),
    rawSql: local(rawSql),
    template: template === undefined ? undefined : local(template),
  };
}

/** A knexfile may export a function, a promise, and `default`, one in the other. */
async function evaluate(
  exported: unknown,
  knexfile: string,
  request: KnexfileRequest,
): Promise<Record<string, unknown>> {
  const value = await settle(defaultOf(exported), knexfile, request);
  if (isObject(value)) return value;
  throw new ConfigError('KNEXFILE_INVALID', {
    message: `the knexfile exports ${value === null ? 'null' : typeof value}, not a configuration`,
    where: knexfile,
    next: 'export a Knex configuration object, or a function that returns one',
  });
}

/** Of a module that was compiled to CommonJS, the default export has a default export. */
function defaultOf(exported: unknown): unknown {
  if (!isObject(exported) || !('default' in exported)) return exported;
  const { default: given } = exported;
  return isObject(given) && given['__esModule'] === true ? given['default'] : given;
}

async function settle(given: unknown, knexfile: string, request: KnexfileRequest): Promise<unknown> {
  try {
    return await (typeof given === 'function'
      ? (given as (request: KnexfileRequest) => unknown)(request)
      : given);
  } catch (error) {
    throw new ConfigError('KNEXFILE_INVALID', {
      message: `the ${typeof given === 'function' ? 'function' : 'promise'} that the knexfile exports failed: ${thrownText(error)}`,
      where: knexfile,
      next: 'mend the knexfile',
      cause: error,
    });
  }
}

/** Keys that make an object a configuration and not a list of environments. */
const configurationKeys = ['client', 'connection', 'dialect', 'pool', 'migrations', 'limbeck', 'searchPath'];

function environmentOf(
  exported: Record<string, unknown>,
  wanted: string,
  knexfile: string,
): EnvironmentConfig {
  const own = exported[wanted];
  if (isObject(own)) return own;
  const isFlat = Object.keys(exported).length === 0 || configurationKeys.some((key) => key in exported);
  if (isFlat) return exported;
  const names = Object.keys(exported).filter((name) => isObject(exported[name]));
  throw new ConfigError('UNKNOWN_ENVIRONMENT', {
    message: `the knexfile has no environment "${wanted}"`,
    where: knexfile,
    next: `${didYouMean(wanted, names)}choose one with \`--env\`: ${listed(names, names.length)}`,
    details: { environments: names },
  });
}

/** What Knex's own `migrations` block says and limbeck takes over. */
function fromKnex({ migrations }: Knex.Config): Partial<Settings> {
  const { directory, schemaName } = migrations ?? {};
  return {
    ...(directory === undefined ? {} : { directories: [directory].flat() }),
    ...(schemaName === undefined ? {} : { schema: schemaName }),
  };
}

const postgresClients = new Set(['pg', 'postgres', 'postgresql']);

function assertPostgres({ client, connection }: Knex.Config, knexfile: string, environment: string): void {
  const isNone = client === undefined && connection === undefined;
  if (isNone || isPostgres(client)) return;
  throw new ConfigError('NOT_POSTGRESQL', {
    message: `the client of environment "${environment}" is ${client === undefined ? 'missing' : `"${nameOf(client)}"`}`,
    where: knexfile,
    next: "limbeck migrates PostgreSQL: set `client: 'pg'`",
  });
}

function isPostgres(client: unknown): boolean {
  if (typeof client === 'string') return postgresClients.has(client);
  const prototype = (client as { prototype?: { dialect?: unknown } } | undefined)?.prototype;
  return prototype?.dialect === 'postgresql';
}

function nameOf(client: unknown): string {
  return typeof client === 'function' ? client.name : String(client);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Where names without a schema go: the first schema of Knex's search path. */
export function defaultSchema({ knex: { searchPath } }: Pick<Config, 'knex'>): string {
  const [first = 'public'] = [searchPath ?? []].flat();
  return first;
}
