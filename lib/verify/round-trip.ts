/**
 * The round trip: each revision up, down and up again, with the catalog compared after each.
 *
 * What it finds is a downgrade that runs without an error and does not restore the database, which is
 * what downgrades that nobody tests do.
 */
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { describeDifference, type Digest, type DigestDifference, firstDifference } from '../schema/digest.js';

/** The scratch database that the round trip walks. */
export interface RoundTripDatabase {
  run(step: Step): Promise<void>;
  digest(): Promise<Digest>;
}

/** A revision whose way there and back does not end where it began. */
export interface RoundTripFinding {
  readonly revision: RevisionId;
  /** After which step it shows: its downgrade did not restore, or its second upgrade made something else. */
  readonly after: 'downgrade' | 'upgrade';
  readonly difference: DigestDifference;
  readonly text: string;
}

/**
 * Walks the revisions in order and stops at the first that does not come back: after it, nothing that is
 * compared would mean anything.
 *
 * @param onRevision - told each revision before its turn
 */
export async function walkRoundTrip(
  revisions: readonly RevisionId[],
  database: RoundTripDatabase,
  onRevision: (revision: RevisionId) => void,
): Promise<RoundTripFinding | undefined> {
  let below = await database.digest();
  for (const revision of revisions) {
    onRevision(revision);
    await database.run({ direction: 'upgrade', revision });
    const above = await database.digest();
    await database.run({ direction: 'downgrade', revision });
    const restored = firstDifference(below, await database.digest());
    if (restored !== undefined) return finding(revision, 'downgrade', restored);
    await database.run({ direction: 'upgrade', revision });
    const again = firstDifference(above, await database.digest());
    if (again !== undefined) return finding(revision, 'upgrade', again);
    below = above;
  }
  return undefined;
}

function finding(
  revision: RevisionId,
  after: RoundTripFinding['after'],
  difference: DigestDifference,
): RoundTripFinding {
  return { revision, after, difference, text: describeDifference(difference) };
}
