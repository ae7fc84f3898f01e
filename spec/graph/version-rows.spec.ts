import { expect } from 'chai';
import {
  appliedSet,
  currentState,
  rowsOf,
  splitRows,
  withoutAncestors,
} from '../../lib/graph/version-rows.js';
import { graphOf } from '../helpers/graph.js';

//  a2          b2   depends on a2
//  |           |
//  a1          b1
const graph = graphOf('a1', 'a2 < a1', 'b1', 'b2 < b1 needs a2');

describe('version rows', () => {
  it('are the applied revisions on which no other stands, over all links', () => {
    const applied = appliedSet(graph, ['b2']);
    expect([...applied].sort()).to.deep.equal(['a1', 'a2', 'b1', 'b2']);
    expect(rowsOf(graph, applied)).to.deep.equal(['b2']);
    applied.delete('b2');
    expect(rowsOf(graph, applied)).to.deep.equal(['a2', 'b1']);
  });

  it('count without those that are ancestors of others, over all links', () => {
    expect(withoutAncestors(graph, ['a2', 'gone', 'b1', 'b2', 'b2'])).to.deep.equal(['b2', 'gone']);
    expect(withoutAncestors(graph, ['a2', 'b1'])).to.deep.equal(['a2', 'b1']);
  });

  it('are parted from those that no script declares', () => {
    expect(splitRows(graph, ['gone', 'a1', 'a1'])).to.deep.equal({ known: ['a1'], unknown: ['gone'] });
  });
});

describe('currentState', () => {
  it('shows ends of lines that only other branches depend on', () => {
    expect(currentState(graph, ['b2'])).to.deep.equal({
      known: ['b2'],
      unknown: [],
      revisions: ['a2', 'b2'],
      isAtHeads: true,
    });
  });

  it('is at heads whatever ancestors have rows beside them', () => {
    expect(currentState(graph, ['a1', 'b2'])).to.include({ isAtHeads: true });
    expect(currentState(graph, ['a1', 'a2'])).to.include({ isAtHeads: false });
  });

  it('is not at heads while something is left to apply, or a row is unknown', () => {
    expect(currentState(graph, ['a2', 'b1']).isAtHeads).to.equal(false);
    expect(currentState(graph, ['b2', 'gone']))
      .to.include({ isAtHeads: false })
      .and.deep.include({ unknown: ['gone'] });
  });
});
