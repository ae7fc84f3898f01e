/**
 * Drift: what objects of a database are, against what the scripts have made of them. Pure.
 *
 * Both sides are snapshots, so that formatting never matters. What scripts say nothing of is not judged: the owner, grants on
 * an object on which no script grants, comments; on a server these are often the business of somebody else.
 */
import { compareSnapshots, type Difference, withoutParts } from '../schema/compare-snapshots.js';
import { type SchemaObject, type Snapshot, snapshotOf } from '../schema/snapshot.js';

/** An object that is not what it should be. */
export interface Drift<Subject> {
  readonly identity: string;
  readonly subject: Subject;
  /** Whether it is not there at all. */
  readonly isMissing: boolean;
  /** From what it should be to what it is; of its parts as well. */
  readonly differences: readonly Difference[];
}

export interface DriftOptions<Subject> {
  /** Which objects are judged, and what they belong to. Parts, such as the indexes of a view, go with their whole. */
  readonly subjectOf: (identity: string) => Subject | undefined;
  /** Of which other objects, and of their columns, only the grants are judged, and what these belong to. Default: none. */
  readonly grantorOf?: (identity: string) => Subject | undefined;
  /** The role that has run the scripts of the expected side. */
  readonly builder: string;
}

/**
 * Compares the objects that have a subject, sorted by identity.
 *
 * @param expected - what the scripts make; what is not in it is not judged
 */
export function findDrift<Subject>(
  expected: Snapshot,
  found: Snapshot,
  { subjectOf, grantorOf = () => undefined, builder }: DriftOptions<Subject>,
): { readonly drifts: Drift<Subject>[]; readonly objects: number } {
  const all = [...expected.objects.values()].map(({ identity }) => identity);
  const names = new Set(all.filter((identity) => subjectOf(identity) !== undefined));
  const holders = new Set(
    all.filter((each) => !names.has(each) && found.objects.has(each) && grantorOf(each) !== undefined),
  );
  const isJudged = ({ identity, partOf }: SchemaObject) =>
    names.has(identity) || (partOf !== undefined && names.has(partOf));
  const isHolder = ({ identity, kind, partOf = '' }: SchemaObject) =>
    holders.has(identity) || (kind === 'column' && holders.has(partOf) && isOnBoth(identity));
  const isOnBoth = (identity: string) => expected.objects.has(identity) && found.objects.has(identity);
  const sides = [expected, found].map(({ objects }) =>
    [...objects.values()].flatMap((object) => {
      if (isJudged(object)) return [object];
      return isHolder(object) ? [withGrantsOnly(object)] : [];
    }),
  );
  const [want = [], have = []] = sides;
  const twins = new Map(want.map((object) => [object.identity, object]));
  const owners = [expected, found].map(ownersOf);
  const differences = withoutParts(
    compareSnapshots(
      snapshotOf(want.map((object) => said(object, object, owners[0], builder))),
      snapshotOf(have.map((object) => said(object, twins.get(object.identity), owners[1], builder))),
    ),
  );
  const partOf = new Map([...want, ...have].map((object) => [object.identity, object.partOf]));
  const wholes = all.filter((identity) => names.has(identity) || holders.has(identity));
  const drifts = wholes.flatMap((identity) => {
    const own = differences.filter(
      (each) => each.identity === identity || partOf.get(each.identity) === identity,
    );
    const subject = subjectOf(identity) ?? grantorOf(identity);
    if (own.length === 0 || subject === undefined) return [];
    return [{ identity, subject, isMissing: !found.objects.has(identity), differences: own }];
  });
  return { drifts, objects: wholes.length };
}

function withGrantsOnly(object: SchemaObject): SchemaObject {
  const { kind, identity, partOf } = object;
  const { grants } = object as { readonly grants?: unknown };
  return { kind, identity, ...(partOf !== undefined && { partOf }), grants } as unknown as SchemaObject;
}

/** The owner of each object; a part without one has that of its whole. */
function ownersOf({ objects }: Snapshot): (object: SchemaObject) => string | undefined {
  return (object) => {
    const { owner } = (objects.get(object.identity) ?? object) as { readonly owner?: string };
    const whole = object.partOf === undefined ? undefined : objects.get(object.partOf);
    return owner ?? (whole as { readonly owner?: string } | undefined)?.owner;
  };
}

/** An object with what the scripts say of it; `expected` is what they make. */
function said(
  object: SchemaObject,
  expected: SchemaObject | undefined,
  ownerOf: ((object: SchemaObject) => string | undefined) | undefined,
  builder: string,
): SchemaObject {
  const facts = new Map<string, unknown>(Object.entries(object));
  const made = new Map<string, unknown>(Object.entries(expected ?? object));
  for (const fact of ['comment', 'securityLabels', 'extensions']) if (!made.has(fact)) facts.delete(fact);
  if (facts.has('grants')) {
    const isSaid = JSON.stringify(made.get('grants'))?.includes('"privilege"') === true;
    facts.set('grants', isSaid ? withOwner(facts.get('grants'), ownerOf?.(object)) : []);
  }
  if (made.get('owner') === builder) facts.delete('owner');
  return Object.fromEntries(facts) as unknown as SchemaObject;
}

/** Grants name the owner; which role that is, is another matter. */
function withOwner(grants: unknown, owner: string | undefined): unknown {
  return JSON.parse(
    JSON.stringify(grants, (key, value: unknown) =>
      (key === 'grantor' || key === 'grantee') && value === owner ? 'the owner' : value,
    ),
  );
}
