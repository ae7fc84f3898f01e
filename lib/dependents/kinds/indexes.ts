/**
 * Indexes of materialized views; those of tables are built from data that took time to get.
 */
import type { Kind } from '../kind.js';

const name = 'rel.oid::regclass';

export const indexes: Kind = {
  from: `join pg_index idx on node.class = 'pg_class'::regclass and idx.indexrelid = node.id
      join pg_class rel on rel.oid = idx.indexrelid
      join pg_class owning on owning.oid = idx.indrelid and owning.relkind = 'm'
      left join pg_tablespace space on space.oid = rel.reltablespace`,
  named: `format('index %s', ${name})`,
  drop: `format('drop index %s', ${name})`,
  create: 'pg_get_indexdef(idx.indexrelid)',
  partOf: 'idx.indrelid',
  settings: [
    {
      command: `'alter index ' || ${name} || ' set tablespace ' || quote_ident(space.spcname)`,
      unless: 'exists (select from pg_class where oid = $2 and reltablespace <> 0)',
    },
    {
      command: `case when idx.indisclustered then format('alter materialized view %s cluster on %I', idx.indrelid::regclass, rel.relname) end`,
      unless:
        'exists (select from pg_index where indrelid = (select indrelid from pg_index where indexrelid = $2) and indisclustered)',
    },
  ],
};
