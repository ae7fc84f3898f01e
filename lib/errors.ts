/**
 * Every error that limbeck throws on purpose: a public code, what happened, where, and what to do next.
 *
 * Anything else that escapes is a bug and is printed as one.
 */

/** Who must act, which decides the class and the exit status. */
export type ErrorCategory =
  | 'usage'
  | 'config'
  | 'revision'
  | 'script'
  | 'asset'
  | 'migration'
  | 'database'
  | 'lock'
  | 'offline';

/** The public codes, never renamed: category, and one line for the documented table. */
export const errorCodes = {
  // revision: the graph of the script directory, and identifiers that name something in it
  DUPLICATE_ID: ['revision', 'two scripts declare the same revision id'],
  MISSING_REVISION: ['revision', 'a downRevision or dependsOn names a revision that no script declares'],
  SELF_LOOP: ['revision', 'a revision names itself in downRevision'],
  CYCLE: ['revision', 'downRevision links form a cycle'],
  DEPENDENCY_SELF_LOOP: ['revision', 'a revision names itself in dependsOn'],
  DEPENDENCY_CYCLE: ['revision', 'downRevision and dependsOn links together form a cycle'],
  DUPLICATE_LABEL: ['revision', 'a branch label is used twice, or equals a revision id'],
  ILLEGAL_ID: [
    'revision',
    'a revision id or label is empty, a reserved word, or holds one of the characters @ - + :',
  ],
  REVISION_NOT_FOUND: ['revision', 'no revision has this id, prefix or label'],
  BRANCH_NOT_FOUND: ['revision', 'the name before @ is neither a label nor a revision'],
  NOT_IN_BRANCH: ['revision', 'the revision after @ is not in the lineage of the name before it'],
  AMBIGUOUS_PREFIX: ['revision', 'several ids or labels start with this text'],
  MULTIPLE_HEADS: ['revision', 'one head was asked for and there are several'],
  NOT_AN_ANCESTOR: ['revision', 'the two ends are not ancestor and descendant, or the target is not applied'],
  RELATIVE_TOO_FAR: ['revision', 'a relative identifier walks past the end or in the wrong direction'],
  AMBIGUOUS_WALK: ['revision', 'a relative walk meets a fork or a merge'],
  AMBIGUOUS_START: ['revision', 'a relative walk has several current revisions to start from'],
  OVERLAPPING_REVISIONS: ['revision', 'two of the given revisions are ancestor and descendant'],
  NOT_A_HEAD: ['revision', 'the parent of a new revision is not a head and --splice was not given'],
  DUPLICATE_HEADS: ['revision', 'the same parent was given twice'],
  UNKNOWN_ROW: ['revision', 'the database holds a revision whose script is not in this checkout'],
  REVISION_TOO_LONG: ['revision', 'a revision id is longer than the column of the version table'],
  ADOPTED_REVISION: [
    'revision',
    'a revision that another tool made is to be run, and limbeck knows its id alone',
  ],

  // usage: the command line, or the arguments of a library call
  USAGE: ['usage', 'a command, flag or argument is wrong'],
  CONFIRMATION_NEEDED: ['usage', 'a destructive command was not confirmed'],

  // config: the knexfile and the settings
  KNEXFILE_NOT_FOUND: ['config', 'no knexfile in this folder or above it'],
  KNEXFILE_INVALID: ['config', 'the knexfile cannot be loaded, or is not a configuration'],
  UNKNOWN_ENVIRONMENT: ['config', 'the knexfile has no such environment'],
  UNKNOWN_SETTING: ['config', 'a limbeck setting that does not exist'],
  INVALID_SETTING: ['config', 'a limbeck setting has a value of the wrong kind'],
  NOT_POSTGRESQL: ['config', 'the Knex client of the environment is not PostgreSQL'],
  NO_CONNECTION: ['config', 'the environment has no connection'],
  KNEX_NOT_INSTALLED: ['config', 'knex or pg is not installed in the project'],
  EDITOR_FAILED: ['config', 'no editor is set, or it cannot be started, or it ended with an error'],

  // script: the files of the script directory
  DIRECTORY_NOT_FOUND: ['script', 'a script directory does not exist'],
  NOT_A_SCRIPT: ['script', 'a file in a script directory is not a script'],
  HEADER_UNREADABLE: ['script', 'the header of a script cannot be read without running it'],
  SCRIPT_NOT_LOADED: ['script', 'a script cannot be imported'],
  SCRIPT_INCOMPLETE: ['script', 'a script has no upgrade or downgrade function'],
  SCRIPT_EDITED: [
    'script',
    'a script was edited after it was applied, and the setting "edited" refuses that',
  ],
  FILE_EXISTS: ['script', 'a file that should be written is already there'],

  // asset: live files, frozen versions and manifests
  ASSET_NOT_FOUND: ['asset', 'no live file has this name'],
  ASSET_NOT_FROZEN: ['asset', 'a script loads a file that is not frozen with its revision'],
  ASSET_NOT_LOADED: ['asset', 'a revision ships a file that its script does not load'],
  ASSET_MISSING: ['asset', 'a frozen version named in a manifest is not on disk'],
  ASSET_TAMPERED: ['asset', 'a frozen version differs from the hash in its manifest'],
  ASSET_MISMATCH: ['asset', 'the database holds another version of an asset than the revision builds on'],
  ASSET_DIVERGENT: ['asset', 'two branches change the same asset and no merge joins them'],
  ASSET_CONFLICT: [
    'asset',
    'a live file waits for people: branches changed it in ways that contradict each other',
  ],
  ASSET_UNREADABLE: ['asset', 'an SQL file holds bytes or commands that limbeck cannot send'],
  ASSET_NOT_IMPORTABLE: ['asset', 'a file or an object cannot be made into live files as it is'],
  ASSET_SYNTAX: ['asset', 'an SQL file is not valid PostgreSQL'],
  ASSET_MISPLACED: ['asset', 'an SQL file holds a statement whose place is a revision'],
  ASSET_IN_USE: ['asset', 'what another SQL file hangs on would be dropped'],
  ASSET_NAME: ['asset', 'an SQL file lies or is called where no other machine or schema could find it'],
  ASSET_SCHEMA_MISSING: [
    'asset',
    'the schema of an SQL file is not there, or is not the one in which its objects would be made',
  ],
  ASSET_DUPLICATE_OBJECT: ['asset', 'one object is defined by two SQL files'],
  ASSET_NOT_REPLACEABLE: ['asset', 'an object cannot be replaced in place'],
  ASSET_TYPE_CHANGED: [
    'asset',
    'the change of a type does not say enough, or is one that PostgreSQL cannot make',
  ],
  ASSET_TYPE_IN_USE: ['asset', 'rows or objects stand in the way of a type that is made anew'],
  MANIFEST_INVALID: ['asset', 'a manifest cannot be read'],
  FREEZE_REFUSED: ['asset', 'only a head without children may be frozen again'],

  // migration: a run
  STEP_FAILED: ['migration', 'a revision failed and was rolled back'],
  SQL_FAILED: ['migration', 'PostgreSQL refused a statement'],
  TRANSACTION_CONTROL: [
    'migration',
    'an SQL text would begin or end a transaction, or reset what is set in it',
  ],
  SQL_UNTERMINATED: ['migration', 'a quote, comment or parenthesis is not closed in an SQL text'],
  SWALLOWED_ERROR: ['migration', 'a script caught an SQL error that had spoilt its transaction'],
  TRANSACTION_LOST: ['migration', "the revision's transaction ended before its version rows were written"],
  UNAWAITED_OPERATION: ['migration', 'a script did not await an operation'],
  KNEX_UNSAFE: ['migration', 'a call of Knex would do something else than it says'],
  INTERRUPTED: ['migration', 'a run was stopped from outside, as by Ctrl-C'],
  DEPENDENTS_EXIST: ['migration', 'others stand on an object that would be dropped'],
  DEPENDENTS_HOLD_DATA: [
    'migration',
    'what stands on an object that must be made anew holds data, or cannot be made again',
  ],
  EXTENSION_MEMBER: ['migration', 'an object that would be changed belongs to an extension'],
  DEPENDENTS_CHANGED: ['migration', 'other objects stand on a recreated one than were frozen with it'],
  DEPENDENT_NOT_RESTORED: [
    'migration',
    'an object does not fit any more on the changed one that it stood on',
  ],
  ROWS_CHANGED: ['migration', 'the version rows are not what they were when the run was planned'],

  // database: the server
  DATABASE_UNREACHABLE: ['database', 'no server answers at the address'],
  AUTHENTICATION_FAILED: ['database', 'the server refuses the user or the password'],
  DATABASE_NOT_FOUND: ['database', 'the server has no such database'],
  DATABASE_READ_ONLY: ['database', 'the server is a read-only replica'],
  PRIVILEGE_MISSING: ['database', 'the user may not do what a migration needs'],
  SERVER_TOO_OLD: ['database', 'the server is older than PostgreSQL 15'],
  POOL_EXHAUSTED: ['database', 'a Knex instance that was handed in has no free connection'],
  SHADOW_UNAVAILABLE: [
    'database',
    'there is no server on which a shadow could be made, or none of the same major',
  ],
  CONNECTION_LOST: ['database', 'the connection broke'],
  DISK_FULL: ['database', 'the server or the embedded database has no space left'],

  // lock: one migrator at a time
  LOCK_NOT_AVAILABLE: ['lock', 'a statement waited in vain for a lock that another session holds'],
  LOCK_LOST: ['lock', 'a script released the lock, and another process took it'],
  POOLER_SHARES_SESSIONS: ['lock', 'a pooler gives one session of the server to several clients'],
  LOCK_TIMEOUT: ['lock', 'another process is migrating this database'],
  DIRECTORY_LOCKED: ['lock', 'another process has the embedded database open'],

  // offline: a sink that cannot read
  OFFLINE_READ: ['offline', 'a script reads from the database where there is none'],
  OFFLINE_UNWRITABLE: ['offline', 'a value or a statement cannot be written down as SQL for psql'],
} as const satisfies Record<string, readonly [ErrorCategory, string]>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorFacts {
  /** What happened: lower case, no full stop, names in double quotes. */
  readonly message: string;
  /** Place: `file:line:column`, a setting, a database. */
  readonly where?: string | undefined;
  /** What to do: an imperative, with the command to type. */
  readonly next: string;
  /** The lines of SQL around the place, with a caret under it. */
  readonly excerpt?: string | undefined;
  /** The error that this one explains. */
  readonly cause?: unknown;
  /** Facts for programs, by name; printed with `--json`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The root of all errors that limbeck throws on purpose. */
export class LimbeckError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly next: string;
  readonly excerpt: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = code;
    this.where = facts.where;
    this.next = facts.next;
    this.excerpt = facts.excerpt;
    this.details = facts.details ?? {};
  }

  /** Exit status of a command that fails with this error: 64 for wrong usage, 130 as shells have it for an interrupt, else 2. */
  get exitStatus(): number {
    if (this.code === 'INTERRUPTED') return 130;
    const category: ErrorCategory = errorCodes[this.code][0];
    return category === 'usage' ? 64 : 2;
  }
}

/** Returns what was thrown in words; it need not be an error. */
export function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

type CodeOf<Category extends ErrorCategory> = {
  [Code in ErrorCode]: (typeof errorCodes)[Code][0] extends Category ? Code : never;
}[ErrorCode];

/** The command line, or the arguments of a call. */
export class UsageError extends LimbeckError {
  declare readonly code: CodeOf<'usage'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'usage'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/** The knexfile or a setting. */
export class ConfigError extends LimbeckError {
  declare readonly code: CodeOf<'config'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'config'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/** The revision graph, or a text that should name something in it. */
export class RevisionError extends LimbeckError {
  declare readonly code: CodeOf<'revision'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'revision'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/** A file of the script directory. */
export class ScriptError extends LimbeckError {
  declare readonly code: CodeOf<'script'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'script'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/** A live file, a frozen version or a manifest. */
export class AssetError extends LimbeckError {
  declare readonly code: CodeOf<'asset'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'asset'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/**
 * A run that stopped. It keeps the code of what went wrong, of whatever category, and adds which step
 * failed and what stands: `details` hold `revision`, `direction`, `applied` and `current`.
 */
export class MigrationError extends LimbeckError {}

/** The server refuses or is not there. */
export class DatabaseError extends LimbeckError {
  declare readonly code: CodeOf<'database'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'database'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/** Another process holds the lock. */
export class LockError extends LimbeckError {
  declare readonly code: CodeOf<'lock'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'lock'>, facts: ErrorFacts) {
    super(code, facts);
  }
}

/** A script needs a database where there is none. */
export class OfflineError extends LimbeckError {
  declare readonly code: CodeOf<'offline'>;
  // The narrower code is the point: a class can only be thrown with codes of its own category.
  constructor(code: CodeOf<'offline'>, facts: ErrorFacts) {
    super(code, facts);
  }
}
