/**
 * Corrections of Knex's table and column builders, made where the script calls them.
 */
import type { Place } from '../sql/place.js';
import type { KnexColumnBuilder, KnexForeign, KnexTableBuilder } from './knex-internals.js';
import { assertKnownOptions, knexUnsafe, located } from './knex-unsafe.js';

type PlaceHere = () => Place | undefined;

/** Corrects what a foreign key says. */
export function correctTableBuilder(made: KnexTableBuilder, here: PlaceHere): KnexTableBuilder {
  const foreign = made.foreign.bind(made);
  made.foreign = (column, keyName, ...rest) => {
    located(here, () => assertNoOptions(keyName));
    return correctForeign(foreign(column, keyName, ...rest), here);
  };
  return made;
}

function assertNoOptions(keyName: unknown): void {
  if (typeof keyName !== 'object' || keyName === null || 'toSQL' in keyName) return;
  throw knexUnsafe(
    'a foreign key takes its name as a text, not options',
    "write `t.foreign(column, 'name')`, and `.onDelete(…)` or `.deferrable(…)` behind `.references(…)`",
  );
}

/** A column builder copies these methods, so they are replaced where they are. */
function correctForeign(link: KnexForeign, here: PlaceHere): KnexForeign {
  const { references, onDelete, onUpdate, deferrable } = link;
  link.references = (column) => {
    const { table, name } = located(here, () => referenceOf(column));
    const referring = references.call(link, name);
    return table === undefined ? referring : (referring.on(table) as ReturnType<KnexForeign['references']>);
  };
  link.onDelete = (action) =>
    onDelete.call(
      link,
      located(here, () => actionOf(action, 'onDelete')),
    );
  link.onUpdate = (action) =>
    onUpdate.call(
      link,
      located(here, () => actionOf(action, 'onUpdate')),
    );
  link.deferrable = (type) =>
    deferrable.call(
      link,
      located(here, () => deferrableOf(type)),
    );
  return link;
}

/** Of `schema.table.column` Knex takes schema for the table, and table for the column. */
function referenceOf(column: unknown): { name: unknown; table?: string } {
  const pieces = typeof column === 'string' ? column.split('.') : [];
  const [schema, table, name] = pieces;
  if (pieces.length < 3) return { name: column };
  if (pieces.length === 3) return { name, table: `${schema}.${table}` };
  throw knexUnsafe(
    `"${String(column)}" is no column of a table`,
    "write `.references('column').inTable('schema.table')`",
  );
}

const actions = /^(cascade|restrict|no action|set null|set default)$/i;
/** PostgreSQL 15 takes the columns to set. */
const actionsOnColumns = /^set (null|default)\s*\(([\w$\s,\u0080-\uffff]|"[^"]+")+\)$/i;

function actionOf(action: unknown, method: 'onDelete' | 'onUpdate'): unknown {
  if (!action) return action;
  const text = String(action).trim().replace(/\s+/g, ' ');
  if (actions.test(text) || (method === 'onDelete' && actionsOnColumns.test(text))) return action;
  throw knexUnsafe(
    `"${text}" is no action of ${method}`,
    "write 'CASCADE', 'RESTRICT', 'NO ACTION', 'SET NULL' or 'SET DEFAULT'",
  );
}

/**
 * Reads how a constraint is deferred. "not deferrable" is what it is without a word, and Knex would make
 * `deferrable initially not deferrable` of it.
 */
export function deferrableOf(type: unknown): unknown {
  if (!type) return type;
  const text = String(type).toLowerCase();
  if (text === 'not deferrable') return undefined;
  if (text === 'immediate' || text === 'deferred') return type;
  throw knexUnsafe(
    `"${String(type)}" does not say how a constraint is deferred`,
    "write 'immediate', 'deferred' or 'not deferrable'",
  );
}

/** Refuses what a column builder takes and PostgreSQL's compiler passes over. */
export function correctColumnBuilder(made: KnexColumnBuilder, here: PlaceHere): KnexColumnBuilder {
  const column = String(made._args[0]);
  const refuse = (message: string, next: string) => () =>
    located(here, () => {
      throw knexUnsafe(message, next);
    });
  made.collate = refuse(
    `Knex leaves out the collation of "${column}"`,
    `write it with the type: \`t.specificType('${column}', 'text collate "…"')\``,
  );
  if (made.drop !== undefined)
    made.drop = refuse(
      `Knex would add the column "${column}", not drop it`,
      `write \`t.dropColumn('${column}')\``,
    );
  const { alter } = made;
  if (alter === undefined) return made;
  made.alter = (options) => {
    const next =
      'write `alterNullable` or `alterType`; a default is kept by repeating it with `.defaultTo(…)`';
    located(here, () => assertKnownOptions(options, ['alterNullable', 'alterType'], 'alter', next));
    return alter.call(made, options);
  };
  return made;
}
