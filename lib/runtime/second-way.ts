/**
 * Statements that have a second way: how they stand in a message, and what is left to send when one was refused.
 *
 * Each stands in a savepoint of its own, in the same message as the rest: as long as nothing fails, it costs no
 * round trip.
 */
import { ownStatement, type Recovery, type Statement } from '../sql/statement.js';
import type { MessageError } from './pg-connection.js';
import type { ServerError } from './sql-failure.js';

/** It may have the name of a script's own: nothing of the script comes between its beginning and its end. */
const savepoint = 'limbeck_try';
const begin = ownStatement(`savepoint ${savepoint}`);
const end = ownStatement(`release savepoint ${savepoint}`);
const goBack = ownStatement(`rollback to savepoint ${savepoint}`);

/** Puts what has a second way between a savepoint and its end. */
export function withSavepoints(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((made) => (made.onError === undefined ? [made] : [begin, made, end]));
}

/** What is left of a message whose failure was foreseen. */
export interface SecondWay {
  /** The statements that were done before. */
  readonly done: readonly Statement[];
  /** The way back, the second way, and the rest of the message. */
  readonly left: readonly Statement[];
}

/**
 * Returns how to go on after an error; undefined where it was not foreseen.
 *
 * @param sent - the statements of the message, with their savepoints
 */
export function secondWay(error: MessageError, sent: readonly Statement[]): SecondWay | undefined {
  const failed = indexAfter(sent, error.completed);
  const recovery = recoveryFor((error.cause as ServerError).code, sent[failed]?.onError);
  if (recovery === undefined) return undefined;
  const instead = withSavepoints(recovery.statements);
  return { done: sent.slice(0, failed), left: [goBack, end, ...instead, ...sent.slice(failed + 2)] };
}

function recoveryFor(sqlstate: string | undefined, recovery: Recovery | undefined): Recovery | undefined {
  if (sqlstate === undefined || recovery === undefined) return undefined;
  return recovery.sqlstates.includes(sqlstate) ? recovery : recoveryFor(sqlstate, recovery.or);
}

/** The index of the statement that comes after so many commands. */
function indexAfter(sent: readonly Statement[], completed: number): number {
  let passed = 0;
  return sent.findIndex(({ commands }) => {
    passed += commands.length;
    return passed > completed;
  });
}
