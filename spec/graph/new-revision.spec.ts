import { expect } from 'chai';
import { newRevisionLinks } from '../../lib/graph/new-revision.js';
import { graphOf } from '../helpers/graph.js';

//  b    c (users)
//   \  /
//    a001
const graph = graphOf('a001', 'b < a001', 'c (users) < a001');

describe('newRevisionLinks', () => {
  it('builds on heads', () => {
    expect(newRevisionLinks(graph, { heads: ['users@head'] }).downRevisions).to.deep.equal(['c']);
    expect(newRevisionLinks(graph, { heads: ['heads'] }).downRevisions).to.deep.equal(['b', 'c']);
    expect(newRevisionLinks(graph, { heads: ['base'] }).downRevisions).to.deep.equal([]);
  });

  it('refuses to choose between heads', () => {
    expect(() => newRevisionLinks(graph, { heads: ['head'] }))
      .to.throw()
      .with.property('code', 'MULTIPLE_HEADS');
  });

  it('builds on other revisions only when asked to splice', () => {
    expect(() => newRevisionLinks(graph, { heads: ['a001'] }))
      .to.throw('"a001" is not a head')
      .with.property('next')
      .that.includes('--splice');
    expect(newRevisionLinks(graph, { heads: ['a001'], splice: true }).downRevisions).to.deep.equal(['a001']);
  });

  it('refuses a parent that is given twice', () => {
    expect(() => newRevisionLinks(graph, { heads: ['b', 'b'] }))
      .to.throw()
      .with.property('code', 'DUPLICATE_HEADS');
  });

  it('keeps labels in dependsOn and writes prefixes in full', () => {
    expect(newRevisionLinks(graph, { heads: ['b'], dependsOn: ['users', 'a0'] }).dependsOn).to.deep.equal([
      'users',
      'a001',
    ]);
  });
});
