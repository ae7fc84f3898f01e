/**
 * What the corrections use of Knex's classes, which its typings leave out.
 *
 * The classes are taken from what Knex makes: its files are no part of its API, and a project may have
 * classes of its own.
 */

/** A class whose instances the corrections are put over. */
export type ClassOf<Made extends object> = new (...args: never[]) => Made;

/** One text of a compiled builder. */
export interface KnexPart {
  sql: string;
  bindings?: readonly unknown[] | undefined;
  readonly method?: string;
  readonly output?: unknown;
  /** Makes the error for an SQLSTATE that the text raises on purpose. */
  readonly explain?: (sqlstate: string | undefined, cause: Error) => Error | undefined;
}

/** What turns placeholders into texts: a part of the client. */
export interface KnexTexts {
  raw(...args: unknown[]): KnexRaw;
  _escapeBinding(value: unknown, context?: object): string;
}

export interface KnexRaw extends KnexCompilable {
  sql: unknown;
  bindings: unknown;
  toSQL(...args: unknown[]): KnexPart;
}

export interface KnexCompilable {
  readonly client: CompilingClient;
  readonly _method?: string;
  toSQL(...args: unknown[]): KnexPart | KnexPart[];
  toQuery(timeZone?: string): string;
}

export interface KnexQueryCompiler {
  readonly bindings: readonly unknown[];
  where(): string | undefined;
}

/** The client, as compilers see it. */
export interface CompilingClient extends KnexTexts {
  queryCompiler(builder: unknown, ...rest: unknown[]): KnexQueryCompiler;
}

export interface KnexForeign {
  references(column: unknown): { on(table: unknown): KnexForeign } & KnexForeign;
  onDelete(action: unknown): KnexForeign;
  onUpdate(action: unknown): KnexForeign;
  deferrable(type: unknown): KnexForeign;
}

export interface KnexTableBuilder {
  foreign(column: unknown, keyName?: unknown, ...rest: unknown[]): KnexForeign;
}

export interface KnexColumnBuilder {
  readonly _args: readonly unknown[];
  readonly _method: string;
  readonly alterNullable?: boolean;
  readonly alterType?: boolean;
  /** Only the columns of `alterTable` have these. */
  alter?: (options?: unknown) => unknown;
  drop?: () => unknown;
  collate: (...args: unknown[]) => unknown;
}

export interface KnexColumnCompiler {
  readonly client: CompilingClient;
  readonly tableCompiler: KnexTableCompiler;
  readonly columnBuilder: KnexColumnBuilder;
  readonly formatter: { wrap(name: unknown): string };
  readonly args: readonly unknown[];
  readonly type: string;
  readonly modified: Readonly<Record<string, readonly unknown[] | undefined>>;
  readonly isIncrements: boolean;
  checksCount: number;
  toSQL(): KnexPart[];
  getColumnName(): string;
  getColumnType(): unknown;
  enu(allowed: unknown, options?: unknown): string;
  comment(comment: unknown): void;
  defaultTo(value: unknown): string;
  _check(predicate: string, name?: unknown): string;
  _checkConstraintName(name: unknown): string;
  _pushAlterCheckQuery(predicate: string, name: unknown): void;
}

export interface TableStatement {
  readonly args: readonly unknown[];
}

export interface KnexTableCompiler {
  readonly client: CompilingClient;
  readonly schemaNameRaw: string | undefined;
  readonly tableNameRaw: string;
  readonly single: { readonly comment?: string };
  readonly grouped: { checks?: readonly TableStatement[] };
  readonly sequence: KnexPart[];
  readonly formatter: { columnize(columns: unknown): string };
  tableName(): string;
  pushQuery(query: string | KnexPart): void;
  foreign(foreign: {
    readonly inTable?: unknown;
    readonly references?: unknown;
    readonly column?: unknown;
  }): void;
  comment(comment: unknown): void;
  index(columns: unknown, name?: unknown, options?: unknown): void;
  unique(columns: unknown, name?: unknown, ...rest: unknown[]): void;
  primary(columns: unknown, name?: unknown): void;
  primaryKeys(): string | undefined;
  check(predicate: unknown, bindings?: unknown, name?: unknown): void;
  dropChecks(...names: unknown[]): unknown;
  _addChecks(): string;
  createQuery(columns: unknown, ifNot?: boolean, like?: boolean): void;
  _addColumn(column: KnexColumnCompiler): void;
}

export interface KnexSchemaCompiler {
  readonly builder: object;
  readonly schema: string | undefined;
  toSQL(): KnexPart[];
  raw(sql: unknown, bindings?: unknown): void;
  renameView(from: string, to: string): void;
  refreshMaterializedView(name: string, concurrently?: boolean): void;
}

/**
 * Puts corrections over what Knex has made: the class of it becomes one derived from its own.
 *
 * @param correct - derives the class; it may add methods, no fields
 */
export function correction<Made extends object>(
  correct: (Base: ClassOf<Made>) => ClassOf<Made>,
): (made: Made) => Made {
  const derived = new WeakMap<object, ClassOf<Made>>();
  return (made) => {
    const Base = made.constructor as ClassOf<Made>;
    const Derived = derived.get(Base) ?? correct(Base);
    derived.set(Base, Derived);
    return Object.setPrototypeOf(made, Derived.prototype as object) as Made;
  };
}
