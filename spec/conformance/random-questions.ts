/**
 * Random revision graphs with questions, in the shape of the sample; the same seed makes the same ones.
 */
import { GraphModel } from '../helpers/graph-model.js';
import type { ListedRevision, Question, Questions } from './questions.js';

/** Makes graphs of one to fourteen revisions, with branches, merges, several bases, labels and dependencies. */
export function randomQuestions(count: number, seed: number): Questions[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) => {
    const revisions = randomRevisions(random);
    return { graph: `random ${seed}/${index}`, revisions, queries: randomQueries(revisions, random) };
  });
}

type Random = () => number;

function randomRevisions(random: Random): ListedRevision[] {
  const revisions: ListedRevision[] = [];
  const size = 1 + Math.floor(random() * 14);
  for (let number = 0; number < size; number += 1) {
    const ids = revisions.map(({ id }) => id);
    const parents = random() < 0.1 ? 0 : random() < 0.25 ? 2 : 1;
    // Mostly on what is new, so that lines grow long enough to walk along.
    const down = some(ids.slice(random() < 0.6 ? -3 : 0), parents, random);
    const others = ids.filter((id) => !down.includes(id));
    const id = Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
    const labels = random() < 0.2 ? [`line_${number}`] : [];
    revisions.push({ id, down, dependsOn: random() < 0.15 ? some(others, 1, random) : [], labels });
  }
  // On disk the order says nothing.
  return some(revisions, revisions.length, random);
}

function randomQueries(revisions: readonly ListedRevision[], random: Random): Question[] {
  const ids = revisions.map(({ id }) => id);
  const labels = revisions.flatMap(({ labels: own }) => own);
  const model = new GraphModel(
    revisions.map(({ id, down, dependsOn }) => ({ id, parents: down, dependsOn })),
  );
  const rows = () => model.rows(model.closure(some(ids, Math.floor(random() * 3), random)));
  const one = () => some([...ids, ...labels], 1, random)[0] ?? 'base';
  const from = (...forms: readonly string[]) => some(forms, 1, random)[0] ?? '';
  return [
    { op: 'upgrade', current: rows(), target: 'heads' },
    {
      op: 'upgrade',
      current: rows(),
      target: from(one(), `${one()}@head`, 'head', '+1', one().slice(0, 5), `${one()}+1`),
    },
    { op: 'downgrade', current: rows(), target: from(one(), 'base', '-1', `${one()}@base`, `${one()}@-1`) },
    { op: 'history', range: from(':', `${one()}:`, `:${one()}`, `${one()}:${one()}`), current: [] },
    {
      op: 'history',
      range: from('-2:current', 'current:heads', ':current', `${one()}:current`),
      current: nonEmpty(rows, ids),
    },
  ];
}

/** What a range says of `current` without rows is asked nowhere. */
function nonEmpty(rows: () => readonly string[], ids: readonly string[]): readonly string[] {
  const found = rows();
  return found.length > 0 ? found : ids.slice(0, 1);
}

/** Takes some of a list, in no order. */
function some<Item>(items: readonly Item[], count: number, random: Random): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ item }) => item);
}

/** Numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    const first = Math.imul(state ^ (state >>> 15), 1 | state);
    const second = (first + Math.imul(first ^ (first >>> 7), 61 | first)) ^ first;
    return ((second ^ (second >>> 14)) >>> 0) / 2 ** 32;
  };
}
