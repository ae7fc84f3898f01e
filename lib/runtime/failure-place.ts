/**
 * Where a statement failed, beyond the position that the server gives: inside a DO block, or inside a routine
 * that an SQL file has defined.
 */
import { bodyOf } from '../sql/embedded-text.js';
import { type ContextFrame, type ErrorContext, readContext } from '../sql/error-context.js';
import { excerptAt, formatPlace, lineAndColumn } from '../sql/place.js';
import {
  type InnerText,
  offsetInBody,
  offsetInRoutine,
  offsetOfInner,
  routineAmong,
} from '../sql/routine-place.js';
import type { Statement } from '../sql/statement.js';
import type { ServerError } from './server-error.js';

/** A statement that failed, and an offset in its text. */
export interface FailedStatement {
  readonly statement: Statement;
  readonly place: number;
}

/** The text of an SQL file, as a database may have loaded it. */
export interface RoutineFile {
  readonly file: string;
  readonly text: string;
  /** What the text defines, in its order. */
  readonly objects: readonly string[];
}

/** Where a failure is shown. */
export interface FailurePlace {
  readonly where: string;
  readonly excerpt: string;
}

/** Returns the statement with the place in its text where the server was, by all that it tells. */
export function refinedPlace(failed: FailedStatement, error: ServerError): FailedStatement {
  if (error.position !== undefined) return failed;
  const { statement, place } = failed;
  const command = statement.commands.find(
    ({ offset, text }) => place >= offset && place <= offset + text.length,
  );
  if (command === undefined) return failed;
  const inCommand = offsetInCommand(command.text, readContext(error.where ?? ''), error);
  return inCommand === undefined ? failed : { statement, place: command.offset + inCommand };
}

function offsetInCommand(command: string, context: ErrorContext, error: ServerError): number | undefined {
  const { frames } = context;
  const outermost = frames.at(-1);
  const inner = innerText(error, context);
  if (outermost === undefined) return inner && offsetOfInner(command, 0, inner);
  if (outermost.kind !== 'block') return undefined;
  const body = bodyOf(command);
  const inBody = body && offsetInBody(body.text, outermost, frames.length === 1 ? inner : undefined);
  return inBody === undefined ? undefined : body?.outerOffset(inBody);
}

/** What the innermost routine was doing. */
function innerText(error: ServerError, { expression }: ErrorContext): InnerText | undefined {
  const { internalQuery, internalPosition } = error;
  if (internalQuery === undefined)
    return expression === undefined ? undefined : { text: expression, position: undefined };
  return {
    text: internalQuery,
    position: internalPosition === undefined ? undefined : Number(internalPosition),
  };
}

/**
 * Returns the place in the SQL file that defines the innermost routine at work that any file defines.
 *
 * @param filesOf - the files that may define a routine of the context, the likeliest first
 */
export function routinePlace(
  error: ServerError,
  filesOf: (matches: (objects: readonly string[]) => boolean) => readonly RoutineFile[],
): (FailurePlace & { readonly file: string }) | undefined {
  const context = readContext(error.where ?? '');
  for (const [index, frame] of context.frames.entries()) {
    if (frame.kind === 'block') continue;
    const inner = index === 0 ? innerText(error, context) : undefined;
    const files = filesOf((objects) => routineAmong(frame, objects).length > 0);
    const found = placeOfFrame(frame, files, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeOfFrame(
  frame: Exclude<ContextFrame, { readonly kind: 'block' }>,
  files: readonly RoutineFile[],
  inner: InnerText | undefined,
) {
  const all = [...new Set(files.flatMap(({ objects }) => objects))];
  const [identity, ...others] = routineAmong(frame, all);
  // Overloads that the context does not tell apart.
  if (identity === undefined || others.length > 0) return undefined;
  for (const { file, text, objects } of files) {
    if (!objects.includes(identity)) continue;
    const offset = offsetInRoutine(text, objects, identity, frame, inner);
    if (offset === undefined) continue;
    return {
      file,
      where: formatPlace({ file, ...lineAndColumn(text, offset) }),
      excerpt: excerptAt(text, offset),
    };
  }
  return undefined;
}
