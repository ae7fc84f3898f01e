/**
 * The rows of `limbeck_assets`, written with one statement however many files a revision loads.
 */
import type { AssetVersion } from '../assets/asset-history.js';
import { parseIdentity } from '../sql/identity.js';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';

/**
 * Makes the statement that notes versions as installed, with the identities of their objects as the server prints
 * them; the manifest's own words where that is not clear.
 *
 * Looked up by name and number of arguments: `to_regprocedure` and its like raise for types that are not
 * there or not on the search path, and a ledger must not fail a revision.
 *
 * @param versions - one for each path
 */
export function installText(table: string, versions: readonly AssetVersion[]): string {
  const rows = versions.flatMap((version) => {
    const objects = version.entry.objects.map(objectValues);
    return (objects.length === 0 ? [noObject] : objects).map((values, place) =>
      rowText(version, place, values),
    );
  });
  return `insert into ${table} (path, sha256, revision, identities)
select path, sha256, revision, coalesce(array_agg(kind || coalesce(${printed}, own) order by place) filter (where own <> ''), '{}')
from (values
  ${rows.join(',\n  ')}
) as asset (path, sha256, revision, place, kind, catalog, namespace, name, inputs, own)
group by path, sha256, revision
on conflict (path) do update set sha256 = excluded.sha256, revision = excluded.revision, identities = excluded.identities, installed_at = excluded.installed_at`;
}

type ObjectValues = readonly [
  kind: string,
  catalog: string,
  namespace: string,
  name: string,
  inputs: number,
  own: string,
];

const noObject: ObjectValues = ['', '', '', '', 0, ''];

function rowText({ path, sha256, revision }: AssetVersion, place: number, values: ObjectValues): string {
  const [kind, catalog, namespace, name, inputs, own] = values;
  const file = [path, sha256, revision].map(quoteLiteral);
  const object = [kind, catalog, namespace, name].map(quoteLiteral);
  return `(${[...file, place, ...object, inputs, quoteLiteral(own)].join(', ')})`;
}

function objectValues(object: string): ObjectValues {
  const identity = parseIdentity(object);
  if (identity === undefined) return ['', '', '', '', 0, object];
  const { kind, schema, name, inputs } = identity;
  const own = object.slice(kind.length + 1);
  return [`${kind} `, catalogOf(kind), quoteIdentifier(schema), name, inputs, own];
}

function catalogOf(kind: string): string {
  if (kind === 'view' || kind === 'materialized view') return 'pg_class';
  return kind === 'type' || kind === 'domain' ? 'pg_type' : 'pg_proc';
}

const catalogs = [
  ['pg_proc', 'pro', ' and pronargs = inputs'],
  ['pg_class', 'rel', ''],
  ['pg_type', 'typ', ''],
] as const;

const branches = catalogs.map(
  ([catalog, prefix, more]) => `
  when '${catalog}' then (select min((pg_identify_object('${catalog}'::regclass, oid, 0)).identity) from ${catalog}
    where ${prefix}namespace = to_regnamespace(namespace) and ${prefix}name = asset.name${more} having count(*) = 1)`,
);

const printed = `case catalog${branches.join('')} end`;
