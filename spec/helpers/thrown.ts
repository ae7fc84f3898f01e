/**
 * The errors that limbeck throws on purpose, caught for comparison.
 */
import { type ErrorFacts, LimbeckError } from '../../lib/errors.js';

/** What a spec compares of an error: all that is printed, but for the excerpt and what programs read. */
export type TellingFacts = { readonly code: string } & Pick<ErrorFacts, 'message' | 'where' | 'next'>;

/** Returns the error that `work` throws; a success, and an error that limbeck did not throw, fail the test. */
export function thrownBy(work: () => unknown): LimbeckError {
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    return ours(error);
  }
  throw new Error(`it did not fail, and returned ${String(result)}`);
}

/** Returns the error that a promise is rejected with; otherwise as `thrownBy`. */
export async function rejectionOf(work: Promise<unknown>): Promise<LimbeckError> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    return ours(error);
  }
  throw new Error(`it did not fail, and returned ${String(result)}`);
}

/** Returns what an error tells people. */
export function factsOf({ code, message, where, next }: LimbeckError): TellingFacts {
  return { code, message, where, next };
}

function ours(error: unknown): LimbeckError {
  if (error instanceof LimbeckError) return error;
  throw error;
}
