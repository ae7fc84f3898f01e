import { expect } from 'chai';
import { didYouMean, listed, nearMisses } from '../../lib/graph/wording.js';

describe('listed', () => {
  it('quotes names and cuts long lists', () => {
    expect(listed(['a', 'b'])).to.equal('"a", "b"');
    expect(listed(['a', 'b', 'c'], 2)).to.equal('"a", "b" and 1 more');
  });
});

describe('nearMisses', () => {
  it('finds names that differ by a slip, the nearest first', () => {
    expect(nearMisses('biling', ['users', 'billings', 'billing'])).to.deep.equal(['billing', 'billings']);
    expect(nearMisses('usres', ['users'])).to.deep.equal(['users']);
    expect(nearMisses('ab', ['ac'])).to.deep.equal([]);
  });
});

describe('didYouMean', () => {
  it('leads over to an advice, or says nothing', () => {
    expect(didYouMean('biling', ['billing'])).to.equal('did you mean "billing"? Else ');
    expect(didYouMean('biling', ['users'])).to.equal('');
  });
});
