/** Indexes, statistics objects. */
import {
  flag,
  number,
  optional,
  places,
  printed,
  record,
  row,
  rows,
  settings,
  text,
  texts,
  word,
} from '../snapshot-field.js';
import {
  columnNames,
  describeKind,
  qualified,
  relationName,
  relationNamed,
  relationWords,
  role,
  tablespace,
} from '../snapshot-kind.js';

/** One place of a key after the other, `k.place` from 1 on. */
const keyPlaces = `unnest(i.indclass::oid[]) WITH ORDINALITY AS c (class, place)
      CROSS JOIN LATERAL (SELECT c.class, c.place, i.indkey[c.place - 1] AS attnum, i.indcollation[c.place - 1] AS coll,
        i.indoption[c.place - 1] AS option) AS k
      JOIN pg_attribute own ON own.attrelid = i.indexrelid AND own.attnum = k.place
      JOIN pg_opclass oc ON oc.oid = k.class JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
      LEFT JOIN pg_attribute col ON col.attrelid = i.indrelid AND col.attnum = k.attnum AND k.attnum <> 0
      JOIN pg_type kt ON kt.oid = own.atttypid`;

const index = describeKind({
  kind: 'index',
  catalog: 'pg_class',
  id: 'c.oid',
  from: `relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am m ON m.oid = c.relam
    LEFT JOIN constraints b ON b.conindid = i.indexrelid AND b.contype IN ('p', 'u', 'x')`,
  fields: {
    schema: text('r.schema'),
    name: text('c.relname'),
    table: text('r.relname'),
    /** What `table` is. */
    of: word('r.relkind', relationWords),
    method: text('m.amname'),
    unique: flag('i.indisunique'),
    keys: places(
      rows(
        {
          /** Of a key that is a column. */
          column: optional(text('col.attname')),
          /** Of a key that is none. */
          expression: optional(
            text('CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.indexrelid, k.place::int4, false) END'),
          ),
          /** With its schema, unless that is `pg_catalog`. */
          operatorClass: text(
            `CASE WHEN ocn.nspname <> 'pg_catalog' THEN quote_ident(ocn.nspname) || '.' ELSE '' END || quote_ident(oc.opcname)`,
          ),
          operatorClassOptions: settings('to_json(own.attoptions)'),
          /** Other than that of the column or of the expression's type. */
          collation: optional(
            text(
              `CASE WHEN k.coll <> coalesce(col.attcollation, kt.typcollation) THEN nullif(k.coll, 0)::regcollation END`,
            ),
          ),
          descending: flag('k.option & 1 <> 0'),
          nullsFirst: flag('k.option & 2 <> 0'),
          /** The statistics target. */
          statistics: optional(number('CASE WHEN own.attstattarget >= 0 THEN own.attstattarget END')),
        },
        keyPlaces,
        'k.place',
      ),
    ),
    include: texts(`CASE WHEN i.indnatts > i.indnkeyatts THEN
      (SELECT json_agg(col.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_attribute col ON col.attrelid = i.indrelid AND col.attnum = k.attnum WHERE k.place > i.indnkeyatts) END`),
    predicate: optional(text('pg_get_expr(i.indpred, i.indrelid)')),
    nullsNotDistinct: flag('i.indnullsnotdistinct'),
    options: settings('to_json(c.reloptions)'),
    tablespace: tablespace('c.reltablespace'),
    /** The constraint that it belongs to. */
    constraint: optional(text('b.conname')),
    clustered: flag('i.indisclustered'),
    replicaIdentity: flag('i.indisreplident'),
    valid: flag('i.indisvalid'),
    ready: flag('i.indisready'),
    /** The index of the partitioned table that it is a part of. */
    attachedTo: row(
      relationName,
      `pg_inherits h, ${relationNamed('h.inhparent')} AND h.inhrelid = c.oid AND c.relispartition`,
    ),
    definition: printed('pg_get_indexdef(i.indexrelid)'),
  },
  identity: ({ schema, name }) => `index ${qualified(schema, name)}`,
  partOf: ({ of, schema, table }) => `${of} ${qualified(schema, table)}`,
});

const statistics = describeKind({
  kind: 'statistics',
  catalog: 'pg_statistic_ext',
  id: 's.oid',
  from: `pg_statistic_ext s JOIN relations r ON r.oid = s.stxrelid JOIN schemas n ON n.oid = s.stxnamespace`,
  fields: {
    schema: text('n.nspname'),
    name: text('s.stxname'),
    owner: role('s.stxowner'),
    table: record({
      schema: text('r.schema'),
      name: text('r.relname'),
      of: word('r.relkind', relationWords),
    }),
    /** `ndistinct`, `dependencies`, `mcv`; `expressions` where it has any. */
    statistics:
      texts(`(SELECT json_agg(CASE x WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' WHEN 'm' THEN 'mcv' ELSE 'expressions' END
        ORDER BY x::text COLLATE "C") FROM unnest(s.stxkind) AS x)`),
    columns: columnNames('s.stxrelid', 's.stxkeys::int2[]'),
    expressions: texts('to_json(pg_get_statisticsobjdef_expressions(s.oid))'),
    /** The statistics target. */
    target: optional(number('CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END')),
    definition: printed('pg_get_statisticsobjdef(s.oid)'),
  },
  identity: ({ schema, name }) => `statistics ${qualified(schema, name)}`,
  partOf: ({ table }) => `${table.of} ${qualified(table.schema, table.name)}`,
});

export const indexKinds = [index, statistics] as const;
