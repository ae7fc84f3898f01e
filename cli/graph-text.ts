/**
 * The revision graph as text, newest first, one lane for each line of revisions.
 *
 *     *   d merge
 *     |\
 *     * | b
 *     | * c
 *     |/
 *     * a
 */

export interface GraphNode {
  readonly id: string;
  /** The ids below it in its own line; those that are not shown end their lane. */
  readonly parents: readonly string[];
  readonly text: string;
}

/** Draws nodes that are given children first. */
export function drawGraph(nodes: readonly GraphNode[]): string {
  const shown = new Set(nodes.map(({ id }) => id));
  const lines: string[] = [];
  let lanes: string[] = [];
  /** Where the last lane has just ended: what begins there next is no part of it. */
  let ended: number | undefined;
  for (const { id, parents, text } of nodes) {
    if (!lanes.includes(id)) {
      if (ended === lanes.length) lines.push(Array.from(lanes, () => '|').join(' '));
      lanes.push(id);
    }
    const column = lanes.indexOf(id);
    lines.push(`${laneRow(lanes.length, column)} ${text}`);
    const below = parents.filter((parent) => shown.has(parent));
    const isLast = column === lanes.length - 1;
    ended = below.length === 0 && isLast ? column : undefined;
    if (below.length === 0 && !isLast) lines.push(endingRow(lanes.length, column));
    for (let index = 1; index < below.length; index += 1)
      lines.push(openingRow(lanes.length + index - 1, column));
    lanes = lanes.toSpliced(column, 1, ...below);
    for (const parent of below) lanes = joinLanes(lanes, parent, lines);
  }
  return lines.join('\n');
}

/** Leads a second lane of a revision into the first. */
function joinLanes(lanes: string[], id: string, lines: string[]): string[] {
  const column = lanes.indexOf(id);
  const extra = lanes.lastIndexOf(id);
  if (extra === column) return lanes;
  lines.push(closingRow(lanes.length, column, extra));
  return lanes.toSpliced(extra, 1);
}

/** `| * |` */
function laneRow(count: number, column: number): string {
  return Array.from({ length: count }, (_, lane) => (lane === column ? '*' : '|')).join(' ');
}

/** A lane that leads to the same revision as one on its left joins it: `|/`, and `|_|/` over others. */
function closingRow(count: number, column: number, closed: number): string {
  const row = blankRow(count);
  for (let lane = 0; lane < count; lane += 1) {
    if (lane < closed) row[2 * lane] = '|';
    else row[2 * lane - 1] = '/';
  }
  for (let lane = column + 1; lane < closed; lane += 1) row[2 * lane - 1] = '_';
  return row.join('').trimEnd();
}

/** A merge point opens one more lane on its right: `|\`. */
function openingRow(count: number, column: number): string {
  const row = blankRow(count + 1);
  for (let lane = 0; lane < count; lane += 1) {
    if (lane <= column) row[2 * lane] = '|';
    if (lane >= column) row[2 * lane + 1] = '\\';
  }
  return row.join('').trimEnd();
}

/** A lane ends, and those on its right move up: ` /`. */
function endingRow(count: number, column: number): string {
  const row = blankRow(count);
  for (let lane = 0; lane < count; lane += 1) {
    if (lane < column) row[2 * lane] = '|';
    if (lane > column) row[2 * lane - 1] = '/';
  }
  return row.join('').trimEnd();
}

function blankRow(count: number): string[] {
  return Array.from({ length: 2 * count }, () => ' ');
}
