/**
 * What to do where frozen files are not what a script or a database asks for.
 */
import type { RevisionId } from '../graph/revision.js';
import type { AssetHistory } from './asset-history.js';

/**
 * Says what helps where a file that a script loads is not frozen with it. Freezing takes the live files as they are today: right for a revision that is being written, and wrong
 * for one that was applied.
 *
 * @param folder - the `.assets` folder of the script, whether it is there or not
 * @param mayFreeze - whether the revision may be one that is being written. Default: if no other one stands on it
 */
export function unfrozenAdvice(
  history: AssetHistory,
  revision: RevisionId,
  folder: string,
  mayFreeze = history.isLast(revision),
): string {
  const freeze = `if the revision is new and applied nowhere, run \`limbeck freeze ${revision}\``;
  if (history.manifestOf(revision) === undefined) {
    const restore = `restore the folder "${folder}" from version control: \`.assets\` folders travel with their scripts`;
    return mayFreeze ? `${restore}; ${freeze}` : restore;
  }
  return mayFreeze
    ? `${freeze}; else load the file in a new revision`
    : `restore the script and the folder "${folder}" from version control, and load the file in a new revision`;
}

/**
 * Says what helps where a revision was frozen again after it was applied to a database: `redo` does both on one database,
 * and another one still has the text of before.
 *
 * @param rows - what the database is at, as far as that is known
 */
export function frozenAgainAdvice(
  history: AssetHistory,
  revision: RevisionId,
  rows: readonly RevisionId[] | undefined,
): string {
  const restore = `restore the files of "${revision}" from version control`;
  if (!history.isLast(revision)) return `${restore}, and ship the change with a new revision`;
  const stamp =
    rows === undefined
      ? '`limbeck stamp` with what `limbeck current` names'
      : `\`limbeck stamp ${rows.join(' ')}\``;
  return `${restore}; or, on a database of your own, take the files as they are: ${stamp}, then \`limbeck redo ${revision}\``;
}
