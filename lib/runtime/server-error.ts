/**
 * The errors of the driver that a server has sent.
 */

/** The fields of a driver's error that the server filled in. */
export interface ServerError extends Error {
  readonly code?: string;
  /** `ERROR`; `FATAL` ends the session and `PANIC` the whole server. */
  readonly severity?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  /** Of the table whose constraint was violated. */
  readonly schema?: string;
  /** A text that the server looked at on its own, such as one statement of a body. */
  readonly internalQuery?: string;
  readonly internalPosition?: string;
  /** Which routine called which, the innermost first. */
  readonly where?: string;
}
