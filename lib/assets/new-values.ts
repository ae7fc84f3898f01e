/**
 * Values that enums gain, and the files that use them at once.
 *
 * PostgreSQL lets no transaction use a value that it has added itself (SQLSTATE 55P04), not even after a savepoint:
 * what uses it belongs into a revision of its own.
 *
 * @see PostgreSQL manual, "ALTER TYPE", notes
 */
import { partsOf } from '../sql/scan.js';
import type { AppliedSet, AssetHistory } from './asset-history.js';
import type { FrozenFile } from './manifest.js';
import { partChanges, typeChange } from './type-changes.js';
import { declaredRenames, typeAt, typesStanding } from './type-history.js';

/**
 * Parts the files of a revision in those that must go ahead, in one before it, and the others; both in the order in
 * which they were. None go ahead where nothing uses a value that another file adds.
 *
 * It is generous: a text that is in quotes like the value counts as a use.
 *
 * @param before - the applied set that the revision builds on
 */
export function partByNewValues(
  files: readonly FrozenFile[],
  history: AssetHistory,
  before: AppliedSet,
): { readonly ahead: readonly FrozenFile[]; readonly others: readonly FrozenFile[] } {
  const ahead = new Set<string>();
  for (const file of files) {
    const values = addedValues(file, history, before);
    if (values.length > 0 && files.some((other) => other !== file && usesOneOf(other, values)))
      ahead.add(file.entry.path);
  }
  addRequired(ahead, files);
  const isAhead = ({ entry }: FrozenFile) => ahead.has(entry.path);
  const others = files.filter((file) => !isAhead(file));
  return others.length === 0 ? { ahead: [], others: files } : { ahead: files.filter(isAhead), others };
}

/** Values that are added in place; those of a type that is made anew can be used at once. */
function addedValues({ entry }: FrozenFile, history: AssetHistory, before: AppliedSet): string[] {
  const enums = Object.entries(entry.shapes ?? {}).filter(([, { kind }]) => kind === 'enum');
  if (enums.length === 0) return [];
  const standing = typesStanding(history, before);
  return enums.flatMap(([identity, shape]) => {
    const from = typeAt(history, identity, standing)?.shape;
    const renames = declaredRenames({ entry }, identity);
    if (from === undefined || typeChange(identity, from, shape, renames)?.anew !== undefined) return [];
    return partChanges(from, shape, renames).come;
  });
}

function usesOneOf({ text = '' }: FrozenFile, values: readonly string[]): boolean {
  return (
    values.some((value) => text.includes(value)) &&
    quotedTexts(text).some((quoted) => values.some(isIn(quoted)))
  );
}

/** All that is in quotes, also within the bodies of functions. */
function quotedTexts(sql: string): string[] {
  return partsOf(sql).flatMap(({ kind, text }) => {
    if (kind === 'string') return [text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'")];
    return kind === 'body' ? quotedTexts(text.replace(/^\$[^$]*\$|\$[^$]*\$$/g, '')) : [];
  });
}

/** Also one of a list: `'{open,void}'`. */
const isIn = (quoted: string) => (value: string) =>
  quoted === value || (quoted.startsWith('{') && quoted.slice(1, -1).split(',').includes(value));

/** What a file needs of the others must be there before it. */
function addRequired(ahead: Set<string>, files: readonly FrozenFile[]): void {
  const byPath = new Map(files.map((file) => [file.entry.path, file]));
  for (const path of ahead) {
    // A set is walked in the order in which it grows.
    for (const required of byPath.get(path)?.entry.requires ?? [])
      if (byPath.has(required)) ahead.add(required);
  }
}
