/**
 * The marks of an unfinished merge, as git and limbeck write them round what contradicts.
 */
import { AssetError } from '../errors.js';
import { excerptAt, formatPlace } from '../sql/place.js';

/** Rows of `=` are left out: they are found in comments too, and never alone. */
const marker = /^(?:<{7,}|\|{7,}|>{7,})(?: |$)/gm;

/** Returns the lines, from 1, at which conflicts begin; of half a conflict the line of the first marker. */
export function conflictLines(text: string): number[] {
  const found = [...text.matchAll(marker)];
  const beginnings = found.filter(([mark]) => mark.startsWith('<'));
  const counted = beginnings.length > 0 ? beginnings : found.slice(0, 1);
  return counted.map(({ index }) => text.slice(0, index).split('\n').length);
}

/**
 * Refuses a text that holds conflict markers.
 *
 * @throws AssetError `ASSET_CONFLICT` with file, line and column
 */
export function assertUnmarked(text: string, file: string): void {
  const lines = conflictLines(text);
  const [line] = lines;
  if (line === undefined) return;
  const offset = text.split('\n', line - 1).join('\n').length + (line > 1 ? 1 : 0);
  throw new AssetError('ASSET_CONFLICT', {
    message: `"${file}" holds conflict markers`,
    where: formatPlace({ file, line, column: 1 }),
    next: 'write what the file should say in place of what is between the markers, and run the command again',
    excerpt: excerptAt(text, offset),
    details: { file, lines },
  });
}
