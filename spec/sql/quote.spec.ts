import { expect } from 'chai';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../lib/sql/quote.js';

describe('quoteLiteral', () => {
  it('writes texts, numbers and null', () => {
    expect(quoteLiteral("it's")).to.equal("'it''s'");
    expect(quoteLiteral('')).to.equal("''");
    expect(quoteLiteral(-3)).to.equal('-3');
    expect(quoteLiteral(null)).to.equal('null');
  });

  it('means a backslash as one, whatever standard_conforming_strings says', () => {
    expect(quoteLiteral("a\\'b")).to.equal("E'a\\\\''b'");
  });
});

describe('quoteIdentifier', () => {
  it('quotes always, and doubles quotes', () => {
    expect(quoteIdentifier('a')).to.equal('"a"');
    expect(quoteIdentifier('A"b')).to.equal('"A""b"');
    expect(quoteQualified('s', 'T')).to.equal('"s"."T"');
  });
});
