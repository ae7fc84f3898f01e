/**
 * The options of a library call: one that is misspelt must not be passed over in silence.
 */
import { UsageError } from '../errors.js';
import { didYouMean } from '../graph/wording.js';

/**
 * Refuses options that a call does not have.
 *
 * @param call - the function, as errors name it
 * @param given - undefined where there are none
 * @param known - the names of the options that there are
 * @throws UsageError `USAGE`
 */
export function assertOptions(call: string, given: unknown, known: Readonly<Record<string, true>>): void {
  if (given === undefined) return;
  const names = Object.keys(known);
  const all = `the options are ${names.join(', ')}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError('USAGE', {
      message: `the options of ${call}() are no object: ${JSON.stringify(given) ?? typeof given}`,
      where: call,
      next: `hand in an object, as \`${call}(…, { ${names[0]}: … })\`; ${all}`,
    });
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new UsageError('USAGE', {
    message: `${call}() has no option "${unknown}"`,
    where: call,
    next: `${didYouMean(unknown, names)}leave it out; ${all}`,
  });
}
