/**
 * The one statement that reads the snapshot of a database.
 *
 * The server prints names without their schema where the session's `search_path` finds them, and
 * constants as `DateStyle` and its like say. So the statement itself pins these settings, reads, and
 * puts them back:
 *
 *     saved     the settings as they are
 *     pinned    set_config(…, is_local) of each, computed from `saved`, so never before it
 *     entries   everything else, LATERAL to `pinned`: the executor starts no part of it earlier
 *     restored  set_config(…) of each saved value, computed from the count of `entries`
 *
 * A message of several statements with BEGIN and SET LOCAL would end a transaction that is open already
 * (a shadow is read inside one), and the extended protocol takes one statement only. Here the settings
 * are local to the transaction: in a session without one they end with the statement even if it fails,
 * and inside one `restored` puts them back.
 *
 * @see PostgreSQL manual, "WITH Queries (Common Table Expressions)", section "Common Table Expression
 *   Materialization", and "System Administration Functions", `set_config`
 */
import { quoteLiteral } from '../sql/quote.js';
import { allKinds } from './kinds/all.js';
import { isNoMember, type Kind, selectKind, withFallback } from './snapshot-kind.js';

export interface SnapshotOptions {
  /** Tables to leave out with all that hangs on them, each as `schema.name` without quotes: the ledger. */
  readonly excludeTables: readonly string[];
}

/** What the printed form of a definition depends on (what pg_dump pins too, and TimeZone for constants). */
const pinnedSettings: Readonly<Record<string, string>> = {
  search_path: '',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  lc_monetary: 'C',
  quote_all_identifiers: 'off',
  xmlbinary: 'base64',
};

/**
 * Returns the statement that gives a row for each object of a database, in no order.
 *
 * It takes no parameters, runs in or out of a transaction, in a read-only one too, and leaves the
 * session's settings as they were.
 */
export function snapshotQuery({ excludeTables }: SnapshotOptions): string {
  const list = excludeTables.map(quoteLiteral).join(', ');
  const excludedNames = `SELECT pg_catalog.unnest(ARRAY[${list}]::pg_catalog.text[]) AS name`;
  return `WITH ${withItem('excluded_names', excludedNames)},\n${restOfQuery}`;
}

/** A row of the statement's answer. */
export interface SnapshotRow {
  /** A number of its own. */
  readonly n: string;
  /** The place of the kind in `allKinds`. */
  readonly kind: number;
  /** JSON: the values of its fields. */
  readonly data: string;
  readonly comment: string | null;
  /** JSON: pairs of provider and label. */
  readonly labels: string | null;
  /** JSON: names of extensions. */
  readonly extensions: string | null;
  /** JSON: the numbers of what it needs. */
  readonly needs: string | null;
}

function withItem(name: string, query: string): string {
  return `${name} AS MATERIALIZED (\n${query}\n)`;
}

function savedSettings(): string {
  const rows = Object.entries(pinnedSettings).map((row) => `(${row.map(quoteLiteral).join(', ')})`);
  return `SELECT name, pinned, current_setting(name) AS value FROM (VALUES ${rows.join(', ')}) AS s (name, pinned)`;
}

/** What belongs to an extension, and the constructors and casts that the server makes with a range type. */
const members = `SELECT classid, objid FROM pg_depend
WHERE deptype = 'e' OR (deptype = 'i' AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass))`;

/** Names that begin with pg_ are reserved: pg_catalog, pg_toast and the schemas of temporary tables. */
const schemas = `SELECT n.*
FROM pg_namespace n
WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema' AND ${isNoMember('pg_namespace', 'n.oid')}`;

/** The tables to leave out, and the sequences that their columns own. */
const excluded = `WITH chosen AS MATERIALIZED (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname || '.' || c.relname IN (SELECT name FROM excluded_names)
)
SELECT oid FROM chosen
UNION ALL
SELECT d.objid FROM chosen JOIN pg_depend d ON d.refobjid = chosen.oid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')`;

/** A composite type belongs to an extension by its type, all else by its relation. */
const relations = `SELECT c.oid, c.relname, c.relkind, s.nspname AS schema
FROM schemas s JOIN pg_class c ON c.relnamespace = s.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
  AND c.oid NOT IN (SELECT oid FROM excluded)
  AND ${isNoMember('pg_class', 'c.oid')}
  AND (c.relkind <> 'c' OR ${isNoMember('pg_type', 'c.reltype')})`;

/** Each type once: columns are many, their types few, and `format_type` is dear. */
const columnTypes = `SELECT used.*, format_type(used.atttypid, used.atttypmod) AS name, t.typstorage, t.typcollation
FROM (
  SELECT DISTINCT a.atttypid, a.atttypmod FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid
  WHERE a.attnum > 0 AND NOT a.attisdropped
) AS used JOIN pg_type t ON t.oid = used.atttypid`;

/** Types of their own: without the array type of each, and without the row types of relations. */
const types = `SELECT t.*, s.nspname AS schema
FROM schemas s JOIN pg_type t ON t.typnamespace = s.oid
WHERE t.typtype IN ('b', 'd', 'e', 'p', 'r') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  AND ${isNoMember('pg_type', 't.oid')}`;

const constraintColumns = [
  'oid',
  'conname',
  'contype',
  'conrelid',
  'contypid',
  'conindid',
  'conparentid',
  'conkey',
  'confrelid',
  'confkey',
  'confupdtype',
  'confdeltype',
  'confmatchtype',
  'confdelsetcols',
  'conexclop',
  'conbin',
  'condeferrable',
  'condeferred',
  'convalidated',
  'connoinherit',
  'conislocal',
  'coninhcount',
];

/**
 * Those of tables, without the copies that a foreign key to a partitioned table gets for each partition,
 * which the server manages. Two columns came with PostgreSQL 18.
 */
const constraints = `SELECT c.* FROM ${withFallback('pg_constraint', constraintColumns, { conperiod: 'false', conenforced: 'true' })} AS c
  LEFT JOIN pg_constraint original ON original.oid = c.conparentid AND c.contype = 'f'
WHERE c.conrelid <> 0 AND original.conrelid IS DISTINCT FROM c.conrelid`;

/** NOT NULL of single columns, which PostgreSQL 15 to 17 do not list. */
const notNulls = `SELECT c.*, c.conkey[1] AS attnum, d.description AS comment
FROM constraints c LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.contype = 'n'`;

const objects = `SELECT o.*, row_number() OVER () AS n FROM (
${(allKinds as readonly Kind[]).map(selectKind).join('\nUNION ALL\n')}
) AS o`;

/**
 * The objects under all keys that dependencies have for them: a view depends through its rule, a column
 * through its default, and what depends on a row type or an array depends on the type inside.
 */
const nodes = `SELECT classoid, objoid, objsubid, n FROM objects
UNION ALL
SELECT 'pg_rewrite'::regclass, w.oid, 0, o.n FROM objects o JOIN pg_rewrite w ON w.ev_class = o.objoid
WHERE o.classoid = 'pg_class'::regclass AND o.objsubid = 0 AND w.rulename = '_RETURN'
UNION ALL
SELECT 'pg_attrdef'::regclass, d.oid, 0, o.n FROM objects o JOIN pg_attrdef d ON d.adrelid = o.objoid AND d.adnum = o.objsubid
WHERE o.classoid = 'pg_class'::regclass
UNION ALL
SELECT 'pg_type'::regclass, t.id, 0, o.n FROM objects o JOIN pg_class c ON c.oid = o.objoid AND c.reltype <> 0
  CROSS JOIN LATERAL (SELECT c.reltype AS id UNION ALL SELECT y.typarray FROM pg_type y WHERE y.oid = c.reltype) AS t
WHERE o.classoid = 'pg_class'::regclass AND o.objsubid = 0
UNION ALL
SELECT 'pg_type'::regclass, t.typarray, 0, o.n FROM objects o JOIN pg_type t ON t.oid = o.objoid
WHERE o.classoid = 'pg_type'::regclass AND t.typarray <> 0
UNION ALL
SELECT 'pg_class'::regclass, t.typrelid, 0, o.n FROM objects o JOIN pg_type t ON t.oid = o.objoid
WHERE o.classoid = 'pg_type'::regclass AND t.typrelid <> 0`;

const needs = `SELECT a.n, json_agg(DISTINCT b.n) AS needs
FROM pg_depend d
  JOIN nodes a ON a.classoid = d.classid AND a.objoid = d.objid AND a.objsubid = d.objsubid
  JOIN nodes b ON b.classoid = d.refclassid AND b.objoid = d.refobjid AND b.objsubid = d.refobjsubid
WHERE d.deptype IN ('n', 'a') AND a.n <> b.n
GROUP BY a.n`;

/** The objects, and what may be said of any: comment, labels, extensions, needs. */
const entries = `SELECT e.* FROM pinned CROSS JOIN LATERAL (
  SELECT o.n, o.kind, o.data::text AS data, d.description AS comment, l.labels::text AS labels,
    x.extensions::text AS extensions, needs.needs::text AS needs
  FROM objects o
    LEFT JOIN pg_description d USING (classoid, objoid, objsubid)
    LEFT JOIN (
      SELECT classoid, objoid, objsubid, json_agg(json_build_array(provider, label) ORDER BY provider COLLATE "C") AS labels
      FROM pg_seclabel GROUP BY classoid, objoid, objsubid
    ) AS l USING (classoid, objoid, objsubid)
    LEFT JOIN (
      SELECT d.classid AS classoid, d.objid AS objoid, 0 AS objsubid, json_agg(DISTINCT x.extname::text COLLATE "C") AS extensions
      FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
      WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass GROUP BY d.classid, d.objid
    ) AS x USING (classoid, objoid, objsubid)
    LEFT JOIN needs USING (n)
  WHERE pinned.settings > 0 OFFSET 0
) AS e`;

const restored = `SELECT count(set_config(name, value || left(done.entries::text, 0), true))
FROM saved CROSS JOIN (SELECT count(*) AS entries FROM entries) AS done`;

/** All but the names to exclude; the scopes first, which the kinds choose from. */
const restOfQuery = qualifyNames(`${[
  withItem('saved', savedSettings()),
  withItem('pinned', `SELECT count(set_config(name, pinned || left(value, 0), true)) AS settings FROM saved`),
  withItem('members', members),
  withItem('schemas', schemas),
  withItem('excluded', excluded),
  withItem('relations', relations),
  withItem('column_types', columnTypes),
  withItem('types', types),
  withItem('constraints', constraints),
  withItem('not_nulls', notNulls),
  withItem('objects', objects),
  withItem('nodes', nodes),
  withItem('needs', needs),
  withItem('entries', entries),
  withItem('restored', restored),
].join(',\n')}
SELECT n, kind, data, comment, labels, extensions, needs FROM entries CROSS JOIN restored`);

/**
 * Writes `pg_catalog.` before the functions, catalogs and types of a query in which a call has no space
 * before its parenthesis.
 *
 * The names are looked up before the query can pin `search_path`: where a schema in it holds a domain
 * `count`, `count(x)` would be a cast.
 */
function qualifyNames(query: string): string {
  return query
    .replaceAll(/(?<![\w.'])(?!coalesce|nullif)([a-z_]+)(?=\()/g, 'pg_catalog.$1')
    .replaceAll(/(?<![\w.])pg_(?!catalog\b)[a-z_]+\b(?!\()/g, 'pg_catalog.$&')
    .replaceAll(/::(?!pg_catalog)(?=[a-z])/g, '::pg_catalog.')
    .replaceAll('COLLATE "C"', 'COLLATE pg_catalog."C"');
}
