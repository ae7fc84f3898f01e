import { expect } from 'chai';
import { downgradeTarget, upgradeTargets } from '../../lib/graph/targets.js';
import { graphOf } from '../helpers/graph.js';

//  b3   c3
//   |    |
//  b2   c2 (users)    x2   depends on c2
//    \  /             |
//     a1              x1 (ads)
const graph = graphOf(
  'a1',
  'b2 < a1',
  'b3 < b2',
  'c2 (users) < a1',
  'c3 < c2',
  'x1 (ads)',
  'x2 < x1 needs c2',
);

const up = (rows: string[], text: string) => upgradeTargets(graph, text, rows);
const down = (rows: string[], text: string) => downgradeTarget(graph, text, rows);

describe('upgradeTargets', () => {
  it('counts +N from the one row', () => {
    expect(up(['b2'], '+1')).to.deep.equal(['b3']);
    expect(() => up(['b2', 'c2'], '+1'))
      .to.throw('"b2", "c2"')
      .with.property('code', 'AMBIGUOUS_START');
    expect(() => up(['a1'], '+1'))
      .to.throw('"b2", "c2"')
      .with.property('code', 'AMBIGUOUS_WALK');
    expect(() => up(['b2'], '+2'))
      .to.throw('the way up has 1 step')
      .with.property('code', 'RELATIVE_TOO_FAR');
  });

  it('counts +N from base when nothing is applied', () => {
    expect(upgradeTargets(graphOf('a', 'b < a'), '+2', [])).to.deep.equal(['b']);
    expect(() => up([], '+1'))
      .to.throw()
      .with.property('code', 'AMBIGUOUS_WALK');
  });

  it('counts L@+N from the row in the lineage', () => {
    expect(up(['a1'], 'users@+2')).to.deep.equal(['c3']);
    expect(up(['b3', 'c2'], 'b3@+0')).to.deep.equal(['b3']);
    expect(up(['b3'], 'ads@+1')).to.deep.equal(['x1']);
  });

  it('counts L@+N from the highest applied revision of a lineage that has no row', () => {
    expect(up(['x2'], 'users@+1')).to.deep.equal(['c3']);
  });

  it('walks from a name, the branch picking the way up', () => {
    expect(up([], 'users@a1+1')).to.deep.equal(['c2']);
    expect(up([], 'ads@base+2')).to.deep.equal(['x2']);
    expect(up([], 'b3-1')).to.deep.equal(['b2']);
    expect(up([], 'a1-1')).to.deep.equal([]);
  });

  it('refuses to count down', () => {
    expect(() => up(['b2'], '-1'))
      .to.throw('wrong way for an upgrade')
      .with.property('next')
      .that.includes('limbeck downgrade -1');
  });

  it('takes current for the rows', () => {
    expect(up(['b2', 'c3'], 'current')).to.deep.equal(['b2', 'c3']);
  });
});

describe('downgradeTarget', () => {
  it('limits -N to the lineage of the one row', () => {
    expect(down(['b3'], '-1')).to.deep.equal({ to: 'b2', branch: 'b3' });
    expect(down(['a1'], '-1')).to.deep.equal({ to: undefined, branch: 'a1' });
  });

  it('counts L@-N from the applied end of the lineage where it has no row', () => {
    expect(down(['x2'], 'users@-1')).to.deep.equal({ to: 'a1', branch: 'c2' });
    expect(() => down(['b3'], 'ads@-1'))
      .to.throw()
      .with.property('code', 'RELATIVE_TOO_FAR');
  });

  it('refuses to count up, to count from nothing, or past base', () => {
    for (const text of ['+1', '-9'])
      expect(() => down(['b3'], text))
        .to.throw()
        .with.property('code', 'RELATIVE_TOO_FAR');
    expect(() => down([], '-1'))
      .to.throw()
      .with.property('code', 'RELATIVE_TOO_FAR');
  });

  it('looks for what follows @ in the lineage, also where a walk starts', () => {
    expect(down([], 'users@head-1')).to.deep.equal({ to: 'c2', branch: 'c2' });
    expect(down([], 'users@base+1')).to.deep.equal({ to: 'a1', branch: 'c2' });
    expect(() => down([], 'users@b3-1'))
      .to.throw()
      .with.property('code', 'NOT_IN_BRANCH');
    expect(() => down([], 'a1@head'))
      .to.throw()
      .with.deep.nested.property('details.heads', ['b3', 'c3']);
  });

  it('refuses several revisions', () => {
    expect(() => down([], 'heads'))
      .to.throw()
      .with.property('code', 'MULTIPLE_HEADS');
  });
});
