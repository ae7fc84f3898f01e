/**
 * One kind of catalog object as a piece of the digest query, and the SQL phrases that the kinds share.
 *
 * The phrases work on PostgreSQL 15 to 18: no part names a catalog column that only some of them have.
 */

/** How the objects of one kind are read: SQL expressions over the rows of `from`. */
export interface DigestPart {
  /** The system catalog that holds the objects; with `id` the key of comments and dependencies. */
  readonly catalog: string;
  readonly id: string;
  /** The column number, for columns. */
  readonly subId?: string;
  /** A text that names the object in words, unique in the database, without an oid. */
  readonly identity: string;
  /** What is true of the object, the gist first; a fact that is NULL is left out. */
  readonly facts: readonly string[];
  /** The oid of the owning role, of kinds that have one. */
  readonly owner?: string;
  /** The access control list, and the letter of the kind for `acldefault`. */
  readonly grants?: { readonly acl: string; readonly kind: string };
  /** What to read, joined with the scopes `schemas`, `relations` and `types` of the digest query. */
  readonly from: string;
  readonly where?: string;
}

/** The first oid that initdb does not give out; objects without a schema are ours from here on. */
export const firstUserOid = 16384;

/** The SELECT of one part, in the columns that all parts share. */
export function selectPart(part: DigestPart): string {
  const { catalog, id, subId = '0', identity, facts, owner = 'null::oid', grants, from, where } = part;
  return [
    `SELECT '${catalog}'::regclass::oid AS classoid, ${id} AS objoid, ${subId}::int4 AS objsubid,`,
    `  ${identity} AS identity,`,
    `  concat_ws(chr(10), ${facts.join(',\n    ')}) AS definition,`,
    `  ${owner} AS owner, ${grants?.acl ?? 'null::aclitem[]'} AS acl, '${grants?.kind ?? 'c'}'::pg_catalog."char" AS acl_kind`,
    `FROM ${from}`,
    `WHERE ${where === undefined ? '' : `${where} AND `}${isNoMember(catalog, id)}`,
  ].join('\n');
}

/**
 * The condition that an object does not belong to an extension or a type.
 *
 * NOT IN gets a hash table. NOT EXISTS would be a join, which the planner takes for one row and then
 * follows with a nested loop over all tables.
 */
export function isNoMember(catalog: string, id: string): string {
  return `${id} NOT IN (SELECT m.objid FROM members m WHERE m.classid = '${catalog}'::regclass)`;
}

/** The fact `text` where `condition` holds, else nothing. */
export function when(condition: string, text: string): string {
  return `CASE WHEN ${condition} THEN ${text} END`;
}

/** A list of options (`name=value`) in the order of their names: the catalog keeps them as they came. */
export function options(list: string, label = 'with'): string {
  const sorted = `(SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(${list}) AS o)`;
  return when(`${list} IS NOT NULL`, `'${label} (' || ${sorted} || ')'`);
}

/** When a trigger, event trigger or rule fires, if not simply enabled (`tgenabled` and its like). */
export function firing(state: string): string {
  return `CASE ${state} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled replica' WHEN 'A' THEN 'enabled always' END`;
}

/** The tablespace, if not that of the database. */
export function tablespace(id: string): string {
  return `'tablespace ' || (SELECT quote_ident(spcname) FROM pg_tablespace WHERE oid = ${id})`;
}

/** Whether a column or constraint came from a parent table. */
export function inheritance(count: string, isLocal: string): string {
  return when(`${count} > 0`, `CASE WHEN ${isLocal} THEN 'inherited and local' ELSE 'inherited' END`);
}

/** A function with its argument types, for a catalog column of type `regproc`, which prints no types. */
export function routine(label: string, id: string): string {
  return `'${label} ' || nullif(${id}::oid, 0)::regprocedure::text`;
}

/** What a row of a small catalog holds besides its names and keys, as sorted JSON. */
export function restOf(row: string, without: readonly string[]): string {
  return `(to_jsonb(${row}) - '{${without.join(',')}}'::text[])::text`;
}

/**
 * Writes `pg_catalog.` before the functions, catalogs and types of a query in which a call has no space
 * before its parenthesis.
 *
 * The names are looked up before the query can pin `search_path`: where a schema in it holds a domain
 * `count`, `count(x)` would be a cast.
 */
export function qualifyNames(query: string): string {
  return query
    .replaceAll(/(?<![\w.'])(?!coalesce|nullif)([a-z_]+)(?=\()/g, 'pg_catalog.$1')
    .replaceAll(/(?<![\w.])pg_(?!catalog\b)[a-z_]+\b(?!\()/g, 'pg_catalog.$&')
    .replaceAll(/::(?!pg_catalog)(?=[a-z])/g, '::pg_catalog.')
    .replaceAll('COLLATE "C"', 'COLLATE pg_catalog."C"');
}
