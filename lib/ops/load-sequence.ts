/**
 * The files of a step in the order in which they are loaded, each with its text and what it waits for.
 */
import { kindOf } from '../assets/asset-directory.js';
import type { AssetHistory, AssetVersion } from '../assets/asset-history.js';
import { loadOrder } from '../assets/load-order.js';
import { type Dependent, frozenFileOf } from '../assets/manifest.js';
import { reachable } from '../graph/dag.js';
import { statement } from '../sql/statement.js';
import { type Change, changeOf } from './asset-change.js';
import type { LoadContext, StepContext } from './load-context.js';
import { hasShapes, typeStatements } from './load-types.js';
import type { Load } from './replace-assets.js';

/**
 * Makes what the files of some changes load, in load order.
 *
 * @param left - paths that later calls of the script still have to load
 */
export function loadsOf(changes: readonly Change[], left: readonly string[], context: StepContext): Load[] {
  return inLoadOrder(changes, ({ to }) => to, context.history).flatMap(({ to }) =>
    to ? [{ ...loadOf(to, context), waitsFor: waitsFor(to, left, context) }] : [],
  );
}

/** Puts changes in the load order of one of their versions. */
export function inLoadOrder(
  changes: readonly Change[],
  version: (change: Change) => AssetVersion | undefined,
  history: AssetHistory,
): Change[] {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  const earlier = overwritten(
    changes.flatMap((change) => version(change) ?? []),
    history,
  );
  const needs = changes.map((change) => {
    const requires = version(change)?.entry.requires ?? [];
    return {
      path: change.path,
      requires: [
        ...requires.flatMap((path) => currentNames(path, byPath, history)),
        ...(earlier.get(change.path) ?? []),
      ],
    };
  });
  return loadOrder(needs).paths.flatMap((path) => byPath.get(path) ?? []);
}

/** Of files that define the same object, on branches that no merge joins any more, the later one is loaded last. */
function overwritten(versions: readonly AssetVersion[], history: AssetHistory): Map<string, string[]> {
  const lastOf = new Map<string, string>();
  const earlier = new Map<string, string[]>();
  for (const version of versions.toSorted((a, b) => history.compare(a, b))) {
    const keys = history.keysOf(version);
    const others = keys.flatMap((key) => lastOf.get(key) ?? []);
    if (others.length > 0) earlier.set(version.path, others);
    for (const key of keys) lastOf.set(key, version.path);
  }
  return earlier;
}

/** What a file needs may have got another name since it was frozen. */
function currentNames(path: string, given: ReadonlyMap<string, unknown>, history: AssetHistory): string[] {
  if (given.has(path)) return [path];
  return [...history.laterNames(path)].filter((name) => given.has(name));
}

/** A type of which nobody knows what it is made of cannot be loaded twice: the guard has seen that it stands. */
export function needsLoading(version: AssetVersion, { installed }: LoadContext): boolean {
  const { path, sha256 } = version;
  return hasShapes(version) || kindOf(path) !== 'types' || installed.get(path)?.sha256 !== sha256;
}

/** The files that a version requires among those that later calls load. */
function waitsFor({ entry }: AssetVersion, left: readonly string[], context: StepContext): Load['waitsFor'] {
  const later = new Set(left);
  const changes = new Map<string, Change>();
  const laterOnes = (paths: readonly string[]) => paths.filter((path) => later.has(path));
  const required = reachable(laterOnes(entry.requires), (path) => {
    const change = { ...changeOf(path, context), otherNames: [] };
    changes.set(path, change);
    return laterOnes(change.to?.entry.requires ?? []);
  });
  if (required.size === 0) return undefined;
  const inOrder = inLoadOrder([...changes.values()], ({ to }) => to, context.history);
  const versions = inOrder.flatMap(({ to }) => to ?? []);
  return { versions, loads: () => versions.map((version) => loadOf(version, context)) };
}

function loadOf(version: AssetVersion, context: StepContext): Load {
  const { path, manifest, revision } = version;
  const file = frozenFileOf(manifest, path);
  const advice = `mend the live file of "${path}", then run \`limbeck redo ${revision}\``;
  const made = statement(context.readFrozen(version), { file, advice });
  const types = hasShapes(version) ? typeStatements(version, made, context) : undefined;
  return { version, made, types, expected: expectedOf(path, context) };
}

/** Where there is a database, whatever stands on an object is found there. */
export function expectedOf(
  path: string,
  { sink, history, revision }: StepContext,
): readonly Dependent[] | undefined {
  if (sink.canRead) return undefined;
  return history.versionOf(path, revision)?.entry.dependents ?? [];
}
