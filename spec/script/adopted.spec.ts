import { expect } from 'chai';
import type { Operations } from '../../lib/ops/operations.js';
import { adopted, refuseAdopted, toolNamedIn, toolOf } from '../../lib/script/adopted.js';
import { graphOf } from '../helpers/graph.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

describe('adopted', () => {
  const { upgrade, downgrade } = adopted('Alembic');

  it('makes functions that refuse to run, whoever calls them', () => {
    const called = (work: typeof upgrade, direction: 'upgrade' | 'downgrade') =>
      factsOf(thrownBy(() => work({ revision: 'b', direction } as Operations)));
    expect(called(upgrade, 'upgrade')).to.deep.equal({
      code: 'ADOPTED_REVISION',
      message:
        'revision "b" belongs to the history that Alembic made: limbeck knows it by id alone and cannot apply it',
      where: undefined,
      next: 'leave its script as it is, and write what comes after it: `limbeck revision -m "…"`',
    });
    expect(called(downgrade, 'downgrade').message).to.match(/cannot revert it$/);
  });

  it('are known by the line that makes them, which need not run', () => {
    const lines = [
      "export const { upgrade, downgrade } = adopted('Alembic');",
      "Object.assign(exports, adopted('Alembic'));",
      "_a = (0, limbeck_1.adopted)('Alembic'), exports.upgrade = _a.upgrade, exports.downgrade = _a.downgrade;",
      'export const { upgrade, downgrade } = adopted("Alembic");',
    ];
    for (const line of lines) expect(toolNamedIn(`// a script\n${line}\n`), line).to.equal('Alembic');
    expect(toolNamedIn("// export const { upgrade, downgrade } = adopted('Alembic');")).to.equal(undefined);
    expect(toolNamedIn('export async function upgrade(op) {}')).to.equal(undefined);
  });

  //  d
  //  |
  //  b   c     adopted, as a is
  //   \ /
  //    a
  const graph = graphOf('a', 'b < a', 'c < a', 'd < b');
  const step = (revision: string, run: Parameters<typeof toolOf>[0]) => ({
    direction: 'upgrade' as const,
    revision,
    tool: toolOf(run),
    file: `${revision}.ts`,
  });

  it('are found in a plan, with what a database would have to have', () => {
    const steps = [step('a', upgrade), step('b', upgrade), step('c', upgrade), step('d', () => {})];
    const { message, where, next } = factsOf(thrownBy(() => refuseAdopted(steps, graph)));
    expect(message).to.match(/^3 revisions, "a", "b" and 1 more, belong to the history that Alembic made/);
    expect(where).to.equal('a.ts');
    expect(next).to.contain('a dump of one that is at b, c,').and.to.contain('`limbeck stamp b c`');
  });

  it('leaves other plans alone', () => {
    expect(() => refuseAdopted([step('d', () => {})], graph)).not.to.throw();
  });
});
