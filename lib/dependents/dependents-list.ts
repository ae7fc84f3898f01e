/**
 * The list of what stands on targets, as manifests hold it.
 */
import { definitionsQuery } from './definitions.js';
import { type AsideTarget, targetsQuery } from './targets.js';
import { walkQuery } from './walk.js';
import { wordsOfNode } from './words.js';

/** A role of a grant; the owner is called so, that the list is the same where other roles own. */
const roleIn = (id: string) =>
  `case ${id} when 0 then 'PUBLIC' when definition.owner then 'owner' else pg_get_userbyid(${id})::text end`;

const words = (item: string, column = `''`) =>
  `concat(${roleIn(`${item}.grantee`)}, ' has ', ${item}.privilege_type, ${column},
            case when ${item}.is_grantable then ' with grant option' end, ' from ', ${roleIn(`${item}.grantor`)})`;

/** Only PostgreSQL 17 and later have MAINTAIN, also in GRANT ALL: the list is the same for all majors. */
const isListed = `item.privilege_type <> 'MAINTAIN'`;

const listed = (acl: string) => `(select coalesce(jsonb_agg(${words('item')} order by ${words('item')}), '[]')
          from aclexplode(${acl}) as item where ${isListed})`;

const usualAcl = 'acldefault(definition.acl_kind::"char", definition.owner)';

/** A GRANT and its REVOKE leave a list that says what none would. */
const isUsual = `(definition.acl is null or ${listed('definition.acl')} = ${listed(usualAcl)})`;

/** The owner's privileges are told only where it has given some up. */
const grants = `(
      select case when not ${isUsual} or count(told) > 0 then coalesce(jsonb_agg(told order by told collate "C"), '[]') end
      from (
        select ${words('item')} as told from aclexplode(definition.acl) as item
        where ${isListed} and not ${isUsual} and (item.grantee <> definition.owner or exists (
          select from aclexplode(${usualAcl}) as usual
          where usual.grantee = definition.owner and usual.privilege_type <> 'MAINTAIN' and usual.privilege_type not in (
            select other.privilege_type from aclexplode(definition.acl) as other where other.grantee = definition.owner)))
        union
        select ${words('item', `format(' (%I)', att.attname)`)}
        from pg_attribute att cross join lateral aclexplode(att.attacl) as item
        where node.class = 'pg_class'::regclass and att.attrelid = node.id
      ) as privileges
      where definition.grant_on is not null)`;

/** Query over `node` and `definition`: `object`, `owner` (null: the role itself), `grants` (null: the usual ones). */
export const listQuery = `select named.words as object,
      case when definition.owner <> (select oid from pg_roles where rolname = current_user)
        then pg_get_userbyid(definition.owner)::text end as owner,
      ${grants} as grants
    from node
    left join definition on definition.key = node.key
    ${wordsOfNode}
    where not node.starts`;

/**
 * Makes a query for what stands on the targets now: one row for each object, in the columns `object`, `owner` and
 * `grants` of a `Dependent` (null where it has none), sorted by object.
 */
export function readDependentsQuery(targets: readonly AsideTarget[]): string {
  if (targets.length === 0)
    return 'select null::text as object, null::text as owner, null::jsonb as grants where false';
  return `with found as materialized (
    select jsonb_agg(to_jsonb(target)) as targets from (
    ${targetsQuery(targets)}
    ) as target
  ),
  node as materialized (
    select * from (
    ${walkQuery('(select targets from found)', { columnsStay: 'false' })}
    ) as walked
    where not walked.inner
  ),
  definition as materialized (
    ${definitionsQuery}
  )
  select * from (${listQuery}) as listed order by object collate "C"`;
}
