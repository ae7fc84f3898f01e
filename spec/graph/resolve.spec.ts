import { expect } from 'chai';
import type { ErrorCode } from '../../lib/errors.js';
import { resolve } from '../../lib/graph/resolve.js';
import { graphOf } from '../helpers/graph.js';

//  b3aa   c3aa    x1 (ads)   depends on b2aa
//   |      |
//  b2aa   c2aa (users)
//     \   /
//     a1aa (core)
const graph = graphOf(
  'a1aa (core)',
  'b2aa < a1aa',
  'b3aa < b2aa',
  'c2aa (users) < a1aa',
  'c3aa < c2aa',
  'x1 (ads) needs b2aa',
);

const ids = (text: string, rows?: string[]) => resolve(graph, text, rows).revisions;
const code = (text: string): ErrorCode => {
  try {
    resolve(graph, text);
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
  throw new Error(`"${text}" resolves`);
};

describe('resolve', () => {
  it('takes an exact id or label first', () => {
    expect(ids('b2aa')).to.deep.equal(['b2aa']);
    expect(ids('users')).to.deep.equal(['c2aa']);
    expect(ids('x1')).to.deep.equal(['x1']);
  });

  it('takes the unique start of an id or label', () => {
    expect(ids('b2')).to.deep.equal(['b2aa']);
    expect(ids('us')).to.deep.equal(['c2aa']);
    expect(code('b')).to.equal('AMBIGUOUS_PREFIX');
  });

  it('wants ids and labels of up to three characters in full', () => {
    expect(code('x')).to.equal('REVISION_NOT_FOUND');
    expect(code('ad')).to.equal('REVISION_NOT_FOUND');
  });

  it('suggests near misses', () => {
    expect(() => resolve(graph, 'usres'))
      .to.throw()
      .with.property('next')
      .that.includes('did you mean "users"?');
  });

  it('means effective heads by heads, and the one head by down links by head', () => {
    expect(ids('heads')).to.deep.equal(['b3aa', 'c3aa', 'x1']);
    expect(() => resolve(graph, 'head'))
      .to.throw('"head" means 3 revisions')
      .with.deep.property('details', { text: 'head', heads: ['b3aa', 'c3aa', 'x1'] });
    const line = graphOf('a', 'b needs a');
    expect(resolve(line, 'heads').revisions).to.deep.equal(['b']);
  });

  it('looks for heads in the lineage of the name before @', () => {
    expect(ids('users@head')).to.deep.equal(['c3aa']);
    expect(ids('core@heads')).to.deep.equal(['b3aa', 'c3aa']);
    expect(code('core@head')).to.equal('MULTIPLE_HEADS');
    expect(code('nosuch@head')).to.equal('REVISION_NOT_FOUND');
  });

  it('lets only the lineage compete for a start of a name', () => {
    expect(ids('b2aa@b3')).to.deep.equal(['b3aa']);
    expect(code('users@b3aa')).to.equal('NOT_IN_BRANCH');
    expect(code('users@b')).to.equal('REVISION_NOT_FOUND');
    expect(code('nosuch@b3aa')).to.equal('BRANCH_NOT_FOUND');
  });

  it('names nothing by base', () => {
    expect(resolve(graph, 'base')).to.deep.equal({ revisions: [], isBase: true });
    expect(resolve(graph, 'users@base')).to.deep.equal({ revisions: [], isBase: true });
    expect(code('nosuch@base')).to.equal('BRANCH_NOT_FOUND');
  });

  it('walks from a name', () => {
    expect(ids('b3aa-2')).to.deep.equal(['a1aa']);
    expect(ids('users@a1aa+2')).to.deep.equal(['c3aa']);
    expect(resolve(graph, 'c2aa-2')).to.deep.equal({ revisions: [], isBase: true });
    expect(code('a1aa+1')).to.equal('AMBIGUOUS_WALK');
    expect(code('c3aa+1')).to.equal('RELATIVE_TOO_FAR');
    expect(code('a1aa-2')).to.equal('RELATIVE_TOO_FAR');
  });

  it('walks down from all heads, and joins walks that meet', () => {
    const fork = graphOf('a', 'b (one) < a', 'c < a');
    expect(resolve(fork, '-1').revisions).to.deep.equal(['a']);
    expect(resolve(fork, 'one@-1').revisions).to.deep.equal(['a']);
    expect(resolve(fork, '-2')).to.deep.equal({ revisions: [], isBase: true });
    expect(() => resolve(fork, '-3'))
      .to.throw()
      .with.property('code', 'RELATIVE_TOO_FAR');
    expect(code('+1')).to.equal('REVISION_NOT_FOUND');
  });

  it('means the version rows by current, where there are any to look at', () => {
    expect(ids('current', ['b2aa'])).to.deep.equal(['b2aa']);
    expect(ids('current-1', ['b2aa'])).to.deep.equal(['a1aa']);
    expect(() => ids('current', ['gone']))
      .to.throw()
      .with.property('code', 'UNKNOWN_ROW');
    expect(code('current')).to.equal('REVISION_NOT_FOUND');
  });

  it('refuses an empty name', () => {
    expect(code('')).to.equal('REVISION_NOT_FOUND');
    expect(code('users@')).to.equal('REVISION_NOT_FOUND');
  });
});
