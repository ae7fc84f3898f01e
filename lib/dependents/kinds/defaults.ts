/**
 * Defaults of columns, of tables and of views.
 */
import type { Kind } from '../kind.js';

/** ONLY: a partition has a default of its own. */
const column = `format('alter %s %s alter column %I', case rel.relkind when 'v' then 'view' when 'f' then 'foreign table only' else 'table only' end,
        rel.oid::regclass, att.attname)`;

export const defaults: Kind = {
  from: `join pg_attrdef def on node.class = 'pg_attrdef'::regclass and def.oid = node.id
      join pg_class rel on rel.oid = def.adrelid
      join pg_attribute att on att.attrelid = def.adrelid and att.attnum = def.adnum and att.attgenerated = ''`,
  named: `concat(${column}, ' default')`,
  drop: `concat(${column}, ' drop default')`,
  create: `concat(${column}, ' set default ', pg_get_expr(def.adbin, def.adrelid))`,
  partOf: 'rel.oid',
};
