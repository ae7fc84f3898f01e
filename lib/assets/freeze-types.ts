/**
 * Freezing types: what each is made of, and whether the change of one says enough to be made.
 */
import { AssetError } from '../errors.js';
import { parseIdentity } from '../sql/identity.js';
import { parseTypes } from '../sql/parse-types.js';
import type { AppliedSet, AssetHistory } from './asset-history.js';
import type { ManifestEntry, TypeShape } from './manifest.js';
import { partChanges, type PartRenames, partsOf, typeChange } from './type-changes.js';
import { qualifiedNameOf, type StandingType, typeAt, typesStanding } from './type-history.js';

/** What a script says of the types that it loads, and no file can say. */
export interface TypeOptions {
  /**
   * Values of enums and attributes of composites that go by another name, from old to new:
   * `{ 'mood.sad': 'unhappy' }`. A value whose new name is one that stands already is turned into that one.
   */
  readonly renames?: Readonly<Record<string, string>>;
  /** Whether a type that PostgreSQL cannot alter is made anew, and the columns that use it converted. */
  readonly convert?: boolean;
}

/** A file with types on its way to a manifest. */
export interface TypeFile {
  readonly path: string;
  readonly text: string;
  /** The live file, as errors name it. */
  readonly file: string;
  /** Schema of names that the text leaves unqualified. */
  readonly schema: string;
  readonly options: TypeOptions;
  /** What is typed to freeze it with options. */
  readonly command: string;
}

export interface FrozenTypes {
  /** What the manifest says of the file, beside what it says of any. */
  readonly entry: Pick<ManifestEntry, 'shapes' | 'renames' | 'converts'>;
  /** The renames, as they were given, that are about types of this file. */
  readonly used: readonly string[];
}

/**
 * Reads the types of a file, and checks that each can become what the file says.
 *
 * Renames are never guessed: where a value vanishes and another comes, somebody has to say which it is.
 *
 * @param before - the applied set that the revision builds on
 * @throws AssetError `ASSET_TYPE_CHANGED`, `ASSET_SYNTAX`
 */
export async function freezeTypes(
  given: TypeFile,
  history: AssetHistory,
  before: AppliedSet,
): Promise<FrozenTypes> {
  const { text, file, schema, options } = given;
  // Most files speak of no type, and are parsed once more for nothing.
  if (!/\b(?:type|domain)\b/i.test(text)) return { entry: {}, used: [] };
  const { shapes, altered } = await parseTypes(text, file, schema);
  const standingBefore = Object.keys(shapes).length === 0 ? [] : typesStanding(history, before);
  const renames: Record<string, string> = {};
  const used: string[] = [];
  let isChanged = false;
  for (const [identity, shape] of Object.entries(shapes)) {
    const standing = typeAt(history, identity, standingBefore);
    const own = ownRenames(identity, options.renames ?? {});
    for (const [key, part, name] of own) {
      assertFits({ identity, part, name }, standing?.shape, shape, given);
      renames[`${qualifiedNameOf(identity)}.${part}`] = name;
      used.push(key);
    }
    const declared = Object.fromEntries(own.map(([, part, name]) => [part, name]));
    if (standing === undefined) assertShapeKnown(identity, given, history, before);
    else if (typeChange(identity, standing.shape, shape, declared) !== undefined) {
      isChanged = true;
      assertDecided(standing, shape, declared, given);
    }
    if (altered.includes(identity)) assertPlain(identity, standing, shape, given);
  }
  const isEmpty = Object.keys(shapes).length === 0;
  return {
    entry: {
      ...(!isEmpty && { shapes }),
      ...(used.length > 0 && { renames }),
      ...(isChanged && options.convert === true && { converts: true }),
    },
    used,
  };
}

/**
 * Checks that each rename is about a type of one of the files.
 *
 * @throws AssetError `ASSET_TYPE_CHANGED`
 */
export function assertRenamesUsed(options: Iterable<TypeOptions>, used: readonly string[]): void {
  const stray = [...options]
    .flatMap(({ renames = {} }) => Object.keys(renames))
    .find((key) => !used.includes(key));
  if (stray === undefined) return;
  throw new AssetError('ASSET_TYPE_CHANGED', {
    message: `the rename of "${stray}" is about no type of the files that are frozen`,
    next: 'write `TYPE.VALUE`, such as `mood.sad`, where the file of the type is frozen with the same revision',
  });
}

/** Renames of parts of one type: as given, the old name, the new one. `mood.sad` and `public.mood.sad` are the same. */
function ownRenames(identity: string, renames: Readonly<Record<string, string>>): [string, string, string][] {
  const { schema = '', name = '' } = parseIdentity(identity) ?? {};
  const qualified = qualifiedNameOf(identity);
  const prefixes = [qualified, qualified.slice(qualified.indexOf('.') + 1), `${schema}.${name}`, name];
  return Object.entries(renames).flatMap(([key, target]): [string, string, string][] => {
    const prefix = prefixes.find((each) => key.startsWith(`${each}.`));
    return prefix === undefined ? [] : [[key, key.slice(prefix.length + 1), target]];
  });
}

interface Rename {
  readonly identity: string;
  readonly part: string;
  readonly name: string;
}

function assertFits(
  { identity, part, name }: Rename,
  from: TypeShape | undefined,
  to: TypeShape,
  { file }: TypeFile,
): void {
  const type = qualifiedNameOf(identity);
  const reason =
    from === undefined
      ? `"${type}" is not there before this revision`
      : !partsOf(from).includes(part)
        ? `"${type}" had no "${part}"`
        : !partsOf(to).includes(name)
          ? `the file has no "${name}"`
          : undefined;
  if (reason === undefined) return;
  throw new AssetError('ASSET_TYPE_CHANGED', {
    message: `"${part}" of "${type}" cannot be renamed to "${name}": ${reason}`,
    where: file,
    next: 'correct the rename: it goes from the name before this revision to the name in the file',
  });
}

/** A version that another limbeck has frozen may not say what its types are made of. */
function assertShapeKnown(
  identity: string,
  { path, file }: TypeFile,
  history: AssetHistory,
  before: AppliedSet,
): void {
  const older = history
    .versionsAt(path, before)
    .find(({ entry }) => entry.shapes === undefined && entry.objects.includes(identity));
  if (older === undefined) return;
  throw new AssetError('ASSET_TYPE_CHANGED', {
    message: `the manifest of revision "${older.revision}" does not say what "${qualifiedNameOf(identity)}" was made of`,
    where: file,
    next: `run \`limbeck freeze ${older.revision}\` where nothing stands on it yet; else put the file back as it was, and change the type with ALTER TYPE in a revision (\`op.execute\`)`,
  });
}

function assertDecided(
  { identity, shape: from }: StandingType,
  to: TypeShape,
  renames: PartRenames,
  { path, file, options, command }: TypeFile,
): void {
  const change = typeChange(identity, from, to, renames);
  if (change === undefined || options.convert === true) return;
  const { lost, come } = partChanges(from, to, renames);
  const [gone, added] = [lost[0], come[0]];
  const type = qualifiedNameOf(identity);
  const load = `loadType(op, ['${path.slice(path.indexOf('/') + 1)}']`;
  if (gone !== undefined && added !== undefined) {
    throw new AssetError('ASSET_TYPE_CHANGED', {
      message: `"${type}" lost ${quotedList(lost)} and gained ${quotedList(come)}: that may be a new name, or two changes`,
      where: file,
      next: `where it is a new name say \`${load}, { renames: { '${type}.${gone}': '${added}' } })\`, or \`${command} --rename ${type}.${gone}=${added}\`; else \`{ convert: true }\`, or \`--convert\``,
      details: { type, lost, come },
    });
  }
  if (change.anew === undefined) return;
  const inOrder =
    from.kind === 'enum' && lost.length === 0
      ? 'put the values in that order, where another one is not needed; '
      : '';
  throw new AssetError('ASSET_TYPE_CHANGED', {
    message: `"${type}" must be made anew, for PostgreSQL cannot alter it so far: ${change.anew}`,
    where: file,
    next: `${inOrder}to make it anew and convert the columns that use it say \`${load}, { convert: true })\`, or \`${command} --convert\`; their tables are rewritten`,
    details: { type, lost, come },
  });
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** A shape is what CREATE says: a file that alters the type afterwards cannot be changed by shape. */
function assertPlain(
  identity: string,
  standing: StandingType | undefined,
  shape: TypeShape,
  { file }: TypeFile,
): void {
  if (standing === undefined || typeChange(identity, standing.shape, shape) === undefined) return;
  throw new AssetError('ASSET_TYPE_CHANGED', {
    message: `the file creates "${qualifiedNameOf(identity)}" and alters it, so that it does not say plainly what the type is`,
    where: file,
    next: 'let CREATE say all of it, and take ALTER TYPE out of the file',
  });
}
