/**
 * Who defines what: the file of each object, where a revision's files and those below it are taken together.
 */
import { AssetError } from '../errors.js';
import { comparableIdentity, mentionableName } from '../sql/identity.js';

/** The files of objects, by identity and by the name under which others mention them. */
export class Owners {
  readonly #byObject = new Map<string, string>();
  readonly #byName = new Map<string, Set<string>>();

  /**
   * Notes that a file defines an object, which others may spell differently: `f(int)`, `"f"(integer)`.
   *
   * @param schema - where the file's names without a schema are found
   * @returns the other file that defines it, if any
   */
  add(object: string, path: string, schema: string): string | undefined {
    const key = comparableIdentity(object, schema);
    const other = this.#byObject.get(key);
    this.#byObject.set(key, path);
    const name = mentionableName(object);
    if (name !== undefined) this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(path));
    return other === path ? undefined : other;
  }

  /** Returns the other files that define what a file mentions, sorted. */
  requiredBy(path: string, mentions: ReadonlySet<string>): string[] {
    const required = new Set([...mentions].flatMap((name) => [...(this.#byName.get(name) ?? [])]));
    required.delete(path);
    return [...required].sort();
  }
}

/** Makes the error for an object that two files define. */
export function duplicateObject(object: string, file: string, other: string): AssetError {
  return new AssetError('ASSET_DUPLICATE_OBJECT', {
    message: `"${object}" is defined by "${file}" and by "${other}"`,
    where: file,
    next: 'keep each object in one file',
  });
}
