/**
 * How the transaction of a step begins, and what is set in it.
 */
import { quoteLiteral } from '../sql/quote.js';
import { ownStatement, type Statement } from '../sql/statement.js';
import { stepLimits } from './session-state.js';

/** How statements of a step wait; milliseconds, 0 means without limit. */
export interface StepTimeouts {
  readonly lockTimeout: number;
  readonly statementTimeout: number;
}

/** Opens the transaction of a step. Its id is kept in a setting that ends with it, as the time limits do. */
export function beginStatements(applicationName: string, timeouts?: StepTimeouts): Statement[] {
  const transaction: Setting = ['limbeck.transaction', 'pg_current_xact_id()::text'];
  return [ownStatement('begin'), setLocal([transaction, ...stepSettings(applicationName, timeouts)])];
}

/** What a step sets anew in a transaction that was begun by another one. */
export function goOnStatement(applicationName: string, timeouts: StepTimeouts): Statement {
  return setLocal(stepSettings(applicationName, timeouts));
}

/** A setting, and an expression for its value. */
type Setting = readonly [name: string, value: string];

/** The last one is a note of the others: what is different afterwards was changed by the script. */
function stepSettings(applicationName: string, timeouts: StepTimeouts | undefined): Setting[] {
  return [
    ['application_name', quoteLiteral(applicationName.slice(0, 63))],
    ...(timeouts === undefined ? [] : limitsOf(timeouts)),
    ['limbeck.limits', stepLimits],
  ];
}

function setLocal(settings: readonly Setting[]): Statement {
  return ownStatement(
    `select ${settings.map(([name, value]) => `set_config('${name}', ${value}, true)`).join(', ')}`,
  );
}

function limitsOf({ lockTimeout, statementTimeout }: StepTimeouts): Setting[] {
  return [
    ['lock_timeout', `'${lockTimeout}'`],
    ['statement_timeout', `'${statementTimeout}'`],
  ];
}
