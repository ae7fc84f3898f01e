/**
 * What a run tells while it works. Passed in, silent by default; errors are thrown, not logged.
 */
export interface Logger {
  /** Statements and other detail. */
  debug(message: string): void;
  /** A step begins, a step ends. */
  info(message: string): void;
  /** Work begins that takes some seconds; only for somebody who watches. Default: not told. */
  working?(message: string): void;
  /** Something needs attention; the message says what to do next. */
  warn(message: string): void;
}

/** Says nothing: the default of the library. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {} };
