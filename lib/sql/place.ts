/**
 * Places in a text: from an offset to line and column, and the line shown with a caret under it.
 */

/** Line and column in a file, both from 1; columns count characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Writes a place as editors understand it: `file:line:column`. */
export function formatPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** Returns line and column, from 1, of a UTF-16 offset in `text`. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
}

/**
 * Returns the UTF-16 offset of the server's `position`, which counts characters from 1.
 *
 * @see PostgreSQL manual, "Error and Notice Message Fields"
 */
export function offsetOfPosition(text: string, position: number): number {
  let offset = 0;
  for (let character = 1; character < position && offset < text.length; character += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

const shownLines = 3;
const shownWidth = 160;

/**
 * Shows the line at `offset`, the two lines before it, and a caret under the place:
 *
 *     2 | select nam
 *       |        ^
 */
export function excerptAt(text: string, offset: number): string {
  const { line, column } = lineAndColumn(text, offset);
  const lines = text.split('\n');
  const first = Math.max(1, line - shownLines + 1);
  const width = String(line).length;
  const shown = lines
    .slice(first - 1, line)
    .map(
      (content, index) =>
        `${String(first + index).padStart(width)} | ${content.trimEnd().slice(0, shownWidth)}`,
    );
  if (column <= shownWidth) shown.push(`${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  return shown.join('\n');
}
