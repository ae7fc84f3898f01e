/**
 * From one shape of a type to another: what ALTER TYPE can do, and what takes a new type.
 *
 * Pure, and the same in both directions: a downgrade asks for the way back.
 *
 * @see PostgreSQL manual, "ALTER TYPE" and "ALTER DOMAIN"
 */
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import type { CompositeAttribute, TypeShape } from '../sql/type-shape.js';
import { domainAlters } from './domain-changes.js';

/** Values of an enum or attributes of a composite that go by another name: `sad` to `unhappy`. */
export type PartRenames = Readonly<Record<string, string>>;

/** The way from one shape of a type to another. */
export interface TypeChange {
  /** Commands that rename values or attributes, which PostgreSQL allows whatever uses the type. */
  readonly renames: readonly string[];
  /** Commands that do the rest in place; none where the type must be made anew. */
  readonly alters: readonly string[];
  /** Why the type must be made anew; undefined where it need not, unless the server refuses `alters`. */
  readonly anew?: string;
  /** For making it anew: the new name of each value or attribute that goes by another one after `renames`. */
  readonly moved: PartRenames;
}

/** What a type lost and gained, renames apart. */
export interface PartChanges {
  readonly lost: readonly string[];
  readonly come: readonly string[];
}

/**
 * Returns the way from one shape to another; undefined where they are the same.
 *
 * @param identity - `type public.mood`, `domain public.amount`
 * @param declared - renames of values or attributes, from old to new; those that do not fit are left aside
 */
export function typeChange(
  identity: string,
  from: TypeShape,
  to: TypeShape,
  declared: PartRenames = {},
): TypeChange | undefined {
  if (from.kind === 'enum' && to.kind === 'enum')
    return enumChange(identity, from.labels, to.labels, declared);
  if (from.kind === 'composite' && to.kind === 'composite')
    return compositeChange(identity, from.attributes, to.attributes, declared);
  if (from.kind === 'domain' && to.kind === 'domain') {
    const alters = domainAlters(identity, from, to);
    if (typeof alters === 'string') return { renames: [], alters: [], anew: alters, moved: {} };
    return alters.length === 0 ? undefined : { renames: [], alters, moved: {} };
  }
  if (from.kind === 'other' && to.kind === 'other' && from.sha256 === to.sha256) return undefined;
  return { renames: [], alters: [], anew: 'PostgreSQL cannot alter it', moved: {} };
}

/** Tells what a type lost and gained; only enums and composites have parts with names. */
export function partChanges(from: TypeShape, to: TypeShape, declared: PartRenames = {}): PartChanges {
  const [old, wanted] = [partsOf(from), partsOf(to)];
  const { kept, moved } = renamed(old, wanted, declared);
  const standing = new Set([...kept.values(), ...Object.values(moved)]);
  return {
    lost: old.filter((part) => !wanted.includes(kept.get(part) ?? part) && moved[part] === undefined),
    come: wanted.filter((part) => !standing.has(part)),
  };
}

/** The names of the values of an enum, or of the attributes of a composite. */
export function partsOf(shape: TypeShape): readonly string[] {
  if (shape.kind === 'enum') return shape.labels;
  return shape.kind === 'composite' ? shape.attributes.map(({ name }) => name) : [];
}

interface Renamed {
  /** The name of each part once renamed in place, by its old name. */
  readonly kept: ReadonlyMap<string, string>;
  /** Parts whose new name is one that stands already: two become one. */
  readonly moved: PartRenames;
}

function renamed(from: readonly string[], to: readonly string[], declared: PartRenames): Renamed {
  const targetOf = (part: string) => {
    const target = declared[part];
    return target !== undefined && to.includes(target) ? target : part;
  };
  const staying = new Set(from.filter((part) => targetOf(part) === part));
  const kept = new Map<string, string>();
  const moved: Record<string, string> = {};
  const taken = new Set(staying);
  for (const part of from) {
    const target = targetOf(part);
    if (target === part || !taken.has(target)) kept.set(part, target);
    else {
      kept.set(part, part);
      moved[part] = target;
    }
    taken.add(target);
  }
  return { kept, moved };
}

/** Two that take each other's name go by a third. */
function renameSteps(kept: ReadonlyMap<string, string>): [from: string, to: string][] {
  const steps = [...kept].filter(([from, to]) => from !== to);
  if (!steps.some(([, to]) => kept.has(to))) return steps;
  const between = (index: number) => `limbeck ${index + 1}`;
  return [
    ...steps.map(([from], index): [string, string] => [from, between(index)]),
    ...steps.map(([, to], index): [string, string] => [between(index), to]),
  ];
}

// --- enums -------------------------------------------------------------------------------------------

function enumChange(
  identity: string,
  from: readonly string[],
  to: readonly string[],
  declared: PartRenames,
): TypeChange | undefined {
  const { kept, moved } = renamed(from, to, declared);
  const renames = renameSteps(kept).map(
    ([old, label]) => `alter ${identity} rename value ${quoteLiteral(old)} to ${quoteLiteral(label)}`,
  );
  const labels = from.map((label) => kept.get(label) ?? label);
  const lost = labels.filter((label) => !to.includes(label) || moved[label] !== undefined);
  if (lost.length > 0) return { renames, alters: [], anew: `it loses ${quoted(lost)}`, moved };
  const standing = to.filter((label) => labels.includes(label));
  if (standing.some((label, index) => label !== labels[index]))
    return { renames, alters: [], anew: `its values change their order, which is ${quoted(labels)}`, moved };
  const alters = addedValues(identity, labels, to);
  return renames.length + alters.length === 0 ? undefined : { renames, alters, moved };
}

/** Each value goes behind the one before it; one that comes first goes before the first that stands. */
function addedValues(identity: string, labels: readonly string[], to: readonly string[]): string[] {
  return to.flatMap((label, index) => {
    if (labels.includes(label)) return [];
    const [before, first] = [to[index - 1], labels[0]];
    const place =
      before !== undefined
        ? ` after ${quoteLiteral(before)}`
        : first !== undefined
          ? ` before ${quoteLiteral(first)}`
          : '';
    return [`alter ${identity} add value if not exists ${quoteLiteral(label)}${place}`];
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

// --- composites --------------------------------------------------------------------------------------

function compositeChange(
  identity: string,
  from: readonly CompositeAttribute[],
  to: readonly CompositeAttribute[],
  declared: PartRenames,
): TypeChange | undefined {
  const names = (attributes: readonly CompositeAttribute[]) => attributes.map(({ name }) => name);
  const { kept, moved } = renamed(names(from), names(to), declared);
  const renames = renameSteps(kept).map(
    ([old, name]) => `alter ${identity} rename attribute ${quoteIdentifier(old)} to ${quoteIdentifier(name)}`,
  );
  const standing = from.map((attribute) => ({
    ...attribute,
    name: kept.get(attribute.name) ?? attribute.name,
  }));
  const left = standing.filter(({ name }) => names(to).includes(name));
  const come = to.filter(({ name }) => !names(left).includes(name));
  const result = [...names(left), ...names(come)];
  if (to.some(({ name }, index) => name !== result[index]))
    return { renames, alters: [], anew: 'its attributes change their order', moved };
  const parts = [
    ...standing.flatMap((attribute) => alteredAttribute(attribute, to)),
    ...come.map((attribute) => `add attribute ${attributeText(attribute)}`),
  ];
  const alters = parts.length === 0 ? [] : [`alter ${identity} ${parts.join(', ')}`];
  return renames.length + alters.length === 0 ? undefined : { renames, alters, moved };
}

function alteredAttribute(attribute: CompositeAttribute, to: readonly CompositeAttribute[]): string[] {
  const wanted = to.find(({ name }) => name === attribute.name);
  if (wanted === undefined) return [`drop attribute ${quoteIdentifier(attribute.name)}`];
  if (wanted.type === attribute.type && wanted.collation === attribute.collation) return [];
  const { name, type, collation } = wanted;
  return [`alter attribute ${quoteIdentifier(name)} type ${type}${collated(collation)}`];
}

function attributeText({ name, type, collation }: CompositeAttribute): string {
  return `${quoteIdentifier(name)} ${type}${collated(collation)}`;
}

function collated(collation: string | undefined): string {
  return collation === undefined ? '' : ` collate ${collation}`;
}
