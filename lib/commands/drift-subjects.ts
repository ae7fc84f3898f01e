/**
 * Which objects of a snapshot the standing SQL files speak of: those that they define, and those on which they grant. Pure.
 */
import type { StandingVersion } from '../assets/asset-history.js';
import type { Snapshot } from '../schema/snapshot.js';
import { grantedObject, type GrantedObject } from '../sql/grants.js';
import { comparableIdentity, isGrant, parseIdentity } from '../sql/identity.js';
import { quoteQualified } from '../sql/quote.js';

/**
 * Returns what tells of which file an object is, and of which file the grants on it are.
 *
 * @param schema - where types without a schema are found
 */
export function subjectsOf(versions: readonly StandingVersion[], schema: string) {
  const owners = new Map<string, StandingVersion>();
  const grantors = new Map<string, StandingVersion>();
  for (const version of versions)
    for (const object of version.entry.objects) {
      const granted = grantedObject(object);
      if (granted !== undefined) grantors.set(grantedKey(granted, schema), version);
      else owners.set(comparableIdentity(object, schema), version);
    }
  return {
    subjectOf: (identity: string) => owners.get(comparableIdentity(identity, schema)),
    grantorOf: (identity: string) =>
      holderKeys(identity, schema)
        .map((key) => grantors.get(key))
        .find((version) => version !== undefined),
  };
}

/** Privileges on relations name any of them a table. */
const relation = /^(?:table|foreign table|view|materialized view|sequence) (.*)$/s;

function holderKeys(identity: string, schema: string): string[] {
  const name = relation.exec(identity)?.[1];
  if (name === undefined) return [comparableIdentity(identity, schema)];
  const all = identity.startsWith('sequence ') ? 'all sequences' : 'all tables';
  const own = /^("(?:[^"]|"")+"|[^".]+)\./.exec(name)?.[1] ?? '';
  return [`relation ${name}`, `${all} in schema ${own}`];
}

function grantedKey({ kind, name }: GrantedObject, schema: string): string {
  if (kind === 'table' || kind === 'sequence') return `relation ${name}`;
  return comparableIdentity(`${kind === 'routine' ? 'function' : kind} ${name}`, schema);
}

/** An object of a file that the scripts do not make. */
export interface Unbuilt {
  readonly identity: string;
  readonly subject: StandingVersion;
  /** Whether the database has it. */
  readonly isFound: boolean;
}

/**
 * Finds objects that files define and `built` lacks. Where the database has none either, an object counts only if its
 * name is known to be gone: the catalog may spell the rest of its identity in other words.
 */
export function findUnbuilt(
  versions: readonly StandingVersion[],
  built: Snapshot,
  found: Snapshot,
  schema: string,
): Unbuilt[] {
  const keysOf = ({ objects }: Snapshot) =>
    new Set([...objects.keys()].map((identity) => comparableIdentity(identity, schema)));
  const [inBuilt, inFound] = [keysOf(built), keysOf(found)];
  const names = new Set([...built.objects.keys()].map(nameOf));
  return versions.flatMap((subject) =>
    subject.entry.objects.flatMap((identity) => {
      const key = comparableIdentity(identity, schema);
      const isFound = inFound.has(key);
      const name = nameOf(identity);
      const isGone = isFound || (name !== undefined && !names.has(name));
      return isGrant(identity) || inBuilt.has(key) || !isGone ? [] : [{ identity, subject, isFound }];
    }),
  );
}

function nameOf(identity: string): string | undefined {
  const parsed = parseIdentity(identity);
  return parsed && quoteQualified(parsed.schema, parsed.name);
}
