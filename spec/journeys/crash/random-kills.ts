/**
 * Random moments in a run: behind a line of its progress, by some milliseconds. A seed gives them again.
 */
import { type CliResult, type ProgramOptions, type RunningProgram, runProgram } from '../../helpers/cli.js';

/** Behind which step that begins, counted from 1, and how long behind it, in milliseconds. */
export interface Moment {
  readonly step: number;
  readonly delayMs: number;
}

/** The pace of an undisturbed run. */
export interface Pace {
  readonly steps: number;
  /** Milliseconds from step to step. */
  readonly stepMs: number;
}

const stepPattern = /^(?:up|down)grade \w/gm;

/** Runs undisturbed, and measures. */
export async function measurePace(
  cwd: string,
  words: readonly string[],
  env: Record<string, string>,
): Promise<Pace> {
  const times: number[] = [];
  const { status, stderr } = await runProgram(cwd, words, {
    env,
    onStderr: (text) => {
      for (const _ of text.matchAll(stepPattern)) times.push(performance.now());
    },
  });
  const [first, last] = [times[0], times.at(-1)];
  if (status !== 0 || first === undefined || last === undefined)
    throw new Error(`no run to measure: ${stderr}`);
  return { steps: times.length, stepMs: (last - first) / Math.max(1, times.length - 1) };
}

/** Makes moments in the inner part of a run. */
export function randomMoments(seed: number, { steps, stepMs }: Pace): () => Moment {
  const random = generator(seed);
  // The last steps are left out: the blow falls a little later than it is struck.
  return () => ({ step: 2 + Math.floor(random() * (steps - 6)), delayMs: random() * 1.5 * stepMs });
}

/** Runs, and strikes at the moment, unless the run is over by then. */
export async function runUntil(
  cwd: string,
  words: readonly string[],
  { step, delayMs }: Moment,
  options: ProgramOptions & { readonly strike: (child: RunningProgram) => void },
): Promise<CliResult> {
  let running: RunningProgram | undefined;
  let timer: NodeJS.Timeout | undefined;
  let begun = 0;
  const result = await runProgram(cwd, words, {
    ...options,
    onStart: (child) => {
      running = child;
    },
    onStderr: (text) => {
      begun += [...text.matchAll(stepPattern)].length;
      if (timer !== undefined || begun < step || running === undefined) return;
      timer = setTimeout(options.strike, delayMs, running);
    },
  });
  clearTimeout(timer);
  return result;
}

/** A seed from the outside, to see a failure again, or a new one. */
export function chooseSeed(): number {
  return Number(process.env['LIMBECK_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
}

/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
