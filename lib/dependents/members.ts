/**
 * Members of extensions: never dropped, and never replaced.
 */
import { doBlock } from '../sql/psql-text.js';
import { quoteLiteral } from '../sql/quote.js';
import { hintOf, sqlstates } from './failures.js';
import { targetsQuery } from './targets.js';

/** Makes the text of a block that raises when one of the objects is a member. */
export function membersBlock(objects: readonly string[]): string {
  return doBlock(
    `  members := (select pg_catalog.string_agg(pg_catalog.concat(target.words, ' (it belongs to extension ', ext.extname, ')'), E'\\n')
    from (
    ${targetsQuery(objects.map((object) => ({ object })))}
    ) as target
    join pg_catalog.pg_depend dep
      on dep.classid = target.class and dep.objid = target.id and dep.deptype = 'e'
    join pg_catalog.pg_extension ext
      on dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and ext.oid = dep.refobjid);
  if members is not null then
    raise exception using errcode = '${sqlstates.extensionMember}',
      message = 'an extension has its own say over what would be changed', detail = members,
      hint = ${quoteLiteral(hintOf(sqlstates.extensionMember))};
  end if;`,
    '  members pg_catalog.text;',
  );
}
