import { expect } from 'chai';
import { bodyOf, embeddedTexts } from '../../lib/sql/embedded-text.js';

/** Each character of the embedded texts must stand where its offset says, escapes apart. */
function expectPlaces(sql: string, marks: readonly string[]): void {
  const found = embeddedTexts(sql);
  for (const mark of marks) {
    const inside = found.find(({ text }) => text.includes(mark));
    expect(inside?.outerOffset(inside.text.indexOf(mark)), mark).to.equal(sql.indexOf(mark));
  }
}

describe('embeddedTexts', () => {
  it('takes texts out of their quotes', () => {
    const sql = `select 'it''s', E'a\\'b\\n\\x41\\u00e9\\101', $$ body $$, $tag$ $$ $tag$, $é$x$é$, "no 'text'", $1, '' -- 'no'`;
    expect(embeddedTexts(sql).map(({ text }) => text)).to.deep.equal([
      "it's",
      "a'b\nAéA",
      ' body ',
      ' $$ ',
      'x',
      '',
    ]);
  });

  it('knows where each character stood', () => {
    expectPlaces(`select 'it''s X', E'a\\'b\\nY\\x41Z', $$ 🌱 V $$, $a$W$a$`, ['X', 'Y', 'Z', 'V', 'W']);
    const [text] = embeddedTexts("'ab'");
    expect(text?.outerOffset(2), 'the end').to.equal(3);
  });

  it('stops where the text cannot be read', () => {
    expect(embeddedTexts("select 'a', 'b").map(({ text }) => text)).to.deep.equal(['a']);
  });
});

describe('bodyOf', () => {
  const body = (command: string) => bodyOf(command)?.text;

  it('finds the body of a routine among its other texts', () => {
    expect(
      body(
        `create function f(a text default 'x') returns int language 'plpgsql' set search_path = 'y' as $$ B $$`,
      ),
    ).to.equal(' B ');
    expect(body("create function f() returns int as 'B' /* c */ language sql")).to.equal('B');
  });

  it('finds that of a DO block', () => {
    expect(body('do $$ B $$')).to.equal(' B ');
    expect(body("DO language 'plpgsql' $$ B $$")).to.equal(' B ');
    expect(body('do $$ B $$ language plpgsql')).to.equal(' B ');
  });

  it('finds none elsewhere', () => {
    expect(body("select 'a'")).to.equal(undefined);
    expect(body('create function f() returns int begin atomic select 1; end')).to.equal(undefined);
  });
});
