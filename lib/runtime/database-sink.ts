/**
 * The sink that runs statements on PostgreSQL, inside one transaction at a time.
 *
 * What needs no answer is kept and sent together: a plain revision is one message, from BEGIN to COMMIT.
 */
import { LimbeckError, MigrationError } from '../errors.js';
import { isOwn, ownStatement, type QueryResult, type Sink, type Statement } from '../sql/statement.js';
import { MessageError, type PgConnection, sendMessage, sendQuery } from './pg-connection.js';
import { secondWay, withSavepoints } from './second-way.js';
import {
  failureOf,
  isConnectionLost,
  type SentStatement,
  type ServerError,
  sqlFailure,
} from './sql-failure.js';

/** Stands behind each statement: a comment at its end cannot swallow it, and an empty command counts for nothing. */
const separator = '\n;\n';

/** Sees the texts of scripts, and makes what has to be sent before them. */
export type TextWatch = (text: string, values: readonly unknown[]) => readonly Statement[];

export class DatabaseSink implements Sink {
  readonly canRead = true;
  readonly connection: PgConnection;
  /** The database in words: the place of an error that no script made. */
  readonly database: string;
  readonly #onStatement: (text: string) => void;
  #recorded: Statement[] = [];
  #notice: TextWatch = () => [];
  /** The error that spoilt the open transaction; only going back to a savepoint mends that. */
  #spoiltBy: unknown;
  /** What scripts have asked and not yet been answered, and how to end what would go on without an end. */
  readonly #underWay = new Map<Promise<unknown>, (() => void) | undefined>();
  #isLost = false;
  #isInterrupted = false;
  #hasFailed = false;

  /** @param onStatement - told each text that is sent */
  constructor(connection: PgConnection, database: string, onStatement: (text: string) => void = () => {}) {
    this.connection = connection;
    this.database = database;
    this.#onStatement = onStatement;
  }

  /** Whether the connection broke, so that nothing can be sent any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Whether somebody wants the run to stop. */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** From now on nothing is sent but a rollback and the note of a failure. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** Whether nobody can tell what scripts have left in the session: one failed, or was stopped. */
  get isDoubtful(): boolean {
    return this.#hasFailed || this.#isInterrupted;
  }

  /** To be called when a script has failed, or what it left could not be put back. */
  fail(): void {
    this.#hasFailed = true;
  }

  /** From now on `notice` sees each text of a script, and says what to send before it. */
  watchTexts(notice: TextWatch): void {
    this.#notice = notice;
  }

  /** Tells of a text that goes through the connection, with what is bound to it. */
  announce(text: string, values: readonly unknown[]): void {
    this.#recorded.push(...this.#notice(text, values));
  }

  record(made: Statement): void {
    if (!isOwn(made)) this.announce(made.text, []);
    this.#recorded.push(made);
  }

  /**
   * Sends what was recorded, as one message; where a statement fails that has a second way, the rest is another.
   *
   * @param where - the place of limbeck's own statements, if no script is to blame
   * @throws MigrationError `SWALLOWED_ERROR` when an earlier error has spoilt the transaction
   * @throws LimbeckError that names the statement which the server refused
   */
  async flush(where?: string): Promise<void> {
    let left: readonly Statement[] = withSavepoints(this.#recorded);
    this.#recorded = [];
    const answered: Answered[] = [];
    while (left.length > 0) {
      this.#assertUnspoilt();
      const { statements, answers, rest } = await this.#sendTogether(left, where);
      answered.push({ statements, answers });
      left = rest;
    }
    for (const { statements, answers } of answered) tellAnswers(statements, answers);
  }

  async #sendTogether(
    statements: readonly Statement[],
    where: string | undefined,
  ): Promise<Answered & { readonly rest: readonly Statement[] }> {
    const sent: SentStatement[] = [];
    let text = '';
    for (const statement of statements) {
      sent.push({ statement, offset: text.length });
      text += statement.text + separator;
    }
    const answer = sendMessage(this.connection, this.#told(text)).then(
      (results) => ({ statements, answers: results.map(({ rows }) => rows), rest: [] }),
      (error: unknown) => {
        const way = error instanceof MessageError ? secondWay(error, statements) : undefined;
        if (way === undefined) throw error;
        return { statements: way.done, answers: (error as MessageError).answers, rest: way.left };
      },
    );
    return this.#guard(answer, (error, completed) => sqlFailure(error, { text, sent, completed, where }));
  }

  async query(made: Statement, config: object = {}): Promise<QueryResult> {
    await this.flush();
    this.#assertUnspoilt();
    const sent = { statement: made, offset: 0 };
    const result = await this.#guard(
      sendQuery(this.connection, { ...config, text: this.#told(made.text) }),
      (error, completed) => sqlFailure(error, { text: made.text, sent: [sent], completed }),
    );
    return result as QueryResult;
  }

  /** Runs limbeck's own text at once and returns the answer of each command. */
  async ask(text: string): Promise<readonly QueryResult[]> {
    await this.flush();
    this.#assertWanted();
    return this.#guard(sendMessage(this.connection, this.#told(text)), (error) =>
      failureOf(error, { where: this.database }),
    );
  }

  /**
   * Runs `send` on the connection, behind what was recorded; for Knex, which wants the driver's errors.
   *
   * @param giveUp - called before a rollback, for an answer that ends only when the script takes it
   */
  async through<Result>(
    send: (connection: PgConnection) => Promise<Result>,
    goesBack: boolean,
    giveUp?: () => void,
  ): Promise<Result> {
    const answer = this.#sendThrough(send, goesBack);
    this.#underWay.set(answer, giveUp);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  async #sendThrough<Result>(
    send: (connection: PgConnection) => Promise<Result>,
    goesBack: boolean,
  ): Promise<Result> {
    await this.flush();
    if (!goesBack) this.#assertUnspoilt();
    try {
      const result = await send(this.connection);
      if (goesBack) this.#spoiltBy = undefined;
      return result;
    } catch (error) {
      this.#spoil(error);
      throw error;
    }
  }

  async recover(savepoint: string): Promise<void> {
    this.#recorded = [];
    this.#spoiltBy = undefined;
    if (this.#isLost) return;
    this.record(ownStatement(`rollback to savepoint ${savepoint}`));
    this.record(ownStatement(`release savepoint ${savepoint}`));
    await this.flush();
  }

  /**
   * Forgets what was recorded and ends the transaction; never throws, for it follows another error.
   *
   * A query that a script did not wait for comes before the ROLLBACK: behind it, it would commit itself.
   */
  async rollback(): Promise<void> {
    while (this.#underWay.size > 0) {
      for (const giveUp of this.#underWay.values()) giveUp?.();
      await Promise.allSettled(this.#underWay.keys());
    }
    this.#recorded = [];
    this.#spoiltBy = undefined;
    if (this.#isLost) return;
    await this.#sendSurely('rollback');
    this.#recorded = [];
    this.#spoiltBy = undefined;
  }

  /** Sends limbeck's own note of a failure, also when the run is to stop; never throws, for it follows another error. */
  async note({ text }: Statement): Promise<void> {
    if (this.#isLost) return;
    await this.#sendSurely(text);
  }

  /** A cancellation of what ran before may come late. */
  async #sendSurely(text: string): Promise<void> {
    const send = () => sendMessage(this.connection, this.#told(text));
    const isCancellation = (error: unknown) =>
      error instanceof MessageError && (error.cause as ServerError).code === '57014';
    await send()
      .catch((error: unknown) => (isCancellation(error) ? send() : Promise.reject(error)))
      .catch((error: unknown) => this.#spoil(error));
  }

  #told(text: string): string {
    this.#onStatement(text);
    return text;
  }

  async #guard<Result>(
    answer: Promise<Result>,
    explain: (error: ServerError, completed: number) => LimbeckError,
  ): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      const failure = error instanceof MessageError ? explain(error.cause, error.completed) : error;
      this.#spoil(failure);
      throw failure;
    }
  }

  #spoil(error: unknown): void {
    this.#spoiltBy ??= error;
    const source = error instanceof LimbeckError ? error.cause : error;
    if (source instanceof Error && isConnectionLost(source)) this.#isLost = true;
  }

  #assertWanted(): void {
    if (this.#isInterrupted) throw interruption({ database: this.database });
  }

  #assertUnspoilt(): void {
    this.#assertWanted();
    const error = this.#spoiltBy;
    if (error === undefined) return;
    throw new MigrationError('SWALLOWED_ERROR', {
      message: `the script went on after an SQL error that had spoilt its transaction: ${(error as Error).message}`,
      where: error instanceof LimbeckError ? error.where : undefined,
      excerpt: error instanceof LimbeckError ? error.excerpt : undefined,
      next: 'let the error pass, or put the statement in `op.savepoint(async () => { … })` and catch it around that',
      cause: error,
    });
  }
}

/** Statements that are done, and the rows of each of their commands. */
interface Answered {
  readonly statements: readonly Statement[];
  readonly answers: readonly QueryResult['rows'][];
}

/** A statement's answer is that of its last command. */
function tellAnswers(statements: readonly Statement[], answers: readonly QueryResult['rows'][]): void {
  let completed = 0;
  for (const { commands, onAnswer } of statements) {
    completed += commands.length;
    onAnswer?.(answers[completed - 1] ?? []);
  }
}

/** Makes the error for a run that was stopped from outside. */
export function interruption({
  cause,
  database,
}: {
  cause?: unknown;
  database?: string;
} = {}): MigrationError {
  return new MigrationError('INTERRUPTED', {
    message: 'it was interrupted',
    where: database,
    next: 'run the command again',
    cause,
  });
}
