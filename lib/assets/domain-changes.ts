/**
 * From one shape of a domain to another.
 */
import { parseIdentity } from '../sql/identity.js';
import { quoteIdentifier } from '../sql/quote.js';
import type { TypeShape } from '../sql/type-shape.js';

type DomainShape = Extract<TypeShape, { kind: 'domain' }>;

/** A constraint with the name that the server has given it. */
interface NamedConstraint {
  readonly name: string;
  readonly definition: string;
}

/**
 * Returns the commands that make one shape of a domain of another, or a text: why it must be made anew.
 *
 * Constraints are told apart by what they check: one that goes by another name is renamed.
 */
export function domainAlters(identity: string, from: DomainShape, to: DomainShape): string[] | string {
  if (from.base !== to.base) return `it changes from ${from.base} to ${to.base}`;
  if (from.collation !== to.collation) return 'its collation changes';
  const actions = [
    ...defaultActions(from, to),
    ...(from.notNull === to.notNull ? [] : [`${to.notNull ? 'set' : 'drop'} not null`]),
    ...constraintActions(namedConstraints(identity, from), namedConstraints(identity, to)),
  ];
  return actions.map((action) => `alter ${identity} ${action}`);
}

function defaultActions(from: DomainShape, to: DomainShape): string[] {
  if (from.default === to.default) return [];
  return [to.default === undefined ? 'drop default' : `set default ${to.default}`];
}

function constraintActions(from: readonly NamedConstraint[], to: readonly NamedConstraint[]): string[] {
  const pairs = pairsOf(from, to);
  const dropped = from.filter((constraint) => !pairs.has(constraint));
  const kept = new Set(pairs.values());
  const added = to.filter((constraint) => !kept.has(constraint));
  const renamed = [...pairs].filter(([old, wanted]) => old.name !== wanted.name);
  const between = (index: number) => quoteIdentifier(`limbeck ${index + 1}`);
  return [
    ...dropped.map(({ name }) => `drop constraint ${quoteIdentifier(name)}`),
    // By a third name, for two may take each other's.
    ...renamed.map(([{ name }], index) => `rename constraint ${quoteIdentifier(name)} to ${between(index)}`),
    ...renamed.map(
      ([, { name }], index) => `rename constraint ${between(index)} to ${quoteIdentifier(name)}`,
    ),
    ...added.map(({ name, definition }) => `add constraint ${quoteIdentifier(name)} ${definition}`),
  ];
}

/** Which old constraint becomes which new one: of the same check, of the same name first. */
function pairsOf(
  from: readonly NamedConstraint[],
  to: readonly NamedConstraint[],
): Map<NamedConstraint, NamedConstraint> {
  const pairs = new Map<NamedConstraint, NamedConstraint>();
  const free = new Set(to);
  const pair = (isSame: (a: NamedConstraint, b: NamedConstraint) => boolean) => {
    for (const old of from.filter((constraint) => !pairs.has(constraint))) {
      const found = [...free].find((wanted) => isSame(old, wanted));
      if (found === undefined) continue;
      pairs.set(old, found);
      free.delete(found);
    }
  };
  pair((a, b) => a.definition === b.definition && a.name === b.name);
  pair((a, b) => a.definition === b.definition);
  return pairs;
}

/** Names the constraints that the text leaves unnamed as the server does: `amount_check`, `amount_check1`. */
function namedConstraints(identity: string, { constraints }: DomainShape): NamedConstraint[] {
  const domain = parseIdentity(identity)?.name ?? '';
  const taken = new Set(constraints.flatMap(({ name }) => name ?? []));
  return constraints.map(({ name, definition }) => {
    const chosen = name ?? freeName(domain, taken);
    taken.add(chosen);
    return { name: chosen, definition };
  });
}

const longestName = 63;

/** @see PostgreSQL source, `ChooseConstraintName` and `makeObjectName` */
function freeName(domain: string, taken: ReadonlySet<string>, number = 0): string {
  const suffix = `_check${number === 0 ? '' : number}`;
  const name = `${clipped(domain, longestName - suffix.length)}${suffix}`;
  return taken.has(name) ? freeName(domain, taken, number + 1) : name;
}

/** Cuts a name to so many bytes, between characters. */
function clipped(name: string, bytes: number): string {
  return Buffer.byteLength(name) <= bytes ? name : clipped([...name].slice(0, -1).join(''), bytes);
}
