/**
 * All kinds that can be set aside, as one query.
 */
import { type Kind, selectKind } from './kind.js';
import { aggregates } from './kinds/aggregates.js';
import { casts } from './kinds/casts.js';
import { domainChecks, domainNotNulls, tableChecks } from './kinds/constraints.js';
import { defaults } from './kinds/defaults.js';
import { eventTriggers } from './kinds/event-triggers.js';
import { indexes } from './kinds/indexes.js';
import { operators } from './kinds/operators.js';
import { policies } from './kinds/policies.js';
import { materializedViews, views } from './kinds/relations.js';
import { routines } from './kinds/routines.js';
import { rules } from './kinds/rules.js';
import { statistics } from './kinds/statistics.js';
import { triggers } from './kinds/triggers.js';
import { compositeTypes, domainDefaults, domains, otherTypes } from './kinds/types.js';

const kinds: readonly Kind[] = [
  views,
  materializedViews,
  indexes,
  statistics,
  defaults,
  rules,
  triggers,
  routines,
  policies,
  tableChecks,
  domainChecks,
  domainNotNulls,
  aggregates,
  operators,
  casts,
  eventTriggers,
  compositeTypes,
  domains,
  domainDefaults,
  otherTypes,
];

/** Query over `node`: the rows of all kinds. */
export const definitionsQuery = kinds.map(selectKind).join('\n    union all\n    ');
