/**
 * Policies of tables.
 */
import type { Kind } from '../kind.js';

const roles = `(select string_agg(case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ' order by place)
        from unnest(pol.polroles) with ordinality as allowed(role, place))`;

export const policies: Kind = {
  from: `join pg_policy pol on node.class = 'pg_policy'::regclass and pol.oid = node.id`,
  named: `format('policy %I on %s', pol.polname, pol.polrelid::regclass)`,
  drop: `format('drop policy %I on %s', pol.polname, pol.polrelid::regclass)`,
  create: `concat_ws(' ', format('create policy %I on %s', pol.polname, pol.polrelid::regclass),
        'as ' || case when pol.polpermissive then 'permissive' else 'restrictive' end,
        'for ' || case pol.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        'to ' || ${roles},
        'using (' || pg_get_expr(pol.polqual, pol.polrelid) || ')',
        'with check (' || pg_get_expr(pol.polwithcheck, pol.polrelid) || ')')`,
  partOf: 'pol.polrelid',
};
