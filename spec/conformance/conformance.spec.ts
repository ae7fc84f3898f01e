/**
 * A sample of questions about revision graphs with their answers, as the commands must give them.
 *
 * `sample.jsonl` holds one graph a line, in the form that questions.ts describes, with the kind of graph as
 * `family`. The answers were recorded from Alembic 1.19, whose rules limbeck follows, and put right where
 * limbeck differs on purpose. Only questions with one right answer are in it:
 *
 * - an error is its kind (and the heads it lists);
 * - a plan is a set; any order will do in which no step leaves out what it stands on, and the rows after
 *   each step follow from the links;
 * - a history is a set too, listed with nothing after its ancestors;
 * - all other lists are sets.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { answerAll, answerLine, type Answer, type ListedRevision, type Question } from './questions.js';

type Asked = Question & { readonly result: Answer };

interface Sample {
  readonly graph: string;
  readonly family: string;
  readonly revisions: readonly ListedRevision[];
  readonly queries: readonly Asked[];
}

type Links = ReadonlyMap<string, ReadonlySet<string>>;

const file = new URL('../../../spec/conformance/sample.jsonl', import.meta.url);
const samples = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line): Sample => JSON.parse(line));

describe('conformance', () => {
  for (const family of new Set(samples.map((sample) => sample.family))) {
    it(`answers questions about graphs of the family ${family}`, () => {
      for (const sample of samples.filter((one) => one.family === family)) expectAnswers(sample);
    });
  }

  it('keeps the line and adds results', () => {
    const line = { graph: 'g', revisions: [], queries: [{ op: 'resolve', id: 'heads' }], note: 'kept' };
    const answered = { ...line, queries: [{ op: 'resolve', id: 'heads', result: { ids: [] } }] };
    expect(JSON.parse(answerLine(JSON.stringify(line)))).to.deep.equal(answered);
  });
});

function expectAnswers({ graph, revisions, queries }: Sample): void {
  const links = linksOf(revisions);
  for (const [index, answered] of answerAll({ graph, revisions, queries }).entries()) {
    const wanted = queries[index]?.result ?? {};
    const what = `${graph}: ${JSON.stringify({ ...answered, result: undefined })}`;
    expect(asSets(answered.result, wanted), what).to.deep.equal(asSets(wanted, wanted));
    if ('error' in wanted) continue;
    if (answered.op === 'upgrade' || answered.op === 'downgrade') expectPlan(links, answered, what);
    if (answered.op === 'history') expectNewestFirst(links, texts(answered.result['ids']), what);
  }
}

/** Takes the steps one by one: what is applied must stay closed, and the rows its tops. */
function expectPlan(links: Links, asked: Asked & { op: 'upgrade' | 'downgrade' }, what: string): void {
  const applied = closure(links, asked.current);
  const rows = texts(asked.result['plan']).map((id) => {
    const isOpen =
      asked.op === 'upgrade' ? !isSubset(links.get(id), applied) : !tops(links, applied).includes(id);
    expect(isOpen, `${what}: ${id} comes too early`).to.equal(false);
    if (asked.op === 'upgrade') applied.add(id);
    else applied.delete(id);
    return tops(links, applied);
  });
  expect(asked.result['rows'], what).to.deep.equal(rows);
  expect(asked.result['final'], what).to.deep.equal(tops(links, applied));
}

function expectNewestFirst(links: Links, ids: readonly string[], what: string): void {
  const listed = new Set<string>();
  for (const id of ids) {
    const below = closure(links, links.get(id) ?? []);
    expect(
      [...listed].filter((earlier) => below.has(earlier)),
      `${what}: ${id} comes too late`,
    ).to.deep.equal([]);
    listed.add(id);
  }
}

function linksOf(revisions: readonly ListedRevision[]): Links {
  const carriers = new Map(
    revisions.flatMap(({ id, labels }) => labels.map((label) => [label, id] as const)),
  );
  return new Map(
    revisions.map(({ id, down, dependsOn }) => [
      id,
      new Set([...down, ...dependsOn.map((name) => carriers.get(name) ?? name)]),
    ]),
  );
}

function closure(links: Links, ids: Iterable<string>): Set<string> {
  const found = new Set(ids);
  for (const id of found) for (const below of links.get(id) ?? []) found.add(below);
  return found;
}

function tops(links: Links, applied: ReadonlySet<string>): string[] {
  const below = new Set([...applied].flatMap((id) => [...(links.get(id) ?? [])]));
  return [...applied].filter((id) => !below.has(id)).sort();
}

function isSubset(some: ReadonlySet<string> | undefined, others: ReadonlySet<string>): boolean {
  return [...(some ?? [])].every((id) => others.has(id));
}

/** Sorts all lists, and leaves out what was not asked for. */
function asSets(value: unknown, wanted: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort();
  if (!isObject(value) || !isObject(wanted)) return value;
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, asSets(value[key], wanted[key])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
