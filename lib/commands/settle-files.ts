/**
 * The SQL files that branches changed, on their way into the live files and into the revision that joins the branches.
 */
import {
  type AppliedSet,
  type AssetHistory,
  type AssetVersion,
  type Divergence,
  isStanding,
} from '../assets/asset-history.js';
import { hashAsset } from '../assets/asset-text.js';
import type { TypeOptions } from '../assets/freeze-types.js';
import { type FrozenFile, readFrozen } from '../assets/manifest.js';
import { type MergeCase, type MergeSide, type Settlement, settle } from '../assets/merge-assets.js';
import { AssetError, type LimbeckError, UsageError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { callsOf, freezeFor } from './freezing.js';
import { conflictsOf, type Settled } from './merge-conflicts.js';

/**
 * Settles files that branches changed, and writes what could be merged into the live files.
 *
 * @param parents - what is joined
 * @param resolved - live files that are right as they are
 * @throws AssetError `ASSET_CONFLICT` when one of them waits for people; where a live file has changes of its own nothing is
 *   written
 * @throws UsageError `USAGE` for a file of `resolved` that did not diverge
 */
export function settleFiles(
  project: Project,
  parents: readonly RevisionId[],
  open: readonly Divergence[],
  resolved: readonly string[],
): Settled[] {
  const named = callsOf(project, resolved);
  const asTheyAre = new Set([...named.loads, ...named.drops]);
  const history = project.readHistory();
  const all = project.graph.closure(parents);
  const places = open.map((divergence) => ({ divergence, ...namesOf(divergence, history, all) }));
  const known = places.flatMap(({ paths }) => paths);
  const unknown = [...asTheyAre].find((path) => !known.includes(path));
  if (unknown !== undefined) throw notDivergent(unknown, known);
  const settled = places.map((place) => ({
    ...place,
    how: howOf(project, history, all, {
      ...place,
      isResolved: place.paths.some((path) => asTheyAre.has(path)),
    }),
  }));
  const stuck = settled.filter(({ how }) => how.kind === 'lacks' || how.kind === 'twice');
  if (stuck.length > 0) throw conflictsOf(project, stuck);
  for (const each of settled) writeLive(project, each);
  const waiting = settled.filter(({ how }) => how.kind !== 'taken' && how.kind !== 'merged');
  if (waiting.length > 0) throw conflictsOf(project, waiting);
  return settled;
}

/**
 * Freezes what the live files say of settled files.
 *
 * @param types - what the files of types cannot say
 * @throws AssetError `ASSET_CONFLICT` for an object that the merge left in two places; and what freezing throws
 */
export async function freezeSettled(
  project: Project,
  parents: readonly RevisionId[],
  settled: readonly Settled[],
  types: TypeOptions = {},
): Promise<FrozenFile[]> {
  const paths = settled.flatMap((each) => each.paths);
  const files = await freezeFor(
    project,
    parents,
    {
      loads: paths.filter((path) => project.live.has(path)),
      types: new Map(paths.map((path) => [path, types])),
      drops: paths.filter((path) => !project.live.has(path)),
    },
    'limbeck merge heads -m "…"',
  );
  for (const each of settled) assertDefinedOnce(project, each, files);
  return files;
}

type Place = Omit<Settled, 'how'>;

/** A file that branches renamed gets the name that it has now, where that is one name. */
function namesOf(
  { path, object, versions }: Divergence,
  history: AssetHistory,
  applied: AppliedSet,
): Pick<Place, 'paths' | 'target'> {
  const given = [...new Set([path, ...versions.map((version) => version.path)])];
  if (object !== undefined) return { paths: given, target: path };
  const isThere = (name: string) => history.versionsAt(name, applied).some(isStanding);
  const names = versions.flatMap((version) => currentName(version, history, applied) ?? []);
  const paths = [...new Set([...given, ...names])].filter(isThere);
  return { paths, target: names.find(isThere) ?? path };
}

/** Follows the renames of a version; undefined for one that no revision has renamed. */
function currentName(
  { renamedTo }: AssetVersion,
  history: AssetHistory,
  applied: AppliedSet,
): string | undefined {
  let name = renamedTo;
  for (;;) {
    const next: string | undefined =
      name === undefined ? undefined : history.versionAt(name, applied)?.renamedTo;
    if (next === undefined) return name;
    name = next;
  }
}

function howOf(
  project: Project,
  history: AssetHistory,
  applied: AppliedSet,
  place: Place & { readonly isResolved: boolean },
): Settlement {
  const { live } = project;
  const { divergence, paths, target, isResolved } = place;
  const present = paths.filter((path) => live.has(path));
  const file = present.includes(target) ? target : present[0];
  const text = file === undefined ? undefined : live.read(file).text;
  // Files that define one object are not versions of one text: one of them has to go.
  if (divergence.object !== undefined) return { kind: present.length === 1 ? 'taken' : 'twice' };
  const isShipped = (path: string) => history.ships(path, hashAsset(live.read(path).text));
  if (present.some((path) => path !== file && !isShipped(path))) return { kind: 'twice' };
  return settle({
    ...versionsOf(project, history, applied, divergence),
    live: text,
    isShipped: file !== undefined && isShipped(file),
    isResolved,
  });
}

function versionsOf(
  project: Project,
  history: AssetHistory,
  applied: AppliedSet,
  { path, versions }: Divergence,
): Pick<MergeCase, 'sides' | 'base' | 'baseOf'> {
  const { graph } = project;
  const sides = versions.toReversed();
  const textOf = (version: AssetVersion) => {
    const name = currentName(version, history, applied);
    const renamed = name === undefined ? undefined : history.versionAt(name, applied);
    return sideOf(project, version, renamed ?? version);
  };
  const commonOf = (ids: readonly (readonly RevisionId[])[]) => {
    const version = history.versionAt(path, common(ids.map((each) => graph.closure(each))));
    return version && textOf(version);
  };
  return {
    sides: sides.map(textOf),
    base: commonOf(sides.map(({ revision }) => [revision])),
    baseOf: (merged, next) => commonOf([merged.map(({ revision }) => revision), [next.revision]]),
  };
}

function common<Item>([first = new Set(), ...others]: readonly ReadonlySet<Item>[]): Set<Item> {
  return new Set([...first].filter((item) => others.every((other) => other.has(item))));
}

function sideOf({ root, graph }: Project, { revision }: AssetVersion, text: AssetVersion): MergeSide {
  const message = graph.get(revision)?.message;
  return {
    revision,
    label: message === undefined ? revision : `${revision} (${message})`,
    text: isStanding(text) ? readFrozen(root, text.manifest, text.entry) : undefined,
  };
}

function writeLive({ live }: Project, { paths, target, how }: Settled): void {
  if (how.kind !== 'merged' && how.kind !== 'contradicts') return;
  for (const path of paths) if (path !== target) live.remove(path);
  if (how.text === undefined) live.remove(target);
  else if (!live.has(target) || live.read(target).text !== how.text) live.write(target, how.text);
}

/** What two branches added in different places of a file is not marked, and would be defined twice. */
function assertDefinedOnce(
  { live }: Project,
  { target, divergence }: Settled,
  files: readonly FrozenFile[],
): void {
  const known = new Set(divergence.versions.flatMap(({ entry }) => repeated(entry.objects)));
  const objects = files.find(({ entry }) => entry.path === target)?.entry.objects ?? [];
  const twice = repeated(objects).find((object) => !known.has(object));
  if (twice === undefined) return;
  throw new AssetError('ASSET_CONFLICT', {
    message: `"${target}" as merged defines "${twice}" twice: more than one branch has added it`,
    where: live.fileOf(target),
    next: 'keep one of them in the live file, and run the command again',
    details: { path: target, object: twice },
  });
}

function repeated(objects: readonly string[]): string[] {
  return objects.filter((object, index) => objects.indexOf(object) !== index);
}

function notDivergent(path: string, known: readonly string[]): LimbeckError {
  return new UsageError('USAGE', {
    message: `"${path}" was not changed on more than one of the branches`,
    next:
      known.length === 0
        ? 'leave out `--resolved`: there is no file to merge'
        : `name one of ${listed(known)}`,
  });
}
