/** Tables, foreign tables, views, materialized views and sequences. */
import {
  digits,
  flag,
  optional,
  order,
  recordWhen,
  row,
  rows,
  settings,
  text,
  word,
} from '../snapshot-field.js';
import {
  describeKind,
  grants,
  qualified,
  relationName,
  relationNamed,
  role,
  tableMethod,
  tablespace,
} from '../snapshot-kind.js';

const fromRelations = 'relations r JOIN pg_class c ON c.oid = r.oid';

const named = { schema: text('r.schema'), name: text('r.relname') };
const owned = { owner: role('c.relowner'), grants: grants('c.relacl', 'r', 'c.relowner') };

/** Their names in order; what they are is told by themselves. */
const columns = {
  columns: order(`(SELECT json_agg(o.attname ORDER BY o.attnum) FROM pg_attribute o
      WHERE o.attrelid = r.oid AND o.attnum > 0 AND NOT o.attisdropped)`),
};

const parents = {
  partitionOf: row(
    {
      ...relationName,
      bound: text('pg_get_expr(c.relpartbound, c.oid)'),
      detachPending: flag('h.inhdetachpending'),
    },
    `pg_inherits h, ${relationNamed('h.inhparent')} AND h.inhrelid = c.oid AND c.relispartition`,
  ),
  inherits: rows(
    relationName,
    `pg_inherits h, ${relationNamed('h.inhparent')} AND h.inhrelid = c.oid AND NOT c.relispartition`,
    'h.inhseqno',
  ),
};

const storage = {
  options: settings('to_json(c.reloptions)'),
  /** Of its TOAST table. */
  toastOptions: settings('(SELECT to_json(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid)'),
  tablespace: tablespace('c.reltablespace'),
  /** Other than `heap`. */
  accessMethod: tableMethod('c.relam'),
};

/** Plain and partitioned tables. */
const table = describeKind({
  kind: 'table',
  catalog: 'pg_class',
  id: 'c.oid',
  from: fromRelations,
  where: `c.relkind IN ('r', 'p')`,
  fields: {
    ...named,
    ...owned,
    ...columns,
    persistence: word('c.relpersistence', { p: 'permanent', u: 'unlogged', t: 'temporary' }),
    partitionBy: recordWhen(`c.relkind = 'p'`, {
      strategy: word('(SELECT p.partstrat FROM pg_partitioned_table p WHERE p.partrelid = c.oid)', {
        r: 'range',
        l: 'list',
        h: 'hash',
      }),
      /** `RANGE (at)`. */
      definition: text('pg_get_partkeydef(c.oid)'),
    }),
    ...parents,
    /** The composite type of a typed table. */
    ofType: optional(text('CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype END')),
    ...storage,
    rowSecurity: flag('c.relrowsecurity'),
    forceRowSecurity: flag('c.relforcerowsecurity'),
    /** Which index it is, if it is one, the index says. */
    replicaIdentity: word('c.relreplident', { d: 'default', n: 'nothing', f: 'full', i: 'index' }),
  },
  identity: ({ schema, name }) => `table ${qualified(schema, name)}`,
});

const foreignTable = describeKind({
  kind: 'foreign table',
  catalog: 'pg_class',
  id: 'c.oid',
  from: `${fromRelations} JOIN pg_foreign_table f ON f.ftrelid = c.oid`,
  fields: {
    ...named,
    ...owned,
    ...columns,
    ...parents,
    server: text('(SELECT srvname FROM pg_foreign_server WHERE oid = f.ftserver)'),
    options: settings('to_json(f.ftoptions)'),
  },
  identity: ({ schema, name }) => `foreign table ${qualified(schema, name)}`,
});

const definition = text('ltrim(pg_get_viewdef(c.oid))');

const view = describeKind({
  kind: 'view',
  catalog: 'pg_class',
  id: 'c.oid',
  from: fromRelations,
  where: `c.relkind = 'v'`,
  fields: {
    ...named,
    ...owned,
    ...columns,
    definition,
    /** `security_barrier`, `security_invoker`, `check_option`. */
    options: settings('to_json(c.reloptions)'),
  },
  identity: ({ schema, name }) => `view ${qualified(schema, name)}`,
});

const materializedView = describeKind({
  kind: 'materialized view',
  catalog: 'pg_class',
  id: 'c.oid',
  from: fromRelations,
  where: `c.relkind = 'm'`,
  fields: {
    ...named,
    ...owned,
    ...columns,
    definition,
    ...storage,
    populated: flag('c.relispopulated'),
  },
  identity: ({ schema, name }) => `materialized view ${qualified(schema, name)}`,
});

/** The parameters of a sequence and the column that owns it; never where it stands, which is data. */
const sequence = describeKind({
  kind: 'sequence',
  catalog: 'pg_class',
  id: 'c.oid',
  from: `${fromRelations} JOIN pg_sequence s ON s.seqrelid = c.oid`,
  fields: {
    ...named,
    owner: role('c.relowner'),
    grants: grants('c.relacl', 's', 'c.relowner'),
    persistence: word('c.relpersistence', { p: 'permanent', u: 'unlogged', t: 'temporary' }),
    type: text('format_type(s.seqtypid, NULL)'),
    start: digits('s.seqstart'),
    increment: digits('s.seqincrement'),
    min: digits('s.seqmin'),
    max: digits('s.seqmax'),
    cache: digits('s.seqcache'),
    cycle: flag('s.seqcycle'),
    ownedBy: row(
      {
        schema: text('pn.nspname'),
        table: text('pc.relname'),
        column: text('pa.attname'),
        /** Whether it belongs to an identity column, which made it. */
        identity: flag(`d.deptype = 'i'`),
      },
      `pg_depend d JOIN pg_class pc ON pc.oid = d.refobjid JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        JOIN pg_attribute pa ON pa.attrelid = d.refobjid AND pa.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')`,
    ),
  },
  identity: ({ schema, name }) => `sequence ${qualified(schema, name)}`,
  partOf: ({ ownedBy }) => ownedBy && `table ${qualified(ownedBy.schema, ownedBy.table)}`,
});

export const relationKinds = [table, foreignTable, view, materializedView, sequence] as const;
