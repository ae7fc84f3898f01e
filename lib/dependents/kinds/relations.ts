/**
 * Views and materialized views.
 */
import { type Kind, optionList } from '../kind.js';

const name = 'rel.oid::regclass';
const grants = { acl: 'rel.relacl', letter: 'r', on: `format('table %s', ${name})` };
const definition = `rtrim(pg_get_viewdef(rel.oid), ';')`;

export const views: Kind = {
  from: `join pg_class rel on node.class = 'pg_class'::regclass and rel.oid = node.id and rel.relkind = 'v'`,
  named: `format('view %s', ${name})`,
  drop: `format('drop view %s', ${name})`,
  create: `concat('create view ', ${name}, ' with (' || ${optionList('rel.reloptions')} || ')', ' as', chr(10), ${definition})`,
  owner: 'rel.relowner',
  grants,
};

export const materializedViews: Kind = {
  from: `join pg_class rel on node.class = 'pg_class'::regclass and rel.oid = node.id and rel.relkind = 'm'
      left join pg_am am on am.oid = rel.relam
      left join pg_tablespace space on space.oid = rel.reltablespace
      left join pg_class toast on toast.oid = rel.reltoastrelid`,
  named: `format('materialized view %s', ${name})`,
  drop: `format('drop materialized view %s', ${name})`,
  // It is filled at the end, when all that its functions may use is there again.
  create: `concat('create materialized view ', ${name}, ' using ' || quote_ident(am.amname),
        ' with (' || nullif(concat_ws(', ', ${optionList('rel.reloptions')}, ${optionList('toast.reloptions', 'toast.')}), '') || ')',
        ' tablespace ' || quote_ident(space.spcname), ' as', chr(10), ${definition}, chr(10), 'with no data')`,
  owner: 'rel.relowner',
  grants,
  settings: [
    {
      command: `case rel.relreplident when 'n' then format('alter materialized view %s replica identity nothing', ${name})
          when 'f' then format('alter materialized view %s replica identity full', ${name}) end`,
    },
    {
      // Its own file fills it.
      command: `case when not rel.relispopulated then format('refresh materialized view %s with no data', ${name}) end`,
      unless: 'not (select relispopulated from pg_class where oid = $2)',
    },
  ],
};
