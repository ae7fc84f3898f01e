#!/usr/bin/env node
/**
 * The `limbeck` program: the one place that knows the process.
 */
import { createInterface } from 'node:readline/promises';
import type { Io } from './io.js';
import { runCli } from './run.js';

const io: Io = {
  cwd: process.cwd(),
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  hasColour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  async ask(question) {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await reader.question(question);
    } finally {
      reader.close();
    }
  },
};

process.once('SIGINT', () => {
  io.err('interrupted: the revision that was running is rolled back; `limbeck current` shows what stands');
  process.exit(130);
});
// `limbeck history | head` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

process.exitCode = await runCli(process.argv.slice(2), io);
