/**
 * What the blocks raise on purpose, by SQLSTATE, and the errors that it becomes.
 */
import { DatabaseError, type ErrorCode, MigrationError } from '../errors.js';
import { quoteLiteral } from '../sql/quote.js';
import type { Explanation } from '../sql/statement.js';

interface Failure {
  readonly code: ErrorCode;
  readonly next: string;
}

/** Class `LB` is nobody else's: the standard leaves classes that begin with I to Z to products. */
export const sqlstates = {
  holdData: 'LB001',
  extensionMember: 'LB002',
  changed: 'LB003',
  notRestored: 'LB004',
  notAllowed: 'LB005',
  notThere: 'LB006',
  circle: 'LB007',
} as const;

const failures: Readonly<Record<string, Failure>> = {
  [sqlstates.holdData]: {
    code: 'DEPENDENTS_HOLD_DATA',
    next: 'take what is listed out of the way in the script, with `op.schema` or `op.execute`, before the change, and put it back after it',
  },
  [sqlstates.extensionMember]: {
    code: 'EXTENSION_MEMBER',
    next: 'leave it to its extension (`alter extension … update`), or make an object of your own under another name',
  },
  [sqlstates.changed]: {
    code: 'DEPENDENTS_CHANGED',
    next: 'run the revision on this database itself, with `limbeck upgrade` or `limbeck downgrade`, which set aside whatever stands there; or drop what was not frozen by hand, and make it again afterwards',
  },
  [sqlstates.notRestored]: {
    code: 'DEPENDENT_NOT_RESTORED',
    next: 'change it in the same revision, loading both files in one call, or drop it in the script before the change',
  },
  [sqlstates.notAllowed]: {
    code: 'PRIVILEGE_MISSING',
    next: 'grant the privilege, or migrate as a role that has it',
  },
  [sqlstates.notThere]: {
    code: 'SQL_FAILED',
    next: 'name what is there at this point of the script; a routine with the types that it takes, as in `score(integer)`',
  },
  [sqlstates.circle]: {
    code: 'DEPENDENTS_HOLD_DATA',
    next: 'leave these where they are: name what is to be changed on them, a column, view or function',
  },
};

/** What a message says of each code when psql shows it. */
export function hintOf(sqlstate: string): string {
  return failures[sqlstate]?.next ?? '';
}

/**
 * A handler of PL/pgSQL that tells which object it was, said by the variable `said`. What another try may mend, or
 * nobody, passes as it is.
 */
export function tellingHandler(words: string): string {
  return `exception when others then
    get stacked diagnostics problem = message_text, problem_detail = pg_exception_detail;
    if sqlstate ~ '^(40|53|55P03|57|58|XX)' then
      raise;
    end if;
    raise exception using
      errcode = case sqlstate when '42501' then '${sqlstates.notAllowed}' else '${sqlstates.notRestored}' end,
      message = pg_catalog.concat(said, ${quoteLiteral(` ${words}: `)}, problem), detail = problem_detail,
      hint = case sqlstate when '42501' then ${quoteLiteral(hintOf(sqlstates.notAllowed))} else ${quoteLiteral(hintOf(sqlstates.notRestored))} end;`;
}

/** Explains what the blocks raise; the server's message and its list become the message. */
export function explainDependents(where: string | undefined): Explanation {
  return (sqlstate, cause) => {
    const failure = failures[sqlstate ?? ''];
    if (failure === undefined) return undefined;
    const lines = (cause.detail ?? '').split('\n').filter((line) => line !== '');
    const facts = {
      message: lines.length === 0 ? cause.message : `${cause.message}: ${lines.join('; ')}`,
      where,
      next: failure.next,
      cause,
      details: { sqlstate, objects: lines },
    };
    return failure.code === 'PRIVILEGE_MISSING'
      ? new DatabaseError(failure.code, facts)
      : new MigrationError(failure.code, facts);
  };
}
