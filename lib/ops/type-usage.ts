/**
 * What uses a type, and what of it must go while the columns are converted.
 *
 * Parts of the blocks of `convert-type.ts`: statements of PL/pgSQL over its variables `type_id`, `saved` and `item`,
 * with an empty search path, so that what the server prints names every schema.
 */
import { domainText } from '../dependents/kinds/types.js';
import { quoteLiteral } from '../sql/quote.js';
import { conversionStates, hints } from './type-failures.js';

/** Types that are made of the type, the arrays of all of them, and the columns of tables that have one. */
export const usedQuery = `with recursive used(id) as (
    select type_id
    union
    select typ.oid
    from used
    join pg_type base on base.oid = used.id
    join pg_type typ on
      typ.typtype = 'd' and typ.typbasetype in (base.oid, base.typarray)
      or typ.typtype = 'c' and exists (
        select from pg_class rel join pg_attribute att on att.attrelid = rel.oid
        where rel.oid = typ.typrelid and rel.relkind = 'c' and not att.attisdropped
          and att.atttypid in (base.oid, base.typarray))
  ),
  forms as (
    select typ.oid as id, form.id as form, form.is_array
    from used join pg_type typ on typ.oid = used.id
    cross join lateral (values (typ.oid, false), (typ.typarray, true)) as form(id, is_array)
    where form.id <> 0
  )
  select jsonb_build_object(
    'type', type_id,
    'used', (
      select coalesce(jsonb_agg(jsonb_build_object('id', typ.oid, 'kind', typ.typtype, 'name', typ.oid::regtype::text,
        'create', case when typ.typtype = 'd' then concat(${domainText},
          (select string_agg(format(' constraint %I %s', con.conname, pg_get_constraintdef(con.oid)), '' order by con.oid)
            from pg_constraint con where con.contypid = typ.oid and con.contype = 'c' and con.convalidated)) end,
        'later', (select coalesce(jsonb_agg(step order by con.oid, step), '[]')
          from pg_constraint con
          cross join lateral (values
            (case when not con.convalidated then format('alter domain %s add constraint %I %s', typ.oid::regtype, con.conname, pg_get_constraintdef(con.oid)) end),
            (format('comment on constraint %I on domain %s is %L', con.conname, typ.oid::regtype, obj_description(con.oid, 'pg_constraint')))
          ) as command(step)
          where con.contypid = typ.oid and step is not null)
        ) order by typ.oid), '[]')
      from used join pg_type typ on typ.oid = used.id left join pg_type base on base.oid = typ.typbasetype where typ.oid <> type_id),
    'forms', (select jsonb_agg(to_jsonb(forms)) from forms),
    'columns', (
      select coalesce(jsonb_agg(jsonb_build_object('table', att.attrelid, 'number', att.attnum, 'name', att.attname,
        'words', format('%s.%I', att.attrelid::regclass, att.attname), 'kind', rel.relkind, 'is_child', att.attinhcount > 0,
        'type', forms.id, 'is_array', forms.is_array) order by att.attrelid, att.attnum), '[]')
      from pg_attribute att
      join pg_class rel on rel.oid = att.attrelid and rel.relkind in ('r', 'p', 'f')
      join forms on forms.form = att.atttypid
      where att.attnum > 0 and not att.attisdropped)
  ) into saved;`;

/** Rows of what was saved. */
export const columnsOf = `jsonb_to_recordset(saved -> 'columns') as col("table" oid, number smallint, name text, words text, kind "char", is_child boolean, type oid, is_array boolean)`;
/** `later`: commands for what `create` cannot say, once the columns are converted. */
export const usedTypes = `jsonb_to_recordset(saved -> 'used') as used(id oid, kind "char", name text, "create" text, later jsonb)`;

/** What PostgreSQL cannot convert, told in words before anything is changed. */
export const refuseWhatIsInTheWay = `  for item in
    select string_agg(distinct col.words, ', ') as words, 'of a composite type that has it as an attribute' as reason
    from ${columnsOf} join ${usedTypes} on used.id = col.type and used.kind = 'c'
    union all
    select string_agg(distinct col.words, ', '), 'part of a partition key'
    from ${columnsOf} join pg_partitioned_table part on part.partrelid = col."table" and col.number = any (part.partattrs)
  loop
    if item.words is not null then
      raise exception using errcode = '${conversionStates.inTheWay}',
        message = format('the columns of type %s cannot all be converted: %s (%s)', type_id::regtype, item.words, item.reason),
        hint = ${quoteLiteral(hints.inTheWay)};
    end if;
  end loop;`;

/** Whether something in pg_depend names the type, one of those made of it, or an array of them. */
const namesType = (classId: string, id: string) => `exists (
        select from pg_depend dep join jsonb_to_recordset(saved -> 'forms') as forms(form oid) on dep.refobjid = forms.form
        where dep.refclassid = 'pg_type'::regclass and dep.classid = '${classId}'::regclass and dep.objid = ${id})`;

/** What is dropped and made again: foreign keys, constraints, indexes, defaults; in the order in which they go. */
export const partsQuery = `saved := saved || jsonb_build_object('parts', (
    select coalesce(jsonb_agg(jsonb_build_object('rank', part.rank, 'drop', part.drop, 'create', part.create, 'words', part.words)
      order by part.rank, part.place), '[]')
    from (
      select 1 as rank, con.oid as place, format('constraint %I of %s', con.conname, con.conrelid::regclass) as words,
        format('alter table %s drop constraint %I', con.conrelid::regclass, con.conname) as drop,
        jsonb_build_array(
          format('alter table %s add constraint %I %s', con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid)),
          format('comment on constraint %I on %s is %L', con.conname, con.conrelid::regclass, obj_description(con.oid, 'pg_constraint'))) as create
      from pg_constraint con
      where con.contype = 'f' and con.conparentid = 0 and con.coninhcount = 0 and exists (
        select from ${columnsOf}
        where col."table" = con.conrelid and col.number = any (con.conkey)
          or col."table" = con.confrelid and col.number = any (con.confkey))
      union all
      select 2, con.oid, format('constraint %I of %s', con.conname, con.conrelid::regclass),
        format('alter table %s drop constraint %I', con.conrelid::regclass, con.conname),
        jsonb_build_array(
          format('alter table %s add constraint %I %s', con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid)),
          format('comment on constraint %I on %s is %L', con.conname, con.conrelid::regclass, obj_description(con.oid, 'pg_constraint')))
      from pg_constraint con
      where con.conrelid <> 0 and con.contype in ('c', 'x') and con.conparentid = 0 and con.coninhcount = 0
        and (${namesType('pg_constraint', 'con.oid')} or ${namesType('pg_class', 'con.conindid')})
      union all
      select 3, ind.indexrelid, format('index %s', ind.indexrelid::regclass),
        -- what is attached to the index of a partitioned table goes with it
        case when not rel.relispartition then format('drop index %s', ind.indexrelid::regclass) end,
        jsonb_build_array(
          pg_get_indexdef(ind.indexrelid),
          (select format('alter index %s attach partition %s', inh.inhparent::regclass, inh.inhrelid::regclass)
            from pg_inherits inh where inh.inhrelid = ind.indexrelid),
          case when ind.indisclustered then format('alter table %s cluster on %I', ind.indrelid::regclass, rel.relname) end,
          case when rel.reltablespace <> 0 then format('alter index %s set tablespace %I', ind.indexrelid::regclass,
            (select spcname from pg_tablespace spc where spc.oid = rel.reltablespace)) end,
          format('comment on index %s is %L', ind.indexrelid::regclass, obj_description(ind.indexrelid, 'pg_class')))
        || (select coalesce(jsonb_agg(format('alter index %s alter column %s set statistics %s', ind.indexrelid::regclass, att.attnum, att.attstattarget)), '[]')
          from pg_attribute att where att.attrelid = ind.indexrelid and att.attstattarget >= 0)
      from pg_index ind
      join pg_class rel on rel.oid = ind.indexrelid
      where ${namesType('pg_class', 'ind.indexrelid')}
        and not exists (select from pg_constraint con where con.conindid = ind.indexrelid and con.contype in ('p', 'u', 'x'))
      union all
      select 4, def.oid, format('default of column %s.%I', def.adrelid::regclass, att.attname),
        format('alter table only %s alter column %I drop default', def.adrelid::regclass, att.attname),
        jsonb_build_array(format('alter table only %s alter column %I set default %s',
          def.adrelid::regclass, att.attname, pg_get_expr(def.adbin, def.adrelid)))
      from pg_attrdef def
      join pg_attribute att on att.attrelid = def.adrelid and att.attnum = def.adnum
      join pg_class rel on rel.oid = def.adrelid and rel.relkind in ('r', 'p', 'f')
      where att.attgenerated = '' and (${namesType('pg_attrdef', 'def.oid')} or exists (
        select from ${columnsOf} where col."table" = def.adrelid and col.number = def.adnum))
    ) as part
    where true));`;
