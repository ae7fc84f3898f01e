/**
 * Snapshots: the schema of a database as data, one object after the other, and one hash over all.
 *
 * Two databases built by the same statements have equal snapshots, and so has one database before an
 * upgrade and after its downgrade, unless the downgrade forgot something. No oid and no column number
 * is part of it, nor is data. Compare snapshots that the same major version of PostgreSQL gave: another
 * one may print the same definition in other words.
 */
import { createHash } from 'node:crypto';
import { allKinds } from './kinds/all.js';
import { type Fields, readValues, type Values } from './snapshot-field.js';
import type { CommonFacts, Kind, ObjectOf } from './snapshot-kind.js';
import { type SnapshotOptions, snapshotQuery, type SnapshotRow } from './snapshot-query.js';

export { type SnapshotOptions, snapshotQuery } from './snapshot-query.js';

/** An object of a schema: a union by `kind`. */
export type SchemaObject = ObjectOf<(typeof allKinds)[number]>;

export interface Snapshot {
  /** By identity, such as `column public.builds.platform`, in the order of the identities. */
  readonly objects: ReadonlyMap<string, SchemaObject>;
  /** Over all that a comparison looks at, in hexadecimal. */
  readonly sha256: string;
}

/** Runs one statement and returns its rows. */
export type SnapshotReader = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Reads the snapshot of the database that `query` talks to, in one round trip. */
export async function readSnapshot(query: SnapshotReader, options: SnapshotOptions): Promise<Snapshot> {
  const rows = (await query(snapshotQuery(options))) as unknown as readonly SnapshotRow[];
  return snapshotOf(objectsOf(rows));
}

/** Returns the snapshot of the given objects, in whatever order they come. */
export function snapshotOf(list: Iterable<SchemaObject>): Snapshot {
  const sorted = [...list].sort((a, b) => compareTexts(a.identity, b.identity));
  const objects = new Map<string, SchemaObject>();
  const hash = createHash('sha256');
  for (const object of sorted) {
    const { identity, dependsOn: _derived, ...compared } = object;
    if (objects.has(identity)) throw new Error(`two catalog objects share the identity "${identity}"`);
    objects.set(identity, object);
    hash.update(`${JSON.stringify([identity, compared])}\n`);
  }
  return { objects, sha256: hash.digest('hex') };
}

/** By code unit, whatever the locale. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function objectsOf(rows: readonly SnapshotRow[]): readonly SchemaObject[] {
  const found = rows.map((row) => ({ row, object: objectOf(row) }));
  const identities = new Map(found.map(({ row, object }) => [String(row.n), object.identity]));
  return found.map(({ row, object }) => withNeeds(object, row.needs, identities));
}

function objectOf(row: SnapshotRow): SchemaObject {
  const kind: Kind | undefined = allKinds[row.kind];
  if (kind === undefined) throw new Error(`no kind has the number ${row.kind}`);
  const values = readValues(kind.fields, JSON.parse(row.data)) as Values<Fields>;
  const partOf = kind.partOf?.(values);
  return {
    kind: kind.kind,
    identity: kind.identity(values),
    ...(partOf !== undefined && { partOf }),
    ...values,
    ...factsOf(row),
  } as unknown as SchemaObject;
}

function factsOf({ comment, labels, extensions }: SnapshotRow): Partial<CommonFacts> {
  return {
    ...(comment !== null && { comment }),
    ...(labels !== null && { securityLabels: parsePairs(labels) }),
    ...(extensions !== null && { extensions: JSON.parse(extensions) as string[] }),
  };
}

function parsePairs(json: string) {
  return (JSON.parse(json) as [string, string][]).map(([provider, label]) => ({ provider, label }));
}

function withNeeds(
  object: SchemaObject,
  needs: string | null,
  identities: ReadonlyMap<string, string>,
): SchemaObject {
  if (needs === null) return object;
  const names = (JSON.parse(needs) as number[]).flatMap((n) => identities.get(String(n)) ?? []);
  const dependsOn = [...new Set(names)].filter((name) => name !== object.identity).sort(compareTexts);
  return { ...object, dependsOn };
}
