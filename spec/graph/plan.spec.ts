import { expect } from 'chai';
import { planDowngrade, planUpgrade } from '../../lib/graph/plan.js';
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import { downgradeTarget, upgradeTargets } from '../../lib/graph/targets.js';
import { graphOf } from '../helpers/graph.js';

//    d      merge point        y2   depends on b
//   / \                        |
//  b   c                       y1
//   \ /
//    a      base and branch point
const graph = graphOf('a', 'b (billing) < a', 'c (users) < a', 'd < b c', 'y1 (ads)', 'y2 < y1 needs b');

const up = (rows: string[], text: string) =>
  planUpgrade(graph, rows, upgradeTargets(graph, text, rows)).map((step) => step.revision);
const down = (rows: string[], text: string) =>
  planDowngrade(graph, rows, downgradeTarget(graph, text, rows)).map((step) => step.revision);

describe('planUpgrade', () => {
  it('leaves out what the database already has', () => {
    expect(up(['b'], 'd')).to.deep.equal(['c', 'd']);
  });

  it('is empty when the target is applied', () => {
    expect(up(['d'], 'b')).to.deep.equal([]);
    expect(up(['d'], 'base')).to.deep.equal([]);
  });

  it('brings dependencies but not their siblings', () => {
    expect(up([], 'ads@head')).to.deep.equal(['a', 'b', 'y1', 'y2']);
  });

  it('takes all heads', () => {
    expect(up([], 'heads')).to.deep.equal(['a', 'b', 'c', 'd', 'y1', 'y2']);
  });

  it('refuses targets of which one is an ancestor of another', () => {
    expect(() => planUpgrade(graph, [], ['a', 'd']))
      .to.throw('"a" is an ancestor of "d"')
      .with.property('code', 'OVERLAPPING_REVISIONS');
  });

  it('reads past rows that are ancestors of others, as another tool may have left them', () => {
    expect(planUpgrade(graph, ['a', 'b', 'y1'], ['d'])).to.deep.equal(planUpgrade(graph, ['b', 'y1'], ['d']));
    expect(up(['a', 'b'], '+1')).to.deep.equal(up(['b'], '+1'));
    expect(down(['a', 'b'], '-1')).to.deep.equal(down(['b'], '-1'));
  });

  it('refuses to pass a row that no script declares, and says how to go on', () => {
    expect(() => up(['a', 'gone'], 'heads'))
      .to.throw('"gone"')
      .with.property('next')
      .that.includes('limbeck stamp --purge');
    expect(() => down(['gone'], 'base'))
      .to.throw()
      .with.property('code', 'UNKNOWN_ROW');
  });

  it('plans 10,000 revisions with 1,000 branches in milliseconds', () => {
    const wide = wideGraph(1_000, 8);
    const started = performance.now();
    const steps = planUpgrade(wide, [], wide.effectiveHeads);
    expect(performance.now() - started).to.be.below(500);
    expect(steps).to.have.length(10_001);
    expect(steps.map((step) => step.revision)).to.deep.equal(wide.ids);
  });
});

describe('planDowngrade', () => {
  it('reverts what builds on the target and what stands on that in other branches', () => {
    expect(down(['d', 'y2'], 'a')).to.deep.equal(['y2', 'd', 'c', 'b']);
    expect(down(['d', 'y2'], 'base')).to.deep.equal(['y2', 'y1', 'd', 'c', 'b', 'a']);
  });

  it('keeps to the branch that is named', () => {
    expect(down(['d', 'y2'], 'users@a')).to.deep.equal(['d', 'c']);
    expect(down(['d', 'y2'], 'ads@base')).to.deep.equal(['y2', 'y1']);
  });

  it('refuses a target outside the branch that is named', () => {
    expect(() => down(['d'], 'users@b'))
      .to.throw()
      .with.property('code', 'NOT_IN_BRANCH');
    expect(() => down(['d'], 'nosuch@a'))
      .to.throw()
      .with.property('code', 'BRANCH_NOT_FOUND');
  });

  it('is empty for an applied target with nothing above it', () => {
    expect(down(['c'], 'c')).to.deep.equal([]);
    expect(down(['y2'], 'b')).to.deep.equal([]);
  });

  it('refuses a target that is not applied', () => {
    expect(() => down(['b'], 'c'))
      .to.throw()
      .with.property('code', 'NOT_AN_ANCESTOR');
  });

  it('limits -1 to the line of the one row', () => {
    expect(down(['c'], '-1')).to.deep.equal(['c']);
    expect(() => down(['b', 'c'], '-1'))
      .to.throw('"b", "c"')
      .with.property('code', 'AMBIGUOUS_START');
    expect(down(['b', 'c'], 'users@-1')).to.deep.equal(['c']);
  });
});

/** Branches of the given length from one trunk, each merged back before the next forks. */
function wideGraph(branches: number, length: number): RevisionGraph {
  const texts = ['trunk0'];
  for (let branch = 1; branch <= branches; branch += 1) {
    let top = `trunk${branch - 1}`;
    for (let place = 0; place < length; place += 1) {
      texts.push(`r${branch}_${place} < ${top}`);
      top = `r${branch}_${place}`;
    }
    texts.push(`s${branch} < trunk${branch - 1}`, `trunk${branch} < ${top} s${branch}`);
  }
  return graphOf(...texts.reverse());
}
