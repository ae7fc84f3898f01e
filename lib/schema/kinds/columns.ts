/** Columns of tables and views, and attributes of composite types. */
import { identifier } from '../../sql/syntax-tree.js';
import { flag, number, optional, recordWhen, settings, text, word } from '../snapshot-field.js';
import { describeKind, grants, inheritance, qualified, relationWords } from '../snapshot-kind.js';

/** A collation other than that of the type. */
const collation = optional(
  text('CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END'),
);

const fromColumns = `relations r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN column_types t ON t.atttypid = a.atttypid AND t.atttypmod = a.atttypmod`;

/** Where NOT NULL is not as ALTER COLUMN … SET NOT NULL makes it, or as the parent table hands it on. */
const notNullIsSpecial = `(n.conislocal AND (n.conname <> r.relname || '_' || a.attname || '_not_null' OR n.coninhcount > 0))
      OR n.connoinherit OR NOT n.convalidated OR n.comment IS NOT NULL`;

/**
 * PostgreSQL 18 lists NOT NULL in `pg_constraint` too, 15 to 17 do not; here it is a fact of the column, and
 * of the constraint only what is not usual.
 */
const column = describeKind({
  kind: 'column',
  catalog: 'pg_class',
  id: 'a.attrelid',
  subId: 'a.attnum',
  from: `${fromColumns}
    LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN not_nulls n ON n.conrelid = a.attrelid AND n.attnum = a.attnum`,
  where: `r.relkind NOT IN ('S', 'c')`,
  fields: {
    schema: text('r.schema'),
    table: text('r.relname'),
    name: text('a.attname'),
    /** What `table` is. */
    of: word('r.relkind', relationWords),
    /** With its modifiers: `character varying(30)`. */
    type: text('t.name'),
    collation,
    default: optional(text(`CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END`)),
    generated: recordWhen(`a.attgenerated <> ''`, {
      expression: text('pg_get_expr(d.adbin, d.adrelid)'),
      as: word('a.attgenerated', { s: 'stored', v: 'virtual' }),
    }),
    /** The options are those of the sequence that it owns. */
    asIdentity: optional(word(`nullif(a.attidentity, '')`, { a: 'always', d: 'by default' })),
    notNull: flag('a.attnotnull'),
    /** What is not usual of its NOT NULL, which PostgreSQL 18 has as a constraint. */
    notNullConstraint: recordWhen(notNullIsSpecial, {
      /** Other than the one that the server chooses. */
      name: optional(text(`nullif(n.conname, r.relname || '_' || a.attname || '_not_null')`)),
      noInherit: flag('n.connoinherit'),
      validated: flag('n.convalidated'),
      inheritance: inheritance('n.coninhcount', 'n.conislocal'),
      comment: optional(text('n.comment')),
    }),
    /** Other than that of the type. */
    storage: optional(
      word('CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END', {
        p: 'plain',
        e: 'external',
        m: 'main',
        x: 'extended',
      }),
    ),
    compression: optional(word(`nullif(a.attcompression, '')`, { p: 'pglz', l: 'lz4' })),
    /** The statistics target. */
    statistics: optional(number('CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END')),
    options: settings('to_json(a.attoptions)'),
    /** Of a foreign table. */
    foreignOptions: settings('to_json(a.attfdwoptions)'),
    inheritance: inheritance('a.attinhcount', 'a.attislocal'),
    grants: grants('a.attacl', 'c', '0::oid'),
  },
  identity: ({ schema, table, name }) => `column ${qualified(schema, table)}.${identifier(name)}`,
  partOf: ({ of, schema, table }) => `${of} ${qualified(schema, table)}`,
});

const attribute = describeKind({
  kind: 'attribute',
  catalog: 'pg_class',
  id: 'a.attrelid',
  subId: 'a.attnum',
  from: fromColumns,
  where: `r.relkind = 'c'`,
  fields: {
    schema: text('r.schema'),
    type: text('r.relname'),
    name: text('a.attname'),
    /** The type of its values, with modifiers. */
    valueType: text('t.name'),
    collation,
  },
  identity: ({ schema, type, name }) => `attribute ${qualified(schema, type)}.${identifier(name)}`,
  partOf: ({ schema, type }) => `type ${qualified(schema, type)}`,
});

export const columnKinds = [column, attribute] as const;
