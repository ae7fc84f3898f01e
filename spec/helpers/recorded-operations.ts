/**
 * An `op` that runs nothing: what it would send is kept.
 */
import knex, { type Knex } from 'knex';
import { LearningLoader } from '../../lib/ops/asset-loader.js';
import { Awaiting } from '../../lib/ops/awaiting.js';
import { createOperations, type Operations } from '../../lib/ops/operations.js';
import { createSinkKnexes } from '../../lib/runtime/knex-client.js';
import { RecordingSink } from '../../lib/sql/statement.js';

/** The place of every statement. */
export const recordedPlace = { file: 'migrations/a.ts', line: 7, column: 3 };

/** All that `work` sends, statement by statement. */
export async function recorded(
  work: (op: Operations) => PromiseLike<unknown>,
  config: Knex.Config = {},
): Promise<string[]> {
  const sink = new RecordingSink();
  const awaiting = new Awaiting();
  const callerPlace = () => recordedPlace;
  const knexes = createSinkKnexes({ knex, config: { client: 'pg', ...config }, sink, awaiting, callerPlace });
  const assets = new LearningLoader();
  await work(
    createOperations({ revision: 'a', direction: 'upgrade', sink, ...knexes, assets, awaiting, callerPlace }),
  );
  return sink.statements.map(({ text }) => text);
}
