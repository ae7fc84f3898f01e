/**
 * The settings of the `limbeck` block: their defaults, and the check of each value.
 */
import { ConfigError } from '../errors.js';
import { didYouMean } from '../graph/wording.js';
import {
  count,
  duration,
  Expected,
  fileName,
  flag,
  oneOf,
  type Reader,
  text,
  texts,
  timeZone,
  url,
} from './setting-readers.js';

/** What a `limbeck` block may hold; every setting has a default. Durations are milliseconds, or `'2 s'`. */
export interface LimbeckSettings {
  /** Script directories. Default: Knex's `migrations.directory`, else `migrations`. */
  directories?: string | readonly string[];
  /** Whether scripts in sub-folders of the script directories are read too. Default false. */
  recursive?: boolean;
  /** Folder of the live SQL files. Default `raw_sql`. */
  rawSql?: string;
  /** Its sub-folders. Default `['types', 'procs', 'views']`. */
  kinds?: readonly string[];
  /** Schema of limbeck's own tables. Default: Knex's `migrations.schemaName`, else `public`. */
  schema?: string;
  /** Table of the current revisions. Default `limbeck_version`. */
  versionTable?: string;
  /** Name of a new script, without extension, perhaps in sub-folders. Default `{timestamp}_{revision}_{slug}`. */
  fileName?: string;
  /** Longest `{slug}` of a file name, in characters. Default 40. */
  slugLength?: number;
  /** File that new scripts are made from, in place of limbeck's own template. */
  template?: string;
  /** Time zone of creation dates. Default `UTC`. */
  timeZone?: string;
  /** What is one transaction: each revision, or the whole run. Default `revision`. */
  transaction?: 'revision' | 'all';
  /** Longest wait for another migrator. Default 60 s. */
  lockTimeout?: number | string;
  /** How statements of a migration wait for locks of the application. */
  ddl?: { lockTimeout?: number | string; attempts?: number; statementTimeout?: number | string };
  /** What `upgrade` and `redo` do when an applied script was edited. Default `warn`. */
  edited?: 'warn' | 'refuse';
  /** The model that autogenerate compares with. Default `./schema.ts`. */
  model?: string;
  /** Whether changed SQL files are tried on a shadow before they are frozen. Default true. */
  trial?: boolean;
  /** A URL: shadows are made as scratch databases on its server. Default: in memory. */
  shadowUrl?: string;
}

/** The settings of one run: complete, checked, frozen; durations in milliseconds. */
export interface Settings {
  readonly directories: readonly string[];
  readonly recursive: boolean;
  readonly rawSql: string;
  readonly kinds: readonly string[];
  readonly schema: string;
  readonly versionTable: string;
  readonly fileName: string;
  readonly slugLength: number;
  readonly template: string | undefined;
  readonly timeZone: string;
  readonly transaction: 'revision' | 'all';
  readonly lockTimeout: number;
  readonly ddl: {
    readonly lockTimeout: number;
    readonly attempts: number;
    readonly statementTimeout: number;
  };
  readonly edited: 'warn' | 'refuse';
  readonly model: string;
  readonly trial: boolean;
  readonly shadowUrl: string | undefined;
}

export const defaultSettings: Settings = {
  directories: ['migrations'],
  recursive: false,
  rawSql: 'raw_sql',
  kinds: ['types', 'procs', 'views'],
  schema: 'public',
  versionTable: 'limbeck_version',
  fileName: '{timestamp}_{revision}_{slug}',
  slugLength: 40,
  template: undefined,
  timeZone: 'UTC',
  transaction: 'revision',
  lockTimeout: 60_000,
  ddl: { lockTimeout: 2_000, attempts: 10, statementTimeout: 0 },
  edited: 'warn',
  model: './schema.ts',
  trial: true,
  shadowUrl: undefined,
};

export const ddlReaders: Record<string, Reader<unknown>> = {
  lockTimeout: duration,
  attempts: count,
  statementTimeout: duration,
};

/** By setting, what its value may be. */
export const readers: Record<keyof Settings, Reader<unknown>> = {
  directories: texts,
  recursive: flag,
  rawSql: text,
  kinds: texts,
  schema: text,
  versionTable: text,
  fileName,
  slugLength: count,
  template: text,
  timeZone,
  transaction: oneOf('revision', 'all'),
  lockTimeout: duration,
  ddl: (value) =>
    typeof value === 'object' && value !== null
      ? readAll(value, ddlReaders, 'ddl.')
      : new Expected('an object'),
  edited: oneOf('warn', 'refuse'),
  model: text,
  trial: flag,
  shadowUrl: url,
};

/** Settings of one place, checked: those that it holds. */
export type GivenSettings = Partial<Omit<Settings, 'ddl'>> & { readonly ddl?: Partial<Settings['ddl']> };

/** Puts settings above the defaults, each place above those before it; those of `ddl` one by one. */
export function mergeSettings(places: readonly GivenSettings[]): Settings {
  const ddl = Object.assign({}, defaultSettings.ddl, ...places.map((given) => given.ddl)) as Settings['ddl'];
  return { ...(Object.assign({}, defaultSettings, ...places) as Settings), ddl: Object.freeze(ddl) };
}

/**
 * Checks a block of settings and returns those that it holds.
 *
 * @param where - the file and block, for errors; or what makes it of the setting
 * @throws ConfigError `UNKNOWN_SETTING`, `INVALID_SETTING`
 */
export function readSettings(block: unknown, where: string | ((setting: string) => string)): GivenSettings {
  try {
    if (typeof block !== 'object' || block === null)
      throw new SettingProblem('INVALID_SETTING', 'limbeck', ['an object of settings']);
    return readAll(block, readers, '') as GivenSettings;
  } catch (error) {
    if (!(error instanceof SettingProblem)) throw error;
    throw error.at(typeof where === 'string' ? where : where(error.setting));
  }
}

function readAll(
  block: object,
  known: Record<string, Reader<unknown>>,
  prefix: string,
): Record<string, unknown> {
  const given = Object.entries(block).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => {
      const read = known[name];
      if (read === undefined)
        throw new SettingProblem('UNKNOWN_SETTING', `${prefix}${name}`, Object.keys(known));
      const result = read(value);
      if (result instanceof Expected)
        throw new SettingProblem('INVALID_SETTING', `${prefix}${name}`, [result.what]);
      return [name, result];
    }),
  );
}

class SettingProblem extends Error {
  readonly code: 'UNKNOWN_SETTING' | 'INVALID_SETTING';
  readonly setting: string;
  readonly hints: readonly string[];

  constructor(code: 'UNKNOWN_SETTING' | 'INVALID_SETTING', setting: string, hints: readonly string[]) {
    super(setting);
    this.code = code;
    this.setting = setting;
    this.hints = hints;
  }

  at(where: string): ConfigError {
    if (this.code === 'INVALID_SETTING') {
      return new ConfigError(this.code, {
        message: `the setting "${this.setting}" must be ${this.hints[0] ?? ''}`,
        where,
        next: 'correct the value',
      });
    }
    return new ConfigError(this.code, {
      message: `there is no setting "${this.setting}"`,
      where,
      next: `${didYouMean(this.setting.replace(/^ddl\./, ''), this.hints)}remove it; the settings are ${this.hints.join(', ')}`,
    });
  }
}
