/**
 * Schemas that a pattern without a schema does not look into.
 */
import { quoteLiteral } from '../sql/quote.js';
import type { QueryResult } from '../sql/statement.js';

const isOwn = (catalog: string) =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = o.oid and d.deptype = 'e')`;

/** Makes the query for schemas other than `schema` that hold functions, views or types of their own. */
export function otherSchemasText(schema: string): string {
  return `begin transaction read only;
select n.nspname as name from pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', ${quoteLiteral(schema)}) and (
    exists (select from pg_proc o where o.pronamespace = n.oid and ${isOwn('pg_proc')})
    or exists (select from pg_class o where o.relnamespace = n.oid and o.relkind in ('v', 'm') and ${isOwn('pg_class')})
    or exists (select from pg_type o where o.typnamespace = n.oid and o.typtype in ('e', 'd', 'r') and ${isOwn('pg_type')}))
  order by n.nspname collate "C";
commit`;
}

/** Reads the answer to `otherSchemasText`. */
export function otherSchemas(answers: readonly QueryResult[]): string[] {
  return (answers[1]?.rows ?? []).map(({ name }) => String(name));
}
