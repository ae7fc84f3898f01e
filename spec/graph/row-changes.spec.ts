import { expect } from 'chai';
import type { Step } from '../../lib/graph/plan.js';
import { rowChanges } from '../../lib/graph/row-changes.js';
import { graphOf } from '../helpers/graph.js';

//  b2   depends on a1 and a2
//  |
//  b1   a2
//       |
//       a1
const graph = graphOf('a1', 'a2 < a1', 'b1', 'b2 < b1 needs a1 a2');

const upgrade = (revision: string): Step => ({ direction: 'upgrade', revision });
const downgrade = (revision: string): Step => ({ direction: 'downgrade', revision });

describe('rowChanges', () => {
  it('gives what each step deletes and inserts, and the rows after it', () => {
    expect([...rowChanges(graph, ['a1'], ['a2', 'b1', 'b2'].map(upgrade))]).to.deep.equal([
      { deleted: ['a1'], inserted: ['a2'], rows: ['a2'] },
      { deleted: [], inserted: ['b1'], rows: ['a2', 'b1'] },
      { deleted: ['b1', 'a2'], inserted: ['b2'], rows: ['b2'] },
    ]);
  });

  it('gives rows back that were hidden below a reverted revision', () => {
    expect([...rowChanges(graph, ['b2'], [downgrade('b2'), downgrade('b1')])]).to.deep.equal([
      { deleted: ['b2'], inserted: ['b1', 'a2'], rows: ['b1', 'a2'] },
      { deleted: ['b1'], inserted: [], rows: ['a2'] },
    ]);
  });

  it('deletes rows that are ancestors of other rows with the first step', () => {
    expect([...rowChanges(graph, ['a2', 'a1'], [upgrade('b1')])]).to.deep.equal([
      { deleted: ['a1'], inserted: ['b1'], rows: ['a2', 'b1'] },
    ]);
    expect([...rowChanges(graph, ['a2', 'a1'], [downgrade('a2')])]).to.deep.equal([
      { deleted: ['a2'], inserted: [], rows: ['a1'] },
    ]);
  });

  it('refuses rows that no script declares', () => {
    expect(() => [...rowChanges(graph, ['gone'], [])])
      .to.throw()
      .with.property('code', 'UNKNOWN_ROW');
  });
});
