/**
 * The error of a run: which step failed, why, and what stands.
 */
import { LimbeckError, MigrationError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import type { Script } from '../script/script-directory.js';
import { scriptPlace } from '../script/script-module.js';
import { interruption } from './database-sink.js';
import type { FailurePlace } from './failure-place.js';
import {
  driverFailure,
  failedFacts,
  isConnectionLost,
  mendStatement,
  type ServerError,
} from './sql-failure.js';

/**
 * Makes the error for a step that failed; it keeps the code of what went wrong.
 *
 * @param applied - the steps that stand
 * @param current - the version rows that stand
 * @param inRoutine - the place in the SQL file whose routine failed, if one did
 */
export function stepFailure(
  error: unknown,
  { direction, revision, script }: Step & { readonly script: Script },
  applied: readonly Step[],
  current: readonly RevisionId[],
  inRoutine?: FailurePlace,
): MigrationError {
  const failure = error instanceof LimbeckError ? error : scriptFailure(error, script);
  const where = failure.where ?? scriptPlace(error, script);
  return new MigrationError(failure.code, {
    message: `${direction} of "${revision}" failed: ${failure.message}`,
    where: inRoutine === undefined ? where : calledIn(inRoutine.where, where),
    excerpt: inRoutine?.excerpt ?? failure.excerpt,
    next: `${nextFor(failure, inRoutine)}; ${whatStands(failure, applied, current)}`,
    cause: error,
    details: { ...failure.details, revision, direction, applied, current },
  });
}

/** The statement that called a routine need not be what is wrong. */
function nextFor({ next, cause }: LimbeckError, inRoutine: FailurePlace | undefined): string {
  const [, folder = '', path] = /^(.*\.assets\/)(.*):\d+:\d+$/.exec(inRoutine?.where ?? '') ?? [];
  const called = cause instanceof Error ? failedFacts(cause)?.statement : undefined;
  if (path === undefined || (next !== mendStatement && next !== called?.advice)) return next;
  // Files of one revision are frozen together, by the same command.
  if (called?.file?.startsWith(folder))
    return next.replace(`"${called.file.slice(folder.length)}"`, `"${path}"`);
  return `mend the live file of "${path}", or what calls it`;
}

/** A routine that is being made is not called by the file that makes it. */
function calledIn(place: string, caller: string | undefined): string {
  const sameLine = (text: string) => text.replace(/:\d+$/, '');
  return caller === undefined || sameLine(caller) === sameLine(place)
    ? place
    : `${place}, called in ${caller}`;
}

/** Makes the error for a run that was stopped between two steps: `step` would have been the next. */
export function stoppedBefore(
  { direction, revision }: Step,
  applied: readonly Step[],
  current: readonly RevisionId[],
): MigrationError {
  const stopped = interruption();
  return new MigrationError(stopped.code, {
    message: `it was interrupted before the ${direction} of "${revision}"`,
    next: `${stopped.next}; ${whatStands(stopped, applied, current)}`,
    details: { revision, direction, applied, current },
  });
}

/** Makes the error for a step that was done, where what it left in the session could not be put back. */
export function unsettled(
  error: unknown,
  step: Step & { readonly script: Script },
  applied: readonly Step[],
  current: readonly RevisionId[],
): MigrationError {
  const { direction, revision, script } = step;
  const failure = error instanceof LimbeckError ? error : scriptFailure(error, script);
  const stands = applied.length === 1 ? '1 revision stands' : `${applied.length} revisions stand`;
  const what = applied.length === 0 ? 'nothing was changed' : stands;
  return new MigrationError(failure.code, {
    message: `what the ${direction} of "${revision}" left behind in the session could not be put back: ${failure.message}`,
    where: script.file,
    next: `${failure.next}; ${what}, the database is at ${placeIn(current)}`,
    cause: error,
    details: { ...failure.details, revision, direction, applied, current },
  });
}

function placeIn(current: readonly RevisionId[]): string {
  return current.length === 0 ? 'base' : current.join(', ');
}

/** Where a transaction ended unseen, or the connection broke while it was perhaps committed, nobody knows. */
function whatStands(
  { code, cause }: LimbeckError,
  applied: readonly Step[],
  current: readonly RevisionId[],
): string {
  const at = placeIn(current);
  const isUnknown = code === 'TRANSACTION_LOST' || (cause instanceof Error && isConnectionLost(cause));
  if (isUnknown) return `before it the database was at ${at}`;
  if (applied.length === 0) return `nothing was changed, the database is at ${at}`;
  const [count, stand] =
    applied.length === 1 ? ['1 revision', 'stands'] : [`${applied.length} revisions`, 'stand'];
  return `${count} before it ${stand}, the database is at ${at}`;
}

/** Makes the error for what a script threw: one of the driver came through Knex; any other is the script's own. */
export function scriptFailure(error: unknown, script: Script): LimbeckError {
  const where = scriptPlace(error, script);
  const isDrivers = error instanceof Error && ('severity' in error || isConnectionLost(error));
  if (isDrivers) return driverFailure(error as ServerError, where);
  return new MigrationError('STEP_FAILED', {
    message: messageOf(error),
    where,
    next: 'mend the script',
    cause: error,
  });
}

/** What a script throws need not be an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `the script threw ${String(error)}`;
}
