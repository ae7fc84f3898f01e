/**
 * What differs between two snapshots, property by property. Pure.
 */
import { allKinds } from './kinds/all.js';
import { compareTexts, type SchemaObject, type Snapshot } from './snapshot.js';
import type { Kind } from './snapshot-kind.js';

/** One thing that is different: an object that only one side has, or a property of one that both have. */
export type Difference = AddedObject | RemovedObject | ChangedProperty;

export interface AddedObject {
  readonly kind: 'added';
  readonly identity: string;
  readonly after: SchemaObject;
}

export interface RemovedObject {
  readonly kind: 'removed';
  readonly identity: string;
  readonly before: SchemaObject;
}

export interface ChangedProperty {
  readonly kind: 'changed';
  readonly identity: string;
  /** Where the property is: `type`, or `options`, `fillfactor`. */
  readonly path: readonly string[];
  /** Absent where there was none. */
  readonly before?: PropertyValue;
  /** Absent where there is none any more. */
  readonly after?: PropertyValue;
}

export type PropertyValue =
  | string
  | number
  | boolean
  | readonly PropertyValue[]
  | { readonly [name: string]: PropertyValue };

/**
 * Returns all differences, sorted by identity (by code unit, whatever the locale) and then in the order in
 * which a kind tells its properties.
 */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly Difference[] {
  if (before.sha256 === after.sha256) return [];
  const identities = new Set([...before.objects.keys(), ...after.objects.keys()]);
  return [...identities]
    .sort(compareTexts)
    .flatMap((identity) => compareObjects(before.objects.get(identity), after.objects.get(identity)));
}

/**
 * Leaves out what comes or goes with the object that it is a part of: of a table that only one side has, its
 * columns, constraints and indexes.
 */
export function withoutParts(differences: readonly Difference[]): readonly Difference[] {
  const whole = new Set(differences.filter(({ kind }) => kind !== 'changed').map(({ identity }) => identity));
  return differences.filter((difference) => {
    const partOf = objectIn(difference)?.partOf;
    return partOf === undefined || !whole.has(partOf);
  });
}

function objectIn(difference: Difference): SchemaObject | undefined {
  if (difference.kind === 'changed') return undefined;
  return difference.kind === 'added' ? difference.after : difference.before;
}

function compareObjects(before: SchemaObject | undefined, after: SchemaObject | undefined): Difference[] {
  if (before !== undefined && after !== undefined && before.kind === after.kind) {
    return changesOf(before, after);
  }
  return [
    ...(before ? [{ kind: 'removed', identity: before.identity, before } as const] : []),
    ...(after ? [{ kind: 'added', identity: after.identity, after } as const] : []),
  ];
}

/** The facts that kinds do not list; what an object needs and is a part of follows from the others. */
const commonFacts = ['comment', 'securityLabels', 'extensions'];

const kinds = new Map<string, Kind>(allKinds.map((kind) => [kind.kind, kind]));

function changesOf(before: SchemaObject, after: SchemaObject): ChangedProperty[] {
  const fields = kinds.get(before.kind)?.fields ?? {};
  const valueOf = (object: SchemaObject, name: string) => (object as unknown as PropertyRecord)[name];
  const changed = (names: readonly string[]) =>
    names.flatMap((name) => {
      const { compared } = fields[name] ?? {};
      const [a, b] = [before, after].map((object) => {
        const value = valueOf(object, name);
        return compared === 'places' ? byPlace(value) : value;
      });
      return compared === 'order' && isSameOrder(a, b) ? [] : changesAt(before.identity, [name], a, b);
    });
  const names = [...Object.keys(fields), ...commonFacts];
  const isPrinted = (name: string) => fields[name]?.compared === 'printed';
  const found = changed(names.filter((name) => !isPrinted(name)));
  return found.length > 0 ? found : changed(names.filter(isPrinted));
}

/** A list as a record with the places, from 1 on, as names. */
function byPlace(list: PropertyValue | undefined): PropertyValue | undefined {
  return Array.isArray(list)
    ? Object.fromEntries(list.map((item: PropertyValue, index) => [String(index + 1), item]))
    : list;
}

type PropertyRecord = Readonly<Record<string, PropertyValue | undefined>>;

/** Whether the names that are on both sides have the same order. */
function isSameOrder(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  const common = (list: readonly unknown[], other: readonly unknown[]) => {
    const others = new Set(other);
    return JSON.stringify(list.filter((name) => others.has(name)));
  };
  return common(before, after) === common(after, before);
}

function changesAt(
  identity: string,
  path: readonly string[],
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
): ChangedProperty[] {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => changesAt(identity, [...path, name], before[name], after[name]));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [
    {
      kind: 'changed',
      identity,
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ];
}

function isRecord(value: PropertyValue | undefined): value is { readonly [name: string]: PropertyValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
