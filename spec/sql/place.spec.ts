import { expect } from 'chai';
import { excerptAt, formatPlace, lineAndColumn, offsetOfPosition } from '../../lib/sql/place.js';

describe('formatPlace', () => {
  it('writes a place as editors understand it', () => {
    expect(formatPlace({ file: 'a.sql', line: 3, column: 7 })).to.equal('a.sql:3:7');
  });
});

describe('lineAndColumn', () => {
  it('counts both from 1', () => {
    expect(lineAndColumn('ab\ncd', 0)).to.deep.equal({ line: 1, column: 1 });
    expect(lineAndColumn('ab\ncd', 2)).to.deep.equal({ line: 1, column: 3 });
    expect(lineAndColumn('ab\ncd', 4)).to.deep.equal({ line: 2, column: 2 });
    expect(lineAndColumn('ab\n', 3)).to.deep.equal({ line: 2, column: 1 });
  });

  it('counts characters and not UTF-16 units', () => {
    expect(lineAndColumn("select '𝒳', x", 12)).to.deep.equal({ line: 1, column: 12 });
  });
});

describe('offsetOfPosition', () => {
  it("turns the server's characters into UTF-16 units", () => {
    expect(offsetOfPosition('abc', 1)).to.equal(0);
    expect(offsetOfPosition('é𝒳x', 3)).to.equal(3);
  });

  it('stops at the end of the text', () => {
    expect(offsetOfPosition('abc', 99)).to.equal(3);
  });
});

describe('excerptAt', () => {
  it('shows the line, two lines before it, and a caret under the place', () => {
    const sql = 'one\ntwo\nthree\nfour five\nsix';
    expect(excerptAt(sql, sql.indexOf('five'))).to.equal('2 | two\n3 | three\n4 | four five\n  |      ^');
    expect(excerptAt('select nam', 7)).to.equal('1 | select nam\n  |        ^');
  });

  it('aligns line numbers', () => {
    const sql = 'x\n'.repeat(10);
    expect(excerptAt(sql, 18)).to.equal(' 8 | x\n 9 | x\n10 | x\n   | ^');
  });

  it('cuts a long line around the place', () => {
    const sql = `select ${'x'.repeat(300)} from y`;
    expect(excerptAt(sql, 7)).to.equal(`1 | select ${'x'.repeat(153)}…\n  |        ^`);
    const [line = '', caret = ''] = excerptAt(sql, sql.indexOf('y')).split('\n');
    expect(line).to.equal(`1 | …${'x'.repeat(94)} from y`);
    expect(caret.indexOf('^')).to.equal(line.length - 1);
    const [cut = '', under = ''] = excerptAt(`${'x'.repeat(200)}!${'z'.repeat(200)}`, 200).split('\n');
    expect(cut).to.match(/^1 \| …x{100}!z{59}…$/);
    expect(under.indexOf('^')).to.equal(cut.indexOf('!'));
  });

  it('cuts long lines before it at their end', () => {
    expect(excerptAt(`${'x'.repeat(200)}\ny`, 201)).to.equal(`1 | ${'x'.repeat(160)}…\n2 | y\n  | ^`);
  });

  it('keeps the caret under the place on a terminal', () => {
    expect(excerptAt('\tselect\tnam', 8), 'tabs').to.equal('1 | \tselect\tnam\n  | \t      \t^');
    expect(excerptAt("select '漢字', nam", 13), 'two columns').to.equal(
      "1 | select '漢字', nam\n  |                ^",
    );
    expect(excerptAt("select '🌱', nam", 13), 'a surrogate pair').to.equal(
      "1 | select '🌱', nam\n  |              ^",
    );
    expect(excerptAt("select 'e\u0301', nam", 13), 'a combining mark').to.equal(
      "1 | select 'e\u0301', nam\n  |             ^",
    );
  });

  it('shows what a terminal would obey as a sign, and ends of lines of another kind not at all', () => {
    expect(excerptAt('a\u001b[2J b\r\nc', 6)).to.equal('1 | a\uFFFD[2J b\n  |       ^');
  });

  it('points behind the end of a line', () => {
    expect(excerptAt('select\n', 6)).to.equal('1 | select\n  |       ^');
    expect(excerptAt('select   ', 9)).to.equal('1 | select\n  |          ^');
  });
});
