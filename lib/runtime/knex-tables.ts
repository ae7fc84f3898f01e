/**
 * Corrections of the SQL that Knex makes of a table.
 */
import { alterColumn } from './knex-alter.js';
import { deferrableOf } from './knex-builders.js';
import { quotedInside } from './knex-columns.js';
import { checkName } from './knex-names.js';
import {
  type ClassOf,
  type CompilingClient,
  correction,
  type KnexColumnCompiler,
  type KnexTableCompiler,
} from './knex-internals.js';
import { assertKnownOptions, knexUnsafe } from './knex-unsafe.js';
import { inline } from './knex-values.js';

export const correctTableCompiler = correction<KnexTableCompiler>(
  (Base: ClassOf<KnexTableCompiler>) =>
    class extends Base {
      override comment(comment: unknown): void {
        // Knex calls this with the text that it has kept, or with anything.
        const text = quotedInside(String(this.single.comment ?? comment), 'the comment');
        this.pushQuery(`comment on table ${this.tableName()} is '${text}'`);
      }

      override foreign(foreign: Parameters<KnexTableCompiler['foreign']>[0]): void {
        if (foreign.inTable && foreign.references) return super.foreign(foreign);
        throw knexUnsafe(
          `the foreign key of "${String(foreign.column)}" names no table, and Knex would leave it out`,
          "write `.references('column').inTable('table')`",
        );
      }

      override index(columns: unknown, name?: unknown, options?: unknown): void {
        assertName(name, 'index', 'options are the third argument: `t.index(columns, undefined, { … })`');
        const known = ['indexType', 'storageEngineIndexType', 'predicate'];
        assertIndexOptions(this, { kind: 'index', columns, options, known });
        const compile = () => super.index(columns, name, options);
        withPredicate(this, predicateOf(options), compile);
      }

      override unique(columns: unknown, name?: unknown, ...rest: unknown[]): void {
        if (rest.some((argument) => argument !== undefined)) {
          throw knexUnsafe(
            'Knex leaves out a third argument of unique',
            'write options as the second: `t.unique(columns, { indexName, predicate, … })`',
          );
        }
        const known = ['indexName', 'deferrable', 'useConstraint', 'predicate'];
        assertIndexOptions(this, { kind: 'unique index', columns, options: name, known });
        const compile = () => super.unique(columns, withDeferrable(name));
        withPredicate(this, predicateOf(name), compile);
      }

      override primary(columns: unknown, name?: unknown): void {
        assertKnownOptions(
          name,
          ['constraintName', 'deferrable'],
          'primary',
          `write op.execute(\`alter table ${this.tableName()} add primary key (…) …\`)`,
        );
        super.primary(columns, withDeferrable(name));
      }

      override primaryKeys(): string | undefined {
        return super.primaryKeys()?.replace(/ deferrable initially not deferrable$/i, '');
      }

      override check(predicate: unknown, bindings?: unknown, name?: unknown): void {
        const written =
          typeof predicate === 'string' ? this.client.raw(predicate, bindings).toQuery() : predicate;
        // Without a name Knex makes one up of the quoted table, which is wrong SQL; the server makes a free one.
        if (!name) return this.pushQuery(`alter table ${this.tableName()} add check(${String(written)})`);
        super.check(written, undefined, checkName(name));
      }

      override dropChecks(...names: unknown[]): unknown {
        // Knex would drop the first only, unless they come as one list.
        return super.dropChecks(names.length === 0 ? undefined : names.flat().map(checkName));
      }

      override _addChecks(): string {
        const { checks } = this.grouped;
        if (checks !== undefined) {
          this.grouped.checks = checks.map(({ args: [predicate, bindings, name] }) => ({
            args: [predicate, bindings, checkName(name)],
          }));
        }
        return super._addChecks();
      }

      override createQuery(columns: unknown, ifNot?: boolean, like?: boolean): void {
        if (like === true && this.grouped.checks !== undefined) {
          throw knexUnsafe(
            'Knex leaves out the checks of createTableLike',
            'add them afterwards: `op.schema.alterTable(name, (t) => t.check(…))`',
          );
        }
        super.createQuery(columns, ifNot, like);
      }

      override _addColumn(column: KnexColumnCompiler): void {
        alterColumn(this, column, () => super._addColumn(column));
      }
    },
);

type Options = Readonly<Record<string, unknown>>;

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !('isRawInstance' in value);
}

function assertName(name: unknown, what: string, next: string): void {
  if (isOptions(name)) throw knexUnsafe(`the name of the ${what} is no text`, next);
}

/** What PostgreSQL writes for options that are missed in Knex. */
const clauses: Readonly<Record<string, string>> = {
  include: 'include (…)',
  nullsNotDistinct: 'nulls not distinct',
  where: 'where …',
};

function assertIndexOptions(table: KnexTableCompiler, { kind, columns, options, known }: IndexOptions): void {
  assertKnownOptions(options, known, kind, (option) => {
    if (option === 'concurrently')
      return 'leave it out: a revision runs in a transaction, in which no index is built concurrently';
    const on = `${table.tableName()} (${table.formatter.columnize(columns)})`;
    return `write op.execute(\`create ${kind} on ${on} ${clauses[option] ?? '…'}\`)`;
  });
}

interface IndexOptions {
  readonly kind: 'index' | 'unique index';
  readonly columns: unknown;
  readonly options: unknown;
  readonly known: readonly string[];
}

function withDeferrable(name: unknown): unknown {
  if (!isOptions(name) || name['deferrable'] === undefined) return name;
  return { ...name, deferrable: deferrableOf(name['deferrable']) };
}

function predicateOf(options: unknown): unknown {
  return isOptions(options) ? options['predicate'] : undefined;
}

/** Knex writes the condition of an index and forgets its values: they are written into it. */
function withPredicate(
  { client, sequence }: KnexTableCompiler,
  predicate: unknown,
  compile: () => void,
): void {
  if (!predicate) return compile();
  const { where, bindings } = conditionOf(client, predicate);
  compile();
  const last = sequence.at(-1);
  if (last === undefined || bindings.length === 0) return;
  const text = inline(client, { sql: where, bindings }, '\\?');
  last.sql = last.sql.slice(0, last.sql.length - where.length) + text;
}

function conditionOf(
  client: CompilingClient,
  predicate: unknown,
): { where: string; bindings: readonly unknown[] } {
  const isBuilder = typeof predicate === 'object' && predicate !== null && '_statements' in predicate;
  const compiler = isBuilder ? client.queryCompiler(predicate) : undefined;
  const where = compiler?.where();
  if (compiler !== undefined && where) return { where, bindings: compiler.bindings };
  throw knexUnsafe(
    'the predicate of an index says no condition',
    "write `predicate: op.knex.whereNotNull('column')` or `op.knex.whereRaw('…')`",
  );
}
