/**
 * Where a database for tests is.
 */
import type { Knex } from 'knex';

export interface TestPlace {
  /** The way to it: what joins the configuration of Knex. */
  readonly config: Knex.Config;
  readonly url: string | undefined;
  /** Puts a fresh copy of the migrated database in its place; nobody may be connected. */
  renew(): Promise<void>;
  remove(): Promise<void>;
}
