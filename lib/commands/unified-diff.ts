/**
 * Unified diffs, as `diff -u` and git write them.
 */
import { createTwoFilesPatch } from 'diff';

export interface DiffedText {
  readonly name: string;
  /** Which version it is; stands behind the name. */
  readonly label: string;
  readonly text: string;
}

/** Writes the difference of two texts, with three lines of context; '' where there is none. */
export function unifiedDiff(before: DiffedText | undefined, after: DiffedText | undefined): string {
  if ((before?.text ?? '') === (after?.text ?? '')) return '';
  const patch = createTwoFilesPatch(
    before?.name ?? '/dev/null',
    after?.name ?? '/dev/null',
    before?.text ?? '',
    after?.text ?? '',
    before?.label,
    after?.label,
    { context: 3 },
  );
  return patch.replace(/^(?:Index:.*\n)?=+\n/, '');
}
