/**
 * What a merge of a random history should come to, and what people answer where limbeck asks.
 */
import { type Counter, slotOf } from './edits.js';
import type { ModelFile } from './model-files.js';
import { type HistoryModel, isSame, joinFiles, type ModelDivergence, type Tree } from './model.js';

/** What should become of a file that branches changed. */
export interface WantedJoin {
  readonly path: string;
  /** Paths that should not be there any more. */
  readonly gone: readonly string[];
  readonly file: ModelFile | undefined;
  /** Whether the model says what limbeck makes of it by itself. */
  readonly isPredicted: boolean;
  readonly hasConflict: boolean;
  readonly isByObject: boolean;
}

/** A merge that is asked about. */
export interface Question {
  readonly model: HistoryModel;
  readonly before: ReadonlySet<string>;
  /** Chooses what the live files hold, and what is answered. */
  readonly live: number;
  readonly numbers: Counter;
}

/** All files after a merge, and how it gets there. */
export function wantedMerge(
  open: readonly ModelDivergence[],
  question: Question,
): { readonly wanted: Tree; readonly joins: readonly WantedJoin[] } {
  const alone = open.map((divergence) => joinOf(divergence, question));
  const wanted = wantedTree(question.model.treeAt(question.before), alone);
  const joins = alone.map((made) =>
    made.isPredicted && !isSame(made.file, wanted.get(made.path)) ? { ...made, isPredicted: false } : made,
  );
  return { wanted, joins };
}

/** The files after a merge; one that another path has as well, since branches gave it two names, stays there alone. */
function wantedTree(tree: Tree, joins: readonly WantedJoin[]): Tree {
  const wanted = new Map(tree);
  for (const { path, gone, file } of joins) {
    for (const name of [path, ...gone]) wanted.delete(name);
    const isElsewhere = [...wanted.values()].some(({ number }) => number === file?.number);
    if (file !== undefined && !isElsewhere) wanted.set(path, file);
  }
  return wanted;
}

/** Files of other names, whose objects may be those of a path that goes: they are loaded again. */
export function uncovered(
  touched: readonly string[],
  open: readonly ModelDivergence[],
  wanted: Tree,
): string[] {
  const gone = new Set(
    open
      .filter(({ paths }) => paths.some((path) => !wanted.has(path)))
      .flatMap(({ versions }) => versions.flatMap(({ file }) => file?.number ?? [])),
  );
  return [...wanted].flatMap(([path, { number }]) =>
    gone.has(number) && !touched.includes(path) ? [path] : [],
  );
}

/** Where a file was renamed to a path that diverges itself, there is no telling what people would want. */
export function hasCrossedRenames(open: readonly ModelDivergence[]): boolean {
  const paths = open.flatMap((divergence) => divergence.paths);
  const names = open.flatMap(({ versions }) => versions.flatMap(({ renamedTo }) => renamedTo ?? []));
  return names.some((name) => paths.includes(name));
}

/** What the live files hold before a merge: of files that diverge one of the versions. */
export function liveTree(tree: Tree, open: readonly ModelDivergence[], live: number): Tree {
  const found = new Map(tree);
  for (const { paths, versions, isByObject } of open) {
    const [path = ''] = paths;
    const file = versions[live % versions.length]?.file;
    if (isByObject) continue;
    if (file === undefined) found.delete(path);
    else found.set(path, file);
  }
  return found;
}

function joinOf({ paths, versions, isByObject }: ModelDivergence, question: Question): WantedJoin {
  const { model, before, live } = question;
  const [path = ''] = paths;
  if (isByObject) {
    const [kept = path, ...gone] = live % 2 === 0 ? paths : paths.toReversed();
    return {
      path: kept,
      gone,
      file: model.treeAt(before).get(kept),
      isPredicted: false,
      hasConflict: true,
      isByObject,
    };
  }
  const base = model.commonVersion(
    path,
    versions.map((version) => version.revision),
  )?.file;
  const tree = model.treeAt(before);
  const name = versions.map(({ renamedTo }) => renamedTo).find((to) => to !== undefined && tree.has(to));
  const files = versions
    .map(({ file, renamedTo }) => (renamedTo === undefined ? file : tree.get(renamedTo)))
    .reverse();
  const joined = files.reduce<ModelFile | undefined | 'conflict'>((merged, file, index) => {
    if (index === 0 || merged === 'conflict') return index === 0 ? file : merged;
    const next = joinFiles(base, merged, file);
    return next.kind === 'conflict' ? 'conflict' : next.file;
  }, undefined);
  const isRenamed = versions.some(({ renamedTo }) => renamedTo !== undefined);
  const isDropped = files.includes(undefined) && joined === 'conflict';
  const isPredicted = versions.length === 2 && !isRenamed && !isDropped;
  if (joined !== 'conflict' && isPredicted)
    return { path, gone: [], file: joined, isPredicted, hasConflict: false, isByObject };
  return {
    path: name ?? path,
    gone: name === undefined ? [] : [path],
    file: resolvedFile(files, base, question),
    isPredicted,
    hasConflict: true,
    isByObject,
  };
}

/** A text of somebody's own: where branches contradict each other it is new, else it has the changes of both. */
function resolvedFile(
  files: readonly (ModelFile | undefined)[],
  base: ModelFile | undefined,
  { live, numbers }: Question,
): ModelFile | undefined {
  const kept = files.filter((file) => file !== undefined);
  const [first] = kept;
  if (first === undefined || (kept.length < files.length && live % 2 === 0)) return undefined;
  const slots = first.slots.map((_, index) => {
    const changed = kept
      .map((file) => file.slots[index])
      .filter((slot) => JSON.stringify(slot) !== JSON.stringify(base?.slots[index]));
    const different = new Set(changed.map((slot) => JSON.stringify(slot)));
    if (different.size > 1 || (base === undefined && different.size > 0))
      return slotOf(numbers, index, [...new Set(changed.flatMap((slot) => slot?.values ?? []))]);
    return different.size === 0 ? base?.slots[index] : changed[0];
  });
  return { ...first, slots };
}
