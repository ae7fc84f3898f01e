#!/usr/bin/env node
/**
 * The `limbeck` program: the one place that knows the process.
 */
import { getEventListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { type Failure, tellFailure } from './fail.js';
import { type Io, mayColour } from './io.js';
import { runCli, wantsJson } from './run.js';
import { earlyExitFailure, Stray, strayFailure } from './stray.js';

/** As shells have it: 128 and the number of the signal. */
const interruptedStatus = 130;
const interruption = new AbortController();
/** How long the process may live on: after a stray error, or for what was left open when the command is done. */
const graceMs = 5_000;

/** How long an interrupted command may take to end before anything is said of it. */
const endingMs = 500;

const words = process.argv.slice(2);
const writeResult = process.stdout.write.bind(process.stdout);
// Scripts and the knexfile may print, as with `console.log`: on stdout it would spoil the result.
process.stdout.write = (...given: unknown[]) => {
  Reflect.apply(process.stderr.write, process.stderr, given);
  return true;
};

const io: Io = {
  cwd: process.cwd(),
  env: process.env,
  out: (text) => writeResult(`${text}\n`),
  outExactly: (text) => writeResult(text),
  err: (text) => process.stderr.write(`${text}\n`),
  isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  hasColour: mayColour(process.stderr.isTTY === true, process.env),
  hasResultColour: mayColour(process.stdout.isTTY === true, process.env),
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
/** The status of the process, once the outcome is told or somebody wants it to end. */
let outcome: number | undefined;
let isIdle = false;
let stray: Failure | undefined;

/**
 * Once, it asks the run to stop: the statement is cancelled, and the error says what stands. Twice, it leaves.
 * The embedded database may be done before the signal is heard: then the result is told as ever.
 */
function stop(status: number): void {
  if (outcome !== undefined) process.exit(outcome);
  if (interruption.signal.aborted) leave(status);
  statusOfSignal = status;
  const isRunning = getEventListeners(interruption.signal, 'abort').length > 0;
  interruption.abort();
  const go = () => {
    if (outcome !== undefined) return;
    if (!isRunning) leave(status);
    io.err('interrupted: stopping; once more leaves without waiting for the server');
  };
  setTimeout(go, endingMs).unref();
}

function leave(status: number): never {
  outcome = status;
  io.err('interrupted');
  process.exit(status);
}

process.on('SIGINT', () => stop(interruptedStatus));
process.on('SIGTERM', () => stop(143));
// `limbeck history | head` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  outcome = error.code === 'EPIPE' ? 0 : 2;
  process.exit(outcome);
});

// Rejections that nothing handles come here too.
process.on('uncaughtException', (error, origin) => {
  const failure = strayFailure(error, origin);
  if (outcome !== undefined) return tellLate(failure, outcome);
  if (stray !== undefined) return;
  stray = failure;
  interruption.abort(new Stray(failure));
  setTimeout(() => process.exit(failure.exitStatus), graceMs).unref();
});
process.on('beforeExit', () => {
  isIdle = true;
});
process.on('exit', () => {
  // A script may have called `process.exit` with a status of its own.
  process.exitCode = outcome ?? tellFailure(stray ?? earlyExitFailure({ isIdle }), io, wantsJson(words));
});

/** The result is out, and a second document must not follow it; a failure that is told is enough. */
function tellLate(failure: Failure, told: number): void {
  if (told <= 1) outcome = tellFailure(failure, io, false);
}

function endLingering(): never {
  if (outcome === 0) io.err('warning: a script or the knexfile left something open, such as a timer');
  process.exit(outcome);
}

// Awaited at the top, a command that never ends would make Node print a warning of its own.
void runCli(words, io).then((status) => {
  outcome = status === interruptedStatus ? (statusOfSignal ?? status) : status;
  setTimeout(() => writeResult('', endLingering), graceMs).unref();
});
