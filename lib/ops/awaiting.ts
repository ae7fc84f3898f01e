/**
 * Which operations of a script are still waiting to be awaited.
 *
 * A Knex builder that nobody awaits never runs, without a word. The end of a script is where that shows.
 */
import { MigrationError } from '../errors.js';
import { formatPlace, type Place } from '../sql/place.js';

export interface PendingOperation {
  /** What the script called: `op.schema.createTable`. */
  readonly what: () => string;
  readonly origin: Place | undefined;
}

/** Operations that were begun and not yet run. */
export class Awaiting {
  readonly #pending = new Set<PendingOperation>();
  #isOver = false;

  begin(operation: PendingOperation): PendingOperation {
    this.#pending.add(operation);
    return operation;
  }

  end(operation: PendingOperation): void {
    this.#pending.delete(operation);
  }

  /** Follows a promise that a script was given. */
  async follow<Result>(operation: PendingOperation, result: Promise<Result>): Promise<Result> {
    this.begin(operation);
    try {
      return await result;
    } finally {
      this.end(operation);
    }
  }

  /** From now on nothing may begin: what comes late would land in the revision after. */
  close(): void {
    this.#isOver = true;
  }

  /**
   * Checks that the script is still running.
   *
   * @throws MigrationError `UNAWAITED_OPERATION`
   */
  assertRunning(what: string, origin: () => Place | undefined): void {
    if (!this.#isOver) return;
    const place = origin();
    throw new MigrationError('UNAWAITED_OPERATION', {
      message: `the script called "${what}" after its end`,
      where: place && formatPlace(place),
      next: 'write `await` before every promise, also of your own functions and timers',
    });
  }

  /**
   * Checks that nothing is left at the end of a script.
   *
   * @throws MigrationError `UNAWAITED_OPERATION`
   */
  assertNone(): void {
    const [first] = this.#pending;
    if (first === undefined) return;
    throw new MigrationError('UNAWAITED_OPERATION', {
      message: `the script did not await "${first.what()}"`,
      where: first.origin && formatPlace(first.origin),
      next: 'write `await` before it',
    });
  }
}
