/**
 * The one statement that reads the digest of a database.
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
import { databaseParts } from './digest-database.js';
import { otherParts } from './digest-others.js';
import { isNoMember, qualifyNames, selectPart } from './digest-part.js';
import { programParts } from './digest-programs.js';
import { relationParts } from './digest-relations.js';

export interface DigestOptions {
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
 * Returns the statement that gives a row (identity, definition) for each fact of a database that a
 * migration may change. Rows come in no order; identities are unique.
 *
 * It takes no parameters, runs in or out of a transaction, in a read-only one too, and leaves the
 * session's settings as they were.
 */
export function digestQuery({ excludeTables }: DigestOptions): string {
  const list = excludeTables.map(quoteLiteral).join(', ');
  const excludedNames = `SELECT pg_catalog.unnest(ARRAY[${list}]::pg_catalog.text[]) AS name`;
  return `WITH ${withItem('excluded_names', excludedNames)},\n${qualifyNames(restOfQuery)}`;
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
const schemas = `SELECT n.*, quote_ident(n.nspname) AS name
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
const relations = `SELECT c.oid, c.relname, c.relkind, s.name AS schema, s.name || '.' || quote_ident(c.relname) AS name,
  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
    WHEN 'c' THEN 'type' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind
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
const types = `SELECT t.*, s.name || '.' || quote_ident(t.typname) AS name
FROM schemas s JOIN pg_type t ON t.typnamespace = s.oid
WHERE t.typtype IN ('b', 'd', 'e', 'p', 'r') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  AND ${isNoMember('pg_type', 't.oid')}`;

/** The access control list `acl` as text, one item a line, in an order of its own. */
function grantsText(acl: string): string {
  return `(SELECT string_agg(item, chr(10) ORDER BY item COLLATE "C") FROM (
    SELECT concat_ws(' ', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END, 'has', a.privilege_type,
      CASE WHEN a.is_grantable THEN 'with grant option' END, 'from', pg_get_userbyid(a.grantor)) AS item
    FROM aclexplode(${acl}) AS a) AS items)`;
}

/** The objects, and what may be said of any: owner, comment, label, dependence on an extension, grants. */
const entries = `SELECT e.identity, e.definition FROM pinned CROSS JOIN LATERAL (
  SELECT identity, definition FROM (
    SELECT identity, concat_ws(chr(10), definition, 'owner ' || pg_get_userbyid(owner)) AS definition FROM objects
    UNION ALL
    SELECT 'comment on ' || o.identity, d.description
    FROM objects o JOIN pg_description d USING (classoid, objoid, objsubid)
    UNION ALL
    SELECT 'security label of ' || quote_ident(l.provider) || ' on ' || o.identity, l.label
    FROM objects o JOIN pg_seclabel l USING (classoid, objoid, objsubid)
    UNION ALL
    SELECT 'dependence on extension ' || quote_ident(x.extname) || ' of ' || o.identity, 'dependence'
    FROM objects o JOIN pg_depend d ON d.classid = o.classoid AND d.objid = o.objoid AND d.deptype = 'x'
      JOIN pg_extension x ON d.refclassid = 'pg_extension'::regclass AND x.oid = d.refobjid
    WHERE o.objsubid = 0
    UNION ALL
    SELECT 'grants on ' || g.identity, coalesce(g.actual, 'nobody has any') FROM (
      SELECT identity, ${grantsText('acl')} AS actual, ${grantsText('acldefault(acl_kind, owner)')} AS usual
      FROM objects WHERE acl IS NOT NULL
    ) AS g WHERE g.actual IS DISTINCT FROM g.usual
  ) AS facts
  WHERE pinned.settings > 0 OFFSET 0
) AS e`;

const restored = `SELECT count(set_config(name, value || left(done.entries::text, 0), true))
FROM saved CROSS JOIN (SELECT count(*) AS entries FROM entries) AS done`;

const parts = [...databaseParts, ...relationParts, ...programParts, ...otherParts];

/** All but the names to exclude; the scopes first, which the parts choose from. */
const restOfQuery = `${[
  withItem('saved', savedSettings()),
  withItem('pinned', `SELECT count(set_config(name, pinned || left(value, 0), true)) AS settings FROM saved`),
  withItem('members', members),
  withItem('schemas', schemas),
  withItem('excluded', excluded),
  withItem('relations', relations),
  withItem('column_types', columnTypes),
  withItem('types', types),
  withItem('objects', parts.map(selectPart).join('\nUNION ALL\n')),
  withItem('entries', entries),
  withItem('restored', restored),
].join(',\n')}
SELECT identity, definition FROM entries CROSS JOIN restored`;
