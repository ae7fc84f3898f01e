/**
 * Expecting that a command fails as it should: with a code, a place, advice, and without a trace.
 */
import { expect } from 'chai';
import type { ErrorCode, LimbeckError } from '../../lib/index.js';
import type { TestDatabase } from './database.js';
import { stateOf } from './database-state.js';
import { rejectionOf } from './thrown.js';

/** What is expected of an error; a text must be there in full, a pattern must match. */
export interface ExpectedFailure {
  readonly code: ErrorCode;
  readonly message?: string | RegExp;
  readonly where?: string | RegExp;
  readonly next?: string | RegExp;
  readonly excerpt?: string | RegExp;
}

/** Expects that `work` fails as described, with advice; returns the error. */
export async function expectFailure(
  work: Promise<unknown>,
  expected: ExpectedFailure,
): Promise<LimbeckError> {
  const error = await rejectionOf(work);
  const { code, message, where, next, excerpt } = error;
  const found = { code, message, where, next, excerpt };
  for (const name of Object.keys(expected) as (keyof ExpectedFailure)[]) {
    const wanted = expected[name];
    if (wanted instanceof RegExp) expect(String(found[name]), name).to.match(wanted);
    else expect(found[name], `${name} of: ${message}`).to.equal(wanted);
  }
  expect(next, 'next').to.match(/\S/);
  return error;
}

/** Expects that `work` fails as described, and leaves the database as it was, limbeck's log apart. */
export async function expectRefusal(
  database: TestDatabase,
  work: () => Promise<unknown>,
  expected: ExpectedFailure,
): Promise<LimbeckError> {
  const before = await stateOf(database);
  const error = await expectFailure(work(), expected);
  expect(await stateOf(database), 'the database after the failure').to.deep.equal(before);
  return error;
}
