/** Constraints of tables and domains; NOT NULL is a fact of the column or domain, a constraint trigger a trigger. */
import { identifier } from '../../sql/syntax-tree.js';
import { flag, printed, row, text, texts, word } from '../snapshot-field.js';
import {
  columnNames,
  describeKind,
  inheritance,
  qualified,
  relationName,
  relationNamed,
  relationWords,
} from '../snapshot-kind.js';

const source = {
  catalog: 'pg_constraint',
  id: 'c.oid',
  from: 'relations r JOIN constraints c ON c.conrelid = r.oid',
} as const;

const common = {
  schema: text('r.schema'),
  table: text('r.relname'),
  name: text('c.conname'),
  /** What `table` is. */
  of: word('r.relkind', relationWords),
};
const rest = {
  inheritance: inheritance('c.coninhcount', 'c.conislocal'),
  definition: printed('pg_get_constraintdef(c.oid)'),
};
const columns = columnNames('c.conrelid', 'c.conkey');
const deferring = {
  deferrable: flag('c.condeferrable'),
  initiallyDeferred: flag('c.condeferred'),
};

interface OnTable {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly of: string;
}

const naming = {
  identity: ({ schema, table, name }: OnTable) =>
    `constraint ${identifier(name)} on ${qualified(schema, table)}`,
  partOf: ({ of, schema, table }: OnTable) => `${of} ${qualified(schema, table)}`,
};

/** Columns beside the key, of the index behind a constraint. */
const include = texts(`(SELECT json_agg(k.attname ORDER BY n.place)
      FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS n (attnum, place)
        JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = n.attnum
      WHERE i.indexrelid = c.conindid AND n.place > i.indnkeyatts)`);

/** The last column is WITHOUT OVERLAPS. */
const withoutOverlaps = flag('c.conperiod');

const primaryKey = describeKind({
  ...source,
  kind: 'primary key',
  where: `c.contype = 'p'`,
  fields: { ...common, columns, include, withoutOverlaps, ...deferring, ...rest },
  ...naming,
});

const unique = describeKind({
  ...source,
  kind: 'unique',
  where: `c.contype = 'u'`,
  fields: {
    ...common,
    columns,
    include,
    withoutOverlaps,
    nullsNotDistinct: flag('(SELECT i.indnullsnotdistinct FROM pg_index i WHERE i.indexrelid = c.conindid)'),
    ...deferring,
    ...rest,
  },
  ...naming,
});

const actions = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
} as const;

const foreignKey = describeKind({
  ...source,
  kind: 'foreign key',
  where: `c.contype = 'f'`,
  fields: {
    ...common,
    columns,
    references: row(
      { ...relationName, columns: columnNames('pc.oid', 'c.confkey') },
      relationNamed('c.confrelid'),
    ),
    match: word('c.confmatchtype', { s: 'simple', f: 'full', p: 'partial' }),
    onUpdate: word('c.confupdtype', actions),
    onDelete: word('c.confdeltype', actions),
    /** The columns that `set null` or `set default` sets, if not all. */
    onDeleteColumns: columnNames('c.conrelid', 'c.confdelsetcols'),
    /** The last column is a PERIOD. */
    period: flag('c.conperiod'),
    ...deferring,
    validated: flag('c.convalidated'),
    enforced: flag('c.conenforced'),
    /** How the triggers behind it are switched, where not simply on: `disabled`, `replica`, `always`. */
    triggers:
      texts(`(SELECT json_agg(DISTINCT CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END)
      FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgisinternal AND t.tgenabled <> 'O')`),
    ...rest,
  },
  ...naming,
});

const check = describeKind({
  ...source,
  kind: 'check',
  where: `c.contype = 'c'`,
  fields: {
    ...common,
    expression: text('pg_get_expr(c.conbin, c.conrelid)'),
    noInherit: flag('c.connoinherit'),
    validated: flag('c.convalidated'),
    enforced: flag('c.conenforced'),
    ...rest,
  },
  ...naming,
});

/** Elements and predicate are those of its index. */
const exclusion = describeKind({
  ...source,
  kind: 'exclusion',
  where: `c.contype = 'x'`,
  fields: {
    ...common,
    /** One for each key of the index. */
    operators: texts(`(SELECT json_agg(n.operator::regoperator ORDER BY n.place)
      FROM unnest(c.conexclop) WITH ORDINALITY AS n (operator, place))`),
    ...deferring,
    ...rest,
  },
  ...naming,
});

const domainCheck = describeKind({
  kind: 'domain check',
  catalog: 'pg_constraint',
  id: 'c.oid',
  from: 'types t JOIN pg_constraint c ON c.contypid = t.oid',
  where: `c.contype <> 'n'`,
  fields: {
    schema: text('t.schema'),
    domain: text('t.typname'),
    name: text('c.conname'),
    expression: text('pg_get_expr(c.conbin, 0)'),
    validated: flag('c.convalidated'),
    definition: printed('pg_get_constraintdef(c.oid)'),
  },
  identity: ({ schema, domain, name }) =>
    `constraint ${identifier(name)} on domain ${qualified(schema, domain)}`,
  partOf: ({ schema, domain }) => `domain ${qualified(schema, domain)}`,
});

export const constraintKinds = [primaryKey, unique, foreignKey, check, exclusion, domainCheck] as const;
