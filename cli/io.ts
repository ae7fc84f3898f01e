/**
 * What the command line is given by its surroundings, so that specs can run it in process.
 */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  out(text: string): void;
  /** The conversation. */
  err(text: string): void;
  /** Whether somebody sits in front of it who can be asked. */
  readonly isInteractive: boolean;
  /** Whether results may be coloured. */
  readonly hasColour: boolean;
  /** Asks a question and returns the answer. */
  ask(question: string): Promise<string>;
}
