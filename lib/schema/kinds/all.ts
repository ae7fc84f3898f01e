/** Every kind of object that a snapshot knows. */
import { columnKinds } from './columns.js';
import { constraintKinds } from './constraints.js';
import { databaseKinds } from './database.js';
import { foreignKinds } from './foreign.js';
import { indexKinds } from './indexes.js';
import { operatorKinds } from './operators.js';
import { programKinds } from './programs.js';
import { relationKinds } from './relations.js';
import { replicationKinds } from './replication.js';
import { securityKinds } from './security.js';
import { textSearchKinds } from './text-search.js';
import { triggerKinds } from './triggers.js';
import { typeKinds } from './types.js';

export const allKinds = [
  ...databaseKinds,
  ...relationKinds,
  ...columnKinds,
  ...constraintKinds,
  ...indexKinds,
  ...typeKinds,
  ...programKinds,
  ...triggerKinds,
  ...securityKinds,
  ...operatorKinds,
  ...textSearchKinds,
  ...foreignKinds,
  ...replicationKinds,
] as const;
