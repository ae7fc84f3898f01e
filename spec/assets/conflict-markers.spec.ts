import { expect } from 'chai';
import { assertUnmarked, conflictLines } from '../../lib/assets/conflict-markers.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const marked = 'select 1\n<<<<<<< HEAD\n+ 1\n||||||| base\n=======\n+ 2\n>>>>>>> other\n;\n';

describe('conflict markers', () => {
  it('are found at the beginning of lines, each conflict once', () => {
    expect(conflictLines(marked)).to.deep.equal([2]);
    expect(conflictLines(marked + marked)).to.deep.equal([2, 10]);
    expect(conflictLines('a\nb\n>>>>>>> left over\n')).to.deep.equal([3]);
    expect(conflictLines('<<<<<<<< nested\n')).to.deep.equal([1]);
  });

  it('are no operators, and no lines of comments', () => {
    const text = 'select 1 <<<<<<< 2;\n/*\n=======\n*/\n--<<<<<<< x\n<<<<<<<x\n<<<<<< x\n';
    expect(conflictLines(text)).to.deep.equal([]);
    assertUnmarked(text, 'raw_sql/procs/f.sql');
  });

  it('ASSET_CONFLICT: are refused with their line', () => {
    const error = thrownBy(() => assertUnmarked(marked, 'raw_sql/procs/f.sql'));
    expect(factsOf(error)).to.deep.equal({
      code: 'ASSET_CONFLICT',
      message: '"raw_sql/procs/f.sql" holds conflict markers',
      where: 'raw_sql/procs/f.sql:2:1',
      next: 'write what the file should say in place of what is between the markers, and run the command again',
    });
    expect(error.excerpt).to.equal('1 | select 1\n2 | <<<<<<< HEAD\n  | ^');
  });
});
