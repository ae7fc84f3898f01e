/**
 * What to do about a file that a script loads, and that is not frozen with it.
 */
import type { RevisionId } from '../graph/revision.js';
import type { AssetHistory } from './asset-history.js';

/**
 * Says what helps. Freezing takes the live files as they are today: right for a revision that is being written, and wrong
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
