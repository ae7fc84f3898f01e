/**
 * What a type is where two branches have changed it and no revision has joined them yet.
 *
 * Pure. Both changes stand: a three-way merge of shapes, where texts would need a person.
 */
import type { CompositeAttribute, DomainConstraint, TypeShape } from '../sql/type-shape.js';
import type { PartRenames } from './type-changes.js';

/** What parts of the common ancestor are called on each side. */
export interface SideRenames {
  readonly ours: PartRenames;
  readonly theirs: PartRenames;
}

type Domain = Extract<TypeShape, { kind: 'domain' }>;

/**
 * Merges the shapes of two branches; where both changed the same thing, theirs stands.
 *
 * @param base - the shape that both have changed; undefined where each has made the type
 */
export function mergeShapes(
  base: TypeShape | undefined,
  ours: TypeShape,
  theirs: TypeShape,
  renames: SideRenames,
): TypeShape {
  if (ours.kind === 'enum' && theirs.kind === 'enum') {
    const old = base?.kind === 'enum' ? base.labels : [];
    const named = (labels: readonly string[]) => labels.map((name) => ({ name }));
    const merged = mergeParts(named(old), named(ours.labels), named(theirs.labels), renames);
    return { kind: 'enum', labels: merged.map(({ name }) => name) };
  }
  if (ours.kind === 'composite' && theirs.kind === 'composite') {
    const old = base?.kind === 'composite' ? base.attributes : [];
    return { kind: 'composite', attributes: mergeParts(old, ours.attributes, theirs.attributes, renames) };
  }
  if (ours.kind === 'domain' && theirs.kind === 'domain')
    return mergeDomains(base?.kind === 'domain' ? base : undefined, ours, theirs);
  return theirs;
}

type Part = Pick<CompositeAttribute, 'name'>;

function mergeParts<P extends Part>(
  base: readonly P[],
  ours: readonly P[],
  theirs: readonly P[],
  renames: SideRenames,
): P[] {
  const find = (parts: readonly P[], name: string) => parts.find((part) => part.name === name);
  const merged = [...ours];
  const indexOf = (name: string) => merged.findIndex((part) => part.name === name);
  /** The name in the result of a part of theirs. */
  const names = new Map<string, string>();
  for (const old of base) {
    const [ourName, theirName] = [renames.ours[old.name] ?? old.name, renames.theirs[old.name] ?? old.name];
    const [at, changed] = [indexOf(ourName), find(theirs, theirName)];
    if (at === -1) continue;
    if (changed === undefined) merged.splice(at, 1);
    else {
      const name = theirName === old.name ? ourName : theirName;
      const isChanged = JSON.stringify({ ...changed, name: '' }) !== JSON.stringify({ ...old, name: '' });
      merged[at] = { ...(isChanged ? changed : (merged[at] ?? changed)), name };
      names.set(theirName, name);
    }
  }
  const known = new Set(base.map(({ name }) => renames.theirs[name] ?? name));
  theirs.forEach((part, index) => {
    if (known.has(part.name) || indexOf(part.name) !== -1) return;
    const before = theirs[index - 1]?.name;
    // Behind the one before it; what one side has taken away is no place.
    merged.splice(
      before === undefined ? 0 : placeAfter(indexOf(names.get(before) ?? before), merged),
      0,
      part,
    );
  });
  return merged;
}

function placeAfter(at: number, parts: readonly unknown[]): number {
  return at === -1 ? parts.length : at + 1;
}

function mergeDomains(base: Domain | undefined, ours: Domain, theirs: Domain): Domain {
  const chosen = <V>(of: (domain: Domain) => V): V =>
    base !== undefined && of(base) === of(theirs) ? of(ours) : of(theirs);
  const [collation, standard] = [chosen((domain) => domain.collation), chosen((domain) => domain.default)];
  return {
    kind: 'domain',
    base: chosen((domain) => domain.base),
    ...(collation !== undefined && { collation }),
    ...(standard !== undefined && { default: standard }),
    notNull: chosen(({ notNull }) => notNull),
    constraints: mergeConstraints(base?.constraints ?? [], ours.constraints, theirs.constraints),
  };
}

function mergeConstraints(
  base: readonly DomainConstraint[],
  ours: readonly DomainConstraint[],
  theirs: readonly DomainConstraint[],
): DomainConstraint[] {
  const has = (list: readonly DomainConstraint[], { definition }: DomainConstraint) =>
    list.some((other) => other.definition === definition);
  const kept = ours.filter((constraint) => has(theirs, constraint) || !has(base, constraint));
  return [...kept, ...theirs.filter((constraint) => !has(base, constraint) && !has(ours, constraint))];
}
