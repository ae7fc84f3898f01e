/**
 * Details: what belongs to an object beside its definition, as commands that give it back.
 *
 * Each is a query over `node` and `definition` (the rows of all kinds) with the columns `key`, `phase`, `col` (the
 * name of the column that it is about), `command`, `unless` (a condition on what is there by then: nothing is done),
 * `is_definition` (it matters only for what was made from its old definition) and `grants`.
 */
import { quoteLiteral } from '../sql/quote.js';
import { columnSettings } from './columns.js';

/** In which order details are given back: an owner may not be able to do what comes before. */
export const phases = { settings: 1, words: 2, owner: 3, grants: 4, data: 5 };

const settings = `select definition.key, ${phases.settings} as phase, null::name as col, setting.command,
      setting.unless, setting.is_definition, null::jsonb as grants
    from definition
    cross join lateral jsonb_to_recordset(definition.settings) as setting(command text, unless text, is_definition boolean)
    where setting.command is not null`;

const itsColumns = `join pg_attribute att on att.attnum > 0 and not att.attisdropped
      and att.attrelid = case node.class when 'pg_class'::regclass then node.id
        when 'pg_type'::regclass then (select typrelid from pg_type where oid = node.id) end`;

const ofColumns = `select node.key, ${phases.settings}, att.attname, setting.command, setting.unless, false, null
    from definition
    join node on node.key = definition.key
    ${itsColumns}
    join pg_class rel on rel.oid = node.id and node.class = 'pg_class'::regclass
    join pg_type typ on typ.oid = att.atttypid
    cross join lateral (values
      ${columnSettings.map(({ command, unless }) => `(${command}, ${quoteLiteral(unless)})`).join(',\n      ')}
    ) as setting(command, unless)
    where setting.command is not null`;

const hasComment = quoteLiteral(
  'exists (select from pg_description where classoid = $1 and objoid = $2 and objsubid = $3)',
);

const comments = `select definition.key, ${phases.words}, null,
      format('comment on %s is %L', definition.named, said.description), ${hasComment}, false, null
    from definition
    join node on node.key = definition.key
    join pg_description said on said.classoid = node.class and said.objoid = node.id and said.objsubid = 0 and node.sub = 0`;

const columnComments = `select definition.key, ${phases.words}, att.attname,
      format('comment on column %s.%I is %L', att.attrelid::regclass, att.attname, said.description), ${hasComment}, false, null
    from definition
    join node on node.key = definition.key
    ${itsColumns}
    join pg_description said
      on said.classoid = 'pg_class'::regclass and said.objoid = att.attrelid and said.objsubid = att.attnum`;

const labels = `select definition.key, ${phases.words}, att.attname,
      format('security label for %I on %s is %L', given.provider,
        coalesce(format('column %s.%I', case when att.attname is not null then node.id::regclass end, att.attname), definition.named),
        given.label),
      format('exists (select from pg_seclabel where classoid = $1 and objoid = $2 and objsubid = $3 and provider = %L)', given.provider),
      false, null
    from definition
    join node on node.key = definition.key
    join pg_seclabel given on given.classoid = node.class and given.objoid = node.id
    left join pg_attribute att
      on node.class = 'pg_class'::regclass and att.attrelid = node.id and att.attnum = nullif(given.objsubid, 0)`;

const extensions = `select definition.key, ${phases.words}, null,
      format('alter %s depends on extension %I', definition.named, ext.extname),
      format('exists (select from pg_depend where classid = $1 and objid = $2 and refobjid = %s and deptype = ''x'')', ext.oid),
      false, null
    from definition
    join node on node.key = definition.key
    join pg_depend dep
      on dep.classid = node.class and dep.objid = node.id and dep.deptype = 'x'
      and dep.refclassid = 'pg_extension'::regclass
    join pg_extension ext on ext.oid = dep.refobjid`;

/** Given away only by the role that has it by having made it; an owner that the new definition names stays. */
const owners = `select definition.key, ${phases.owner}, null,
      format('alter %s owner to %I', definition.named, pg_get_userbyid(definition.owner)),
      format('%s <> (select oid from pg_roles where rolname = current_user)', case node.class
        when 'pg_class'::regclass then '(select relowner from pg_class where oid = $2)'
        when 'pg_proc'::regclass then '(select proowner from pg_proc where oid = $2)'
        when 'pg_type'::regclass then '(select typowner from pg_type where oid = $2)'
        when 'pg_operator'::regclass then '(select oprowner from pg_operator where oid = $2)'
        when 'pg_statistic_ext'::regclass then '(select stxowner from pg_statistic_ext where oid = $2)'
        else '(select evtowner from pg_event_trigger where oid = $2)' end),
      false, null
    from definition
    join node on node.key = definition.key
    where definition.owner is not null`;

const privileges = (acl: string) => `(select coalesce(jsonb_agg(to_jsonb(item) order by item.place), '[]')
        from aclexplode(${acl}) with ordinality as item(grantor, grantee, privilege_type, is_grantable, place))`;

const grants = `select definition.key, ${phases.grants}, null, null, null, false,
      jsonb_build_object('on', definition.grant_on, 'kind', definition.acl_kind, 'owner', definition.owner,
        'acl', ${privileges('coalesce(definition.acl, acldefault(definition.acl_kind::"char", definition.owner))')},
        'is_default', definition.acl is null)
    from definition
    where definition.grant_on is not null`;

const columnGrants = `select definition.key, ${phases.grants}, att.attname, null, null, false,
      jsonb_build_object('on', definition.grant_on, 'kind', 'c', 'owner', definition.owner,
        'acl', ${privileges('att.attacl')}, 'is_default', false)
    from definition
    join node on node.key = definition.key
    ${itsColumns}
    where definition.grant_on is not null and att.attacl is not null`;

const populated = `select definition.key, ${phases.data}, null, format('refresh %s', definition.named), null, true, null
    from definition
    join node on node.key = definition.key
    join pg_class rel on node.class = 'pg_class'::regclass and rel.oid = node.id
    where rel.relkind = 'm' and rel.relispopulated`;

/** All details of all nodes. */
export const detailsQuery = [
  settings,
  ofColumns,
  comments,
  columnComments,
  labels,
  extensions,
  owners,
  grants,
  columnGrants,
  populated,
].join('\n    union all\n    ');
