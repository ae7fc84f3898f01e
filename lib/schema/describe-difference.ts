/**
 * A difference in one line, for people.
 */
import type { ChangedProperty, Difference, PropertyValue } from './compare-snapshots.js';
import type { Grant } from './snapshot-kind.js';

/**
 * Says a difference in one line, such as `column public.builds.platform: type text → integer`.
 *
 * Of lists it shows what came and went, of long texts the part around the first different character.
 */
export function describeDifference(difference: Difference): string {
  const { identity } = difference;
  return difference.kind === 'changed'
    ? `${identity}: ${difference.path.join('.')} ${describeChange(difference)}`
    : `${identity}: ${difference.kind}`;
}

function describeChange({ before, after }: ChangedProperty): string {
  if (isList(before) || isList(after)) {
    const listed = describeLists(asList(before), asList(after));
    if (listed !== '') return listed;
  }
  if (typeof before === 'string' && typeof after === 'string') return describeTexts(before, after);
  return `${shown(before)} → ${shown(after)}`;
}

function asList(value: PropertyValue | undefined): readonly PropertyValue[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** What came and went; nothing where the same items are in another order. */
function describeLists(before: readonly PropertyValue[], after: readonly PropertyValue[]): string {
  const texts = (list: readonly PropertyValue[]) => list.map((item) => shown(item));
  const [had, has] = [texts(before), texts(after)];
  const gone = had.filter((item) => !has.includes(item)).map((item) => `− ${item}`);
  const come = has.filter((item) => !had.includes(item)).map((item) => `+ ${item}`);
  return [...gone, ...come].join(', ');
}

/** How much of a text is shown, and how much of it before the first different character, in characters. */
const shownLength = 80;
const shownBefore = 30;

function describeTexts(before: string, after: string): string {
  if (
    !before.includes('\n') &&
    !after.includes('\n') &&
    Math.max(before.length, after.length) <= shownLength
  ) {
    return `${shown(before)} → ${shown(after)}`;
  }
  const [linesBefore, linesAfter] = differingLines(before, after);
  const different = firstDifferingIndex(linesBefore.join('\n'), linesAfter.join('\n'));
  const start = Math.max(0, different - shownBefore);
  return `${excerpt(linesBefore, start)} → ${excerpt(linesAfter, start)}`;
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

/** The lines in quotes from the character `start` on. */
function excerpt(lines: readonly string[], start: number): string {
  if (lines.length === 0) return 'no line';
  const text = lines.join('\n');
  const from = text.length <= shownLength ? 0 : start;
  const part = text.slice(from, from + shownLength);
  const rest = from + shownLength < text.length ? '…' : '';
  return `"${from > 0 ? '…' : ''}${escapeControls(part)}${rest}"`;
}

/** A value; a text in quotes only where it could be taken for something else, or hides what it has. */
function shown(value: PropertyValue | undefined): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return shownText(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `(${value.map(shown).join(', ')})`;
  if (isGrant(value)) return shownGrant(value);
  return Object.entries(value)
    .filter(([, item]) => !isEmpty(item))
    .map(([name, item]) => `${name} ${shown(item)}`)
    .join(' ');
}

function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

function isEmpty(value: PropertyValue): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isGrant(value: object): value is Grant {
  return 'privilege' in value && 'grantor' in value;
}

function shownGrant({ grantee = 'PUBLIC', privilege, grantable, grantor }: Grant): string {
  return `${privilege} to ${grantee}${grantable ? ' with grant option' : ''} by ${grantor}`;
}

function shownText(value: string): string {
  const isPlain = value === value.trim() && value !== '' && value !== 'none' && !/\p{Cc}/u.test(value);
  const short = value.length > shownLength ? `${value.slice(0, shownLength)}…` : value;
  return isPlain ? short : `"${escapeControls(short)}"`;
}

function escapeControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
