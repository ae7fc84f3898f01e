/**
 * Targets: what is to be changed, found in the catalog by name.
 */
import { quoteLiteral } from '../sql/quote.js';

/** An object as manifests name it, `view public.totals`, or a column of a table. */
export type AsideTarget =
  | { readonly object: string }
  | {
      /** As SQL writes it: `reporting.builds`, `public."Builds"`. */
      readonly table: string;
      /** The name itself, without quotes. */
      readonly column: string;
    };

/** How a target is found. */
interface Wanted {
  readonly words: string;
  readonly kind: string;
  readonly name: string;
  /** The relation of a trigger, rule or policy; the column of a table. */
  readonly part: string | null;
}

/**
 * Makes a query with one row for each target that is there: `class`, `id`, `sub`.
 *
 * It looks names up by the search path. Up to PostgreSQL 15 the server raises for a routine whose types are not there.
 */
export function targetsQuery(targets: readonly AsideTarget[]): string {
  return `select found.class, found.id, found.sub
    from (values
      ${targets.map((target) => `(${wantedValues(wantedOf(target))})`).join(',\n      ')}
    ) as wanted(words, kind, name, part)
    cross join lateral (
      ${foundQuery}
    ) as found`;
}

function wantedValues({ words, kind, name, part }: Wanted): string {
  return [words, kind, name, part].map((value) => `${quoteLiteral(value)}::text`).join(', ');
}

/** Takes a target apart. */
export function wantedOf(target: AsideTarget): Wanted {
  if ('column' in target) {
    const { table, column } = target;
    return { words: `column ${column} of table ${table}`, kind: 'column', name: table, part: column };
  }
  const words = target.object;
  const [, kind = '', rest = ''] =
    /^(materialized view|foreign table|event trigger|\w+) (.*)$/s.exec(words) ?? [];
  const name = ['function', 'procedure', 'aggregate'].includes(kind) ? inputsOf(rest) : rest;
  const [, part = null, relation] =
    (partKinds.has(kind) && /^("(?:[^"]|"")+"|\S+) on (.*)$/s.exec(rest)) || [];
  return { words, kind, name: relation ?? name, part: part === null ? null : bare(part) };
}

const partKinds = new Set(['trigger', 'rule', 'policy']);

/** `p(int, OUT text)` is found by what it takes in, and an aggregate of nothing without its star. */
function inputsOf(name: string): string {
  const [, head = name, list] = /^((?:"(?:[^"]|"")+"|[^"(])+)\((.*)\)$/s.exec(name) ?? [];
  if (list === undefined) return name;
  const inputs = list === '*' ? [] : list.split(/, /).filter((type) => !type.startsWith('OUT '));
  return `${head}(${inputs.join(', ')})`;
}

function bare(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

/**
 * What the name of `wanted` stands for, looked up only if it is of one of these kinds: conditions are tried in any
 * order, and the server raises for a name that it cannot read.
 */
const looked = (lookUp: string, kinds: readonly string[]) =>
  `pg_catalog.${lookUp}(case when wanted.kind in (${kinds.map(quoteLiteral).join(', ')}) then wanted.name end)::pg_catalog.oid`;

const catalog = (name: string) => `'pg_catalog.${name}'::pg_catalog.regclass::pg_catalog.oid`;

const relations = looked('to_regclass', ['view', 'materialized view', 'index']);
const tables = looked('to_regclass', ['column', 'table', 'foreign table']);

/** What belongs to a relation, by its own name. */
function partOf(kind: string, table: string, relation: string, name: string): string {
  const owning = looked('to_regclass', [kind]);
  return `select ${catalog(table)}, part.oid, 0
      from pg_catalog.${table} part where part.${relation} = ${owning} and part.${name} = wanted.part`;
}

/** Each finds the targets of some kinds: what the row or variable `wanted` says. */
const lookups = [
  `select ${catalog('pg_class')} as class, rel.oid as id, 0 as sub
      from pg_catalog.pg_class rel where rel.oid = ${relations} and rel.relkind in ('v', 'm', 'i', 'I')`,
  `select ${catalog('pg_class')}, att.attrelid, att.attnum
      from pg_catalog.pg_attribute att
      where att.attrelid = ${tables} and att.attname = coalesce(wanted.part, att.attname) and att.attnum > 0 and not att.attisdropped`,
  `select ${catalog('pg_proc')}, ${looked('to_regprocedure', ['function', 'procedure', 'aggregate'])}, 0`,
  `select ${catalog('pg_type')}, ${looked('to_regtype', ['type', 'domain'])}, 0`,
  `select ${catalog('pg_operator')}, ${looked('to_regoperator', ['operator'])}, 0`,
  partOf('trigger', 'pg_trigger', 'tgrelid', 'tgname'),
  partOf('rule', 'pg_rewrite', 'ev_class', 'rulename'),
  partOf('policy', 'pg_policy', 'polrelid', 'polname'),
];

/** Finds what the row or variable `wanted` says. */
export const foundQuery = `select lookup.class, lookup.id, lookup.sub from (
      ${lookups.join('\n      union all ')}
    ) as lookup where lookup.id is not null`;
