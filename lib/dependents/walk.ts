/**
 * The walk: from the targets to all that stands on them.
 *
 * Nodes are keyed by `class:id:sub`. A view stands for its `_RETURN` rule and its columns; its row type and the array
 * type of that are nodes of their own, for functions and columns stand on them. A composite type stands for the
 * relation that has its attributes. The default of a domain is its column -1: it may go without the domain.
 */

/** The key of a node, of three columns of a row. */
export const keyOf = (row: string, [classId, id, sub] = ['class', 'id', 'sub']) =>
  `concat_ws(':', ${row}.${classId}::oid, ${row}.${id}::oid, ${row}.${sub})`;

/** A join from rows of `below` to what stands on them directly, as `above`. */
function above(below: string): string {
  return `cross join lateral (
      select ${below}.class as class, ${below}.id as id
      union all
      select 'pg_class'::regclass, own.oid from pg_class own
      where ${below}.class = 'pg_type'::regclass and own.reltype = ${below}.id and own.relkind = 'c'
    ) as face
    join pg_depend dep
      on dep.refclassid = face.class and dep.refobjid = face.id
      and (${below}.sub = 0 or dep.refobjsubid = ${below}.sub)
      and dep.deptype in ('n', 'a', 'i')
    left join pg_rewrite rule
      on dep.classid = 'pg_rewrite'::regclass and rule.oid = dep.objid and rule.rulename = '_RETURN'
    left join pg_class rel
      on dep.classid = 'pg_class'::regclass and rel.oid = dep.objid
    left join pg_attrdef def
      on dep.classid = 'pg_attrdef'::regclass and def.oid = dep.objid
    left join pg_type typ
      on dep.classid = 'pg_type'::regclass and typ.oid = dep.objid
    cross join lateral (
      select case when rule.oid is not null then 'pg_class'::regclass::oid
          when rel.relkind = 'c' then 'pg_type'::regclass::oid
          else dep.classid end as class,
        case when rel.relkind = 'c' then rel.reltype else coalesce(rule.ev_class, dep.objid) end as id,
        case when rel.relkind in ('r', 'p', 'f') then dep.objsubid
          when typ.typtype = 'd' and dep.refclassid <> 'pg_type'::regclass then -1
          else 0 end as sub
    ) as above`;
}

/** What belongs to a table column and follows it when it is altered: indexes, constraints, its default. */
const followsItsColumn = (below: string) => `${below}.sub > 0 and (
        dep.classid in ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
        or coalesce(rel.relkind in ('i', 'I', 'S', 't'), false)
        or coalesce(def.adrelid = ${below}.id and def.adnum = ${below}.sub, false))`;

/** Types that are made of a type, as far as their columns stay: domains over it, composites with an attribute of it. */
const isMadeOfType = `coalesce(rel.relkind = 'c', false) or dep.classid = 'pg_type'::regclass and exists (
        select from pg_type typ where typ.oid = dep.objid and typ.typtype = 'd')`;

const stays = `above.sub > 0 and above.class = 'pg_class'::regclass or ${isMadeOfType}`;

/** The checks of a domain are its own affair. */
const isDomainCheck = `dep.classid = 'pg_constraint'::regclass and exists (
        select from pg_constraint con where con.oid = dep.objid and con.contypid <> 0)`;

/** What holds data ends the walk: it stops everything, or stays. */
const goesOn = (below: string) => `not exists (
        select from pg_class held where ${below}.class = 'pg_class'::regclass and held.oid = ${below}.id
          and held.relkind in ('r', 'p', 'f', 't') and not ${below}.starts)`;

/**
 * Makes a query with one row for each node, the targets among them: `key`, `class`, `id`, `sub`, `starts` (it is a
 * target, or the column of an heir of one), `reached` (it stands on another node), `inner` (it comes and goes with another node), `stands_on` (keys).
 *
 * @param found - the name of a JSON variable with the targets: `class`, `id`, `sub`
 * @param columnsStay - an expression: whether the walk goes on through table columns, and types made of a type
 */
export function walkQuery(found: string, { columnsStay }: { readonly columnsStay: string }): string {
  return `with recursive target as (
    select class, id, sub from jsonb_to_recordset(${found}) as target(class oid, id oid, sub integer)
    where id is not null
    union
    -- what is done to a column is done to that of the partitions and heirs as well
    select target.class, heir.inhrelid, own.attnum::integer
    from target
    join pg_inherits heir on target.class = 'pg_class'::regclass and target.sub > 0 and heir.inhparent = target.id
    join pg_attribute att on att.attrelid = target.id and att.attnum = target.sub
    join pg_attribute own on own.attrelid = heir.inhrelid and own.attname = att.attname and not own.attisdropped
  ),
  standing(class, id, sub, starts) as (
    select class, id, sub, true from target
    union
    select above.class, above.id, above.sub, ${columnsStay} and (${stays})
    from standing ${above('standing')}
    where ${goesOn('standing')}
      and (above.class, above.id, above.sub) <> (standing.class, standing.id, standing.sub)
      and not (${followsItsColumn('standing')})
      and not (${columnsStay} and ${isDomainCheck})
  ),
  node as (
    select class, id, sub, bool_or(starts) as starts, bool_or(not starts) as reached, ${keyOf('standing')} as key
    from standing group by class, id, sub
  ),
  edge as (
    select distinct ${keyOf('above')} as key, node.key as stands_on, dep.deptype = 'i' and rule.oid is null as inner
    from node ${above('node')}
    where ${keyOf('above')} <> node.key
    union
    -- a constraint that a table has of its own as well goes after that of its parent
    select parent.key, child.key, false
    from node parent
    join pg_constraint con on parent.class = 'pg_constraint'::regclass and con.oid = parent.id
    join pg_inherits heir on heir.inhparent = con.conrelid
    join pg_constraint own on own.conrelid = heir.inhrelid and own.conname = con.conname and own.conislocal
    join node child on child.class = 'pg_constraint'::regclass and child.id = own.oid
  )
  select node.key, node.class, node.id, node.sub, node.starts, node.reached,
    coalesce(bool_or(edge.inner), false) as inner,
    coalesce(jsonb_agg(edge.stands_on) filter (where edge.stands_on is not null), '[]') as stands_on
  from node left join edge on edge.key = node.key and edge.stands_on in (select key from node)
  group by node.key, node.class, node.id, node.sub, node.starts, node.reached`;
}
