import { expect } from 'chai';
import { maximal, overlapping, reachable, topologicalOrder } from '../../lib/graph/dag.js';

//    d
//   / \
//  b   c
//   \ /
//    a
const below: Record<string, string[]> = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] };
const above: Record<string, string[]> = { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] };
const down = (node: string) => below[node] ?? [];
const byName = (a: string, b: string) => (a < b ? -1 : 1);
const cycleError = (cycle: readonly string[]) => new Error(cycle.join(' '));

describe('reachable', () => {
  it('holds the starts and all behind them', () => {
    expect([...reachable(['b'], down)]).to.deep.equal(['b', 'a']);
    expect([...reachable(['d'], down)]).to.deep.equal(['d', 'b', 'c', 'a']);
  });

  it('walks lines that are deeper than the stack', () => {
    expect(reachable([100_000], (n) => (n > 0 ? [n - 1] : [])).size).to.equal(100_001);
  });
});

describe('maximal', () => {
  it('leaves out members that another member stands on', () => {
    expect(maximal(new Set(['a', 'b', 'c']), (node) => above[node] ?? [])).to.deep.equal(['b', 'c']);
  });
});

describe('overlapping', () => {
  it('finds the starts below another start, however far', () => {
    expect([...overlapping(['d', 'a'], down)]).to.deep.equal(['a']);
    expect([...overlapping(['b', 'c'], down)]).to.deep.equal([]);
  });
});

describe('topologicalOrder', () => {
  it('puts predecessors first and keeps to the order asked for otherwise', () => {
    expect(topologicalOrder(['d', 'c', 'b', 'a'], down, byName, cycleError)).to.deep.equal([
      'a',
      'b',
      'c',
      'd',
    ]);
    const byNameReversed = (a: string, b: string) => byName(b, a);
    expect(topologicalOrder(['a', 'b', 'c', 'd'], down, byNameReversed, cycleError)).to.deep.equal([
      'a',
      'c',
      'b',
      'd',
    ]);
  });

  it('passes over predecessors that are not among the nodes', () => {
    expect(topologicalOrder(['d', 'c'], down, byName, cycleError)).to.deep.equal(['c', 'd']);
  });

  it('names the members of a cycle and nothing that merely stands on it', () => {
    const looped: Record<string, string[]> = { a: ['c'], b: ['a'], c: ['b'], d: ['c'] };
    const sort = () => topologicalOrder('abcd', (node) => looped[node] ?? [], byName, cycleError);
    expect(sort).to.throw(/^a c b$/);
  });
});
