/**
 * What a command of the command line is: its words for yargs, and what it does.
 */
import type { Options, PositionalOptions } from 'yargs';
import type { Project } from '../lib/index.js';
import type { Io } from './io.js';

export type Library = typeof import('../lib/index.js');

/** Arguments as yargs has parsed them. */
export interface Arguments {
  readonly [name: string]: unknown;
}

/** What a command gives back: a document for programs, the same in words, and the exit status. */
export interface Outcome {
  readonly report: unknown;
  readonly text: string;
  /** Whether `text` is the text of a file, to be written without a line end of ours. Default false. */
  readonly isExact?: boolean;
  /** 1 when a check found something. */
  readonly status?: 0 | 1;
}

export interface CommandContext {
  readonly args: Arguments;
  readonly io: Io;
  readonly library: Library;
  /** Opens the project of the current folder. */
  openProject(): Promise<Project>;
  /** Asks before something that cannot be taken back, unless `--yes`. */
  confirm(question: string): Promise<void>;
}

/** yargs takes the words for a default here too, though its types do not say so. */
type Positional = PositionalOptions & Pick<Options, 'defaultDescription'>;

export interface Command {
  /** As yargs reads it, but that a name may have two words: `upgrade [target]`, `assets show <file>`. */
  readonly usage: string;
  /** One line, imperative, without full stop. */
  readonly summary: string;
  readonly positionals?: Readonly<Record<string, Positional>>;
  readonly options?: Readonly<Record<string, Options>>;
  readonly example: string;
  run(context: CommandContext): Promise<Outcome>;
}

/** A family of commands, which stands together in help and manual. */
export interface CommandFamily {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** Returns an argument that is a text, if it was given. */
export function textOf(args: Arguments, name: string): string | undefined {
  const value = lastOf(args[name]);
  return value === undefined || value === null ? undefined : String(value);
}

/** Returns an argument that may be given several times. */
export function textsOf(args: Arguments, name: string): string[] {
  const value = args[name];
  return value === undefined ? [] : [value].flat().map(String);
}

/** Returns whether a flag was set. */
export function isSet(args: Arguments, name: string): boolean {
  return lastOf(args[name]) === true;
}

/** Given twice, the last one counts, as elsewhere. */
function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

/**
 * Asks before data can be lost, unless the environment is one that is made to be lost.
 *
 * @param what - the deed as a question is begun: `Downgrade`
 */
export async function confirmRevert(
  { confirm }: CommandContext,
  project: Project,
  what: string,
  rest: string,
): Promise<void> {
  const { environment } = project.config;
  if (['development', 'test'].includes(environment)) return;
  await confirm(`${what} ${await project.nameDatabase()} (${environment})${rest}?`);
}
