/**
 * Finding the line of a script that called an operation.
 */
import { pathToFileURL } from 'node:url';
import type { Place } from '../sql/place.js';

/** Deep enough for helpers of a project between the script and the operation. */
const framesRead = 40;

/**
 * Returns the innermost place inside `script` on the way to here; undefined when it is not on the stack.
 *
 * @param script - its path on disk, and its name in messages
 * @param stack - of an earlier call; default: of this one
 */
export function callerPlace(
  script: { readonly path: string; readonly file: string },
  stack = ownStack(),
): Place | undefined {
  const found = placeInStack(stack, script.path);
  return found && { file: script.file, ...found };
}

function ownStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = framesRead;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return stack;
}

/**
 * Returns line and column of the first frame of a stack that lies in the file.
 *
 * Modules that Node loaded itself are named by their address, in which a space is `%20`, and behind which
 * a query may stand.
 */
export function placeInStack(stack: string, path: string): { line: number; column: number } | undefined {
  const frames = stack.replaceAll(pathToFileURL(path).pathname, path);
  for (let at = frames.indexOf(path); at !== -1; at = frames.indexOf(path, at + 1)) {
    const [, line, column] = /^(?:\?[^\s:]*)?:(\d+):(\d+)/.exec(frames.slice(at + path.length)) ?? [];
    if (line !== undefined) return { line: Number(line), column: Number(column) };
  }
  return undefined;
}
