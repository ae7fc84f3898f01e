/**
 * Finding the query builders of a script that were made and never used.
 *
 * A Knex query that nobody awaits never runs. Left at the end of a script, one that writes was forgotten.
 */
import type { Awaiting, PendingOperation } from '../ops/awaiting.js';
import type { Place } from '../sql/place.js';
import { correction, type KnexCompilable } from './knex-internals.js';

interface KnexQueryBuilder extends KnexCompilable {
  /** Kept with `asyncStackTraces`, for the errors of Knex. */
  readonly _asyncStack?: { readonly error: Error };
  clone(): object;
}

/** As builders name what they do; one that only reads may be given up. */
const writing: ReadonlySet<string> = new Set(['insert', 'update', 'del', 'truncate']);

const unused = new WeakMap<object, { readonly awaiting: Awaiting; readonly operation: PendingOperation }>();

/**
 * Expects that a builder which writes is used before its script ends.
 *
 * @param callerPlace - finds the line of the script in a stack
 */
export function expectUse(
  made: KnexCompilable,
  awaiting: Awaiting,
  callerPlace: (stack?: string) => Place | undefined,
): KnexCompilable {
  const builder = noticingCopies(made as KnexQueryBuilder);
  const operation = {
    what: () => `op.knex(…).${builder._method ?? ''}`,
    // Only when it is asked for: to read a stack takes longer than a query.
    get origin() {
      return callerPlace(builder._asyncStack?.error.stack);
    },
    mayBeLeft: () => !writing.has(builder._method ?? ''),
  };
  unused.set(builder, { awaiting, operation });
  awaiting.begin(operation);
  return builder;
}

/** Notes that a builder is run, compiled as a text or as part of another, or the pattern of a copy. */
export function noteUse(builder: object): void {
  const found = unused.get(builder);
  found?.awaiting.end(found.operation);
}

const noticingCopies = correction<KnexQueryBuilder>(
  (Base) =>
    class extends Base {
      override clone(): object {
        noteUse(this);
        return super.clone();
      }
    },
);
