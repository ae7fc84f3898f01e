/**
 * Runs limbeck as a person does: in process through an `Io` of our own, or as a process of its own.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../cli/run.js';

/** What a command has written, and how it ended. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export interface CliOptions {
  /** Environment variables; the specs' own are not passed on. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is answered to the questions; with it somebody sits at a terminal, without it nobody does. */
  readonly answers?: readonly string[];
  readonly signal?: AbortSignal;
  /** Whether errors and results may be coloured. Default false. */
  readonly hasColour?: boolean;
}

/** Runs one command in process. */
export type Limbeck = (...words: string[]) => Promise<CliResult>;

/**
 * Makes the command line of a folder.
 *
 * @example
 * const { stdout, status } = await limbeckIn(folder)('upgrade', '+1');
 */
export function limbeckIn(cwd: string, options: CliOptions = {}): Limbeck {
  return async (...words) => {
    const [stdout, stderr]: [string[], string[]] = [[], []];
    const answers = [...(options.answers ?? [])];
    const status = await runCli(words, {
      cwd,
      env: options.env ?? {},
      isInteractive: options.answers !== undefined,
      hasColour: options.hasColour ?? false,
      hasResultColour: options.hasColour ?? false,
      out: (text) => stdout.push(`${text}\n`),
      outExactly: (text) => stdout.push(text),
      err: (text) => stderr.push(`${text}\n`),
      ...(options.signal && { signal: options.signal }),
      ask: async (question) => {
        stderr.push(question);
        return answers.shift() ?? '';
      },
    });
    return { stdout: stdout.join(''), stderr: stderr.join(''), status };
  };
}

/** The program, as `npm run build` makes it. */
export const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface ProgramOptions {
  /** Joins the environment of the specs, less what would change what limbeck does. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Told what comes on stderr, when it comes. */
  readonly onStderr?: (text: string) => void;
  /** Told the process once it runs. */
  readonly onStart?: (child: RunningProgram) => void;
}

/** A program that runs. */
export interface RunningProgram {
  /** Sends a signal to this process alone. */
  signal(name: NodeJS.Signals): void;
  /** Closes the reading end of its stdout, as `head` does. */
  closeStdout(): void;
}

/** Runs the program as a process of its own. */
export function runProgram(
  cwd: string,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<CliResult> {
  return runCommand(cwd, process.execPath, [program, ...words], options);
}

/** Runs any command; it fails when the command cannot be started, and resolves whatever its status. */
export function runCommand(
  cwd: string,
  command: string,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, env: { ...neutralEnvironment(), ...options.env } });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr.push(chunk);
      options.onStderr?.(chunk.toString());
    });
    child.on('error', reject);
    child.on('close', (status) =>
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    options.onStart?.({
      signal: (name) => child.kill(name),
      closeStdout: () => child.stdout.destroy(),
    });
  });
}

/** Neither a database of the person who runs the specs nor the settings of npm may play a part. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(?:DATABASE_URL|NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|NO_COLOR|FORCE_COLOR|LIMBECK_.*|PG.*|npm_.*)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
