/**
 * The connection of the pg driver, as limbeck uses it: one text, one message, every command counted.
 */

/** What one command answered. */
export interface CommandResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: readonly Record<string, unknown>[];
}

/** A connected client of the pg driver; the project's own copy of it. */
export interface PgConnection {
  query(query: unknown): unknown;
  end(): Promise<void>;
  /** Number of the server's process; PGlite has none. */
  readonly processID?: number | null;
  readonly constructor: { readonly Query?: QueryClass };
}

interface PgQuery {
  callback: (error: Error | null, result: unknown) => void;
  handleCommandComplete(message: unknown, connection: unknown): void;
  on(event: 'row', listener: (row: Record<string, unknown>) => void): unknown;
}

type QueryClass = new (config: object) => PgQuery;

/** An error of the driver, and what the commands had answered that had succeeded before it. */
export class MessageError extends Error {
  /** The rows of each. */
  readonly answers: readonly CommandResult['rows'][];
  override readonly cause: Error;

  constructor(cause: Error, answers: readonly CommandResult['rows'][]) {
    super(cause.message);
    this.cause = cause;
    this.answers = answers;
  }

  /** How many commands of the message had succeeded. */
  get completed(): number {
    return this.answers.length;
  }
}

/**
 * Sends `text` as one simple-query message: one round trip, however many commands it holds.
 *
 * @throws MessageError when one of them fails; the server has then skipped the rest
 * @see PostgreSQL manual, "Message Flow", section "Simple Query"
 */
export function sendMessage(connection: PgConnection, text: string): Promise<CommandResult[]> {
  return send(connection, { text }).then((result) => [result].flat() as CommandResult[]);
}

/** Runs one command, with bindings if there are any, and returns the driver's own result. */
export function sendQuery(connection: PgConnection, config: object): Promise<unknown> {
  return send(connection, config);
}

/**
 * Counting what completes tells which command failed: `position` alone does not, as an error inside a
 * function has none.
 */
function send(connection: PgConnection, config: object): Promise<unknown> {
  const { Query } = connection.constructor;
  if (Query === undefined) throw new Error('the connection is not one of the pg driver');
  const query = new Query(config);
  const answers: Record<string, unknown>[][] = [];
  // The driver forgets what it has answered when a later command fails.
  let rows: Record<string, unknown>[] = [];
  query.on('row', (row) => rows.push(row));
  const complete = query.handleCommandComplete.bind(query);
  query.handleCommandComplete = (message, from) => {
    answers.push(rows);
    rows = [];
    complete(message, from);
  };
  return new Promise((resolve, reject) => {
    query.callback = (error, result) => {
      if (error) reject(new MessageError(error, answers));
      else resolve(result);
    };
    connection.query(query);
  });
}
