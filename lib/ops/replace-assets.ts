/**
 * How the objects of SQL files get from what stands to what should stand.
 *
 * The server decides by trying: a file that says CREATE OR REPLACE is run as it is, and only where that is
 * refused are its own objects dropped and made anew. What stands on them is set aside meanwhile; it comes back at
 * the end, when all files are loaded.
 */
import type { Dependent } from '../assets/manifest.js';
import type { AssetVersion } from '../assets/asset-history.js';
import { assertNoMembers, putBack, setAside } from '../dependents/aside.js';
import { dropText, isGrant, parseIdentity } from '../sql/identity.js';
import { ownStatement, type Recovery, type Statement } from '../sql/statement.js';
import { checkedLoads, type FileText, fileStatements, inSchemaOf, outOf } from './file-statements.js';
import { schemaGuards } from './folder-schemas.js';
import { ifExists, isBare, keptObjects } from './kept-objects.js';

/** A file on its way into the database. */
export interface Load extends FileText {
  /** What brings its types to what it says, in place of the text. */
  readonly types?: readonly Statement[] | undefined;
  /** The files that it requires and that later calls of the script load, in load order; undefined for none. */
  readonly waitsFor?: Awaited | undefined;
  /** What stands on its objects, where nobody can be asked; default: whatever does. */
  readonly expected?: readonly Dependent[] | undefined;
}

/** Files that are loaded before their own call if another one needs them. */
interface Awaited {
  readonly versions: readonly AssetVersion[];
  readonly loads: () => readonly Load[];
}

/** An object that stands and is not defined any more. */
export interface GoneObject {
  readonly object: string;
  /** What it is compared by: `AssetHistory.keyOf`. */
  readonly key: string;
  /** The file that had defined it. */
  readonly path: string;
  /** As `Load.expected`. */
  readonly expected?: readonly Dependent[] | undefined;
}

/** What one call of a script does. */
export interface Replacement {
  /** Whether an object of a file stands before, under this identity or another one. */
  readonly stands: (object: string, path: string) => boolean;
  /** Objects of files that earlier calls of the script may have loaded, since others needed them. */
  readonly early: ReadonlySet<string>;
  /** In the order in which they are dropped. */
  readonly gone: readonly GoneObject[];
  /** In load order. */
  readonly loads: readonly Load[];
  /** Objects that later calls of the script will load: they need not fit before. */
  readonly later: readonly string[];
}

/** PostgreSQL cannot replace what stands by what the file says; PostgreSQL manual, "PostgreSQL Error Codes". */
const notReplaceable = ['42P13', '42P16', '42809', '42723', '42710', '42P07'];
/** Something is missing, which may be set aside, or come with a file that is loaded later. */
const missing = ['42P01', '42883', '42704', '42703', '42P10'];
const dependentsExist = '2BP01';

/** What is set aside for a load comes back by itself, apart from what a script has set aside. */
const scope = 'load';

/** Makes the statements that drop what is gone and load the files. */
export function replacementStatements({ stands, early, gone, loads, later }: Replacement): Statement[] {
  const drops = gone.flatMap((object) => dropStatements(object, loads.length > 0));
  const ways = (load: Load) => waysOf(load, stands, early);
  let mayBeAside = drops.some(({ onError }) => onError !== undefined);
  const files = loads.flatMap((load, index) => {
    if (load.types !== undefined) return inSchemaOf(load.version.path, load.types);
    const { first, replaced } = ways(load);
    mayBeAside ||= first.length > 0 || load.waitsFor !== undefined;
    const others = () => [...objectsOf(loads.slice(index + 1)), ...later];
    const onError = mayBeAside ? behindOthers(load, replaced, others, ways) : replaced;
    mayBeAside ||= replaced !== undefined;
    return [...first, ...fileStatements(load, onError)];
  });
  const back = mayBeAside ? comeBack(loads.at(-1)?.made.file, later) : [];
  return [...schemaGuards(loads), ...memberGuard(loads), ...drops, ...files, ...back, ...checkedLoads(loads)];
}

/** What is done before a file is run, and what where it cannot replace what stands. */
function waysOf(load: Load, stands: Replacement['stands'], early: ReadonlySet<string>): Ways {
  const { plain, replaced } = keptObjects(load, stands);
  const own = load.version.entry.objects.filter(
    (object) => early.has(object) && !stands(object, load.version.path) && !isGrant(object),
  );
  // What stands on them by then has come with the script, and was never frozen with them.
  const retried = own.length > 0 ? { ...load, expected: undefined } : load;
  const tried = [...replaced, ...own];
  return {
    first: recreated(load, plain),
    replaced: tried.length > 0 ? anew(retried, [...plain, ...tried]) : undefined,
  };
}

interface Ways {
  readonly first: readonly Statement[];
  readonly replaced: Recovery | undefined;
}

function objectsOf(loads: readonly Load[]): string[] {
  return loads.flatMap(({ version }) => version.entry.objects);
}

/** CREATE OR REPLACE would take over what belongs to an extension, without a word. */
function memberGuard(loads: readonly Load[]): Statement[] {
  const objects = loads
    .flatMap(({ version }) => version.entry.objects)
    .filter((object) => parseIdentity(object) !== undefined);
  if (objects.length === 0) return [];
  const comment = 'No file may replace a part of an extension';
  return [{ ...assertNoMembers(objects, loads[0]?.made.file), comment }];
}

/** Drops objects that their file will make again, with all that stands on them. */
function recreated({ made: { file }, expected }: Load, objects: readonly string[]): Statement[] {
  const made = objects.filter((object) => !isGrant(object));
  const bare = made.filter(isBare);
  const targets = made.filter((object) => !bare.includes(object)).map((object) => ({ object }));
  const aside = setAside(targets, { drop: true, scope, where: file, ...(expected && { expected }) });
  const drops = bare.map((object) => ownStatement(`drop ${ifExists(object)}`));
  const comment = `PostgreSQL cannot replace ${made.join(', ')}: dropped here, and made anew`;
  return [...aside, ...drops].map((each, index) => (index === 0 ? { ...each, comment } : each));
}

/** What was set aside is put back, if anything was. */
function comeBack(where: string | undefined, later: readonly string[]): Statement[] {
  const comment = 'What was set aside comes back';
  return putBack({ scope, where, later }).map((made, index) => (index === 0 ? { ...made, comment } : made));
}

/** Drops by exact identity, and never with CASCADE; what stands on it may do without, once the files are loaded. */
function dropStatements({ object, path, expected }: GoneObject, hasLoads: boolean): Statement[] {
  const drop = ownStatement(dropText(object));
  if (!hasLoads || isGrant(object)) return inSchemaOf(path, [drop]);
  const onError = recovery([dependentsExist], () => [
    ...setAside([{ object }], { scope, where: path, ...(expected && { expected }) }),
    drop,
  ]);
  return inSchemaOf(path, [{ ...drop, onError }]);
}

/** The way for a file whose objects cannot be replaced. */
function anew(load: Load, own: readonly string[]): Recovery {
  return recovery(notReplaceable, () => [...recreated(load, own), load.made]);
}

/**
 * The way for a file that finds something missing: what is set aside is put back, as far as the files before have
 * come, and the files that it needs are loaded before it, though the script names them later.
 */
function behindOthers(
  load: Load,
  or: Recovery | undefined,
  later: () => readonly string[],
  ways: (load: Load) => Ways,
): Recovery {
  const again = () => {
    const needed = (load.waitsFor?.loads() ?? []).filter(({ types }) => types === undefined);
    const before = needed.flatMap((other) => {
      const { first, replaced } = ways(other);
      return [...first, ...fileStatements(other, replaced)];
    });
    const made = { ...load.made, ...(or && { onError: or }) };
    const back = comeBack(load.made.file, [...later(), ...load.version.entry.objects]);
    return [...back, ...outOf(load.version, [...schemaGuards(needed), ...before]), made];
  };
  return recovery(missing, again, or);
}

/** Its statements are made when they are needed, which is seldom: they are long. */
function recovery(sqlstates: readonly string[], make: () => Statement[], or?: Recovery): Recovery {
  return {
    sqlstates,
    get statements() {
      return make();
    },
    or,
  };
}
