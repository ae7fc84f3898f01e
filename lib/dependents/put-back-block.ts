/**
 * The block that puts back: make what is missing, parent first, then give everything what it had.
 */
import { doBlock } from '../sql/psql-text.js';
import { quoteLiteral } from '../sql/quote.js';
import type { PutBackOptions } from './aside-options.js';
import { asideSetting, readWanted, wantedText, wantedVariable } from './block-settings.js';
import { phases } from './details.js';
import { tellingHandler } from './failures.js';
import { grantsVariables, restoreGrants } from './grants.js';
import { pinSettings, restoreSettings, settingsVariable } from './settings.js';

/** Makes the text that says what may stay aside. */
export function putBackArguments({ later = [] }: PutBackOptions): string {
  return wantedText({ later });
}

/** Makes the text of the block; it is the same for all that is of one scope. */
export function putBackBlock({ scope = '' }: PutBackOptions): string {
  const body = [
    `  kept := coalesce(nullif(pg_catalog.current_setting('${asideSetting}', true), ''), '{}')::pg_catalog.jsonb;
  aside := kept -> ${quoteLiteral(scope)};
  if aside is null then
    return;
  end if;
  ${readWanted}
  creator := (select oid from pg_catalog.pg_roles where rolname = current_user);`,
    pinSettings,
    `  begin`,
    create,
    details,
    `  ${tellingHandler('cannot be put back')}
  end;`,
    restoreSettings,
    refresh,
    `  kept := kept - ${quoteLiteral(scope)};
  if waiting <> '[]' then
    kept := kept || pg_catalog.jsonb_build_object(${quoteLiteral(scope)}, waiting);
  end if;
  perform pg_catalog.set_config('${asideSetting}', coalesce(nullif(kept, '{}')::pg_catalog.text, ''), true);`,
  ].join('\n');
  return doBlock(body, variables);
}

const variables = `${settingsVariable}
${wantedVariable}
  waiting pg_catalog.jsonb := '[]';
  kept pg_catalog.jsonb;
  aside pg_catalog.jsonb;
  entry pg_catalog.jsonb;
  detail pg_catalog.jsonb;
  creator pg_catalog.oid;
  object record;
  other_kind pg_catalog.text;
  parent record;
  exists_again pg_catalog.bool;
  is_wanted pg_catalog.bool;
  made pg_catalog.text[] := '{}';
  said pg_catalog.text;
  problem pg_catalog.text;
  problem_detail pg_catalog.text;
${grantsVariables}`;

/**
 * Sets `variable` to the object at a kept address; its `classid` is null where there is none.
 *
 * Addresses cannot name an operator with one side. One without a function is only a name that its commutator noted.
 */
const find = (variable: string, address: string) => `begin
        if ${address} ->> 'type' = 'operator' then
          select 'pg_operator'::regclass::oid as classid, opr.oid as objid, 0 as objsubid into ${variable}
          from pg_operator opr where opr.oid = to_regoperator(${address} ->> 'operator') and opr.oprcode::oid <> 0;
        else
          select found.* into ${variable} from pg_get_object_address(${address} ->> 'type',
            array(select jsonb_array_elements_text(${address} -> 'object_names')),
            array(select jsonb_array_elements_text(${address} -> 'object_args'))) as found;
        end if;
      exception when others then
        select null::oid as classid, null::oid as objid, 0 as objsubid into ${variable};
      end;`;

/** The kind that a new definition may have made of another one: what has no words of its own kind stays. */
const kin = `'{"view": "materialized view", "materialized view": "view", "function": "procedure", "procedure": "function"}'::jsonb`;

/** As `find`, of the object of `entry`; `other_kind` is the kind that it has become, null if none. */
const findAgain = `${find('object', "(entry -> 'address')")}
      other_kind := case when object.classid is null then ${kin} ->> (entry #>> '{address,type}') end;
      if other_kind is not null then
        ${find('object', "(entry -> 'address' || jsonb_build_object('type', other_kind))")}
      end if;`;

/** Words for what has another kind now: it has no settings of the old one. */
const inOtherWords = `if other_kind is not null then
        continue when (detail ->> 'phase')::integer = ${phases.settings};
        detail := detail || jsonb_build_object(
          'command', regexp_replace(detail ->> 'command', concat('^(alter|comment on|security label for \\S+ on) ', entry #>> '{address,type}', ' '), concat('\\1 ', other_kind, ' ')),
          'grants', detail -> 'grants' || jsonb_build_object('on', regexp_replace(detail #>> '{grants,on}', '^(function|procedure) ', concat(other_kind, ' '))));
      end if;`;

/** A target is made by its own file, or not at all; its parts come back only if it does. */
const create = `
    -- parent first
    for entry in select item from jsonb_array_elements(aside) with ordinality as element(item, place) order by place desc loop
      said := entry ->> 'object';
      ${findAgain}
      continue when object.classid is not null or entry ->> 'create' is null;
      if entry -> 'part_of' <> 'null' then
        ${find('parent', "(entry -> 'part_of')")}
        if parent.classid is null then
          if waiting <> '[]' then
            waiting := jsonb_build_array(entry) || waiting;
          end if;
          continue;
        end if;
      end if;
      begin
        execute entry ->> 'create';
      exception when others then
        -- what a later file makes, and what stands on that, may not fit yet
        if waiting = '[]' and not coalesce((call -> 'later') ? (entry ->> 'object'), false) then
          raise;
        end if;
        waiting := jsonb_build_array(entry) || waiting;
        continue;
      end;
      made := made || (entry ->> 'object');
    end loop;`;

const details = `
    -- and what each had
    for entry, detail in
      select item, part from jsonb_array_elements(aside) with ordinality as element(item, place)
      cross join lateral jsonb_array_elements(item -> 'details') as part
      where (part ->> 'phase')::integer < ${phases.data}
      order by (part ->> 'phase')::integer, place desc, part ->> 'col' nulls first
    loop
      said := entry ->> 'object';
      ${findAgain}
      continue when object.classid is null;
      exists_again := not said = any (made);
      ${inOtherWords}
      if detail ->> 'col' is not null then
        if object.classid = 'pg_type'::regclass then
          object.classid := 'pg_class'::regclass;
          object.objid := (select typrelid from pg_type where oid = object.objid);
        end if;
        object.objsubid := (select attnum from pg_attribute
          where attrelid = object.objid and attname = detail ->> 'col' and not attisdropped);
        continue when object.objsubid is null;
      end if;
      continue when exists_again and (detail ->> 'is_definition')::boolean;
      if detail ->> 'unless' is not null and exists_again then
        execute 'select not (' || (detail ->> 'unless') || ')' into is_wanted using object.classid, object.objid, object.objsubid;
        continue when not is_wanted;
      end if;
      if detail ->> 'command' is not null then
        execute detail ->> 'command';
      else
${restoreGrants}
      end if;
    end loop;`;

/** With the search path of the session, by which the functions of a materialized view may find their tables. */
const refresh = `  begin
    for entry, detail in
      select item, part from pg_catalog.jsonb_array_elements(aside) with ordinality as element(item, place)
      cross join lateral pg_catalog.jsonb_array_elements(item -> 'details') as part
      where (part ->> 'phase')::pg_catalog.int4 = ${phases.data} and item ->> 'object' = any (made)
      order by place desc
    loop
      said := entry ->> 'object';
      execute detail ->> 'command';
    end loop;
  ${tellingHandler('cannot be filled again')}
  end;`;
