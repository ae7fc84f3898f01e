/**
 * Deciding what becomes of an SQL file that several branches changed.
 *
 * Pure. The live file is where the branches meet: what people wrote there counts, what limbeck can merge is merged,
 * and where neither is enough they are asked.
 */
import type { RevisionId } from '../graph/revision.js';
import { conflictLines } from './conflict-markers.js';
import { type LabelledText, lacksChange, mergeTexts } from './merge-text.js';

/** The version of a file on one branch. */
export interface MergeSide {
  readonly revision: RevisionId;
  /** How markers call it. */
  readonly label: string;
  /** undefined where the branch has dropped the file. */
  readonly text: string | undefined;
}

/** A file that branches changed, and what the live file says. */
export interface MergeCase {
  /** One for each version, the latest in limbeck's order last. */
  readonly sides: readonly MergeSide[];
  /** The version that all sides come from; undefined where there is none. */
  readonly base: MergeSide | undefined;
  /** Finds the version that a side and those that are merged already come from. */
  readonly baseOf: (merged: readonly MergeSide[], next: MergeSide) => MergeSide | undefined;
  /** undefined where there is no live file. */
  readonly live: string | undefined;
  /** Whether the live file is a version that some revision ships, and holds nothing else. */
  readonly isShipped: boolean;
  /** Whether people say that the live file is right as it is. */
  readonly isResolved: boolean;
}

/** What becomes of a file. */
export type Settlement =
  /** It is frozen as the live file has it, or dropped where there is no live file. */
  | { readonly kind: 'taken' }
  /** The text becomes that of the live file; undefined drops it. */
  | { readonly kind: 'merged'; readonly text: string | undefined }
  /** The text, with markers, becomes that of the live file. */
  | { readonly kind: 'contradicts'; readonly text: string }
  /** The live file holds markers, at these lines. */
  | { readonly kind: 'marked'; readonly lines: readonly number[] }
  /** Some branches dropped it, and others changed it. */
  | { readonly kind: 'dropped'; readonly by: MergeSide; readonly changed: MergeSide }
  /** Several live files are left of what should be one, or none. */
  | { readonly kind: 'twice' }
  /** The live file is none of the versions, and lacks what this side changed. */
  | { readonly kind: 'lacks'; readonly side: MergeSide };

/** Decides what becomes of one file. */
export function settle(file: MergeCase): Settlement {
  const { live, isResolved } = file;
  const lines = conflictLines(live ?? '');
  if (lines.length > 0) return { kind: 'marked', lines };
  if (isResolved) return { kind: 'taken' };
  const merged = mergeSides(file);
  if (merged.kind === 'dropped' || isUntouched(file)) return merged;
  if (merged.kind === 'merged' && merged.text === live) return merged;
  const lacking = changedSides(file).find((side) => isLacking(file, side));
  return lacking === undefined ? { kind: 'taken' } : { kind: 'lacks', side: lacking };
}

/** Whether the live file holds nothing that is not shipped, so that it may be overwritten. */
function isUntouched({ sides, base, live, isShipped }: MergeCase): boolean {
  if (live !== undefined) return isShipped;
  return [base, ...sides].some((side) => side?.text === undefined);
}

/** Merges without looking at the live file. */
function mergeSides(file: MergeCase): Settlement {
  const changed = changedSides(file);
  const dropped = changed.find(({ text }) => text === undefined);
  const kept = changed.find(({ text }) => text !== undefined);
  if (dropped !== undefined && kept !== undefined) return { kind: 'dropped', by: dropped, changed: kept };
  if (kept?.text === undefined) return { kind: 'merged', text: undefined };
  return foldTexts(file, changed);
}

/** The sides that are not what all come from; a file that is not there yet was changed by being added. */
function changedSides({ sides, base }: MergeCase): readonly MergeSide[] {
  return sides.filter(({ text }) => text !== base?.text);
}

/** Joins one side after the other; what contradicts stays marked while the next one is joined. */
function foldTexts({ baseOf }: MergeCase, changed: readonly MergeSide[]): Settlement {
  const [first, ...others] = changed.flatMap(labelled);
  let merged = first ?? { label: '', text: '' };
  let hasConflict = false;
  for (const [index, other] of others.entries()) {
    const next = changed[index + 1];
    const base = next && baseOf(changed.slice(0, index + 1), next);
    const joined = mergeTexts(base && labelled(base)[0], merged, other);
    hasConflict ||= joined.hasConflict;
    merged = { label: `${merged.label}, ${other.label}`, text: joined.text };
  }
  return { kind: hasConflict ? 'contradicts' : 'merged', text: merged.text };
}

function labelled({ label, text }: MergeSide): LabelledText[] {
  return text === undefined ? [] : [{ label, text }];
}

function isLacking({ sides, base, live }: MergeCase, side: MergeSide): boolean {
  if (live === undefined) return true;
  if (base?.text === undefined || side.text === undefined) return false;
  const others = sides.flatMap(({ text }) => (text === undefined || text === side.text ? [] : [text]));
  return lacksChange(live, base.text, side.text, others);
}
