import { expect } from 'chai';
import { RevisionError } from '../../lib/errors.js';
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import type { Revision } from '../../lib/graph/revision.js';
import { graphOf, revisionOf } from '../helpers/graph.js';

/** The error with which the graph of these revisions does not load. */
function loadError(...texts: string[]): RevisionError {
  try {
    graphOf(...texts);
  } catch (error) {
    if (error instanceof RevisionError) return error;
    throw error;
  }
  throw new Error('the graph loads');
}

function dated(text: string, created?: string): Revision {
  return { ...revisionOf(text), created };
}

describe('RevisionGraph', () => {
  //    d        e   depends on b, continues nothing
  //   / \
  //  b   c
  //   \ /
  //    a
  const graph = graphOf('e needs b', 'd < b c', 'c < a', 'b (billing) < a', 'a');

  it('lists revisions in an order that does not depend on the listing', () => {
    const listed = ['a', 'b (billing) < a', 'c < a', 'd < b c', 'e needs b'];
    expect(graph.ids).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(graphOf(...listed).ids).to.deep.equal(graph.ids);
    expect(graph.position('c')).to.equal(2);
  });

  it('puts parents first, then the earlier date, then the smaller id', () => {
    const { ids } = new RevisionGraph([
      dated('z', '20260101000000'),
      dated('a < z', '20260105000000'),
      dated('c < z', '20260102000000'),
      dated('b < z', '20260102000000'),
      dated('child < late', '20260103000000'),
      dated('late < z', '20260109000000'),
      dated('old'),
    ]);
    expect(ids).to.deep.equal(['old', 'z', 'b', 'c', 'a', 'late', 'child']);
  });

  it('keeps down links and all links apart', () => {
    expect(graph.parents('d')).to.deep.equal(['b', 'c']);
    expect(graph.children('b')).to.deep.equal(['d']);
    expect(graph.requirements('e')).to.deep.equal(['b']);
    expect(graph.dependents('b')).to.deep.equal(['d', 'e']);
    expect(graph.heads).to.deep.equal(['d', 'e']);
    expect(graph.effectiveHeads).to.deep.equal(['d', 'e']);
    expect(graph.bases).to.deep.equal(['a', 'e']);
    expect(graph.effectiveBases).to.deep.equal(['a']);
    expect(graphOf('a', 'b needs a').effectiveHeads).to.deep.equal(['b']);
  });

  it('knows branch points and merge points', () => {
    expect(graph.ids.filter((id) => graph.isBranchPoint(id))).to.deep.equal(['a']);
    expect(graph.ids.filter((id) => graph.isMergePoint(id))).to.deep.equal(['d']);
  });

  it('gives a label to its revision and all that builds on it', () => {
    expect(graph.ids.map((id) => graph.labelsOf(id))).to.deep.equal([[], ['billing'], [], ['billing'], []]);
    expect(graph.revisionOfLabel('billing')).to.equal('b');
  });

  it('reads labels in dependsOn as the revision that carries them', () => {
    expect(graphOf('a (users)', 'b needs users').requirements('b')).to.deep.equal(['a']);
  });

  it('has a lineage of ancestors and descendants', () => {
    expect([...graph.lineage('b')].sort()).to.deep.equal(['a', 'b', 'd']);
  });

  it('drops dependencies that an ancestor has already from what a revision needs', () => {
    const line = graphOf('x', 'y', 'a', 'b < a needs x', 'c < b needs x y');
    expect(line.needs('c')).to.deep.equal(['b', 'y']);
  });

  it('loads histories that are deeper than the stack', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `r${index}`);
    const line = graphOf(...ids.map((id, index) => (index === 0 ? id : `${id} < r${index - 1}`)).reverse());
    expect(line.heads).to.deep.equal(['r19999']);
    expect(line.labelsOf('r19999')).to.deep.equal([]);
  });

  it('refuses two scripts with one id, and names both', () => {
    const error = loadError('a', 'a');
    expect(error.code).to.equal('DUPLICATE_ID');
    expect(error.where).to.equal('a.ts, a.ts');
  });

  it('refuses names that could not be typed', () => {
    for (const name of ['x@y', 'x-y', 'x+y', 'x:y', 'head', 'heads', 'base', 'current']) {
      expect(loadError(name).code).to.equal('ILLEGAL_ID');
      expect(loadError(`a (${name})`).code).to.equal('ILLEGAL_ID');
    }
    expect(loadError('a (crash-stats)').message).to.equal(
      'branch label "crash-stats" holds the character "-"',
    );
  });

  it('refuses links to nothing, and suggests what may have been meant', () => {
    const error = loadError('abcdef', 'other < abcdeg');
    expect(error.code).to.equal('MISSING_REVISION');
    expect(error.message).to.equal(
      'downRevision of revision "other" names "abcdeg", which no script declares',
    );
    expect(error.where).to.equal('other.ts');
    expect(error.next).to.include('did you mean "abcdef"?');
    expect(loadError('a', 'b needs gone').code).to.equal('MISSING_REVISION');
  });

  it('refuses loops and cycles, and names the members', () => {
    expect(loadError('a < a').code).to.equal('SELF_LOOP');
    expect(loadError('a needs a').code).to.equal('DEPENDENCY_SELF_LOOP');
    expect(loadError('a (users) needs users').code).to.equal('DEPENDENCY_SELF_LOOP');
    const cycle = loadError('a', 'b < a d', 'c < b', 'd < c', 'e < d');
    expect(cycle.code).to.equal('CYCLE');
    expect(cycle.details).to.deep.equal({ revisions: ['b', 'd', 'c'] });
    expect(loadError('a needs b', 'b < a').code).to.equal('DEPENDENCY_CYCLE');
    expect(loadError('a needs b', 'b < a', 'c < d', 'd < c').code).to.equal('CYCLE');
  });

  it('refuses a label that is used twice or is an id', () => {
    expect(loadError('a (users)', 'b (users)').code).to.equal('DUPLICATE_LABEL');
    expect(loadError('a (b)', 'b').message).to.equal(
      'branch label "b" of revision "a" is also a revision id',
    );
  });
});
