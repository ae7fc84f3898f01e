import { expect } from 'chai';
import { lacksChange, mergeTexts } from '../../lib/assets/merge-text.js';

/** Each word is a line; a final dot leaves out the end of the last one. */
const text = (words: string) =>
  words.endsWith('.') ? words.slice(0, -1).split(' ').join('\n') : `${words.split(' ').join('\n')}\n`;
const called = (label: string, words: string) => ({ label, text: text(words) });
const merged = (base: string | undefined, ours: string, theirs: string) =>
  mergeTexts(
    base === undefined ? undefined : called('base', base),
    called('l (left)', ours),
    called('r', theirs),
  );
const lines = (marked: string) => marked.trimEnd().split('\n');

describe('mergeTexts', () => {
  it('takes from each side what it alone changed', () => {
    expect(merged('a b c d e', 'a B c d e', 'a b c d E f')).to.deep.equal({
      text: text('a B c d E f'),
      hasConflict: false,
    });
  });

  it('takes once what both changed alike', () => {
    expect(merged('a b c', 'a B c', 'a B c d').text).to.equal(text('a B c d'));
  });

  it('marks what both changed in different ways, with the text that they come from', () => {
    const { text: marked, hasConflict } = merged('a b c', 'a x c', 'a y z c');
    expect(hasConflict).to.equal(true);
    expect(lines(marked)).to.deep.equal([
      'a',
      '<<<<<<< l (left)',
      'x',
      '||||||| base',
      'b',
      '=======',
      'y',
      'z',
      '>>>>>>> r',
      'c',
    ]);
  });

  it('marks changes that stand next to each other, as git does', () => {
    expect(merged('a b c d', 'a B c d', 'a b C d').hasConflict).to.equal(true);
    expect(merged('a b c d', 'a B c d', 'a b c D').hasConflict).to.equal(false);
  });

  it('marks of what the sides agree on nothing', () => {
    const { text: marked } = merged('a b', 'a p x q b', 'a p y q b');
    expect(lines(marked)).to.deep.equal([
      'a',
      'p',
      '<<<<<<< l (left)',
      'x',
      '||||||| base',
      '=======',
      'y',
      '>>>>>>> r',
      'q',
      'b',
    ]);
  });

  it('marks what differs of files that are both new', () => {
    expect(lines(merged(undefined, 'a x b', 'a y b').text)).to.deep.equal([
      'a',
      '<<<<<<< l (left)',
      'x',
      '=======',
      'y',
      '>>>>>>> r',
      'b',
    ]);
  });

  it('marks a line that is deleted on one side and changed on the other', () => {
    expect(merged('a b c', 'a c', 'a B c').hasConflict).to.equal(true);
  });

  it('keeps, adds or takes the end of the last line as the side that changed it', () => {
    expect(merged('a b c', 'A b c', 'a b c.').text).to.equal(text('A b c.'));
    expect(merged('a b c.', 'A b c.', 'a b c').text).to.equal(text('A b c'));
    expect(merged('a b c.', 'A b c.', 'a b c.').text).to.equal(text('A b c.'));
    expect(mergeTexts(called('base', 'a'), { label: 'l', text: '' }, called('r', 'a')).text).to.equal('');
  });

  it('puts longer markers round those of the sides that were joined before', () => {
    const first = merged('a b c', 'a x c', 'a y c');
    const both = { label: 'l, r', text: first.text };
    const { text: marked } = mergeTexts(called('base', 'a b c'), both, called('s', 'a z c'));
    expect(lines(marked)).to.deep.equal(
      [
        'a',
        '<<<<<<<< l, r',
        '<<<<<<< l (left)',
        'x',
        '||||||| base',
        'b',
        '=======',
        'y',
        '>>>>>>> r',
      ].concat(['|||||||| base', 'b', '========', 'z', '>>>>>>>> s', 'c']),
    );
  });
});

describe('lacksChange', () => {
  const lacks = (written: string, base: string, side: string, ...others: string[]) =>
    lacksChange(text(written), text(base), text(side), others.map(text));

  it('finds what only the side changed', () => {
    expect(lacks('A b c d e mine', 'a b c d e', 'a b C d e', 'A b c d e')).to.equal(true);
    expect(lacks('A b x', 'a b c', 'a b C', 'A b c')).to.equal(false);
  });

  it('finds what is as another side has it alone', () => {
    expect(lacks('a x c mine', 'a b c', 'a y c', 'a x c')).to.equal(true);
    expect(lacks('a x y c', 'a b c', 'a y c', 'a x c')).to.equal(false);
    expect(lacks('a z c', 'a b c', 'a y c', 'a x c')).to.equal(false);
    expect(lacks('a b c mine', 'a b c', 'a c', 'a x c')).to.equal(true);
  });
});
