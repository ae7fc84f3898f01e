/**
 * Wording of messages about revisions: names in quotes, short lists, near misses.
 */

/** Lists names in double quotes; a long list is cut, and says by how much. */
export function listed(names: Iterable<string>, longest = 5): string {
  return abridged(
    [...names].map((name) => `"${name}"`),
    longest,
  );
}

/** Joins texts by commas; a long list is cut, and says by how much. */
export function abridged(texts: readonly string[], longest = 5): string {
  if (texts.length <= longest) return texts.join(', ');
  return `${texts.slice(0, longest).join(', ')} and ${texts.length - longest} more`;
}

/** Returns a question that leads over to an advice, or nothing when no candidate is near. */
export function didYouMean(text: string, candidates: Iterable<string>): string {
  const near = nearMisses(text, candidates);
  return near.length === 0 ? '' : `did you mean ${listed(near)}? Else `;
}

/**
 * Returns up to three candidates that differ from the text by a slip of the finger, nearest first.
 */
export function nearMisses(text: string, candidates: Iterable<string>): string[] {
  // A third of the text may be wrong: shorter texts are near to everything.
  const limit = Math.min(3, Math.floor(text.length / 3));
  return [...candidates]
    .map((name) => ({ name, distance: editDistance(text.toLowerCase(), name.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Counts letters to change, add, leave out or swap with the next; texts of too different a length are not compared. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const changed = at(row - 1, column - 1) + (isSame ? 0 : 1);
      const swapped = isSwapped ? at(row - 2, column - 2) + 1 : changed;
      current.push(Math.min(changed, swapped, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
