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
    `  members := (select pg_catalog.string_agg(pg_catalog.concat(words, ' (it belongs to extension ', extname, ')'), E'\\n')
    from (
      select ext.extname, nsp.nspname as schema, proc.proname as name, 'routine' as kind,
        ${bareTypes('pg_catalog.oidvectortypes(proc.proargtypes)')} as types
      from ${members('pg_proc', 'proc')} join pg_catalog.pg_namespace nsp on nsp.oid = proc.pronamespace
      union all
      select ext.extname, nsp.nspname, rel.relname, 'view', ''
      from ${members('pg_class', 'rel')} join pg_catalog.pg_namespace nsp on nsp.oid = rel.relnamespace
      union all
      select ext.extname, nsp.nspname, typ.typname, 'type', ''
      from ${members('pg_type', 'typ')} join pg_catalog.pg_namespace nsp on nsp.oid = typ.typnamespace
    ) as ext
    join (values
      ${wanted.join(',\n      ')}
    ) as wanted(words, kind, schema, name, types) using (kind, schema, name, types));
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
  const family = families[kind];
  return family === undefined
    ? []
    : [`(${[object, family, schema, name, types].map(quoteLiteral).join(', ')})`];
}

const families: Readonly<Record<string, string>> = {
  function: 'routine',
  procedure: 'routine',
  aggregate: 'routine',
  view: 'view',
  'materialized view': 'view',
  type: 'type',
  domain: 'type',
};

/** Begins with the extensions, which have few objects or none: most objects belong to nobody. */
function members(catalog: string, alias: string): string {
  return `pg_catalog.pg_extension ext
      join pg_catalog.pg_depend dep on dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        and dep.refobjid = ext.oid and dep.deptype = 'e' and dep.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass
      join pg_catalog.${catalog} ${alias} on ${alias}.oid = dep.objid`;
}

/** Without schemas, which the server prints or leaves out by the search path. */
function bareTypes(types: string): string {
  return `pg_catalog.regexp_replace(${types}, '("([^"]|"")+"|[A-Za-z0-9_$]+)\\.', '', 'g')`;
}
