/**
 * The round trip: each revision up, down and up again, with the catalog compared after each.
 *
 * What it finds is a downgrade that runs without an error and does not restore the database, which is
 * what downgrades that nobody tests do.
 */
import { MigrationError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { compareSnapshots, type Difference, withoutParts } from '../schema/compare-snapshots.js';
import { describeDifference } from '../schema/describe-difference.js';
import type { Snapshot } from '../schema/snapshot.js';

/** The scratch database that the round trip walks. */
export interface RoundTripDatabase {
  run(step: Step): Promise<void>;
  snapshot(): Promise<Snapshot>;
}

/** A revision whose way there and back does not end where it began. */
export interface RoundTripFinding {
  readonly revision: RevisionId;
  /** After which step it shows: its downgrade did not restore, or its second upgrade made something else. */
  readonly after: 'downgrade' | 'upgrade';
  /** The first difference in the catalog; null when the step could not be run at all. */
  readonly difference: Difference | null;
  readonly text: string;
  /** What to do about a step that failed; null where there is a difference. */
  readonly next: string | null;
}

/**
 * Walks the revisions in order and stops at the first that does not come back: after it, nothing that is
 * compared would mean anything.
 *
 * @param onRevision - told each revision that came back
 * @throws what an upgrade throws that fails the first time: then the revision itself is wrong, not its way back
 */
export async function walkRoundTrip(
  revisions: readonly RevisionId[],
  database: RoundTripDatabase,
  onRevision: (revision: RevisionId) => void,
): Promise<RoundTripFinding | undefined> {
  let below = await database.snapshot();
  for (const revision of revisions) {
    await database.run({ direction: 'upgrade', revision });
    const above = await database.snapshot();
    const finding =
      (await tryStep({ direction: 'downgrade', revision }, below, database)) ??
      (await tryStep({ direction: 'upgrade', revision }, above, database));
    if (finding !== undefined) return finding;
    onRevision(revision);
    below = above;
  }
  return undefined;
}

/** Takes a step that must end at a state that was there before. */
async function tryStep(
  step: Step,
  expected: Snapshot,
  database: RoundTripDatabase,
): Promise<RoundTripFinding | undefined> {
  const { revision, direction: after } = step;
  try {
    await database.run(step);
  } catch (error) {
    // What was stopped is no finding.
    if (!(error instanceof MigrationError) || error.code === 'INTERRUPTED') throw error;
    const text = [error.message, error.where, error.excerpt].filter((part) => part !== undefined).join('\n');
    return { revision, after, difference: null, text, next: error.next };
  }
  const [difference] = withoutParts(compareSnapshots(expected, await database.snapshot()));
  return difference && { revision, after, difference, text: describeDifference(difference), next: null };
}
