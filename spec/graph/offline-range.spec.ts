import { expect } from 'chai';
import { refuseRange, startedTarget } from '../../lib/graph/offline-range.js';
import { graphOf } from '../helpers/graph.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

describe('startedTarget', () => {
  //    d      merge point
  //   / \
  //  b   c
  //   \ /
  //    a      base and branch point
  const diamond = graphOf('a', 'b < a', 'c < a', 'd < b c');
  const of = (text: string) => startedTarget(diamond, text);

  it('has no start unless the text is a range', () => {
    expect(of('heads')).to.deep.equal({ start: undefined, target: 'heads' });
    expect(of(':d')).to.deep.equal({ start: undefined, target: 'd' });
    expect(of('b:')).to.deep.equal({ start: ['b'], target: undefined });
  });

  it('starts at base, at one revision or at several, each however it is named', () => {
    expect(of('base:heads')).to.deep.equal({ start: [], target: 'heads' });
    expect(of('d:b')).to.deep.equal({ start: ['d'], target: 'b' });
    expect(of('b+1:heads').start).to.deep.equal(['d']);
    expect(of('heads:b').start).to.deep.equal(['d']);
  });

  it('takes several revisions in any order', () => {
    expect(of('c, b:d').start).to.deep.equal(['b', 'c']);
    expect(of('b,b:d').start).to.deep.equal(['b']);
  });

  it('refuses what no database can be at, and what only a database knows', () => {
    expect(thrownBy(() => of('a,b:d')).code).to.equal('OVERLAPPING_REVISIONS');
    expect(thrownBy(() => of('x:d')).code).to.equal('REVISION_NOT_FOUND');
    expect(thrownBy(() => of(',:d')).code).to.equal('REVISION_NOT_FOUND');
    expect(factsOf(thrownBy(() => of('current:d')))).to.deep.equal({
      code: 'USAGE',
      message: '"current" is where the database is, and none is asked',
      where: undefined,
      next: 'leave out the start, which asks the database; with `--sql` add `--from-database`',
    });
  });
});

describe('refuseRange', () => {
  it('refuses a range alone', () => {
    refuseRange('billing@head', 'upgrade');
    expect(thrownBy(() => refuseRange('a:', 'upgrade'))).to.include({
      code: 'USAGE',
      next: 'run `limbeck upgrade heads`, or add `--sql` to write SQL for a database that is elsewhere',
    });
  });
});
