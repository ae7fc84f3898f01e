/**
 * What is set of objects beside their definitions, as one query tells it.
 */
import { parseIdentity } from '../sql/identity.js';
import { quoteLiteral } from '../sql/quote.js';
import type { QueryResult } from '../sql/statement.js';

/** An object, and what was set of it that is not as usual. */
export interface ObjectState {
  readonly object: string;
  /** What overloads share. */
  readonly name: string;
  /** Each as SQL says it. */
  readonly properties: Readonly<Record<string, string>>;
  /** What goes with a routine when it is dropped; null for what is none. */
  readonly held: Holdings | null;
  /** How a routine is called; null of others. */
  readonly call: RoutineCall | null;
}

export interface Holdings {
  readonly owner: string;
  /** Who may execute it, besides its owner and PUBLIC. */
  readonly grantees: readonly string[];
  readonly comment: string | null;
}

export interface RoutineCall {
  /** Of what it takes in. */
  readonly types: readonly string[];
  /** How many of them have no default. */
  readonly fewest: number;
}

/** Reads the answer of `stateQuery`. */
export function statesIn(rows: QueryResult['rows']): ObjectState[] {
  return JSON.parse(String(rows[0]?.['state'] ?? '[]')) as ObjectState[];
}

/** What belongs to a relation, and is named with it: `trigger t on public.orders`. */
export function isPart(object: string): boolean {
  return /^(trigger|rule|policy) /.test(object);
}

/** One row: `state`, a JSON list of `ObjectState`. */
export function stateQuery(objects: readonly string[]): string {
  const rows = objects.map((object) => {
    const part = { kind: 'part', schema: '', name: object };
    const { kind, schema, name } = isPart(object) ? part : (parseIdentity(object) ?? part);
    return `(${[kind, schema, name].map(quoteLiteral).join(', ')})`;
  });
  return `with wanted as (
  select distinct case when kind in ('function', 'procedure', 'aggregate') then 'routine' else kind end as kind, schema, name
  from (values ${[...new Set(rows)].join(', ')}) as wanted(kind, schema, name)
),
found as (
${[routines, relations, triggers].join('\nunion all\n')}
)
select coalesce(json_agg(json_build_object('object', object, 'name', name, 'properties', coalesce(properties, '{}'), 'held', held, 'call', call)), '[]')::text as state from found`;
}

const routines = `select concat(case proc.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end,
    quote_ident(nsp.nspname), '.', quote_ident(proc.proname), '(', oidvectortypes(proc.proargtypes), ')') as object,
  concat(wanted.schema, '.', wanted.name) as name,
  jsonb_strip_nulls(jsonb_build_object(
    'volatility', case proc.provolatile when 's' then 'stable' when 'i' then 'immutable' end,
    'strict', case when proc.proisstrict then 'strict' end,
    'security', case when proc.prosecdef then 'security definer' end,
    'leakproof', case when proc.proleakproof then 'leakproof' end,
    'parallel', case proc.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
    'cost', case when proc.procost <> case when lang.lanname in ('internal', 'c') then 1 else 100 end then concat('cost ', proc.procost) end,
    'rows', case when proc.proretset and proc.prorows <> 1000 then concat('rows ', proc.prorows) end,
    'public', case when not exists (
      select from aclexplode(coalesce(proc.proacl, acldefault('f', proc.proowner))) as item
      where item.grantee = 0 and item.privilege_type = 'EXECUTE') then 'revoked' end
  )) || coalesce((
    select jsonb_object_agg(concat('set ', split_part(item, '=', 1)), concat('set ', replace(item, '=', ' = ')))
    from unnest(proc.proconfig) as item), '{}') as properties,
  jsonb_build_object('owner', quote_ident(pg_get_userbyid(proc.proowner)),
    'grantees', (select coalesce(jsonb_agg(distinct quote_ident(pg_get_userbyid(item.grantee))), '[]')
      from aclexplode(proc.proacl) as item where item.grantee not in (0, proc.proowner)),
    'comment', obj_description(proc.oid, 'pg_proc')) as held,
  jsonb_build_object('fewest', proc.pronargs - proc.pronargdefaults, 'types', array(
    select format_type(arg.type, null) from unnest(proc.proargtypes) with ordinality as arg(type, place) order by place)) as call
from wanted
join pg_catalog.pg_namespace nsp on nsp.nspname = wanted.schema
join pg_catalog.pg_proc proc on proc.proname = wanted.name and proc.pronamespace = nsp.oid
join pg_catalog.pg_language lang on lang.oid = proc.prolang
where wanted.kind = 'routine'`;

const relations = `select concat(case rel.relkind when 'm' then 'materialized view ' else 'view ' end, quote_ident(nsp.nspname), '.', quote_ident(rel.relname)),
  concat(wanted.schema, '.', wanted.name),
  (select jsonb_object_agg(option_name, case when option_name = 'check_option'
    then concat('with ', option_value, ' check option') else concat('with (', option_name, ' = ', option_value, ')') end)
    from pg_options_to_table(rel.reloptions)), null, null
from wanted
join pg_catalog.pg_namespace nsp on nsp.nspname = wanted.schema
join pg_catalog.pg_class rel on rel.relname = wanted.name and rel.relnamespace = nsp.oid and rel.relkind in ('v', 'm')
where wanted.kind in ('view', 'materialized view')`;

/** Their names hold a relation: they are found by how their identities begin. */
const triggers = `select wanted.name, wanted.name, jsonb_strip_nulls(jsonb_build_object('firing',
    case trg.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' end
      || ' trigger ' || quote_ident(trg.tgname))), null, null
from wanted
join pg_catalog.pg_trigger trg on not trg.tgisinternal and wanted.name like 'trigger %'
join pg_catalog.pg_class rel on rel.oid = trg.tgrelid
join pg_catalog.pg_namespace nsp on nsp.oid = rel.relnamespace
where wanted.kind = 'part'
  and wanted.name = concat('trigger ', quote_ident(trg.tgname), ' on ', quote_ident(nsp.nspname), '.', quote_ident(rel.relname))`;
