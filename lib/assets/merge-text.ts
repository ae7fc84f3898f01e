/**
 * Three-way merging of texts, line by line.
 *
 * Pure. What only one side changed is taken; what both changed, or changed next to each other, contradicts and is
 * marked as git marks it.
 */
import { diff3MergeRegions, diffComm } from 'node-diff3';

/** A text, and what its marker is called. */
export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

export interface MergedText {
  readonly text: string;
  /** Whether there is a part that contradicts, and is marked. */
  readonly hasConflict: boolean;
}

/** A part that needs no decision, or the versions of one that does. */
type Part = readonly string[] | Contradiction;

interface Contradiction {
  readonly ours: readonly string[];
  /** undefined where there is no common version. */
  readonly base: readonly string[] | undefined;
  readonly theirs: readonly string[];
}

const markerWidth = 7;

/**
 * Merges two texts.
 *
 * @param base - the version that both come from; undefined where each is new
 */
export function mergeTexts(
  base: LabelledText | undefined,
  ours: LabelledText,
  theirs: LabelledText,
): MergedText {
  const parts = partsOf(base, ours, theirs).flatMap(narrowed);
  const width = markerWidth + deepestMarker(ours.text);
  const lines = parts.flatMap((part) =>
    isSettled(part) ? part : marked(part, { base, ours, theirs }, width),
  );
  const text = lines.join('\n') + mergedEnd(base, ours, theirs);
  return { text: lines.length === 0 ? '' : text, hasConflict: !parts.every(isSettled) };
}

/**
 * Whether a text that people wrote lacks a change that `side` made to `base`: it says there what the base says, or
 * what one of the others says alone.
 */
export function lacksChange(written: string, base: string, side: string, others: readonly string[]): boolean {
  const regions = diff3MergeRegions(linesOf(written), linesOf(base), linesOf(side));
  const completed = regions.flatMap((region) => (region.stable ? region.bufferContent : region.aContent));
  if (!isSame(completed, linesOf(written))) return true;
  return regions.some((region) => {
    if (region.stable || isSame(region.aContent, region.bContent)) return false;
    if (region.bContent.length > 0 && holds(region.aContent, region.bContent)) return false;
    return others.some((other) => holds(linesOf(other), region.aContent));
  });
}

function partsOf(base: LabelledText | undefined, ours: LabelledText, theirs: LabelledText): Part[] {
  const [a, b] = [linesOf(ours.text), linesOf(theirs.text)];
  if (base === undefined)
    return diffComm(a, b).map(({ common, buffer1 = [], buffer2 = [] }) =>
      common === undefined ? { ours: buffer1, base: undefined, theirs: buffer2 } : common,
    );
  return diff3MergeRegions(a, linesOf(base.text), b).map((region) =>
    region.stable
      ? region.bufferContent
      : { ours: region.aContent, base: region.oContent, theirs: region.bContent },
  );
}

function isSettled(part: Part): part is readonly string[] {
  return Array.isArray(part);
}

/** Takes out of a contradiction the lines at its ends on which the sides agree, all of them where they are the same. */
function narrowed(part: Part): Part[] {
  if (isSettled(part)) return [part];
  const { ours, base, theirs } = part;
  const shorter = Math.min(ours.length, theirs.length);
  let [first, last] = [0, 0];
  while (first < shorter && ours[first] === theirs[first]) first += 1;
  while (last < shorter - first && ours.at(-1 - last) === theirs.at(-1 - last)) last += 1;
  if (first === ours.length && first === theirs.length) return [ours];
  const between = (lines: readonly string[]) => lines.slice(first, lines.length - last);
  return [
    ours.slice(0, first),
    { ours: between(ours), base, theirs: between(theirs) },
    ours.slice(ours.length - last),
  ];
}

type Sides = Record<'ours' | 'theirs', LabelledText> & { readonly base: LabelledText | undefined };

function marked(part: Contradiction, { base, ours, theirs }: Sides, width: number): string[] {
  const middle =
    base === undefined || part.base === undefined ? [] : [`${'|'.repeat(width)} ${base.label}`, ...part.base];
  return [
    `${'<'.repeat(width)} ${ours.label}`,
    ...part.ours,
    ...middle,
    '='.repeat(width),
    ...part.theirs,
    `${'>'.repeat(width)} ${theirs.label}`,
  ];
}

/** Contradictions of a third text stand round those of the first two, with longer markers, as git has them. */
function deepestMarker(text: string): number {
  const widths = [...text.matchAll(/^<{7,}(?= )/gm)].map(([mark]) => mark.length - markerWidth + 1);
  return Math.max(0, ...widths);
}

/** The lines without the end of the last one, which is merged by itself. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** A last line without its end is a change like any other. */
function mergedEnd(
  base: LabelledText | undefined,
  { text: ours }: LabelledText,
  { text: theirs }: LabelledText,
): string {
  const [a, b] = [ours.endsWith('\n'), theirs.endsWith('\n')];
  const hasEnd = a === b ? a : base === undefined || !base.text.endsWith('\n');
  return hasEnd ? '\n' : '';
}

function isSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.length === others.length && lines.every((line, index) => line === others[index]);
}

/** Whether the wanted lines follow each other somewhere. */
function holds(lines: readonly string[], wanted: readonly string[]): boolean {
  return lines.some((_, start) => wanted.every((line, index) => lines[start + index] === line));
}
