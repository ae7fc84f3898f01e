/**
 * Members of extensions: never dropped, and never replaced.
 */
import { parseIdentity } from '../sql/identity.js';
import { doBlock } from '../sql/psql-text.js';
import { quoteLiteral } from '../sql/quote.js';
import { hintOf, sqlstates } from './failures.js';

/**
 * Makes the text of a block that raises when one of the objects is a member.
 *
 * They are looked for by their names: the server would raise for types that are not there yet.
 */
export function membersBlock(objects: readonly string[]): string {
  const wanted = objects.flatMap(wantedRow);
  if (wanted.length === 0) return doBlock('  null;');
  return doBlock(
    `  members := (select pg_catalog.string_agg(pg_catalog.concat(wanted.words, ' (it belongs to extension ', ext.extname, ')'), E'\\n')
    from (values
      ${wanted.join(',\n      ')}
    ) as wanted(words, kind, schema, name, types)
    join pg_catalog.pg_namespace nsp on nsp.nspname = wanted.schema
    cross join lateral (
      select 'pg_catalog.pg_proc'::regclass as class, proc.oid as id from pg_catalog.pg_proc proc
      where wanted.kind in ('function', 'procedure', 'aggregate') and proc.pronamespace = nsp.oid
        and proc.proname = wanted.name and ${bareTypes('pg_catalog.oidvectortypes(proc.proargtypes)')} = wanted.types
      union all
      select 'pg_catalog.pg_class'::regclass, rel.oid from pg_catalog.pg_class rel
      where wanted.kind in ('view', 'materialized view') and rel.relnamespace = nsp.oid and rel.relname = wanted.name
      union all
      select 'pg_catalog.pg_type'::regclass, typ.oid from pg_catalog.pg_type typ
      where wanted.kind in ('type', 'domain') and typ.typnamespace = nsp.oid and typ.typname = wanted.name
    ) as found
    join pg_catalog.pg_depend dep
      on dep.classid = found.class and dep.objid = found.id and dep.deptype = 'e'
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

function wantedRow(object: string): string[] {
  const identity = parseIdentity(object);
  if (identity === undefined) return [];
  const { kind, schema, name } = identity;
  const list = /\((.*)\)$/s.exec(object)?.[1] ?? '';
  const inputs = list === '*' ? [] : list.split(', ').filter((type) => !type.startsWith('OUT '));
  const types = inputs.join(', ').replaceAll(/("(?:[^"]|"")+"|[\w$]+)\./g, '');
  return [`(${[object, kind, schema, name, types].map(quoteLiteral).join(', ')})`];
}

/** Without schemas, which the server prints or leaves out by the search path. */
function bareTypes(types: string): string {
  return `pg_catalog.regexp_replace(${types}, '("([^"]|"")+"|[A-Za-z0-9_$]+)\\.', '', 'g')`;
}
