#!/usr/bin/env node
/**
 * The `limbeck` program: the one place that knows the process.
 */
import { getEventListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { type Io, mayColour } from './io.js';
import { runCli } from './run.js';

/** As shells have it: 128 and the number of the signal. */
const interruptedStatus = 130;
const interruption = new AbortController();

const io: Io = {
  cwd: process.cwd(),
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  hasColour: mayColour(process.stderr.isTTY === true, process.env),
  signal: interruption.signal,
  ask: (question) =>
    new Promise((resolve) => {
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      reader.once('SIGINT', () => leave(interruptedStatus));
      reader.once('close', () => {
        // Ctrl-D leaves the cursor behind the question.
        process.stderr.write('\n');
        resolve('');
      });
      reader.question(question, (answer) => {
        resolve(answer);
        reader.removeAllListeners('close');
        reader.close();
      });
    }),
};

let statusOfSignal: number | undefined;

/** Once, it asks the run to stop: the statement is cancelled, and the error says what stands. Twice, it leaves. */
function stop(status: number): void {
  statusOfSignal = status;
  const isRunning = getEventListeners(interruption.signal, 'abort').length > 0;
  if (!isRunning || interruption.signal.aborted) leave(status);
  io.err('interrupted: stopping; once more leaves without waiting for the server');
  interruption.abort();
}

function leave(status: number): never {
  io.err('interrupted');
  process.exit(status);
}

process.on('SIGINT', () => stop(interruptedStatus));
process.on('SIGTERM', () => stop(143));
// `limbeck history | head` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

const status = await runCli(process.argv.slice(2), io);
process.exitCode = status === interruptedStatus ? (statusOfSignal ?? status) : status;
