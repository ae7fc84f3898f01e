import { expect } from 'chai';
import { inlineBindings } from '../../lib/sql/inline.js';
import { UnwritableValue } from '../../lib/sql/literal.js';

describe('inlineBindings', () => {
  it('writes each value where its placeholder stands', () => {
    expect(inlineBindings('insert into t values ($1, $2::int), ($1)', ['a', 2])).to.equal(
      "insert into t values ('a', '2'::int), ('a')",
    );
    const many = Array.from({ length: 11 }, (_, index) => index + 1);
    expect(inlineBindings('values ($11, $1)', many)).to.equal("values ('11', '1')");
  });

  it('leaves quotes, names, dollar quotes, comments and words alone', () => {
    const sql = `select '$1', "$1", $$ $1 $$, $x$ $1 $x$, E'\\'$1', a$1 -- $1\n/* $1 /* $1 */ */ from t where b = $1`;
    expect(inlineBindings(sql, ['v'])).to.equal(sql.replace(/\$1$/, "'v'"));
  });

  it('does not look into what it has written', () => {
    expect(inlineBindings('values ($1, $2)', ['$2', "'"])).to.equal("values ('$2', '''')");
  });

  it('keeps an operator apart from the literal behind it', () => {
    expect(inlineBindings('select u&$1', ['5'])).to.equal("select u& '5'");
  });

  it('leaves a placeholder alone for which there is no value, and a text without values', () => {
    expect(inlineBindings('values ($1, $2)', ['a'])).to.equal("values ('a', $2)");
    expect(inlineBindings("select '$1' || $1", [])).to.equal("select '$1' || $1");
  });

  it('refuses a value without a literal', () => {
    expect(() => inlineBindings('values ($1)', [Symbol('x')])).to.throw(UnwritableValue);
  });
});
