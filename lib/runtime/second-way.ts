/**
 * Statements that have a second way: how they stand in a message, and what is left to send when one was refused.
 *
 * They stand in a savepoint, in the same message as the rest: as long as nothing fails, it costs no round trip.
 * Statements in a row share one. Where one of them fails, those before it are done again, once.
 */
import { ownStatement, type Recovery, type Statement } from '../sql/statement.js';
import type { MessageError } from './pg-connection.js';
import type { ServerError } from './server-error.js';

/** It may have the name of a script's own: nothing of the script comes between its beginning and its end. */
const savepoint = 'limbeck_try';
const begin = ownStatement(`savepoint ${savepoint}`);
const end = ownStatement(`release savepoint ${savepoint}`);
const goBack = ownStatement(`rollback to savepoint ${savepoint}`);

/** Puts what has a second way between a savepoint and its end. */
export function withSavepoints(statements: readonly Statement[]): Statement[] {
  const made: Statement[] = [];
  let isOpen = false;
  for (const [index, statement] of statements.entries()) {
    const isTried = statement.onError !== undefined;
    if (isTried && !isOpen) made.push(begin);
    made.push(statement);
    isOpen = (isTried || isOpen) && goesOn(statement, statements, index + 1);
    if (isTried && !isOpen) made.push(end);
  }
  return made;
}

/** Whether another statement with a second way follows, with nothing between but settings. */
function goesOn(statement: Statement, statements: readonly Statement[], from: number): boolean {
  if (isLong(statement)) return false;
  for (let index = from; index < statements.length; index += 1) {
    const next = statements[index];
    if (next?.onError !== undefined) return !isLong(next);
    if (next === undefined || !isSetting(next)) return false;
  }
  return false;
}

/** What takes as long as there is data is not done again for the sake of others. */
function isLong({ commands, shared }: Statement): boolean {
  return shared !== undefined || commands.some(({ words }) => words.includes('materialized'));
}

function isSetting({ isOwn, text }: Statement): boolean {
  return isOwn === true && /^(set local|select set_config\()/.test(text);
}

/** What is left of a message whose failure was foreseen. */
export interface SecondWay {
  /** The statements that were done before, and stay so. */
  readonly done: readonly Statement[];
  /** The way back, what it has undone, the second way, and the rest of the message. */
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
  const opened = sent.lastIndexOf(begin, failed);
  const undone = sent.slice(opened + 1, failed).map((made) => ({ ...made, onError: undefined }));
  const closed = sent.indexOf(end, failed);
  const rest = [...sent.slice(failed + 1, closed), ...sent.slice(closed + 1)].filter(
    (made) => made !== begin && made !== end,
  );
  return {
    done: sent.slice(0, opened + 1),
    left: [goBack, end, ...undone, ...withSavepoints([...recovery.statements, ...rest])],
  };
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
