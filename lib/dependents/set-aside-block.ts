/**
 * The block that saves and drops: find the targets, walk, order, describe, check, drop.
 */
import { doBlock } from '../sql/psql-text.js';
import { quoteLiteral } from '../sql/quote.js';
import type { AsideOptions } from './aside-options.js';
import { asideSetting, readWanted, wantedText, wantedVariable } from './block-settings.js';
import { definitionsQuery } from './definitions.js';
import { listQuery } from './dependents-list.js';
import { detailsQuery } from './details.js';
import { hintOf, sqlstates } from './failures.js';
import { pinSettings, restoreSettings, settingsVariable } from './settings.js';
import { stopsQuery } from './stops.js';
import { type AsideTarget, foundQuery, wantedOf } from './targets.js';
import { walkQuery } from './walk.js';
import { wordsOfNode } from './words.js';

/** Makes the text that says on which targets the next block works, and how. */
export function setAsideArguments(targets: readonly AsideTarget[], options: AsideOptions): string {
  const { drop = false, columnsStay = false, scope = '', expected } = options;
  return wantedText({ targets: targets.map(wantedOf), drop, columnsStay, scope, expected });
}

/** Makes the text of the block; it is the same for all targets. */
export function setAsideBlock(): string {
  const body = [
    readWanted,
    `  drops := (call ->> 'drop')::pg_catalog.bool;
  stays := (call ->> 'columnsStay')::pg_catalog.bool;`,
    findTargets,
    pinSettings,
    `  -- what stands on them, directly or not
  waiting := (select jsonb_agg(to_jsonb(node) || jsonb_build_object('starts', node.starts and (drops or stays))) from (
${walkQuery('targets', { columnsStay: 'stays' })}
  ) as node where (node.reached or drops or stays and node.sub = 0) and not (node.starts and node.sub > 0));`,
    order,
    describe,
    compare,
    dropThem,
    restoreSettings,
  ].join('\n');
  return doBlock(body, variables);
}

const variables = `${settingsVariable}
${wantedVariable}
  drops pg_catalog.bool;
  stays pg_catalog.bool;
  wanted record;
  circle record;
  one pg_catalog.jsonb;
  targets pg_catalog.jsonb := '[]';
  waiting pg_catalog.jsonb;
  ready pg_catalog.jsonb;
  nodes pg_catalog.jsonb := '[]';
  stops pg_catalog.jsonb;
  aside pg_catalog.jsonb;
  standing pg_catalog.jsonb;
  expected pg_catalog.jsonb;
  entry pg_catalog.jsonb;`;

const findTargets = `  for wanted in
    select * from pg_catalog.jsonb_to_recordset(call -> 'targets')
      as target(words pg_catalog.text, kind pg_catalog.text, name pg_catalog.text, part pg_catalog.text)
  loop
    begin
      one := (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(target)) from (
    ${foundQuery}
      ) as target);
    -- up to PostgreSQL 15 the types of a routine must be there
    exception when undefined_object or invalid_schema_name or invalid_text_representation or syntax_error then
      one := null;
    end;
    if one is null and not drops then
      raise exception using errcode = '${sqlstates.notThere}', message = 'there is no ' || wanted.words, hint = ${quoteLiteral(hintOf(sqlstates.notThere))};
    end if;
    targets := targets || coalesce(one, '[]');
  end loop;`;

/** Child first: what nothing else stands on, and so on. What was made last goes first. */
const order = `
  -- child first
  while waiting is not null loop
    select jsonb_agg(item order by (item ->> 'id')::oid desc) filter (where is_free),
      jsonb_agg(item) filter (where not is_free)
    into ready, waiting
    from (
      select item, item ->> 'key' not in (
        select jsonb_array_elements_text(other -> 'stands_on') from jsonb_array_elements(waiting) as other
      ) as is_free
      from jsonb_array_elements(waiting) as item
    ) as items;
    if ready is null then
      -- a base type and its functions; each needs the other
      select string_agg(typ.oid::regtype::text, ', ' order by typ.oid) filter (where ext.extname is null) as own,
        string_agg(format('type %s (it belongs to extension %I)', typ.oid::regtype, ext.extname), E'\\n' order by typ.oid)
          filter (where ext.extname is not null) as members
      into circle
      from jsonb_array_elements(waiting) as item
      join pg_type typ on (item ->> 'class')::oid = 'pg_type'::regclass and typ.oid = (item ->> 'id')::oid
        and typ.typtype = 'b' and typ.typcategory <> 'A'
      left join pg_depend dep on dep.classid = 'pg_type'::regclass and dep.objid = typ.oid and dep.deptype = 'e'
      left join pg_extension ext on ext.oid = dep.refobjid;
      if circle.members is not null then
        raise exception using errcode = '${sqlstates.extensionMember}', message = 'an extension has its own say over what would be changed',
          detail = circle.members, hint = ${quoteLiteral(hintOf(sqlstates.extensionMember))};
      end if;
      raise exception using errcode = '${sqlstates.circle}',
        message = coalesce('a base type and its functions stand on each other: ' || circle.own, 'objects stand on each other in a circle'),
        detail = (select string_agg(pg_describe_object((item ->> 'class')::oid, (item ->> 'id')::oid, 0), E'\\n') from jsonb_array_elements(waiting) as item),
        hint = ${quoteLiteral(hintOf(sqlstates.circle))};
    end if;
    nodes := nodes || ready;
  end loop;`;

const describe = `
  -- what each is, and what belongs to it
  with node as materialized (
    select item ->> 'key' as key, (item ->> 'class')::oid as class, (item ->> 'id')::oid as id,
      (item ->> 'sub')::integer as sub, (item ->> 'starts')::boolean as starts, place
    from jsonb_array_elements(nodes) with ordinality as element(item, place)
    where not (item ->> 'inner')::boolean
  ),
  definition as materialized (
    ${definitionsQuery}
  ),
  stop as materialized (
    ${stopsQuery}
  ),
  detail as materialized (
    ${detailsQuery}
  )
  select
    (select jsonb_agg(jsonb_build_object(
        'object', named.words, 'reason', stop.reason, 'is_member', stop.is_member) order by node.place)
      from (select distinct on (key) * from stop order by key, is_member desc) as stop
      join node on node.key = stop.key
      ${wordsOfNode}),
    (select jsonb_agg(jsonb_build_object(
        'object', named.words, 'address', case when node.class = 'pg_operator'::regclass then jsonb_build_object('type', 'operator', 'operator', node.id::regoperator)
          when node.sub >= 0 then to_jsonb(address) end,
        'drop', case when drops or not node.starts then definition.drop end, 'create', case when not node.starts then definition.create end,
        'starts', node.starts,
        'part_of', (select to_jsonb(part) from pg_identify_object_as_address('pg_class'::regclass, definition.part_of, 0) as part
          where definition.part_of is not null),
        'details', (select coalesce(jsonb_agg(to_jsonb(detail) - 'key' order by detail.phase), '[]') from detail where detail.key = node.key)
      ) order by node.place)
      from node join definition on definition.key = node.key
      ${wordsOfNode}
      cross join lateral pg_identify_object_as_address(node.class, node.id, greatest(node.sub, 0)) as address),
    case when call ? 'expected' then (
      select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(listed)) order by listed.object collate "C"), '[]') from (
    ${listQuery}
      ) as listed) end
  into stops, aside, standing;
  if stops is not null then
    raise exception using
      errcode = case when (stops @> '[{"is_member": true}]') then '${sqlstates.extensionMember}' else '${sqlstates.holdData}' end,
      message = case when (stops @> '[{"is_member": true}]') then 'an extension has its own say over what would be changed'
        else 'what stands on the change holds data, or cannot be made again' end,
      detail = (select string_agg(concat(stop ->> 'object', ' (', stop ->> 'reason', ')'), E'\\n') from jsonb_array_elements(stops) as stop),
      hint = case when (stops @> '[{"is_member": true}]') then ${quoteLiteral(hintOf(sqlstates.extensionMember))}
        else ${quoteLiteral(hintOf(sqlstates.holdData))} end;
  end if;`;

/** Raises unless what stands there is what was expected, with owners and grants; what is aside already need not stand. */
const compare = `
  -- no more and no less than was frozen
  expected := (select coalesce(jsonb_agg(item), '[]') from jsonb_array_elements(call -> 'expected') as item
    where not exists (select from jsonb_array_elements(coalesce(nullif(current_setting('${asideSetting}', true), ''), '{}')::jsonb -> (call ->> 'scope')) as gone
      where gone ->> 'object' = item ->> 'object'));
  if call ? 'expected' and (
    exists (select item from jsonb_array_elements(expected) as item except select item from jsonb_array_elements(standing) as item)
    or exists (select item from jsonb_array_elements(standing) as item except select item from jsonb_array_elements(expected) as item)
  ) then
    raise exception using errcode = '${sqlstates.changed}',
      message = 'what stands on the change is not what was frozen',
      detail = (
        select string_agg(concat(sign, item ->> 'object', ', owner ' || (item ->> 'owner'), case item -> 'grants' when '[]' then ', nothing granted'
          else ', ' || (select string_agg(told, ', ') from jsonb_array_elements_text(item -> 'grants') as told) end), E'\\n')
        from (
          select 'frozen: ' as sign, item from jsonb_array_elements(expected) as item
          where not exists (select from jsonb_array_elements(standing) as other where other = item)
          union all
          select 'there: ', item from jsonb_array_elements(standing) as item
          where not exists (select from jsonb_array_elements(expected) as other where other = item)
        ) as differing),
      hint = ${quoteLiteral(hintOf(sqlstates.changed))};
  end if;`;

const dropThem = `
  -- and they go
  if aside is not null then
    for entry in select item from jsonb_array_elements(aside) as item loop
      if entry ->> 'drop' is not null then
        execute entry ->> 'drop';
      end if;
    end loop;
    perform set_config('${asideSetting}', (
      select jsonb_set(kept, array[call ->> 'scope'], coalesce(kept -> (call ->> 'scope'), '[]') || aside)::text
      from (select coalesce(nullif(current_setting('${asideSetting}', true), ''), '{}')::jsonb as kept) as setting), true);
  end if;`;
