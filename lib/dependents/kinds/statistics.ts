/**
 * Extended statistics. What was gathered comes again with the next ANALYZE.
 */
import type { Kind } from '../kind.js';

const name = `format('%I.%I', nsp.nspname, stx.stxname)`;

export const statistics: Kind = {
  from: `join pg_statistic_ext stx on node.class = 'pg_statistic_ext'::regclass and stx.oid = node.id
      join pg_namespace nsp on nsp.oid = stx.stxnamespace`,
  named: `concat('statistics ', ${name})`,
  drop: `concat('drop statistics ', ${name})`,
  create: 'pg_get_statisticsobjdef(stx.oid)',
  partOf: 'stx.stxrelid',
  owner: 'stx.stxowner',
  settings: [
    {
      command: `case when stx.stxstattarget >= 0 then concat('alter statistics ', ${name}, ' set statistics ', stx.stxstattarget) end`,
      unless: 'exists (select from pg_statistic_ext where oid = $2 and stxstattarget >= 0)',
    },
  ],
};
