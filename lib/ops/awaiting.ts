/**
 * Which operations of a script are still waiting to be awaited.
 *
 * A Knex builder that nobody awaits never runs, without a word. The end of a script is where that shows.
 */
import { setImmediate } from 'node:timers/promises';
import { MigrationError } from '../errors.js';
import { formatPlace, type Place } from '../sql/place.js';

export interface PendingOperation {
  /** What the script called: `op.schema.createTable`. */
  readonly what: () => string;
  readonly origin: Place | undefined;
  /** Whether it may be left as it is: a query that only reads. Default: it may not. */
  readonly mayBeLeft?: () => boolean;
}

/** Operations that were begun and not yet run. */
export class Awaiting {
  readonly #pending = new Set<PendingOperation>();
  #state: 'running' | 'ending' | 'over' = 'running';
  #late: MigrationError | undefined;

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

  /**
   * Checks that nothing is left at the end of a script, and that nothing comes in the turn of the event loop
   * behind it: in that turn a function of the script that nobody awaits goes on.
   *
   * @throws MigrationError `UNAWAITED_OPERATION`
   */
  async assertEnded(): Promise<void> {
    this.assertNone();
    this.#state = 'ending';
    await setImmediate();
    if (this.#late !== undefined) throw this.#late;
    this.assertNone();
  }

  /** From now on nothing may begin: what comes late would land in the revision after. */
  close(): void {
    this.#state = 'over';
  }

  /**
   * Checks that the script is still running; what is called while it ends is let pass, for it is undone.
   *
   * @throws MigrationError `UNAWAITED_OPERATION`
   */
  assertRunning(what: string, origin: () => Place | undefined): void {
    if (this.#state === 'running') return;
    const place = origin();
    const late = new MigrationError('UNAWAITED_OPERATION', {
      message: `the script called "${what}" after its end`,
      where: place && formatPlace(place),
      next: 'write `await` before every promise, also of your own functions and timers',
    });
    if (this.#state === 'over') throw late;
    this.#late ??= late;
  }

  /**
   * Checks that nothing is left at the end of a script.
   *
   * @throws MigrationError `UNAWAITED_OPERATION`
   */
  assertNone(): void {
    const first = [...this.#pending].find(({ mayBeLeft }) => mayBeLeft?.() !== true);
    if (first === undefined) return;
    throw new MigrationError('UNAWAITED_OPERATION', {
      message: `the script did not await "${first.what()}"`,
      where: first.origin && formatPlace(first.origin),
      next: 'write `await` before it',
    });
  }
}
