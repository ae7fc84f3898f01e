import { expect } from 'chai';
import { stampTargets, stampedRows } from '../../lib/graph/stamp.js';
import { graphOf } from '../helpers/graph.js';

//  a3
//  |
//  a2 (core)     b2   depends on a2
//  |             |
//  a1            b1 (billing)
const graph = graphOf('a1', 'a2 (core) < a1', 'a3 < a2', 'b1 (billing)', 'b2 < b1 needs a2');
const stamp = (rows: string[], ...texts: string[]) => stampedRows(graph, rows, stampTargets(graph, texts));

describe('stampedRows', () => {
  it('leaves the rows that an upgrade would leave', () => {
    expect(stamp([], 'heads')).to.deep.equal(['a3', 'b2']);
    expect(stamp(['b1'], 'a2')).to.deep.equal(['a2', 'b1']);
    expect(stamp(['a3', 'b2'], 'a3')).to.deep.equal(['a3', 'b2']);
  });

  it('leaves the rows that a downgrade would leave, other branches included', () => {
    expect(stamp(['a3', 'b2'], 'a2')).to.deep.equal(['b2']);
    expect(stamp(['a3', 'b2'], 'a1')).to.deep.equal(['a1', 'b1']);
    expect(stamp(['a3', 'b2'], 'base')).to.deep.equal([]);
    expect(stamp(['a3', 'b2'], 'billing@base')).to.deep.equal(['a3']);
  });

  it('takes several targets together', () => {
    expect(stamp(['a3', 'b2'], 'a1', 'b1')).to.deep.equal(['a1', 'b1']);
    expect(() => stamp([], 'a1', 'b2'))
      .to.throw()
      .with.property('code', 'OVERLAPPING_REVISIONS');
  });

  it('does not count from where the database is', () => {
    expect(() => stamp(['a3'], '-1'))
      .to.throw()
      .with.property('code', 'REVISION_NOT_FOUND');
    expect(stamp([], 'a3-1')).to.deep.equal(['a2']);
    expect(stamp(['a1'], 'a1-1')).to.deep.equal([]);
  });

  it('refuses rows that no script declares; a purge gives none', () => {
    expect(() => stamp(['gone'], 'a1'))
      .to.throw()
      .with.property('code', 'UNKNOWN_ROW');
  });
});
