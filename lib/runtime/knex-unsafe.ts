/**
 * Refusing a call of Knex that would do something else than it says.
 */
import { MigrationError } from '../errors.js';
import { formatPlace, type Place } from '../sql/place.js';

/** Makes the error `KNEX_UNSAFE`; `located` adds the line of the script. */
export function knexUnsafe(message: string, next: string, cause?: unknown): MigrationError {
  return new MigrationError('KNEX_UNSAFE', { message, next, ...(cause !== undefined && { cause }) });
}

/** Runs `work`, and adds a place to a refusal that has none. */
export function located<Result>(place: () => Place | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw withPlace(error, place);
  }
}

/** Adds a place to an error that is a refusal without one; returns any other as it is. */
export function withPlace(error: unknown, place: () => Place | undefined): unknown {
  if (!(error instanceof MigrationError) || error.code !== 'KNEX_UNSAFE' || error.where !== undefined)
    return error;
  const found = place();
  if (found === undefined) return error;
  const { message, next, cause } = error;
  return new MigrationError('KNEX_UNSAFE', { message, next, where: formatPlace(found), cause });
}

/** Refuses options that Knex would pass over. */
export function assertKnownOptions(
  options: unknown,
  known: readonly string[],
  what: string,
  next: string | ((option: string) => string),
): void {
  if (typeof options !== 'object' || options === null) return;
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw knexUnsafe(
    `Knex knows no option "${unknown}" of ${what} and would leave it out`,
    typeof next === 'string' ? next : next(unknown),
  );
}
