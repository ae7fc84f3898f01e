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
/** Of a long line so much is shown before the place. */
const shownBefore = 100;

/**
 * Shows the line at `offset`, the two lines before it, and a caret under the place:
 *
 *     2 | select nam
 *       |        ^
 *
 * The caret stands right on a terminal: under a tab, and where characters are two columns wide or none. Of a
 * line too long to be shown, the part around the place is.
 */
export function excerptAt(text: string, offset: number): string {
  const { line, column } = lineAndColumn(text, offset);
  const first = Math.max(1, line - shownLines + 1);
  const width = String(line).length;
  const lines = text.split('\n').slice(first - 1, line);
  const shown = lines.map((content, index) => {
    const part = first + index === line ? shownPart(content, column - 1) : shownPart(content, 0);
    return `${String(first + index).padStart(width)} | ${part.text}`;
  });
  const { caret } = shownPart(lines.at(-1) ?? '', column - 1);
  return [...shown, `${' '.repeat(width)} | ${caret}^`].join('\n');
}

/** What is shown of a line, and what stands before the caret in the line below. */
function shownPart(line: string, at: number): { readonly text: string; readonly caret: string } {
  const characters = Array.from(line.trimEnd(), visible);
  const isCut = characters.length > shownWidth;
  const start = isCut && at > shownWidth - 10 ? at - shownBefore : 0;
  const part = characters.slice(start, isCut ? start + shownWidth : undefined);
  const [before, after] = [start > 0 ? '…' : '', start + part.length < characters.length ? '…' : ''];
  const caret = characters.slice(start, at).map(blank).join('');
  // Behind the end of the line stand spaces that were left out.
  const beyond = ' '.repeat(Math.max(0, at - characters.length));
  return { text: `${before}${part.join('')}${after}`, caret: blank(before) + caret + beyond };
}

/** A terminal would obey some characters. */
function visible(character: string): string {
  return character !== '\t' && /\p{Cc}/u.test(character) ? '\uFFFD' : character;
}

/** What takes as much room on a terminal as the text, and shows nothing; a tab depends on where it stands. */
function blank(character: string): string {
  if (character === '\t' || character === '') return character;
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return '';
  return isWide(character) ? '  ' : ' ';
}

/** Characters of East Asia, and emoji; Unicode Standard Annex 11. */
function isWide(character: string): boolean {
  return /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]$/u.test(
    character,
  );
}
