/**
 * What a migration may say: the `op` that scripts are handed.
 *
 * Operations only make statements and hand them to the sink; whether there is a database behind it is
 * not their affair.
 */
import type { Knex } from 'knex';
import { putBack, setAside } from '../dependents/aside.js';
import type { RevisionId } from '../graph/revision.js';
import { formatPlace, type Place } from '../sql/place.js';
import { ownStatement, type QueryResult, type Sink, type Statement, statement } from '../sql/statement.js';
import type { AssetLoader, LoadTypeOptions } from './asset-loader.js';
import type { Awaiting } from './awaiting.js';
import { asideTargets, type DependentsTarget } from './dependents-aside.js';

/** Values for `?` in order, or for `:name` by name. */
export type Bindings = readonly unknown[] | Readonly<Record<string, unknown>>;

/** What the caller of a command hands to scripts and knexfile. */
export interface ScriptArguments {
  /** Values by name, as with `-x name=value`; those without a value are empty texts. */
  readonly x: Readonly<Record<string, string>>;
  /** One text, as with `--tag`. */
  readonly tag: string | undefined;
}

const noArguments: ScriptArguments = { x: Object.freeze({}), tag: undefined };

/** The argument of `upgrade` and `downgrade`. */
export interface Operations extends ScriptArguments {
  /** The revision that is being applied or reverted. */
  readonly revision: RevisionId;
  readonly direction: 'upgrade' | 'downgrade';
  /** Whether there is no database to read from: with `--sql`, and while files are frozen. */
  readonly offline: boolean;

  /**
   * Knex's schema builder. Each call must be awaited; what it makes leaves together with the rest of
   * the revision. `hasTable` and `hasColumn` are answered at once.
   *
   * @example
   * await op.schema.alterTable('products', (table) => table.text('channel'));
   */
  readonly schema: Knex.SchemaBuilder;

  /**
   * Knex, inside the transaction of this revision: queries run at once and return what Knex returns.
   * A transaction of it is a savepoint.
   */
  readonly knex: Knex;

  /**
   * Runs SQL. The text is sent as it is: `?` and `:name` mean nothing, and it may hold several commands.
   *
   * @throws MigrationError `TRANSACTION_CONTROL`, `SQL_UNTERMINATED`
   */
  execute(sql: string): Promise<void>;
  /**
   * Runs one command with bindings at once, and returns what Knex's `raw` returns. `?` and `:name` are
   * replaced; write `\\?` for the operator.
   */
  execute(sql: string, bindings: Bindings): Promise<QueryResult>;

  /**
   * Runs `work` in a savepoint: an SQL error inside can be caught around it, and undoes no more than it.
   */
  savepoint<Result>(work: () => Promise<Result>): Promise<Result>;

  /**
   * Runs `work` while all that stands on the targets is out of its way, and then puts it back: views and
   * materialized views with their indexes, functions, policies, triggers, rules, defaults and checks, with owner,
   * grants, comments and options. PostgreSQL refuses else to change the type of a column that a view uses.
   *
   * What fails undoes the whole, as in `savepoint`. Materialized views are filled anew.
   *
   * @throws TypeError for what is no target
   * @throws MigrationError `DEPENDENTS_HOLD_DATA`, `EXTENSION_MEMBER`, `DEPENDENT_NOT_RESTORED`
   * @example
   * await op.withDependentsAside({ table: 'builds', column: 'platform' }, () =>
   *   op.schema.alterTable('builds', (table) => table.text('platform').notNullable().alter()),
   * );
   */
  withDependentsAside<Result>(
    targets: DependentsTarget | readonly DependentsTarget[],
    work: () => PromiseLike<Result>,
  ): Promise<Result>;

  /** Takes a statement that is already made. */
  record(made: Statement): void;

  /** What `loadStoredProc`, `loadType` and `loadView` call, for files of any kind. */
  loadAssets(kind: string, files: readonly string[], options?: LoadTypeOptions): Promise<void>;
  /** What `dropStoredProc`, `dropType` and `dropView` call. */
  dropAssets(kind: string, files: readonly string[]): Promise<void>;
  /** Does all that the manifest of this revision says. */
  syncAssets(): Promise<void>;
}

export interface OperationsContext {
  readonly revision: RevisionId;
  readonly direction: 'upgrade' | 'downgrade';
  /** Default: none. */
  readonly scriptArguments?: ScriptArguments;
  readonly sink: Sink;
  /** A Knex whose schema builders record into the sink. */
  readonly schemaKnex: Knex;
  /** A Knex whose queries run through the sink. */
  readonly queryKnex: Knex;
  readonly assets: AssetLoader;
  readonly awaiting: Awaiting;
  readonly callerPlace: () => Place | undefined;
}

/** Makes the `op` of one step. */
export function createOperations(context: OperationsContext): Operations {
  const { sink, schemaKnex, queryKnex, assets, awaiting, scriptArguments = noArguments } = context;
  let savepoints = 0;
  /** How many `withDependentsAside` run inside each other. */
  let depth = 0;
  const assertRunning = (what: string) => awaiting.assertRunning(`op.${what}`, context.callerPlace);

  async function execute(sql: string, bindings?: Bindings): Promise<unknown> {
    assertRunning('execute');
    if (typeof sql !== 'string') throw new TypeError(`op.execute takes a text of SQL, not ${typeof sql}`);
    const origin = context.callerPlace();
    if (bindings === undefined) return sink.record(statement(sql, { origin }));
    const result = Promise.resolve(queryKnex.raw(sql, bindings as Knex.RawBinding));
    return awaiting.follow({ what: () => 'op.execute', origin }, result);
  }

  async function inSavepoint<Result>(work: () => PromiseLike<Result>): Promise<Result> {
    savepoints += 1;
    const name = `limbeck_${savepoints}`;
    const reinstall = assets.mark();
    sink.record(ownStatement(`savepoint ${name}`));
    try {
      await sink.flush();
      const result = await work();
      sink.record(ownStatement(`release savepoint ${name}`));
      await sink.flush();
      return result;
    } catch (error) {
      reinstall();
      await sink.recover(name);
      throw error;
    }
  }

  async function withDependentsAside<Result>(
    targets: DependentsTarget | readonly DependentsTarget[],
    work: () => PromiseLike<Result>,
    origin: Place | undefined,
  ): Promise<Result> {
    assertRunning('withDependentsAside');
    const found = asideTargets(targets);
    // What a work inside of this work sets aside comes back with that, and what a file load does, with the load.
    depth += 1;
    const options = { scope: `op ${depth}`, where: origin && formatPlace(origin) };
    try {
      return await inSavepoint(async () => {
        for (const made of setAside(found, options)) sink.record(made);
        const result = await work();
        for (const made of putBack(options)) sink.record(made);
        return result;
      });
    } finally {
      depth -= 1;
    }
  }

  return {
    revision: context.revision,
    direction: context.direction,
    offline: !sink.canRead,
    x: scriptArguments.x,
    tag: scriptArguments.tag,
    get schema() {
      assertRunning('schema');
      return schemaKnex.schema;
    },
    get knex() {
      assertRunning('knex');
      return queryKnex;
    },
    execute: execute as Operations['execute'],
    savepoint: async (work) => {
      assertRunning('savepoint');
      return awaiting.follow(
        { what: () => 'op.savepoint', origin: context.callerPlace() },
        inSavepoint(work),
      );
    },
    withDependentsAside: (targets, work) => {
      const origin = context.callerPlace();
      return awaiting.follow(
        { what: () => 'op.withDependentsAside', origin },
        withDependentsAside(targets, work, origin),
      );
    },
    record: (made) => sink.record(made),
    async loadAssets(kind, files, options) {
      assertRunning('loadAssets');
      return assets.load(pathsOf(kind, files), options);
    },
    async dropAssets(kind, files) {
      assertRunning('dropAssets');
      return assets.drop(pathsOf(kind, files));
    },
    async syncAssets() {
      assertRunning('syncAssets');
      return assets.sync();
    },
  };
}

function pathsOf(kind: string, files: readonly string[]): string[] {
  return files.map((file) => `${kind}/${file}`);
}
