/**
 * Which shape a type has where a set of revisions is applied, and what its parts were called before.
 */
import { partsOf, type PartRenames } from './type-changes.js';
import { type AppliedSet, type AssetHistory, type AssetVersion, isStanding } from './asset-history.js';
import type { TypeShape } from './manifest.js';
import { mergeShapes } from './type-merge.js';

/** A type at some place of the history. */
export interface StandingType {
  readonly identity: string;
  /** The versions that made it what it is: several where branches changed it and no merge has joined them. */
  readonly versions: readonly AssetVersion[];
  readonly shape: TypeShape;
}

/** Returns the versions with types that stand where these revisions are applied: of a path all that branches left. */
export function typesStanding(history: AssetHistory, applied: AppliedSet): AssetVersion[] {
  return history.paths.flatMap((path) =>
    history
      .versionsAt(path, applied)
      .filter((version) => isStanding(version) && version.entry.shapes !== undefined),
  );
}

/**
 * Returns a type as it stands where these versions do; undefined where it does not.
 *
 * What branches have changed apart is put together, so that the order in which they are applied does not
 * matter, and the second takes nothing away that the first has added.
 *
 * @param standing - of all files, for a type may have been in another one: `typesStanding`
 */
export function typeAt(
  history: AssetHistory,
  identity: string,
  standing: readonly AssetVersion[],
): StandingType | undefined {
  const versions = standing
    .filter(({ entry }) => entry.shapes?.[identity] !== undefined)
    .sort((a, b) => history.compare(a, b));
  const shape = mergedShape(history, identity, versions);
  return shape && { identity, versions, shape };
}

/** Puts together what versions say, the earliest in limbeck's order first. */
function mergedShape(
  history: AssetHistory,
  identity: string,
  versions: readonly AssetVersion[],
): TypeShape | undefined {
  const [first, ...others] = versions;
  if (first === undefined) return undefined;
  const joined = [first];
  let shape = first.entry.shapes?.[identity];
  for (const version of others) {
    const theirs = version.entry.shapes?.[identity];
    if (shape === undefined || theirs === undefined) continue;
    const base = commonAncestor(history, joined, version);
    const renamesTo = (side: readonly AssetVersion[]) =>
      base === undefined ? {} : renamesBetween(history, identity, [base], side);
    shape = mergeShapes(base?.entry.shapes?.[identity], shape, theirs, {
      ours: renamesTo(joined),
      theirs: renamesTo([version]),
    });
    joined.push(version);
  }
  return shape;
}

/**
 * Returns the values or attributes that go by another name, from old to new: renames that the way there has
 * declared, and the way back undone.
 */
export function renamesBetween(
  history: AssetHistory,
  identity: string,
  from: readonly AssetVersion[],
  to: readonly AssetVersion[],
): PartRenames {
  const [below, above] = [ancestry(history, from), ancestry(history, to)];
  const undone = inOrder(history, below, above).toReversed();
  const done = inOrder(history, above, below);
  const parts = new Set(from.flatMap(({ entry }) => partsOf(entry.shapes?.[identity] ?? nothing)));
  const renames = [...parts].map((part) => {
    let name = part;
    for (const version of undone) name = oldNameOf(history, identity, version, name);
    for (const version of done) name = declaredRenames(version, identity)[name] ?? name;
    return [part, name] as const;
  });
  return Object.fromEntries(renames.filter(([part, name]) => part !== name));
}

const nothing: TypeShape = { kind: 'enum', labels: [] };

/** The renames that a version declares of one of its types: `sad` to `unhappy`. */
export function declaredRenames({ entry }: Pick<AssetVersion, 'entry'>, identity: string): PartRenames {
  const prefix = `${qualifiedNameOf(identity)}.`;
  return Object.fromEntries(
    Object.entries(entry.renames ?? {}).flatMap(([key, name]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), name]] : [],
    ),
  );
}

/** `type public.mood` is `public.mood`. */
export function qualifiedNameOf(identity: string): string {
  return identity.slice(identity.indexOf(' ') + 1);
}

/** The name before a version, unless the version made one of two: nobody can tell which of them it was. */
function oldNameOf(history: AssetHistory, identity: string, version: AssetVersion, name: string): string {
  const renames = declaredRenames(version, identity);
  const [old] = Object.entries(renames).find(([, target]) => target === name) ?? [];
  if (old === undefined) return name;
  const before = previousVersions(history, version).flatMap(({ entry }) =>
    partsOf(entry.shapes?.[identity] ?? nothing),
  );
  return before.includes(name) && renames[name] === undefined ? name : old;
}

type VersionKey = string;

function keyOf({ revision, path }: AssetVersion): VersionKey {
  return `${revision} ${path}`;
}

/** These versions, and all that they follow. */
function ancestry(history: AssetHistory, versions: readonly AssetVersion[]): Map<VersionKey, AssetVersion> {
  const found = new Map<VersionKey, AssetVersion>();
  const open = [...versions];
  for (let version = open.pop(); version !== undefined; version = open.pop()) {
    if (found.has(keyOf(version))) continue;
    found.set(keyOf(version), version);
    open.push(...previousVersions(history, version));
  }
  return found;
}

function previousVersions(history: AssetHistory, { path, entry }: AssetVersion): AssetVersion[] {
  return entry.from.flatMap(({ revision, path: other = path }) => history.versionOf(other, revision) ?? []);
}

/** The versions of one set that are not of the other, each after those that it follows. */
function inOrder(
  history: AssetHistory,
  versions: ReadonlyMap<VersionKey, AssetVersion>,
  others: ReadonlyMap<VersionKey, AssetVersion>,
): AssetVersion[] {
  const own = [...versions].flatMap(([key, version]) => (others.has(key) ? [] : [version]));
  const depth = new Map(own.map((version) => [version, ancestry(history, [version]).size]));
  return own.sort((a, b) => (depth.get(a) ?? 0) - (depth.get(b) ?? 0));
}

/** The last version that both sides follow. */
function commonAncestor(
  history: AssetHistory,
  ours: readonly AssetVersion[],
  theirs: AssetVersion,
): AssetVersion | undefined {
  const own = ancestry(history, ours);
  const common = new Map([...ancestry(history, [theirs])].filter(([key]) => own.has(key)));
  return inOrder(history, common, new Map()).at(-1);
}
