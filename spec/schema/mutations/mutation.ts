/** A single change to the schema of `snapshot-schema.ts`, for the specs of snapshots. */
export interface Mutation {
  readonly title: string;
  readonly change: string;
  /** Each difference, as it is described. */
  readonly differs: readonly string[];
  /** Where PostgreSQL 15 prints other words. */
  readonly differsOn15?: readonly string[];
}
