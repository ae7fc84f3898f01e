/**
 * Kinds of objects in a catalog: where each is read, what it holds, and the phrases that kinds share.
 *
 * The phrases work on PostgreSQL 15 to 18: a column that only some of them have is read through
 * `withFallback`.
 */
import { qualifiedText } from '../sql/syntax-tree.js';
import {
  arrayOf,
  type Field,
  type Fields,
  flag,
  optional,
  rows,
  text,
  texts,
  type Values,
  word,
} from './snapshot-field.js';

/** Where the objects of one kind are read: SQL over the scopes `schemas`, `relations`, `types` and others. */
export interface Source {
  /** The system catalog that holds the objects; with `id` the key of comments and dependencies. */
  readonly catalog: string;
  readonly id: string;
  /** The column number, for columns. */
  readonly subId?: string;
  readonly from: string;
  readonly where?: string;
}

export interface Kind<K extends string = string, F extends Fields = Fields> extends Source {
  readonly kind: K;
  readonly fields: F;
  /** Names an object in words, unique in the database. */
  identity(values: Values<F>): string;
  /** The identity of the object that this one is a part of: the table of a column. */
  partOf?(values: Values<F>): string | undefined;
}

/** What may be said of an object of any kind. */
export interface CommonFacts {
  /** As manifests name it: `function public.update_adu(date)`, `column public.builds.platform`. */
  readonly identity: string;
  /** The identity of the object that goes with it when it is dropped: the table of a column. */
  readonly partOf?: string;
  readonly comment?: string;
  readonly securityLabels?: readonly SecurityLabel[];
  /** Extensions without which it is dropped (DEPENDS ON EXTENSION). */
  readonly extensions?: readonly string[];
  /** Identities of what it needs, as far as the server tracks it; not part of a comparison. */
  readonly dependsOn?: readonly string[];
}

export interface SecurityLabel {
  readonly provider: string;
  readonly label: string;
}

/** An object of a kind, as data. */
export type ObjectOf<K> =
  K extends Kind<infer Name, infer F> ? { readonly kind: Name } & CommonFacts & Values<F> : never;

/** Describes a kind; the types of its objects follow from its fields. */
export function describeKind<const K extends string, F extends Fields>(kind: Kind<K, F>): Kind<K, F> {
  return kind;
}

/** The first oid that initdb does not give out; objects without a schema are ours from here on. */
export const firstUserOid = 16384;

/** The SELECT of one kind, in the columns that all kinds share; `index` says which kind it is. */
export function selectKind({ catalog, id, subId = '0', fields, from, where }: Kind, index: number): string {
  return [
    `SELECT '${catalog}'::regclass::oid AS classoid, ${id} AS objoid, ${subId}::int4 AS objsubid, ${index} AS kind,`,
    `  ${arrayOf(fields)} AS data`,
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

/**
 * The rows of a catalog, with columns that this version of the server may not have.
 *
 * A name that the inner query does not find in the catalog it finds in the row beside it.
 *
 * @param fallback - the columns that may be missing, each with what it is then
 */
export function withFallback(
  catalog: string,
  columns: readonly string[],
  fallback: Readonly<Record<string, string>>,
): string {
  const names = Object.keys(fallback);
  return `(SELECT found.* FROM (VALUES (${Object.values(fallback).join(', ')})) AS fallback (${names.join(', ')})
    CROSS JOIN LATERAL (SELECT ${[...columns, ...names].join(', ')} FROM ${catalog}) AS found)`;
}

/** `schema.name` as identities have it. */
export function qualified(schema: string, name: string): string {
  return qualifiedText({ schema, name });
}

// --- phrases -----------------------------------------------------------------------------------------

export interface Grant {
  /** Absent for PUBLIC. */
  readonly grantee?: string;
  readonly privilege: string;
  readonly grantable: boolean;
  readonly grantor: string;
}

/** The name of a role. */
export function role(id: string): Field<string> {
  return text(`pg_get_userbyid(${id})`);
}

/** Who may do what, against what the owner and PUBLIC may do anyway. */
export interface Grants {
  /** Beyond the usual. */
  readonly granted: readonly Grant[];
  /** Usual, and taken away. */
  readonly revoked: readonly Grant[];
}

/**
 * The access control list of an object.
 *
 * @param letter - of the kind, for `acldefault`
 */
export function grants(acl: string, letter: string, owner: string): Field<Grants> {
  const list = grantRows(acl);
  const usual = grantRows(`acldefault('${letter}'::pg_catalog."char", ${owner})`);
  const read = (value: unknown) => {
    const [now, before] = value === null ? [[], []] : (value as unknown[]).map(list.read);
    return { granted: without(now, before), revoked: without(before, now) };
  };
  const sql = `CASE WHEN ${acl} IS NOT NULL THEN json_build_array(${list.sql}, ${usual.sql}) END`;
  return { sql, read };
}

function without(grantList: readonly Grant[] = [], others: readonly Grant[] = []): readonly Grant[] {
  const known = new Set(others.map((grant) => JSON.stringify(grant)));
  return grantList.filter((grant) => !known.has(JSON.stringify(grant)));
}

/** All that an access control list says. */
export function grantRows(acl: string): Field<readonly Grant[]> {
  return rows(
    {
      grantee: optional(text('CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END')),
      privilege: text('a.privilege_type'),
      grantable: flag('a.is_grantable'),
      grantor: text('pg_get_userbyid(a.grantor)'),
    },
    `aclexplode(${acl}) AS a`,
    `CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END COLLATE "C" NULLS FIRST,
      a.privilege_type COLLATE "C", pg_get_userbyid(a.grantor) COLLATE "C"`,
  ) as Field<readonly Grant[]>;
}

/** Texts of an SQL array in the order of their names. */
export function sortedTexts(array: string): Field<readonly string[]> {
  return texts(`(SELECT json_agg(item ORDER BY item COLLATE "C") FROM unnest(${array}) AS item)`);
}

/** The tablespace, if not that of the database. */
export function tablespace(id: string): Field<string | undefined> {
  return optional(text(`(SELECT spcname FROM pg_tablespace WHERE oid = ${id})`));
}

/** A table access method other than the usual one. */
export function tableMethod(id: string): Field<string | undefined> {
  return optional(text(`(SELECT amname FROM pg_am WHERE oid = ${id} AND amname <> 'heap')`));
}

/** A function with its argument types, for a catalog column of type `regproc`, which prints no types. */
export function routine(id: string): Field<string> {
  return text(`${id}::oid::regprocedure`);
}

/** A function that may not be there. */
export function routineIfAny(id: string): Field<string | undefined> {
  return optional(text(`nullif(${id}::oid, 0)::regprocedure`));
}

/** A type as the server prints it, if there is one. */
export function typeIfAny(id: string): Field<string | undefined> {
  return optional(text(`format_type(nullif(${id}, 0), NULL)`));
}

/** The names of a table's columns with these numbers, in the order of the numbers. */
export function columnNames(table: string, numbers: string): Field<readonly string[]> {
  return texts(`(SELECT json_agg(k.attname ORDER BY n.place) FROM unnest(${numbers}) WITH ORDINALITY AS n (attnum, place)
    JOIN pg_attribute k ON k.attrelid = ${table} AND k.attnum = n.attnum)`);
}

/** A relation by schema and name. */
export const relationName = {
  schema: text('pn.nspname'),
  name: text('pc.relname'),
};

/** What comes after FROM for `relationName`. */
export function relationNamed(id: string): string {
  return `pg_class pc JOIN pg_namespace pn ON pn.oid = pc.relnamespace WHERE pc.oid = ${id}`;
}

/** The name of an object of another catalog with its schema, both quoted where they must be. */
export function nameIn(catalog: string, prefix: string, id: string): string {
  return `(SELECT quote_ident(nn.nspname) || '.' || quote_ident(nx.${prefix}name)
    FROM ${catalog} nx JOIN pg_namespace nn ON nn.oid = nx.${prefix}namespace WHERE nx.oid = ${id})`;
}

/** What a relation is, in words. */
export const relationWords = {
  r: 'table',
  p: 'table',
  f: 'foreign table',
  v: 'view',
  m: 'materialized view',
} as const;

/** How a trigger or rule is switched (`tgenabled` and its like). */
export const firingWords = { O: 'enabled', D: 'disabled', R: 'replica', A: 'always' } as const;

/** Whether a column or constraint came from a parent table; absent where it did not. */
export function inheritance(count: string, isLocal: string) {
  return optional(
    word(`CASE WHEN ${count} > 0 THEN CASE WHEN ${isLocal} THEN 'b' ELSE 'i' END END`, {
      b: 'inherited and local',
      i: 'inherited',
    }),
  );
}
