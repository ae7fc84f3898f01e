import { expect } from 'chai';
import { historyRange } from '../../lib/graph/history.js';
import { graphOf } from '../helpers/graph.js';

//     d
//    / \
//   b   c (users)     x2   depends on b
//    \ /              |
//     a               x1 (ads)
const graph = graphOf('a', 'b < a', 'c (users) < a', 'd < b c', 'x1 (ads)', 'x2 < x1 needs b');
const history = (range: string, rows: string[] = []) => historyRange(graph, range, rows);

describe('historyRange', () => {
  it('lists all, newest first', () => {
    expect(history(':')).to.deep.equal(['x2', 'x1', 'd', 'c', 'b', 'a']);
    expect(history(':c')).to.deep.equal(['c', 'a']);
    expect(history('c')).to.deep.equal(['c', 'a']);
  });

  it('includes both ends and what builds on the lower one', () => {
    expect(history('b:d')).to.deep.equal(['d', 'b']);
    expect(history('b:heads')).to.deep.equal(['d', 'b']);
    expect(history('a:d')).to.deep.equal(['d', 'c', 'b', 'a']);
  });

  it('refuses ends that are not one above the other', () => {
    expect(() => history('d:b'))
      .to.throw('"d" is not below "b"')
      .with.property('code', 'NOT_AN_ANCESTOR');
    expect(() => history('b:c'))
      .to.throw()
      .with.property('code', 'NOT_AN_ANCESTOR');
  });

  it('stands current for the version rows', () => {
    expect(history(':current', ['b', 'x1'])).to.deep.equal(['x1', 'b', 'a']);
    expect(history('current:', ['b'])).to.deep.equal(['d', 'b']);
    expect(history(':current')).to.deep.equal([]);
    expect(() => history(':current', ['gone']))
      .to.throw()
      .with.property('code', 'UNKNOWN_ROW');
    expect(history(':c', ['gone'])).to.deep.equal(['c', 'a']);
  });

  it('counts a start of -N from the rows if the end is current, else from the heads', () => {
    expect(history('-1:current', ['b'])).to.deep.equal(['b', 'a']);
    expect(history('users@-1:current', ['c', 'x1'])).to.deep.equal(['c', 'a']);
    expect(() => history('users@-1:current', ['b']))
      .to.throw()
      .with.property('code', 'RELATIVE_TOO_FAR');
    expect(historyRange(graphOf('a', 'b < a', 'c < b'), '-1:', [])).to.deep.equal(['c', 'b']);
    expect(() => history('-1:'))
      .to.throw()
      .with.property('code', 'AMBIGUOUS_WALK');
  });

  it('counts an end of +N from the start', () => {
    expect(history('b:+1')).to.deep.equal(['d', 'b']);
    expect(history('a:users@+1')).to.deep.equal(['c', 'a']);
  });

  it('keeps to the lineage of the branch that the start names', () => {
    expect(history('ads@base:heads')).to.deep.equal(['x2', 'x1', 'b', 'a']);
    expect(() => history('nosuch@base:'))
      .to.throw()
      .with.property('code', 'REVISION_NOT_FOUND');
  });
});
