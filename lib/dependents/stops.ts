/**
 * What stops setting aside: reasons in words, for each node that cannot go.
 */

/** The oid of a role can be acted as: what it owns can be dropped, and given back to it. */
const actsAs = (role: string, asWhom: string) => `pg_has_role(${asWhom}, ${role},
        case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end)`;

/** Query: `key` and `reason` of what stops. */
export const stopsQuery = `select node.key, 'it belongs to extension ' || quote_ident(ext.extname) as reason, true as is_member
    from node
    join pg_depend dep
      on dep.classid = node.class and dep.objid = node.id and dep.deptype = 'e'
      and dep.refclassid = 'pg_extension'::regclass
    join pg_extension ext on ext.oid = dep.refobjid
    union all
    select node.key, case
        when rel.relkind in ('r', 'p', 'f') and node.sub > 0 then 'a column holds data'
        when rel.relkind = 'p' then 'it is partitioned by it'
        when rel.relkind in ('r', 'f') then 'a table holds data'
        when rel.relkind in ('i', 'I') then 'an index of a table is built from its data'
        when def.oid is not null then 'a generated column holds data'
        else 'limbeck cannot make it again'
      end, false
    from node
    left join definition on definition.key = node.key
    left join pg_class rel on node.class = 'pg_class'::regclass and rel.oid = node.id
    left join pg_attrdef def on node.class = 'pg_attrdef'::regclass and def.oid = node.id
    where definition.key is null
    union all
    select definition.key, definition.stop, false
    from definition
    where definition.stop is not null
    union all
    select definition.key, format('it belongs to role %I, which %I cannot act as', pg_get_userbyid(definition.owner), current_user), false
    from definition
    where definition.owner is not null and not ${actsAs('definition.owner', 'current_user')}
    union all
    select distinct definition.key, format('role %I has granted on it, and %I cannot act as that', pg_get_userbyid(item.grantor), session_user), false
    from definition
    join node on node.key = definition.key
    left join pg_attribute att
      on node.class = 'pg_class'::regclass and att.attrelid = node.id and att.attacl is not null
    cross join lateral aclexplode(array_cat(definition.acl, att.attacl)) as item
    where definition.grant_on is not null and item.grantor <> definition.owner and not ${actsAs('item.grantor', 'session_user')}`;
