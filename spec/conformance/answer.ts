/**
 * Answers questions about revision graphs: JSON lines on stdin, the same lines with results on stdout.
 *
 * A line is `{ graph, revisions: [{ id, down, dependsOn, labels }], queries: [{ op, … }] }`; each query
 * gets its `result`. A thin adapter: the answers are those of the functions that the commands call.
 */
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { answerLine } from './questions.js';

async function* answers(): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield `${answerLine(line)}\n`;
  }
}

await pipeline(answers, process.stdout);
