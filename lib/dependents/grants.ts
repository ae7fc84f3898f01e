/**
 * Giving an object its grants back.
 *
 * What is made anew has the grants that default privileges give, and a new file may grant and revoke as well. So an
 * object gets what it had, less what the file has revoked, and what the file has granted; what default privileges
 * alone have given goes. Grants are given by their own grantors, in their old order.
 */
import { quoteLiteral } from '../sql/quote.js';
import { hintOf, sqlstates } from './failures.js';

export const grantsVariables = `  owner_now pg_catalog.oid;
  acl_now pg_catalog.aclitem[];
  had pg_catalog.jsonb;
  has pg_catalog.jsonb;
  usual pg_catalog.jsonb;
  wanted pg_catalog.jsonb;
  given record;
  is_anew pg_catalog.bool;
  own_role pg_catalog.text;`;

const exploded = (
  acl: string,
) => `(select coalesce(jsonb_agg(to_jsonb(item) - 'place' order by item.place), '[]')
          from aclexplode(${acl}) with ordinality as item(grantor, grantee, privilege_type, is_grantable, place))`;

const items = (list: string, name: string) =>
  `jsonb_to_recordset(${list}) as ${name}(grantor oid, grantee oid, privilege_type text, is_grantable boolean)`;

/** The same, with a column `place` that counts from `start`. */
const placed = (list: string, name: string, start: number) =>
  `(select ${name}.grantor, ${name}.grantee, ${name}.privilege_type, ${name}.is_grantable, ${start} + place as place
                from rows from (jsonb_to_recordset(${list}) as (grantor oid, grantee oid, privilege_type text, is_grantable boolean)) with ordinality
                  as ${name}(grantor, grantee, privilege_type, is_grantable, place)) as ${name}`;

/** What belongs to the earlier owner is the new one's, as ALTER … OWNER has it. */
const ownedBy = (list: string, before: string) => `(select coalesce(jsonb_agg(jsonb_build_object(
            'grantor', case item.grantor when ${before} then owner_now else item.grantor end,
            'grantee', case item.grantee when ${before} then owner_now else item.grantee end,
            'privilege_type', item.privilege_type, 'is_grantable', item.is_grantable)), '[]')
          from ${items(list, 'item')})`;

const setRole = (role: string) => `perform set_config('role', ${role}, true);`;

/** A privilege as GRANT and REVOKE write it; of a column with its name behind. */
const commandOf = (verb: string, preposition: string, end: string) =>
  `format('${verb} %s%s on %s ${preposition} %s%s', given.privilege_type,
            ' (' || quote_ident(detail ->> 'col') || ')', detail #>> '{grants,on}',
            case given.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(given.grantee)) end, ${end})`;

/** Works on `detail` and `object`; `exists_again` says whether its own file has made it. */
export const restoreGrants = `        -- what it has, what it had, and what it would have if nobody had granted anything
        case object.classid
          when 'pg_class'::regclass then
            select relowner, relacl into owner_now, acl_now from pg_class where oid = object.objid;
            if detail ->> 'col' is not null then
              acl_now := (select attacl from pg_attribute where attrelid = object.objid and attnum = object.objsubid);
            end if;
          when 'pg_proc'::regclass then select proowner, proacl into owner_now, acl_now from pg_proc where oid = object.objid;
          else select typowner, typacl into owner_now, acl_now from pg_type where oid = object.objid;
        end case;
        has := ${exploded(`coalesce(acl_now, acldefault((detail #>> '{grants,kind}')::"char", owner_now))`)};
        had := ${ownedBy(`detail #> '{grants,acl}'`, `(detail #>> '{grants,owner}')::oid`)};
        usual := ${exploded(`(
          select coalesce((select defaclacl from pg_default_acl where defaclrole = creator and defaclnamespace = 0 and defaclobjtype = kind),
              acldefault(kind, creator))
            || coalesce((select defaclacl from pg_default_acl where defaclrole = creator and defaclobjtype = kind and defaclnamespace = (
              select relnamespace from pg_class where oid = object.objid and object.classid = 'pg_class'::regclass
              union all select pronamespace from pg_proc where oid = object.objid and object.classid = 'pg_proc'::regclass
              union all select typnamespace from pg_type where oid = object.objid and object.classid = 'pg_type'::regclass)), '{}')
          from (select (detail #>> '{grants,kind}')::"char" as kind) as letter where kind <> 'c')`)};
        usual := ${ownedBy('usual', 'creator')};
        if exists_again then
          wanted := (
            select coalesce(jsonb_agg(to_jsonb(item) - 'place' order by place), '[]') from (
              select item.* from ${placed('had', 'item', 0)}
              where not exists (
                select from ${items('usual', 'was')}
                where was.grantee = item.grantee and was.privilege_type = item.privilege_type
                  and not exists (select from ${items('has', 'new')} where new.grantee = was.grantee and new.privilege_type = was.privilege_type))
              union all
              select new.* from ${placed('has', 'new', 1000000)}
              where not exists (
                select from ${items('usual', 'was')}
                where was.grantee = new.grantee and was.privilege_type = new.privilege_type and was.is_grantable >= new.is_grantable)
                and not exists (select from ${items('had', 'other')} where to_jsonb(other) = to_jsonb(new) - 'place')
            ) as item);
        else
          wanted := had;
        end if;
        if has <> wanted then
          -- a REVOKE on a table takes the grants on its columns with it, which a new file may have given
          is_anew := not exists_again or detail ->> 'col' is not null or object.classid <> 'pg_class'::regclass
            or not exists (select from pg_attribute where attrelid = object.objid and attacl is not null);
          own_role := current_setting('role');
          for given in
            select distinct grantor, grantee, privilege_type from ${items('has', 'item')}
            where is_anew or not exists (
              select from ${items('wanted', 'other')} where other.grantor = item.grantor and other.grantee = item.grantee and other.privilege_type = item.privilege_type)
          loop
            execute ${commandOf('revoke', 'from', `' cascade'`)};
          end loop;
          for given in select item.* from ${items('wanted', 'item')} loop
            if given.grantor <> owner_now then
              ${setRole('pg_get_userbyid(given.grantor)')}
            end if;
            execute ${commandOf('grant', 'to', `case when given.is_grantable then ' with grant option' end`)};
            ${setRole('own_role')}
          end loop;
          -- where a role could not grant, the server has only warned
          select case when object.objsubid > 0 then (select attacl from pg_attribute where attrelid = object.objid and attnum = object.objsubid)
              when object.classid = 'pg_class'::regclass then (select relacl from pg_class where oid = object.objid)
              when object.classid = 'pg_proc'::regclass then (select proacl from pg_proc where oid = object.objid)
              else (select typacl from pg_type where oid = object.objid) end into acl_now;
          has := ${exploded(`coalesce(acl_now, acldefault((detail #>> '{grants,kind}')::"char", owner_now))`)};
          if not (has @> wanted and wanted @> has) then
            raise exception using errcode = '${sqlstates.notRestored}', message = 'not all of its grants could be given back',
              detail = (
                select string_agg(format('%s %s of %s from %s on %s', sign, item.privilege_type,
                  case item.grantee when 0 then 'PUBLIC' else pg_get_userbyid(item.grantee) end, pg_get_userbyid(item.grantor),
                  concat_ws(' column ', detail #>> '{grants,on}', detail ->> 'col')), E'\\n')
                from (
                  select 'lacks' as sign, one.* from ${items('wanted', 'one')} where not has @> jsonb_build_array(to_jsonb(one))
                  union all
                  select 'has', one.* from ${items('has', 'one')} where not wanted @> jsonb_build_array(to_jsonb(one))
                ) as item), hint = ${quoteLiteral(hintOf(sqlstates.notRestored))};
          end if;
        end if;`;
