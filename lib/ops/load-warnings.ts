/**
 * What loading files has lost without a word: CREATE OR REPLACE gives a function back the usual volatility, a view
 * its usual options, and fires a disabled trigger again, wherever the new text does not say otherwise.
 *
 * One query before a call and one behind it, in the same message; the answers are compared here.
 */
import type { AssetVersion } from '../assets/asset-history.js';
import { frozenFileOf } from '../assets/manifest.js';
import { parseIdentity } from '../sql/identity.js';
import { quoteLiteral } from '../sql/quote.js';
import { ownStatement, type Statement } from '../sql/statement.js';
import {
  type Holdings,
  isPart,
  type ObjectState,
  stateQuery,
  statesIn,
  type RoutineCall,
} from './object-state.js';

/** Something that a file has lost or left, and that nobody asked for. */
export interface LoadWarning {
  /** The frozen file that was loaded. */
  readonly file: string;
  /** As the server prints it: `function public.f(integer)`. */
  readonly object: string;
  readonly message: string;
  /** What to write in the file. */
  readonly next: string;
}

export interface WatchContext {
  /** The files that are loaded. */
  readonly versions: readonly AssetVersion[];
  /** Objects that stand before and are dropped, by identity. */
  readonly gone: readonly string[];
  /** All that files define afterwards, by identity. */
  readonly defined: () => readonly string[];
  /** Whether a text that stands before says so itself, and its end is no surprise. */
  readonly isStated: (words: RegExp) => boolean;
  readonly warn: (warning: LoadWarning) => void;
}

/** Makes the statements to send before a call and behind it, which tell of what was lost between them. */
export function watchLosses(context: WatchContext): readonly [before: Statement, after: Statement] {
  const { versions, gone } = context;
  const objects = [...new Set([...versions.flatMap(({ entry }) => entry.objects), ...gone])];
  const query = ownStatement(stateQuery(objects));
  let before: readonly ObjectState[] = [];
  const compare = (after: readonly ObjectState[]) => {
    const files = filesByName(versions);
    for (const { object, name, words, ...told } of [
      ...lostProperties(before, after),
      ...newGrants(before, after),
      ...lostHoldings(before, after),
      ...newOverloads(before, after, context.defined()),
    ]) {
      const file = files.get(name);
      if (file === undefined || (words !== undefined && context.isStated(words))) continue;
      context.warn({ file, object, ...told });
    }
  };
  return [
    { ...query, onAnswer: (rows) => void (before = statesIn(rows)) },
    { ...query, onAnswer: (rows) => compare(statesIn(rows)) },
  ];
}

function filesByName(versions: readonly AssetVersion[]): Map<string, string> {
  return new Map(
    versions.flatMap(({ path, manifest, entry }) =>
      entry.objects.map((object) => [nameOf(object), frozenFileOf(manifest, path)] as const),
    ),
  );
}

function nameOf(object: string): string {
  const identity = isPart(object) ? undefined : parseIdentity(object);
  return identity === undefined ? object : `${identity.schema}.${identity.name}`;
}

/** A loss, and the words by which a text would have said what is lost. */
interface Loss extends Omit<LoadWarning, 'file'> {
  readonly name: string;
  readonly words?: RegExp;
}

function lostProperties(before: readonly ObjectState[], after: readonly ObjectState[]): Loss[] {
  const now = byObject(after);
  return before.flatMap(({ object, name, properties }) => {
    const left = now.get(object)?.properties;
    if (left === undefined) return [];
    const lost = Object.entries(properties).filter(([property]) => !(property in left));
    return lost.map(([property, clause]) => ({ object, name, ...lossOf(object, property, clause) }));
  });
}

function byObject(states: readonly ObjectState[]): Map<string, ObjectState> {
  return new Map(states.map((state) => [state.object, state]));
}

function lossOf(object: string, property: string, clause: string): Pick<Loss, 'message' | 'next' | 'words'> {
  if (property === 'public') return { ...publicAgain(object), words: /\brevoke\b/i };
  if (property === 'firing')
    return {
      message: `${object} fires as usual again, and was altered with "${clause}"`,
      next: `write the ALTER TABLE with "${clause}" into the file, behind the trigger, if it should stay`,
      words: new RegExp(String.raw`\b${clause.split(' ')[0]}\b`, 'i'),
    };
  return {
    message: `${object} has lost "${clause}", which the file does not say`,
    next: `write "${clause}" into the file, if it should stay`,
    words: wordsOf(property, clause),
  };
}

function wordsOf(property: string, clause: string): RegExp {
  if (property === 'check_option') return /check[ _]option/i;
  const said = property.startsWith('set ') || !clause.startsWith('with (') ? clause : property;
  const [first = '', second] = property.startsWith('set ') ? property.split(' ') : said.split(' ');
  const isNumber = property === 'cost' || property === 'rows';
  const words = second === undefined || isNumber ? first : String.raw`${first}\s+${second}`;
  return new RegExp(String.raw`\b${words}\b`, 'i');
}

function publicAgain(object: string) {
  return {
    message: `${object} may be executed by PUBLIC, which had been revoked`,
    next: `write "revoke execute on ${object.replace('aggregate ', 'function ')} from public" into the file, if it should stay so`,
  };
}

/** What takes the place of an overload that PUBLIC had no right to begins with that right. */
function newGrants(before: readonly ObjectState[], after: readonly ObjectState[]): Loss[] {
  const [was, now] = [byObject(before), byObject(after)];
  const closed = new Set(
    before
      .filter(({ object, properties }) => 'public' in properties && !now.has(object))
      .map(({ name }) => name),
  );
  return after
    .filter(
      ({ object, name, properties }) => !was.has(object) && closed.has(name) && !('public' in properties),
    )
    .map(({ object, name }) => ({ object, name, ...publicAgain(object), words: /\brevoke\b/i }));
}

/** What takes the place of another overload has nothing of what was given to that one. */
function lostHoldings(before: readonly ObjectState[], after: readonly ObjectState[]): Loss[] {
  const [was, now] = [byObject(before), byObject(after)];
  return before.flatMap(({ object: old, name, held: had }) => {
    const others = after.filter((other) => other.name === name && !was.has(other.object));
    const has = others[0]?.held;
    if (now.has(old) || !had || !has) return [];
    const anyHas = (test: (held: Holdings) => boolean) => others.some(({ held }) => held && test(held));
    const object = others[0]?.object ?? old;
    const place = 'in whose place it came';
    const write = (text: string) => `write "${text}" into the file or the script, if it should stay so`;
    const losses: Loss[] = had.grantees
      .filter((grantee) => !anyHas(({ grantees }) => grantees.includes(grantee)))
      .map((grantee) => ({
        object,
        name,
        message: `${object} is not granted to ${grantee}, as ${old} was, ${place}`,
        next: write(`grant execute on ${object.replace('aggregate ', 'function ')} to ${grantee}`),
        words: /\bgrant\b/i,
      }));
    if (!anyHas(({ owner }) => owner === had.owner))
      losses.unshift({
        object,
        name,
        message: `${object} belongs to ${has.owner}, and ${old}, ${place}, to ${had.owner}`,
        next: write(`alter ${object} owner to ${had.owner}`),
        words: /\bowner\s+to\b/i,
      });
    if (had.comment !== null && !anyHas(({ comment }) => comment !== null))
      losses.push({
        object,
        name,
        message: `${object} has no comment, as ${old} had, ${place}`,
        next: write(`comment on ${object} is ${quoteLiteral(had.comment)}`),
        words: /\bcomment\s+on\b/i,
      });
    return losses;
  });
}

/** A new overload beside one that no file defines, where a call that leaves out arguments fits both. */
function newOverloads(
  before: readonly ObjectState[],
  after: readonly ObjectState[],
  defined: readonly string[],
): Loss[] {
  const was = byObject(before);
  const own = new Set(defined.map(withoutSchemas));
  const others = after.filter(
    ({ object }) => was.has(object) && isRoutine(object) && !own.has(withoutSchemas(object)),
  );
  return after
    .filter(({ object }) => !was.has(object) && isRoutine(object))
    .flatMap(({ object, name, call }) => {
      const beside = others
        .filter((other) => other.name === name && mayBeConfused(other.call, call))
        .map((other) => other.object);
      if (beside.length === 0) return [];
      return [
        {
          object,
          name,
          message: `${object} stands beside ${beside.join(' and ')}, which no file defines: calls that leave out arguments may fail as "not unique"`,
          next: `drop the other one in a script, if nobody needs it`,
          // Who goes back has been told on the way up.
          words: /^/,
        },
      ];
    });
}

/** Whether the shortest call that both take has the same types in both. */
function mayBeConfused(one: RoutineCall | null, other: RoutineCall | null): boolean {
  if (one === null || other === null) return false;
  const count = Math.max(one.fewest, other.fewest);
  if (count > Math.min(one.types.length, other.types.length)) return false;
  return one.types.slice(0, count).every((type, index) => type === other.types[index]);
}

function isRoutine(object: string): boolean {
  return object.endsWith(')');
}

/** Types are printed with or without their schema by the search path. */
function withoutSchemas(object: string): string {
  return object.replaceAll(/("(?:[^"]|"")+"|[\w$]+)\./g, '');
}
