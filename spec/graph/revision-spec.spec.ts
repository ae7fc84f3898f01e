import { expect } from 'chai';
import { parseRange, parseSpec } from '../../lib/graph/revision-spec.js';

function symbol(text: string, branch: string | undefined, name: string): void {
  expect(parseSpec(text)).to.deep.equal({ kind: 'symbol', text, branch, symbol: name });
}

function walk(text: string, branch: string | undefined, from: string | undefined, steps: number): void {
  expect(parseSpec(text)).to.deep.equal({ kind: 'walk', text, branch, from, steps });
}

describe('parseSpec', () => {
  it('reads names, with and without a branch', () => {
    symbol('3f2a', undefined, '3f2a');
    symbol('billing@head', 'billing', 'head');
    symbol('@head', '', 'head');
  });

  it('reads walks, with and without a start', () => {
    walk('+2', undefined, undefined, 2);
    walk('billing@-1', 'billing', undefined, -1);
    walk('billing@3f2a+10', 'billing', '3f2a', 10);
    walk('head-1', undefined, 'head', -1);
  });

  it('reads anything else as a name, which then is not found', () => {
    symbol('+2x', undefined, '+2x');
    symbol('a-b', undefined, 'a-b');
    symbol('', undefined, '');
  });
});

describe('parseRange', () => {
  it('reads both ends, either of which may be left out', () => {
    expect(parseRange('a:b')).to.deep.equal({ start: 'a', end: 'b' });
    expect(parseRange(':b')).to.deep.equal({ start: undefined, end: 'b' });
    expect(parseRange('a:')).to.deep.equal({ start: 'a', end: undefined });
    expect(parseRange('a')).to.equal(undefined);
  });
});
