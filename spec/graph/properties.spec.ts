/**
 * Plans and rows on random graphs, judged by the model; a failure prints its seed.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { planDowngrade, planUpgrade, type Step } from '../../lib/graph/plan.js';
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import { rowChanges } from '../../lib/graph/row-changes.js';
import { stampTargets, stampedRows } from '../../lib/graph/stamp.js';
import { GraphModel, type ModelRevision } from '../helpers/graph-model.js';
import { runs } from '../helpers/runs.js';

/** Links point to earlier revisions, named by their distance; ids are shuffled, so that their order says nothing. */
const revisions = fc
  .array(fc.record({ parents: links(3), dependsOn: links(2) }), { minLength: 1, maxLength: 12 })
  .chain((shapes) =>
    fc
      .shuffledSubarray([...'abcdefghijkl'], { minLength: shapes.length, maxLength: shapes.length })
      .map((ids) =>
        shapes.map((shape, index): ModelRevision => {
          const earlier = (distances: readonly number[]) => [
            ...new Set(distances.flatMap((distance) => ids.slice(0, index).at(-distance) ?? [])),
          ];
          return {
            id: ids[index] ?? '',
            parents: earlier(shape.parents),
            dependsOn: earlier(shape.dependsOn),
          };
        }),
      ),
  );

function links(maxLength: number) {
  return fc.array(fc.integer({ min: 1, max: 6 }), { maxLength });
}

/** A graph, its model, and some of its revisions. */
const cases = revisions.chain((list) =>
  fc.record({
    list: fc.constant(list),
    model: fc.constant(new GraphModel(list)),
    some: fc.subarray(list.map(({ id }) => id)),
    others: fc.subarray(list.map(({ id }) => id)),
    one: fc.constantFrom(...list.map(({ id }) => id)),
  }),
);

describe('random graphs', () => {
  it('upgrade by what the targets require and the database lacks, parents first', () => {
    check(({ list, model, some, others }) => {
      const rows = model.rows(model.closure(some));
      const targets = model.rows(model.closure(others));
      const plan = planUpgrade(load(list), rows, targets);
      const wanted = [...model.closure(targets)].filter((id) => !model.closure(rows).has(id));
      expect(names(plan).sort()).to.deep.equal(wanted.sort());
      expectRows(list, model, rows, plan);
    });
  });

  it('downgrade by what stands above the target, children first', () => {
    check(({ list, model, some, one }) => {
      const applied = model.closure([...some, one]);
      const rows = model.rows(applied);
      for (const to of [one, undefined]) {
        const plan = planDowngrade(load(list), rows, { to });
        const wanted = [...model.standingAbove(to)].filter((id) => applied.has(id));
        expect(names(plan).sort()).to.deep.equal(wanted.sort());
        expectRows(list, model, rows, plan);
      }
    });
  });

  it('are read past rows that are ancestors of others, which the first step deletes', () => {
    check(({ list, model, some, others, one }) => {
      const graph = load(list);
      const raw = [...new Set([...some, one])];
      const rows = model.rows(model.closure(raw));
      const targets = model.rows(model.closure(others));
      const up = planUpgrade(graph, raw, targets);
      expect(up).to.deep.equal(planUpgrade(graph, rows, targets));
      expectRows(list, model, raw, up);
      expectRows(list, model, raw, planDowngrade(graph, raw, { to: one }));
      expect(stampedRows(graph, raw, stampTargets(graph, [one]))).to.deep.equal(
        stampedRows(graph, rows, stampTargets(graph, [one])),
      );
    });
  });

  it('are after an upgrade and its steps undone where they were before', () => {
    check(({ list, model, some, others }) => {
      const graph = load(list);
      const rows = model.rows(model.closure(some));
      const up = planUpgrade(graph, rows, model.rows(model.closure(others)));
      const back = up.toReversed().map((step): Step => ({ ...step, direction: 'downgrade' }));
      const last = [...rowChanges(graph, rows, [...up, ...back])].at(-1);
      expect([...(last?.rows ?? rows)].sort()).to.deep.equal(rows);
    });
  });

  it('are stamped to the rows that running would leave', () => {
    check(({ list, model, some, one }) => {
      const graph = load(list);
      const rows = model.rows(model.closure(some));
      const kept = [...model.closure(some)].filter((id) => !model.standingAbove(one).has(id));
      const expected = model.rows(new Set([...kept, ...model.closure([one])]));
      expect(stampedRows(graph, rows, stampTargets(graph, [one])).sort()).to.deep.equal(expected);
    });
  });

  it('have one order, however they are listed', () => {
    check(({ list, some }) => {
      const [first, last] = [true, false].map((isFirst) =>
        list.filter(({ id }) => some.includes(id) === isFirst),
      );
      expect(load([...(first ?? []), ...(last ?? [])]).ids).to.deep.equal(load(list.toReversed()).ids);
    });
  });
});

type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

function check(property: (one: Case) => void): void {
  fc.assert(fc.property(cases, property), { numRuns: runs(300) });
}

function load(list: readonly ModelRevision[]): RevisionGraph {
  return new RevisionGraph(
    list.map(({ id, parents, dependsOn }) => ({ id, downRevisions: parents, dependsOn, branchLabels: [] })),
  );
}

function names(plan: readonly Step[]): string[] {
  return plan.map((step) => step.revision);
}

/** Takes each step in the model: it must be possible, and its rows must be those of the change. */
function expectRows(
  list: readonly ModelRevision[],
  model: GraphModel,
  rows: string[],
  plan: readonly Step[],
): void {
  const applied = model.closure(rows);
  let before = new Set(rows);
  const changes = [...rowChanges(load(list), rows, plan)];
  expect(changes).to.have.length(plan.length);
  for (const [index, change] of changes.entries()) {
    for (const { direction, revision } of plan.slice(index, index + 1)) {
      if (direction === 'upgrade') applied.add(revision);
      else applied.delete(revision);
    }
    expect(model.closure(applied), 'no step before what it requires').to.deep.equal(applied);
    expect([...change.rows].sort()).to.deep.equal(model.rows(applied));
    expect(
      change.deleted.filter((row) => !before.has(row)),
      'deletes what is there',
    ).to.deep.equal([]);
    const after = [...before].filter((row) => !change.deleted.includes(row)).concat(change.inserted);
    expect(after.sort(), 'the change leads to the rows').to.deep.equal([...change.rows].sort());
    before = new Set(after);
  }
}
