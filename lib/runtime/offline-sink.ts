/**
 * The sink that writes statements down for psql.
 */
import { commentLine, keepText, psqlText, sharedTexts } from '../sql/psql-text.js';
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
  readonly #kept = new Map<string, string>();

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
    const shared = sharedTexts(made);
    for (const [text, name] of shared) this.#keep(text, name);
    if (made.file !== undefined) this.write(`-- ${made.file}`);
    if (made.comment !== undefined) this.write(commentLine(made.comment));
    const text = psqlText(made, this.#kept);
    // An error would show the whole text once more as its context.
    this.write(shared.length === 0 ? text : `\\set SHOW_CONTEXT never\n${text}\n\\set SHOW_CONTEXT errors`);
  }

  #keep(text: string, name: string): void {
    if (this.#kept.has(text)) return;
    const used = new Set(this.#kept.values());
    const names = Array.from(
      { length: used.size + 1 },
      (_, index) => `limbeck.${name}${index === 0 ? '' : `_${index + 1}`}`,
    );
    const setting = names.find((each) => !used.has(each)) ?? `limbeck.${name}`;
    this.#kept.set(text, setting);
    this.write(`-- What is run below as "${setting}".`);
    this.write(keepText(text, setting));
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
