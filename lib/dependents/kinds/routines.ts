/**
 * Functions and procedures.
 */
import type { Kind } from '../kind.js';

const word = `case proc.prokind when 'p' then 'procedure' else 'function' end`;
const name = `format('%I.%I(%s)', nsp.nspname, proc.proname, pg_get_function_identity_arguments(proc.oid))`;

export const routines: Kind = {
  from: `join pg_proc proc on node.class = 'pg_proc'::regclass and proc.oid = node.id and proc.prokind in ('f', 'p', 'w')
      join pg_namespace nsp on nsp.oid = proc.pronamespace`,
  named: `concat(${word}, ' ', ${name})`,
  drop: `concat('drop ', ${word}, ' ', ${name})`,
  create: 'pg_get_functiondef(proc.oid)',
  owner: 'proc.proowner',
  grants: { acl: 'proc.proacl', letter: 'f', on: `concat(${word}, ' ', ${name})` },
};
