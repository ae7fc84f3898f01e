import { expect } from 'chai';
import * as fc from 'fast-check';
import { drawGraph, type GraphNode } from '../../cli/graph-text.js';
import { graphOf } from '../helpers/graph.js';
import { runs } from '../helpers/runs.js';

/** Nodes newest first, as `history` has them, of a graph in words. */
function nodesOf(...texts: string[]): GraphNode[] {
  const graph = graphOf(...texts);
  return graph.ids.toReversed().map((id) => ({ id, parents: graph.parents(id), text: id }));
}

function expectDrawing(texts: readonly string[], drawing: string): void {
  expect(`\n${drawGraph(nodesOf(...texts))}\n`).to.equal(drawing);
}

describe('drawGraph', () => {
  it('draws nothing of nothing', () => {
    expect(drawGraph([])).to.equal('');
  });

  it('draws a line', () => {
    expectDrawing(
      ['a', 'b < a', 'c < b'],
      `
* c
* b
* a
`,
    );
  });

  it('draws a diamond', () => {
    expectDrawing(
      ['a', 'b < a', 'c < a', 'd < b c'],
      `
* d
|\\
| * c
* | b
|/
* a
`,
    );
  });

  it('draws branches that nothing joins', () => {
    expectDrawing(
      ['a', 'b < a', 'c < a', 'd < a'],
      `
* d
| * c
|/
| * b
|/
* a
`,
    );
  });

  it('draws three branches and their merge', () => {
    expectDrawing(
      ['a', 'b < a', 'c < a', 'd < a', 'm < b c d'],
      `
* m
|\\
|\\ \\
| | * d
| * | c
| |/
* | b
|/
* a
`,
    );
  });

  it('draws two merges, one on the other', () => {
    expectDrawing(
      ['a', 'b < a', 'c < a', 'd < b c', 'e < c', 'f < d e'],
      `
* f
|\\
| * e
* | d
|\\ \\
| |/
| * c
* | b
|/
* a
`,
    );
  });

  it('keeps lines of a forest apart', () => {
    expectDrawing(
      ['a', 'b < a', 'x', 'y < x', 'z'],
      `
* z

* y
* x

* b
* a
`,
    );
  });

  it('moves lanes up when one on their left ends', () => {
    expectDrawing(
      ['a', 'b < a', 'x', 'c < b x'],
      `
* c
|\\
| * x
* b
* a
`,
    );
  });

  it('ends a lane whose revision below is not shown', () => {
    const nodes = nodesOf('a', 'b < a', 'c < a', 'd < b c').filter(({ id }) => id !== 'a');
    expect(drawGraph(nodes)).to.equal('* d\n|\\\n| * c\n* b');
  });

  it('writes the text behind all lanes', () => {
    const nodes = nodesOf('a', 'b < a', 'c < a').map((node) => ({
      ...node,
      text: `${node.id} (head) words`,
    }));
    expect(drawGraph(nodes)).to.equal('* c (head) words\n| * b (head) words\n|/\n* a (head) words');
  });

  it('shows every link, and no other, on random graphs', () => {
    const ids = [...'abcdefghij'];
    const graphs = fc
      .array(fc.array(fc.nat(5), { maxLength: 3 }), { minLength: 1, maxLength: ids.length })
      .map((links) =>
        links.map((distances, index): GraphNode => {
          const parents = [
            ...new Set(distances.flatMap((distance) => ids.slice(0, index).at(-1 - distance) ?? [])),
          ];
          const id = ids[index] ?? '';
          return { id, parents, text: id };
        }),
      );
    fc.assert(
      fc.property(graphs, (nodes) => {
        const drawing = drawGraph(nodes.toReversed());
        const meant = nodes.flatMap(({ id, parents }) => parents.map((parent) => `${id}-${parent}`));
        expect(linksIn(drawing), `\n${drawing}`).to.deep.equal(meant.sort());
      }),
      { numRuns: runs(1_000) },
    );
  });
});

describe('linksIn', () => {
  it('reads a drawing back', () => {
    expect(linksIn('* d\n|\\\n| * c\n* | b\n|/\n* a')).to.deep.equal(['b-a', 'c-a', 'd-b', 'd-c']);
    expect(linksIn('* b\n* a')).to.deep.equal(['b-a']);
    expect(linksIn('* b\n\n* a')).to.deep.equal([]);
    expect(linksIn('* b')).to.deep.equal([]);
  });
});

/**
 * The links that a reader sees who follows the lines down from every revision: `b-a`, sorted.
 *
 * @throws Error where a line leads to nothing, or comes from nothing
 */
function linksIn(drawing: string): string[] {
  const links: string[] = [];
  // Lines that come down from the row above: column to the revision that they began at.
  let lines = new Map<number, Set<string>>();
  for (const row of drawing.split('\n')) {
    const [, lanes, id] = /^([*| ]*\*[*| ]*) (\w)$/.exec(row) ?? [];
    lines = id === undefined ? alongLinks(row, lines) : pastNode(lanes ?? '', id, lines, links);
  }
  return links.sort();
}

function pastNode(
  lanes: string,
  id: string,
  lines: ReadonlyMap<number, Set<string>>,
  links: string[],
): Map<number, Set<string>> {
  const below = new Map<number, Set<string>>();
  for (const [column, sign] of [...lanes].entries()) {
    const from = lines.get(column);
    if (sign === '|') below.set(column, from ?? fail(`a line out of nothing at ${column} of ${lanes}`));
    if (sign !== '*') continue;
    for (const child of from ?? []) links.push(`${child}-${id}`);
    below.set(column, new Set([id]));
  }
  return below;
}

/** Each line goes straight down by `|`, to the right by `\`, to the left by `/`, and further by `_`. */
function alongLinks(row: string, lines: ReadonlyMap<number, Set<string>>): Map<number, Set<string>> {
  const below = new Map<number, Set<string>>();
  const used = new Set<number>();
  const lead = (ids: Set<string>, to: number) => below.set(to, new Set([...(below.get(to) ?? []), ...ids]));
  for (const [column, ids] of lines) {
    if (row[column] === '|') lead(ids, column);
    if (row[column] === '|') used.add(column);
    if (row[column + 1] === '\\') lead(ids, column + 2);
    if (row[column + 1] === '\\') used.add(column + 1);
    if (row[column - 1] !== '/') continue;
    used.add(column - 1);
    let to = column - 2;
    for (; row[to - 1] === '_'; to -= 2) used.add(to - 1);
    lead(ids, to);
  }
  for (const [column, sign] of [...row].entries())
    if (sign !== ' ' && !used.has(column)) fail(`"${sign}" at ${column} of "${row}" belongs to no line`);
  return below;
}

function fail(message: string): never {
  throw new Error(message);
}
