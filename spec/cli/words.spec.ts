import { expect } from 'chai';
import { counted, duration, standing } from '../../cli/words.js';

describe('counted', () => {
  it('counts nouns', () => {
    expect([0, 1, 2].map((count) => counted(count, 'revision'))).to.deep.equal([
      '0 revisions',
      '1 revision',
      '2 revisions',
    ]);
  });
});

describe('duration', () => {
  it('chooses the unit', () => {
    const cases: [ms: number, text: string][] = [
      [0, '0 ms'],
      [12.6, '13 ms'],
      [999, '999 ms'],
      [999.6, '1.0 s'],
      [1_000, '1.0 s'],
      [1_240, '1.2 s'],
      [59_940, '59.9 s'],
      [59_960, '1 min 0 s'],
      [60_000, '1 min 0 s'],
      [185_000, '3 min 5 s'],
      [119_700, '2 min 0 s'],
    ];
    for (const [ms, text] of cases) expect(duration(ms)).to.equal(text);
  });
});

describe('standing', () => {
  it('names the current revisions, or base', () => {
    expect(standing([])).to.equal('base');
    expect(standing(['a', 'b'])).to.equal('a, b');
  });
});
