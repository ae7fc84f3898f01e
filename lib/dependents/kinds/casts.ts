/**
 * Casts.
 */
import type { Kind } from '../kind.js';

const name = `format('cast (%s as %s)', format_type(cst.castsource, null), format_type(cst.casttarget, null))`;

export const casts: Kind = {
  from: `join pg_cast cst on node.class = 'pg_cast'::regclass and cst.oid = node.id`,
  named: name,
  drop: `concat('drop ', ${name})`,
  create: `concat('create ', ${name},
        case cst.castmethod when 'f' then ' with function ' || cst.castfunc::regprocedure when 'i' then ' with inout' else ' without function' end,
        case cst.castcontext when 'a' then ' as assignment' when 'i' then ' as implicit' end)`,
};
