/**
 * The sink that writes statements down for psql.
 */
import { commentLine, psqlText } from '../sql/psql-text.js';
import {
  ownStatement,
  type QueryResult,
  type Sink,
  type Statement,
  unreadableAnswer,
} from '../sql/statement.js';

export class OfflineSink implements Sink {
  readonly canRead = false;
  #written = '';

  /** What was written so far. */
  get text(): string {
    return this.#written;
  }

  /** Writes lines that are no statement of a migration: comments, commands of psql, blocks. */
  write(lines: string): void {
    this.#written += `${lines}\n`;
  }

  /** @throws OfflineError `OFFLINE_UNWRITABLE` */
  record(made: Statement): void {
    if (made.file !== undefined) this.write(`-- ${made.file}`);
    if (made.comment !== undefined) this.write(commentLine(made.comment));
    this.write(psqlText(made));
  }

  async flush(): Promise<void> {}

  async query(made: Statement): Promise<QueryResult> {
    const answer = unreadableAnswer(made);
    this.record(made);
    return answer;
  }

  /** What was written since the savepoint stands in the text, and is undone when it is run. */
  async recover(savepoint: string): Promise<void> {
    this.record(ownStatement(`rollback to savepoint ${savepoint}`));
    this.record(ownStatement(`release savepoint ${savepoint}`));
  }
}
