/**
 * Running the command line: words in, exit status out.
 */
import type { Logger, Project } from '../lib/index.js';
import { type Arguments, type Command, isSet, type Library, textOf, textsOf } from './command.js';
import { tellFailure, usageFailure, usageStatus } from './fail.js';
import type { Io } from './io.js';
import { flagWords } from './literal-words.js';
import { parseArguments } from './parse.js';
import { failureOfStopped, strayOf, withStanding } from './stray.js';
import { version } from './version.js';

/**
 * Runs one command.
 *
 * @returns the exit status: 0 done or clean, 1 found something, 2 failed, 64 wrong usage
 */
export async function runCli(words: readonly string[], io: Io): Promise<number> {
  const asJson = wantsJson(words);
  try {
    const parsed = await parseArguments(words, version);
    if (parsed.kind === 'print') {
      io.out(asJson ? JSON.stringify({ [parsed.what]: parsed.text }, null, 2) : parsed.text);
      return 0;
    }
    if (parsed.kind === 'run') return await runCommand(parsed.command, parsed.args, io);
    if (parsed.kind === 'wrong') return tellFailure(usageFailure(parsed.mistake), io, asJson);
    if (asJson) return tellFailure(usageFailure(parsed.mistake), io, asJson);
    io.err(parsed.help);
    return usageStatus;
  } catch (error) {
    return tellFailure(failureOfStopped(error, io.signal), io, asJson);
  }
}

/** Returns whether results and failures are to be JSON documents. */
export function wantsJson(words: readonly string[]): boolean {
  return flagWords(words).some((word) => word === '--json' || word === '--json=true');
}

async function runCommand(command: Command, args: Arguments, io: Io): Promise<number> {
  // Only now: help and mistakes in the words must not wait for it.
  const library = await import('../lib/index.js');
  const logger = createLogger(command, args, io);
  const {
    report,
    text,
    isExact = false,
    status = 0,
  } = await command.run({
    args,
    io,
    library,
    openProject: (): Promise<Project> =>
      library.openProject({
        folder: io.cwd,
        knexfile: textOf(args, 'knexfile'),
        environment: textOf(args, 'env'),
        variables: io.env,
        x: namedValues(args, library),
        tag: textOf(args, 'tag'),
        logger,
        signal: io.signal,
      }),
    async confirm(question) {
      if (isSet(args, 'yes')) return;
      if (!io.isInteractive) throw new library.UsageError('CONFIRMATION_NEEDED', unconfirmed(question));
      const answer = await io.ask(`${question} [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim()))
        throw new library.UsageError('CONFIRMATION_NEEDED', refused(question));
    },
  });
  const stray = strayOf(io.signal);
  if (stray !== undefined) return tellFailure(withStanding(stray, report), io, isSet(args, 'json'));
  if (isSet(args, 'json')) io.out(JSON.stringify(report, null, 2));
  else if (isExact) io.outExactly(text);
  else if (text !== '') io.out(text);
  return status;
}

/** `-x name=value`, as scripts get them; given twice, the last one counts. */
function namedValues(args: Arguments, { UsageError }: Library): Record<string, string> {
  const pairs = textsOf(args, 'x').map((text): [string, string] => {
    const [, name = '', value = ''] = /^([^=]*)=?([\s\S]*)$/.exec(text) ?? [];
    if (name !== '') return [name, value];
    throw new UsageError('USAGE', {
      message: `"-x ${text}" has no name`,
      next: 'write it as in `-x tenant=acme`',
    });
  });
  return Object.fromEntries(pairs);
}

/** Where a command has a meaning of its own for --verbose, statements are not told. */
function createLogger({ options = {} }: Command, args: Arguments, io: Io): Logger {
  const isQuiet = isSet(args, 'quiet');
  const isVerbose = isSet(args, 'verbose') && !('verbose' in options);
  return {
    debug: (message) => isVerbose && io.err(readable(message)),
    info: (message) => isQuiet || io.err(message),
    working: (message) => isQuiet || !io.isInteractive || io.err(message),
    warn: (message) => io.err(`warning: ${message}`),
  };
}

/** Statements go out with their semicolons on lines of their own, for the sake of comments at their ends. */
function readable(sql: string): string {
  return sql.replaceAll(/\s*\n;/g, ';').trimEnd();
}

function unconfirmed(question: string) {
  return {
    message: `this needs a yes, and there is no terminal to ask at: ${question}`,
    next: 'add `--yes`',
  };
}

function refused(question: string) {
  return {
    message: `the answer to "${question}" was not yes, so nothing was changed`,
    next: 'run the command again and answer y, or add `--yes`',
  };
}
