/**
 * What the command line is given by its surroundings, so that specs can run it in process.
 */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results; a line end follows. */
  out(text: string): void;
  /** A result that is the text of a file: nothing is added. */
  outExactly(text: string): void;
  /** The conversation. */
  err(text: string): void;
  /** Whether somebody sits in front of it who can be asked. */
  readonly isInteractive: boolean;
  /** Whether errors may be coloured. */
  readonly hasColour: boolean;
  /** Whether results may be. */
  readonly hasResultColour: boolean;
  /** Says that somebody wants the command to stop. */
  readonly signal?: AbortSignal;
  /** Asks a question and returns the answer; '' when nobody answers. */
  ask(question: string): Promise<string>;
}

/** Tells whether what goes to a stream may be coloured; see no-color.org. */
export function mayColour(isTerminal: boolean, env: Io['env']): boolean {
  return isTerminal && !env['NO_COLOR'];
}
