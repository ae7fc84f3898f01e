/**
 * The commands on script folders, against the functions behind them: two hundred graphs are written out as scripts, and
 * `plan --json` and `history --json` must say what the questions' answers say.
 *
 * Headers in every language, identifiers on the command line, `--from` and the documents are on the way.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import type { ErrorCode } from '../../lib/errors.js';
import { limbeckIn } from '../helpers/cli.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';
import {
  type Answer,
  answerAll,
  errorKinds,
  type ListedRevision,
  type Question,
  type Questions,
} from './questions.js';
import { randomQuestions } from './random-questions.js';

const graphCount = 200;
/** Of each kind of question, and graph. */
const mostQuestions = 2;
const seed = 20_260_101;

const sample = readFileSync(new URL('../../../spec/conformance/sample.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Questions => JSON.parse(line));

describe('conformance by folders', () => {
  let project: TemporaryProject;
  before(() => {
    project = temporaryProject({ 'knexfile.mjs': "export default { client: 'pg' };\n" });
  });

  it('has graphs that differ', () => {
    const graphs = graphsOf().map(({ revisions }) => JSON.stringify(revisions));
    expect(graphs.length).to.equal(graphCount);
    expect(new Set(graphs).size).to.be.at.least(graphCount - 2);
  });

  it('plans and lists histories as the questions are answered', async function () {
    this.timeout(300_000);
    const counts = { plan: 0, history: 0, error: 0 };
    for (const { graph, revisions, queries } of graphsOf()) {
      writeScripts(project, revisions);
      for (const answered of answerAll({ graph, revisions, queries: chosen(queries) })) {
        const wanted = answered.result;
        const what = `${graph}: ${JSON.stringify({ ...answered, result: undefined })}`;
        const found = await ask(project, answered);
        expect(found, what).to.deep.equal(comparable(answered, wanted));
        counts['error' in wanted ? 'error' : answered.op === 'history' ? 'history' : 'plan'] += 1;
      }
    }
    // Were nothing asked, nothing would fail.
    expect(counts.plan).to.be.at.least(400);
    expect(counts.history).to.be.at.least(250);
    expect(counts.error).to.be.at.least(200);
  });
});

function graphsOf(): Questions[] {
  return [...sample, ...randomQuestions(graphCount - sample.length, seed)];
}

/** Some questions of each kind that the command line can be asked, spread over those that there are. */
function chosen(queries: readonly Question[]): Question[] {
  return ['upgrade', 'downgrade', 'history'].flatMap((op) => {
    const own = queries.filter(
      (query) => query.op === op && ('target' in query ? typeof query.target === 'string' : true),
    );
    const distance = Math.max(1, Math.floor(own.length / mostQuestions));
    return own.filter((_, index) => index % distance === 0).slice(0, mostQuestions);
  });
}

/** Asks the command line; an error becomes its kind. */
async function ask({ root }: TemporaryProject, query: Question): Promise<Answer> {
  const { stdout } = await limbeckIn(root)(...wordsFor(query));
  const document = JSON.parse(stdout) as {
    readonly error?: { readonly code: ErrorCode };
    readonly revisions?: readonly { readonly revision: string }[];
    readonly steps?: readonly { readonly revision: string; readonly current: readonly string[] }[];
    readonly current?: readonly string[];
  };
  const { error, revisions, steps = [], current = [] } = document;
  if (error !== undefined) return { error: errorKinds[error.code] ?? error.code };
  if (revisions !== undefined) return { ids: revisions.map(({ revision }) => revision) };
  return {
    plan: steps.map(({ revision }) => revision),
    rows: steps.map((step) => [...step.current].sort()),
    final: [...current].sort(),
  };
}

function wordsFor(query: Question): string[] {
  const current = 'current' in query && query.current.length > 0 ? query.current : ['base'];
  const from = current.flatMap((row) => ['--from', row]);
  if (query.op === 'history') return ['history', '--json', ...from, `--rev-range=${query.range}`];
  const target = 'target' in query ? String(query.target) : '';
  return ['plan', '--json', ...from, ...(query.op === 'downgrade' ? ['--down'] : []), '--', target];
}

/** What is compared of an answer. */
function comparable({ op }: Question, answer: Answer): Answer {
  if ('error' in answer) return { error: answer['error'] };
  if (op === 'history') return { ids: answer['ids'] };
  return { plan: answer['plan'], rows: answer['rows'], final: answer['final'] };
}

/** Writes the scripts of a graph, in four languages by turns, in place of those that were there. */
function writeScripts(project: TemporaryProject, revisions: readonly ListedRevision[]): void {
  rmSync(project.path('migrations'), { recursive: true, force: true });
  mkdirSync(project.path('migrations'));
  for (const [index, revision] of revisions.entries()) {
    const [extension, text] = scriptOf(revision, index);
    project.write(`migrations/${String(index).padStart(4, '0')}${extension}`, text);
  }
}

function scriptOf(
  { id, down, dependsOn, labels }: ListedRevision,
  index: number,
): [extension: string, text: string] {
  const links = { revision: id, downRevision: down, dependsOn, branchLabels: labels };
  const isPlain = [id, ...down, ...dependsOn, ...labels].every((name) => /^\w+$/.test(name));
  const lines = (before: string) =>
    Object.entries(links).map(([name, value]) => `${before}${name} = ${JSON.stringify(value)};\n`);
  if (index % 4 === 0 && isPlain) {
    const header = Object.entries(links).map(([name, value]) => `-- ${name}: ${[value].flat().join(', ')}\n`);
    return ['.sql', `${header.join('')}-- upgrade\n-- downgrade\n`];
  }
  if (index % 4 === 1) return ['.cjs', lines('exports.').join('')];
  return [index % 4 === 2 ? '.ts' : '.mjs', lines('export const ').join('')];
}
