/**
 * Objects in words, as manifests name them: `view public.totals`, `function public.update_adu(date)`.
 */

/** Types of PostgreSQL itself have no schema in front, all others do, whatever the search path. */
const typeName = (
  id: string,
) => `(select case when typ.typnamespace = 'pg_catalog'::regnamespace then format_type(typ.oid, null)
            else (pg_identify_object('pg_type'::regclass, typ.oid, 0)).identity end
          from pg_type typ where typ.oid = ${id})`;

/** A procedure is named with what it gives out as well, for DROP PROCEDURE wants that. */
const routine = `(select concat(
          case proc.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end,
          format('%I.%I', nsp.nspname, proc.proname), '(', (
            select coalesce(string_agg(case when mode = 'o' then 'OUT ' else '' end || ${typeName('type')}, ', ' order by place), '')
            from (
              select type, null::"char" as mode, place from unnest(proc.proargtypes::oid[]) with ordinality as arg(type, place)
              where proc.prokind <> 'p' or proc.proallargtypes is null
              union all
              select type, mode, place from unnest(proc.proallargtypes, proc.proargmodes) with ordinality as arg(type, mode, place)
              where proc.prokind = 'p'
            ) as args), ')')
        from pg_proc proc join pg_namespace nsp on nsp.oid = proc.pronamespace
        where proc.oid = node.id)`;

/** A join that adds `named.words` to rows of `node`. */
export const wordsOfNode = `cross join lateral (
        select case when node.class = 'pg_proc'::regclass then ${routine}
          when node.sub < 0 then 'default of domain ' || (pg_identify_object(node.class, node.id, 0)).identity
          else (select concat_ws(' ', known.type, known.identity) from pg_identify_object(node.class, node.id, node.sub) as known) end as words
      ) as named`;
