/**
 * What goes wrong beside a command: an error that nothing awaits or catches, and a process that ends too early.
 */
import { type Failure, failureOf, isLimbeckError } from './fail.js';
import { standing } from './words.js';

/** Why a command is stopped when it is not somebody's wish: the reason of its AbortSignal. */
export class Stray {
  readonly failure: Failure;

  constructor(failure: Failure) {
    this.failure = failure;
  }
}

/** Makes the failure for an error that reached nobody. */
export function strayFailure(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): Failure {
  if (isLimbeckError(error)) return withoutDetails(error);
  const text = error instanceof Error ? error.message : String(error);
  const [what, next] =
    origin === 'unhandledRejection'
      ? ['a promise failed that nothing awaits', 'write `await` before every promise in scripts and knexfile']
      : ['an error was thrown where nothing catches it, as in a timer', 'mend the script or knexfile'];
  return {
    code: origin === 'unhandledRejection' ? 'UNAWAITED_OPERATION' : 'INTERNAL',
    message: `${what}: ${text.split('\n')[0] ?? ''}`,
    next,
    excerpt: stackOf(error),
    exitStatus: 2,
  };
}

/**
 * Makes the failure for a process that ends while its command still runs.
 *
 * @param options.isIdle - whether it ended because nothing was left to wait for
 */
export function earlyExitFailure({ isIdle }: { readonly isIdle: boolean }): Failure {
  return {
    code: 'INTERNAL',
    message: isIdle
      ? 'the command did not end: a script or the knexfile awaits what never comes'
      : 'the process ended before the command did: a script or the knexfile calls `process.exit`',
    next: isIdle
      ? 'see that every promise in scripts and knexfile is settled, then look where the database is with `limbeck current`'
      : 'throw an error in place of `process.exit`, then look where the database is with `limbeck current`',
    exitStatus: 2,
  };
}

/** Returns the failure for which a command was stopped, if it was not interrupted by somebody. */
export function strayOf(signal: AbortSignal | undefined): Failure | undefined {
  const reason: unknown = signal?.reason;
  return reason instanceof Stray ? reason.failure : undefined;
}

/**
 * Returns what is told of a command that threw: the stray error that stopped it, with what stands, or its own.
 */
export function failureOfStopped(error: unknown, signal: AbortSignal | undefined): Failure {
  const failure = failureOf(error);
  const stray = strayOf(signal);
  return stray !== undefined && failure.code === 'INTERRUPTED'
    ? withStanding(stray, failure.details ?? {})
    : failure;
}

/** Adds where the database is, from the report of a command or the details of its error. */
export function withStanding(stray: Failure, facts: unknown): Failure {
  if (typeof facts !== 'object' || facts === null) return stray;
  const current: unknown = Reflect.get(facts, 'current');
  const next = Array.isArray(current)
    ? `${stray.next}; the database is at ${standing(current.map(String))}`
    : stray.next;
  return { ...stray, next, details: { ...facts } };
}

/** Its stack would lead into limbeck. */
function withoutDetails({ code, message, where, next, exitStatus }: Failure): Failure {
  return { code, message, where, next, exitStatus };
}

/** The stack of an error, without the frames of Node, of packages and of limbeck itself. */
function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const lines = (error.stack ?? '').split('\n');
  const isForeign = (line: string) =>
    /\(?node:internal\/|\/node_modules\//.test(line) || line.includes(ownFolder);
  return lines.filter((line) => !/^\s+at /.test(line) || !isForeign(line)).join('\n');
}

/** As stacks name the files of limbeck. */
const ownFolder = new URL('../', import.meta.url).href;
