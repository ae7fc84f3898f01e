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

  it('cuts a long line, and leaves out a caret that would stand behind the cut', () => {
    const sql = `select ${'x'.repeat(300)}`;
    expect(excerptAt(sql, 7)).to.equal(`1 | select ${'x'.repeat(153)}\n  |        ^`);
    expect(excerptAt(sql, 290)).to.equal(`1 | select ${'x'.repeat(153)}`);
  });
});
