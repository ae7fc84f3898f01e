/**
 * The parts of a plain-SQL script: its header, and the lines of its sections.
 */

const markPattern = /^--\s*(upgrade|downgrade)\s*$/i;
const revisionPattern = /^\uFEFF?--\s*revision\s*:/;
const commentOrNothing = /^\uFEFF?\s*(?:--.*)?$/;

/** Returns the lines before the first section. */
export function sqlHeaderLines(text: string): readonly string[] {
  const lines = text.split('\n');
  const end = nextMark(lines, headerStart(lines));
  return lines.slice(0, end);
}

/** Returns a section with each line where it stands in the file, so that errors point to the right one. */
export function sqlSection(text: string, name: 'upgrade' | 'downgrade'): string | undefined {
  const lines = text.split('\n');
  let start = nextMark(lines, headerStart(lines));
  while (start < lines.length && nameOf(lines[start]) !== name) start = nextMark(lines, start + 1);
  if (start === lines.length) return undefined;
  const end = nextMark(lines, start + 1);
  return lines.map((line, index) => (index > start && index < end ? line : '')).join('\n');
}

/**
 * The line that declares the revision, else the first: a comment before it may read "upgrade" and is no mark.
 * A line inside a section declares nothing.
 */
function headerStart(lines: readonly string[]): number {
  const declared = lines.findIndex((line) => revisionPattern.test(line));
  const before = lines.slice(0, Math.max(0, declared));
  return before.every((line) => commentOrNothing.test(line)) || nextMark(before, 0) === before.length
    ? before.length
    : 0;
}

/** The first mark from a line on; the number of lines where there is none. */
function nextMark(lines: readonly string[], from: number): number {
  const index = lines.findIndex((line, at) => at >= from && markPattern.test(line));
  return index === -1 ? lines.length : index;
}

function nameOf(line = ''): string | undefined {
  return markPattern.exec(line)?.[1]?.toLowerCase();
}
