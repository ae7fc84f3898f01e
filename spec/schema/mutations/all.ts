/** Changes to the schema of `snapshot-schema.ts`: together they touch every property that a snapshot knows. */
import { columnMutations } from './columns.js';
import { constraintMutations } from './constraints.js';
import { databaseMutations } from './database.js';
import { from18Mutations } from './from18.js';
import { indexMutations } from './indexes.js';
import { operatorMutations } from './operators.js';
import { outsideMutations } from './outside.js';
import { programMutations } from './programs.js';
import { relationMutations } from './relations.js';
import { securityMutations } from './security.js';
import { textSearchMutations } from './text-search.js';
import { triggerMutations } from './triggers.js';
import { typeMutations } from './types.js';
import type { Mutation } from './mutation.js';

export type { Mutation } from './mutation.js';

/** Those that a server of this major version understands. */
export function mutationsFor(version: number): readonly Mutation[] {
  return version >= 18 ? [...mutations, ...from18Mutations] : mutations;
}

const mutations: readonly Mutation[] = [
  ...databaseMutations,
  ...relationMutations,
  ...columnMutations,
  ...constraintMutations,
  ...indexMutations,
  ...typeMutations,
  ...programMutations,
  ...triggerMutations,
  ...securityMutations,
  ...operatorMutations,
  ...textSearchMutations,
  ...outsideMutations,
];
