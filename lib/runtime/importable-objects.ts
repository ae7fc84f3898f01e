/**
 * The objects of a database that SQL files can define, as CREATE commands that the server prints.
 */
import { detailsQuery, phases } from '../dependents/details.js';
import { selectKind } from '../dependents/kind.js';
import { aggregates } from '../dependents/kinds/aggregates.js';
import { domainChecks, domainNotNulls } from '../dependents/kinds/constraints.js';
import { defaults } from '../dependents/kinds/defaults.js';
import { indexes } from '../dependents/kinds/indexes.js';
import { operators } from '../dependents/kinds/operators.js';
import { policies } from '../dependents/kinds/policies.js';
import { materializedViews, views } from '../dependents/kinds/relations.js';
import { routines } from '../dependents/kinds/routines.js';
import { rules } from '../dependents/kinds/rules.js';
import { statistics } from '../dependents/kinds/statistics.js';
import { triggers } from '../dependents/kinds/triggers.js';
import { compositeTypes, domains } from '../dependents/kinds/types.js';
import { quoteLiteral } from '../sql/quote.js';
import type { QueryResult } from '../sql/statement.js';

/** An object, and the commands that make it. */
export interface ImportableObject {
  /** `function`, `materialized view`, `type`. */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  /** As ALTER and COMMENT name it: `view public.totals`. */
  readonly named: string;
  /** The pattern that found it: the first of several. */
  readonly pattern: string;
  /** The commands, each with its semicolon: CREATE, what that does not say, comments, and the same of its parts. */
  readonly text: string;
  /** The extension that it is a part of; null for one of its own. */
  readonly extension: string | null;
}

const kinds = [
  views,
  materializedViews,
  indexes,
  statistics,
  defaults,
  triggers,
  rules,
  routines,
  policies,
  aggregates,
  operators,
  compositeTypes,
  domains,
  domainChecks,
  domainNotNulls,
];

/**
 * Makes the query for the objects whose names fit a pattern: `public.update_*`; `*` stands for any characters, `?` for
 * one, and a pattern without a point is one of `schema`.
 */
export function importableText(patterns: readonly string[], schema: string): string {
  const wanted = patterns.map((pattern) => {
    const { inSchema, name } = partsOf(pattern, schema);
    return `(${[pattern, likeOf(inSchema), likeOf(name)].map(quoteLiteral).join(', ')})`;
  });
  return `begin transaction read only;
set local search_path = '';
with wanted (pattern, schema, name) as (values ${wanted.join(', ')}),
  own (class, id, schema, name, of_class, of_id) as (
    select 'pg_proc'::regclass, p.oid, n.nspname, p.proname, null::regclass, null::oid
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      -- A type of ranges comes with its own functions.
      where not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
    union all
    select 'pg_class'::regclass, c.oid, n.nspname, c.relname, null, null
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm')
    union all
    select 'pg_type'::regclass, t.oid, n.nspname, t.typname, null, null
      from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
      where t.typtype in ('e', 'd', 'r') or c.relkind = 'c'
    union all
    select 'pg_trigger'::regclass, g.oid, n.nspname, g.tgname, null, null
      from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not g.tgisinternal and g.tgparentid = 0
    union all
    select 'pg_rewrite'::regclass, r.oid, n.nspname, r.rulename, null, null
      from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
      where r.rulename <> '_RETURN'
    union all
    select 'pg_policy'::regclass, y.oid, n.nspname, y.polname, null, null
      from pg_policy y join pg_class c on c.oid = y.polrelid join pg_namespace n on n.oid = c.relnamespace
    union all
    select 'pg_operator'::regclass, o.oid, n.nspname, o.oprname, null, null
      from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
    union all
    select part.class, part.id, n.nspname, c.relname, 'pg_class'::regclass, c.oid
      from (
        select 'pg_class'::regclass, i.indexrelid, i.indrelid from pg_index i
        union all
        select 'pg_statistic_ext'::regclass, s.oid, s.stxrelid from pg_statistic_ext s
        union all
        select 'pg_attrdef'::regclass, d.oid, d.adrelid from pg_attrdef d
      ) as part (class, id, of_id)
      join pg_class c on c.oid = part.of_id and c.relkind in ('v', 'm') join pg_namespace n on n.oid = c.relnamespace
    union all
    select 'pg_constraint'::regclass, k.oid, n.nspname, t.typname, 'pg_type'::regclass, t.oid
      from pg_constraint k join pg_type t on t.oid = k.contypid join pg_namespace n on n.oid = t.typnamespace
  ),
  node as (
    select row_number() over () as key, class, id, 0 as sub, false as starts, own.schema, own.name, own.of_class, own.of_id,
        (select pattern from wanted where own.schema like wanted.schema and own.name like wanted.name limit 1) as pattern
      from own
      where own.schema not in ('pg_catalog', 'information_schema') and own.schema not like 'pg\\_toast%'
        and exists (select from wanted where own.schema like wanted.schema and own.name like wanted.name)
  ),
  -- Else a condition could be asked of rows that are none of a kind.
  definition as materialized (
    ${kinds.map(selectKind).join('\n    union all\n    ')}
    union all
    ${enumRows}
    union all
    ${rangeRows}
  ),
  detail as materialized (
    ${detailsQuery}
  )
select node.schema, node.name, node.pattern, node.of_id is not null as is_part, definition.named,
    case when not (${isInDomain}) then definition.create end as definition,
    node.class = 'pg_class'::regclass and exists (select from pg_class c where c.oid = node.id and c.relispopulated) as is_populated,
    ${detailCommands} as details, ${domainConstraints} as checks, ${publicWithheld} as withheld,
    (select x.extname from pg_depend d join pg_extension x on x.oid = d.refobjid
      where d.classid = coalesce(node.of_class, node.class) and d.objid = coalesce(node.of_id, node.id) and d.deptype = 'e') as extension
  from node
  join definition on definition.key = node.key
  left join node whole on whole.class = node.of_class and whole.id = node.of_id
  left join definition whole_definition on whole_definition.key = whole.key
  where definition.create is not null or node.of_id is not null
  order by node.schema collate "C", node.name collate "C",
    coalesce(whole_definition.named, definition.named) collate "C", node.of_id is not null, definition.named collate "C";
commit`;
}

/** The kinds of the engine know no text for an enum or a range, which they never make again. */
const enumRows = `select node.key, 'type ' || e.id::regtype, null,
      format(E'create type %s as enum (\\n%s\\n)', e.id::regtype,
        (select string_agg('  ' || quote_literal(l.enumlabel), E',\\n' order by l.enumsortorder) from pg_enum l where l.enumtypid = e.id)),
      null, null::oid, null::oid, null::aclitem[], null, null, '[]'::jsonb
    from node join lateral (select node.id as id) e on true join pg_type t on t.oid = node.id and t.typtype = 'e'
    where node.class = 'pg_type'::regclass`;

const rangeRows = `select node.key, 'type ' || t.oid::regtype, null,
      format('create type %s as range (', t.oid::regtype) || concat_ws(', ',
        'subtype = ' || format_type(r.rngsubtype, null),
        (select format('subtype_opclass = %I.%I', n.nspname, o.opcname)
          from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace where o.oid = r.rngsubopc and not o.opcdefault),
        (select format('collation = %I.%I', n.nspname, c.collname)
          from pg_collation c join pg_namespace n on n.oid = c.collnamespace where c.oid = r.rngcollation and c.oid <> s.typcollation),
        'canonical = ' || nullif(r.rngcanonical::oid, 0)::regproc,
        'subtype_diff = ' || nullif(r.rngsubdiff::oid, 0)::regproc,
        (select 'multirange_type_name = ' || m.oid::regtype from pg_type m where m.oid = r.rngmultitypid and m.typname <>
          case when t.typname like '%range%' then regexp_replace(t.typname, 'range', 'multirange') else t.typname || '_multirange' end)
      ) || ')',
      null, null::oid, null::oid, null::aclitem[], null, null, '[]'::jsonb
    from node join pg_type t on t.oid = node.id join pg_range r on r.rngtypid = t.oid join pg_type s on s.oid = r.rngsubtype
    where node.class = 'pg_type'::regclass`;

/** Grants are those of this database; that PUBLIC may not execute a routine is a part of what it is. */
const publicWithheld = `(select format('revoke execute on %s %s from public;', case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure)
      from pg_proc p where node.class = 'pg_proc'::regclass and p.oid = node.id and p.proacl is not null
        and not exists (select from aclexplode(p.proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE'))`;

/** What CREATE does not say; owners and grants are those of this database, and whether rows are there is said above. */
const detailCommands = `(select string_agg(detail.command || ';', E'\\n' order by detail.phase, detail.col nulls first, detail.command)
      from detail where detail.key = node.key and detail.phase in (${phases.settings}, ${phases.words}) and detail.command !~ '^refresh ')`;

/** A constraint that all values keep is said where the domain is made. */
const isInDomain = `node.class = 'pg_constraint'::regclass and exists (select from pg_constraint k where k.oid = node.id and k.convalidated)`;

const domainConstraints = `(select string_agg(format(' constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
      from pg_constraint k where node.class = 'pg_type'::regclass and k.contypid = node.id and k.contype = 'c' and k.convalidated)`;

/** A point in a pattern parts schema and name. */
function partsOf(pattern: string, schema: string): { readonly inSchema: string; readonly name: string } {
  const point = pattern.indexOf('.');
  if (point === -1) return { inSchema: schema, name: pattern };
  return { inSchema: pattern.slice(0, point), name: pattern.slice(point + 1) };
}

function likeOf(glob: string): string {
  return glob
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

/** Reads the answer to `importableText`: parts are joined with what they belong to. */
export function importableObjects(answers: readonly QueryResult[]): ImportableObject[] {
  const objects: ImportableObject[] = [];
  for (const row of answers[2]?.rows ?? []) {
    const last = objects.at(-1);
    const text = textOf(row);
    if (row['is_part'] === true && last !== undefined) {
      objects[objects.length - 1] = { ...last, text: [last.text, ...text].join('\n') };
      continue;
    }
    const named = String(row['named']);
    objects.push({
      kind: /^(?:materialized )?\w+/.exec(named)?.[0] ?? named,
      schema: String(row['schema']),
      name: String(row['name']),
      named,
      pattern: String(row['pattern']),
      text: text.join('\n'),
      extension: row['extension'] === null ? null : String(row['extension']),
    });
  }
  return objects;
}

function textOf(row: QueryResult['rows'][number]): string[] {
  const { definition, details, checks, withheld, is_populated: isPopulated } = row;
  const made =
    definition === null
      ? []
      : [`${madeAgain(String(definition), isPopulated === true)}${String(checks ?? '')};`];
  return [...made, ...[withheld, details].filter((text) => text !== null).map(String)];
}

/** As a person would write it: OR REPLACE where PostgreSQL has it. */
function madeAgain(definition: string, isPopulated: boolean): string {
  const made = definition
    .trimEnd()
    .replace(/;$/, '')
    .replace(/^create (?=view |aggregate )/, 'create or replace ')
    .replace(/^CREATE (?=TRIGGER |RULE )/, 'CREATE OR REPLACE ')
    .replace(/^(create materialized view \S+) using heap\b/, '$1');
  return isPopulated ? made.replace(/\nwith no data$/, '') : made;
}
