/**
 * The digest of a database's schema: every object with its definition as text, and one hash over all.
 *
 * Two databases built by the same statements have equal digests, and so has one database before an
 * upgrade and after its downgrade, unless the downgrade forgot something. No oid and no column number
 * is part of it, nor is data. Compare digests that the same major version of PostgreSQL gave: another
 * one may print the same definition in other words.
 */
import { createHash } from 'node:crypto';
import { type DigestOptions, digestQuery } from './digest-query.js';

export { type DigestOptions, digestQuery } from './digest-query.js';

export interface Digest {
  /**
   * Identity, such as `table column public.builds.platform`, to definition: the gist in the first line,
   * further facts in lines of their own. In the order of the identities.
   */
  readonly objects: ReadonlyMap<string, string>;
  /** Over the sorted entries, in hexadecimal. */
  readonly sha256: string;
}

/** One object that two digests define differently; absent in the one that has no definition. */
export interface DigestDifference {
  readonly identity: string;
  readonly before?: string;
  readonly after?: string;
}

/** Runs one statement and returns its rows. */
export type DigestReader = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Reads the digest of the database that `query` talks to, in one round trip. */
export async function readDigest(query: DigestReader, options: DigestOptions): Promise<Digest> {
  const rows = await query(digestQuery(options));
  return digestOf(rows.map(({ identity, definition }) => [String(identity), String(definition)]));
}

/** Returns the digest of the given entries, in whatever order they come. */
export function digestOf(entries: Iterable<readonly [identity: string, definition: string]>): Digest {
  const sorted = [...entries].sort(([a], [b]) => compareTexts(a, b));
  const objects = new Map<string, string>();
  const hash = createHash('sha256');
  for (const [identity, definition] of sorted) {
    if (objects.has(identity)) throw new Error(`two catalog objects share the identity "${identity}"`);
    objects.set(identity, definition);
    // PostgreSQL's text cannot hold a zero byte, so it separates without doubt.
    hash.update(`${identity}\0${definition}\0`);
  }
  return { objects, sha256: hash.digest('hex') };
}

/** Returns the difference with the smallest identity, or undefined when the digests are equal. */
export function firstDifference(before: Digest, after: Digest): DigestDifference | undefined {
  return before.sha256 === after.sha256 ? undefined : differences(before, after)[0];
}

/** Returns every object that differs, sorted by identity (by code unit, whatever the locale). */
export function differences(before: Digest, after: Digest): readonly DigestDifference[] {
  const identities = new Set([...before.objects.keys(), ...after.objects.keys()]);
  return [...identities]
    .filter((identity) => before.objects.get(identity) !== after.objects.get(identity))
    .sort(compareTexts)
    .map((identity) => difference(identity, before.objects.get(identity), after.objects.get(identity)));
}

function difference(
  identity: string,
  before: string | undefined,
  after: string | undefined,
): DigestDifference {
  return { identity, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Says one difference in one line, such as
 * `table column public.builds.platform: before "text", after absent`.
 *
 * Of an object that only one digest has it shows the gist; else the lines that differ, and of long ones
 * the part around the first different character.
 */
export function describeDifference({ identity, before, after }: DigestDifference): string {
  if (before === undefined || after === undefined) {
    return `${identity}: before ${gist(before)}, after ${gist(after)}`;
  }
  const [linesBefore, linesAfter] = differingLines(before, after);
  const different = firstDifferingIndex(linesBefore.join('\n'), linesAfter.join('\n'));
  const start = Math.max(0, different - shownBefore);
  return `${identity}: before ${excerpt(linesBefore, start)}, after ${excerpt(linesAfter, start)}`;
}

/** How much of a text is shown, and how much of it before the first different character, in characters. */
const shownLength = 80;
const shownBefore = 30;

function gist(definition: string | undefined): string {
  return definition === undefined ? 'absent' : excerpt(definition.split('\n').slice(0, 1), 0);
}

/** The lines between the common first and the common last lines. */
function differingLines(before: string, after: string): [before: string[], after: string[]] {
  const linesBefore = before.split('\n');
  const linesAfter = after.split('\n');
  const shorter = Math.min(linesBefore.length, linesAfter.length);
  const start = commonLength(shorter, (i) => linesBefore[i] === linesAfter[i]);
  const end = commonLength(shorter - start, (i) => linesBefore.at(-1 - i) === linesAfter.at(-1 - i));
  return [
    linesBefore.slice(start, linesBefore.length - end),
    linesAfter.slice(start, linesAfter.length - end),
  ];
}

function firstDifferingIndex(a: string, b: string): number {
  return commonLength(Math.min(a.length, b.length), (i) => a[i] === b[i]);
}

/** How many of the first `limit` places are the same. */
function commonLength(limit: number, isSame: (index: number) => boolean): number {
  for (let index = 0; index < limit; index++) if (!isSame(index)) return index;
  return limit;
}

/** The lines in quotes from the character `start` on, control characters escaped. */
function excerpt(lines: readonly string[], start: number): string {
  if (lines.length === 0) return 'nothing';
  const text = lines.join('\n');
  const from = text.length <= shownLength ? 0 : start;
  const shown = text.slice(from, from + shownLength);
  const rest = from + shownLength < text.length ? '…' : '';
  return `"${from > 0 ? '…' : ''}${escapeControls(shown)}${rest}"`;
}

function escapeControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
