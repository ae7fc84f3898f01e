/**
 * Finding the line of a script that called an operation.
 */
import type { Place } from '../sql/place.js';

/** Deep enough for helpers of a project between the script and the operation. */
const framesRead = 40;

/**
 * Returns the innermost place inside `script` on the way to here; undefined when it is not on the stack.
 *
 * @param script - its path on disk, and its name in messages
 */
export function callerPlace(script: { readonly path: string; readonly file: string }): Place | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = framesRead;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  const at = stack.indexOf(`${script.path}:`);
  if (at === -1) return undefined;
  const [, line, column] = /^:(\d+):(\d+)/.exec(stack.slice(at + script.path.length)) ?? [];
  return line === undefined ? undefined : { file: script.file, line: Number(line), column: Number(column) };
}
