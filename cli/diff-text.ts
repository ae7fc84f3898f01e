/**
 * Diffs and tables for a terminal or a pipe.
 */
import picocolors from 'picocolors';
import type { Io } from './io.js';

/** Colours for results: none but on a terminal. */
export function coloursOf({ hasResultColour }: Io) {
  return picocolors.createColors(hasResultColour);
}

type Colours = ReturnType<typeof coloursOf>;

/** Colours a unified diff as git does. */
export function colouredDiff(patch: string, colours: Colours): string {
  if (!colours.isColorSupported) return patch;
  const lines = patch.split('\n');
  return lines.map((line, index) => lineColour(line, isHeader(lines, index), colours)).join('\n');
}

/** A comment that was taken out, `-- a`, looks like a header too. */
function isHeader(lines: readonly string[], index: number): boolean {
  const opensAt = (at: number) =>
    lines[at]?.startsWith('--- ') === true &&
    lines[at + 1]?.startsWith('+++ ') === true &&
    lines[at + 2]?.startsWith('@@') === true;
  return opensAt(index) || opensAt(index - 1) || lines[index]?.startsWith('rename ') === true;
}

function lineColour(line: string, isHead: boolean, { bold, cyan, green, red }: Colours): string {
  if (line === '') return line;
  if (isHead) return bold(line);
  if (line.startsWith('@@')) return cyan(line);
  if (line.startsWith('+')) return green(line);
  return line.startsWith('-') ? red(line) : line;
}

/** Writes rows with their cells one under the other; a column that is empty throughout is left out. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(...rows.map((row) => (row[index] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .filter((_, index) => widths[index] !== 0)
      .join('  ')
      .trimEnd(),
  );
}
