/**
 * The changes that people make in the live files, from the seeds of a random history.
 */
import {
  type Kind,
  letterOf,
  lowFunction,
  lowView,
  type ModelFile,
  type Slot,
  slotCount,
} from './model-files.js';
import type { Tree } from './model.js';
import type { EditSeed } from './seed.js';

/** Files by path, and for those with a new name the old one. */
export interface EditedTree {
  readonly tree: Tree;
  readonly renames: ReadonlyMap<string, string>;
}

/** Gives numbers that were never given before. */
export class Counter {
  #last = 9;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/** The files of the first revision: what views read, and a file of functions. */
export function firstTree(numbers: Counter): Tree {
  const slots = [slotOf(numbers, 0), undefined, undefined];
  return new Map([
    [`views/v${lowView}.sql`, { number: lowView, kind: 'views', slots }],
    [
      `procs/f${lowFunction}.sql`,
      { number: lowFunction, kind: 'procs', slots: [slotOf(numbers, 0), ...slots.slice(1)] },
    ],
    [
      'procs/f2.sql',
      { number: 2, kind: 'procs', slots: [slotOf(numbers, 0), slotOf(numbers, 2), undefined] },
    ],
  ]);
}

/**
 * Edits files; each path at most once, as one revision tells one change of it.
 *
 * @param locked - paths to leave alone
 */
export function edited(
  tree: Tree,
  seeds: readonly EditSeed[],
  numbers: Counter,
  locked: ReadonlySet<string>,
): EditedTree {
  const after = new Map(tree);
  const renames = new Map<string, string>();
  const touched = new Set(locked);
  for (const seed of seeds) {
    const paths = [...tree.keys()];
    const path = paths[seed.file % paths.length] ?? '';
    const file = tree.get(path);
    if (seed.what === 'add') {
      const added = newFile(seed, numbers);
      after.set(`${added.kind}/${letterOf[added.kind]}${added.number}.sql`, added);
    } else if (file !== undefined && !touched.has(path)) {
      touched.add(path);
      editOne(after, renames, { path, file, seed, numbers });
    }
  }
  return { tree: after, renames };
}

interface OneEdit {
  readonly path: string;
  readonly file: ModelFile;
  readonly seed: EditSeed;
  readonly numbers: Counter;
}

function editOne(
  after: Map<string, ModelFile>,
  renames: Map<string, string>,
  { path, file, seed, numbers }: OneEdit,
): void {
  const index = seed.slot % slotCount;
  const isRead = file.number === lowView || file.number === lowFunction;
  const isKept = index === 0 && (isRead || file.kind === 'views');
  const slot = file.slots[index];
  const put = (made: Slot | undefined) => after.set(path, { ...file, slots: file.slots.with(index, made) });
  if (seed.what === 'delete' && !isRead) after.delete(path);
  else if (seed.what === 'rename' && !isRead) {
    const name = path.replace(/(?:_\d+)?\.sql$/, `_${numbers.next()}.sql`);
    after.delete(path);
    after.set(name, file);
    renames.set(name, path);
  } else if (seed.what === 'without' && !isKept && file.slots.filter(Boolean).length > 1) put(undefined);
  else if (seed.what === 'form') put(slotOf(numbers, (slot?.form ?? 0) + 1, slot?.values));
  else put(slotOf(numbers, slot?.form ?? seed.file, slot?.values));
}

function newFile({ slot }: EditSeed, numbers: Counter): ModelFile {
  const kind = kinds[slot % kinds.length] ?? 'procs';
  return { number: numbers.next(), kind, slots: [slotOf(numbers, slot), undefined, undefined] };
}

const kinds: readonly Kind[] = ['procs', 'views', 'types'];

/** Makes a new version of an object; a type keeps the values that it had. */
export function slotOf(numbers: Counter, form: number, values: readonly number[] = []): Slot {
  const constant = numbers.next();
  return { constant, form: form % 3, values: [...values, constant] };
}
