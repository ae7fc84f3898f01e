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

/** One row of the list that a block begins with. */
interface Wanted {
  readonly words: string;
  readonly kind: string;
  readonly name: string;
  /** The relation of a trigger, rule or policy; the column of a table. */
  readonly part: string | null;
}

/**
 * Makes a query with one row for each target: `words`, `class`, `id`, `sub`; `id` is null where there is none.
 *
 * It runs before the search path is emptied, so that names without a schema are found.
 */
export function targetsQuery(targets: readonly AsideTarget[]): string {
  const rows = targets.map((target) => `(${wantedValues(wantedOf(target))})`);
  return lookupQuery(`(values
      ${rows.join(',\n      ')}
    ) as wanted(words, kind, name, part)`);
}

/** As `targetsQuery`, of targets that an expression has as JSON. */
export function targetsQueryOf(json: string): string {
  return lookupQuery(
    `pg_catalog.jsonb_to_recordset(${json}) as wanted(words pg_catalog.text, kind pg_catalog.text, name pg_catalog.text, part pg_catalog.text)`,
  );
}

/** The targets as `targetsQueryOf` reads them. */
export function targetsJson(targets: readonly AsideTarget[]): readonly object[] {
  return targets.map(wantedOf);
}

function lookupQuery(wanted: string): string {
  return `select wanted.words, found.class::pg_catalog.oid, found.id, found.sub
    from ${wanted}
    left join lateral (
      ${lookups.join('\n      union all ')}
    ) as found on found.id is not null`;
}

function wantedValues({ words, kind, name, part }: Wanted): string {
  return [words, kind, name, part].map((value) => `${quoteLiteral(value)}::text`).join(', ');
}

function wantedOf(target: AsideTarget): Wanted {
  if ('column' in target) {
    const { table, column } = target;
    return { words: `column ${column} of table ${table}`, kind: 'column', name: table, part: column };
  }
  const words = target.object;
  const [, kind = '', rest = ''] =
    /^(materialized view|foreign table|event trigger|\w+) (.*)$/s.exec(words) ?? [];
  const name = ['function', 'procedure', 'aggregate', 'routine'].includes(kind) ? inputsOf(rest) : rest;
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

/** Each finds the targets of some kinds. */
const lookups = [
  `select 'pg_catalog.pg_class'::regclass as class, rel.oid as id, 0 as sub
      from pg_catalog.pg_class rel
      where wanted.kind in ('view', 'materialized view', 'index')
        and rel.oid = to_regclass(wanted.name) and rel.relkind in ('v', 'm', 'i', 'I')`,
  `select 'pg_catalog.pg_class'::regclass, att.attrelid, att.attnum
      from pg_catalog.pg_attribute att
      where wanted.kind in ('column', 'table', 'foreign table') and att.attrelid = to_regclass(wanted.name)
        and att.attname = coalesce(wanted.part, att.attname) and att.attnum > 0 and not att.attisdropped`,
  `select 'pg_catalog.pg_proc'::regclass, to_regprocedure(wanted.name), 0
      where wanted.kind in ('function', 'procedure', 'aggregate', 'routine')`,
  `select 'pg_catalog.pg_type'::regclass, to_regtype(wanted.name), 0
      where wanted.kind in ('type', 'domain')`,
  `select 'pg_catalog.pg_trigger'::regclass, trg.oid, 0
      from pg_catalog.pg_trigger trg
      where wanted.kind = 'trigger' and trg.tgrelid = to_regclass(wanted.name) and trg.tgname = wanted.part`,
  `select 'pg_catalog.pg_rewrite'::regclass, rule.oid, 0
      from pg_catalog.pg_rewrite rule
      where wanted.kind = 'rule' and rule.ev_class = to_regclass(wanted.name) and rule.rulename = wanted.part`,
  `select 'pg_catalog.pg_policy'::regclass, pol.oid, 0
      from pg_catalog.pg_policy pol
      where wanted.kind = 'policy' and pol.polrelid = to_regclass(wanted.name) and pol.polname = wanted.part`,
  `select 'pg_catalog.pg_operator'::regclass, to_regoperator(wanted.name), 0
      where wanted.kind = 'operator'`,
];
