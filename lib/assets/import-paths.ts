/**
 * Where the live files of what is imported lie: a folder for each kind, a sub-folder for each schema.
 */
import type { DefinedObject } from '../sql/defined-objects.js';

export interface ImportRules {
  /** The folders of live files that the project has. */
  readonly kinds: readonly string[];
  /** The folder for all objects, in place of the one for their kind. */
  readonly kind?: string | undefined;
  /** The schema whose files lie in no sub-folder. */
  readonly schema: string;
  /** Whether a file stays one file. */
  readonly whole: boolean;
}

const folders: Readonly<Record<string, readonly string[]>> = {
  function: ['procs'],
  procedure: ['procs'],
  aggregate: ['aggregates', 'procs'],
  view: ['views'],
  'materialized view': ['views'],
  type: ['types'],
  domain: ['types'],
  trigger: ['triggers'],
  policy: ['policies'],
  operator: ['operators'],
  rule: ['rules'],
};

/** Returns the folder for an object: of those for its kind the first that the project has. */
export function folderFor(
  { kind }: Pick<DefinedObject, 'kind'>,
  kinds: readonly string[],
): string | undefined {
  const wanted = folders[kind] ?? [];
  return wanted.find((folder) => kinds.includes(folder)) ?? wanted[0];
}

/** Returns the path of the live file for an object of a file. */
export function pathFor(
  { schema, name }: DefinedObject,
  folder: string,
  source: string,
  { whole, schema: usual }: ImportRules,
): string {
  const file = whole ? source.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '') : name;
  return assetPathFor(folder, schema === usual ? '' : schema, file);
}

/** Returns the path of a live file; what cannot be in the name of a file is `_`. */
export function assetPathFor(folder: string, schema: string, name: string): string {
  const safe = (text: string) => text.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').replace(/^\./, '_');
  return [folder, ...(schema === '' ? [] : [safe(schema)]), `${safe(name)}.sql`].join('/');
}
