/**
 * Setting aside what stands on an object, and putting it back: for work that PostgreSQL refuses while views,
 * functions and their like stand on what it changes.
 *
 * Both are blocks of PL/pgSQL that do all their work on the server, so that a run needs no answer between them and
 * the same texts are written for psql. Between the two, what was set aside is kept in a setting of the transaction.
 */
import { ownStatement, type Statement } from '../sql/statement.js';
import type { AsideOptions, PutBackOptions } from './aside-options.js';
import { explainDependents } from './failures.js';
import { membersBlock } from './members.js';
import { putBackArguments, putBackBlock } from './put-back-block.js';
import { setAsideArguments, setAsideBlock } from './set-aside-block.js';
import type { AsideTarget } from './targets.js';

/**
 * Makes the statements that save and drop all that stands on the targets, child first.
 *
 * A target that is not there has nothing on it when it would be dropped, and is an error else. Called several
 * times, what was set aside adds up.
 *
 * The statements raise, before anything is dropped: `DEPENDENTS_HOLD_DATA` when something holds data, cannot be made
 * again, or belongs to a role that this one cannot act as; `EXTENSION_MEMBER`; `DEPENDENTS_CHANGED`.
 */
export function setAside(targets: readonly AsideTarget[], options: AsideOptions = {}): Statement[] {
  if (targets.length === 0) return [];
  const block = ownStatement(setAsideBlock(), explainDependents(options.where));
  return [ownStatement(setAsideArguments(targets, options)), { ...block, shared: 'set_aside' }];
}

/**
 * Makes the statements that put back what was set aside, parent first, and forget it.
 *
 * What exists again by then gets back what its definition does not say, and what it says itself wins.
 *
 * The statements raise `DEPENDENT_NOT_RESTORED` when something does not fit any more.
 */
export function putBack(options: PutBackOptions = {}): Statement[] {
  const block = ownStatement(putBackBlock(options), explainDependents(options.where));
  return [ownStatement(putBackArguments(options)), { ...block, shared: 'put_back' }];
}

/**
 * Makes the statement that raises `EXTENSION_MEMBER` when one of the objects belongs to an extension: CREATE OR
 * REPLACE would change it without a word.
 *
 * @param objects - identities as manifests hold them; those that are not there are no matter
 */
export function assertNoMembers(objects: readonly string[], where?: string): Statement {
  return ownStatement(membersBlock(objects), explainDependents(where));
}
