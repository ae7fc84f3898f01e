/**
 * Types: composite ones and domains are made again, as long as no column holds them; others only by their own files.
 */
import type { Kind } from '../kind.js';

const name = 'typ.oid::regtype';
const owner = 'typ.typowner';
const from = (kinds: string) =>
  `join pg_type typ on node.class = 'pg_type'::regclass and node.sub = 0 and typ.oid = node.id and typ.typtype in (${kinds})`;
const grants = { acl: 'typ.typacl', letter: 'T', on: `concat('type ', ${name})` };

/** The collation, where it is not that of the type. */
const collation = (id: string, usual: string) =>
  `(select format(' collate %I.%I', cnsp.nspname, coll.collname) from pg_collation coll join pg_namespace cnsp on cnsp.oid = coll.collnamespace
          where coll.oid = ${id} and coll.oid <> ${usual})`;

export const compositeTypes: Kind = {
  from: `${from(`'c'`)}
      join pg_class rel on rel.oid = typ.typrelid and rel.relkind = 'c'`,
  named: `concat('type ', ${name})`,
  drop: `concat('drop type ', ${name})`,
  create: `concat('create type ', ${name}, ' as (', (
        select string_agg(concat(quote_ident(att.attname), ' ', format_type(att.atttypid, att.atttypmod),
          ${collation('att.attcollation', 'own.typcollation')}), ', ' order by att.attnum)
        from pg_attribute att join pg_type own on own.oid = att.atttypid
        where att.attrelid = typ.typrelid and att.attnum > 0 and not att.attisdropped), ')')`,
  owner,
  grants,
};

/** The command that makes a domain `typ` over `base`, without its checks. */
export const domainText = `concat('create domain ', ${name}, ' as ', format_type(typ.typbasetype, typ.typtypmod),
      ${collation('typ.typcollation', 'base.typcollation')},
      ' default ' || coalesce(pg_get_expr(typ.typdefaultbin, 0), quote_literal(typ.typdefault)),
      (select format(' constraint %I', con.conname) from pg_constraint con where con.contypid = typ.oid and con.contype = 'n'),
      case when typ.typnotnull then ' not null' end)`;

export const domains: Kind = {
  from: `${from(`'d'`)}
      join pg_type base on base.oid = typ.typbasetype`,
  named: `concat('domain ', ${name})`,
  drop: `concat('drop domain ', ${name})`,
  create: domainText,
  owner,
  grants,
};

/** The walk calls the default of a domain, which may use a function, column -1 of it. */
export const domainDefaults: Kind = {
  from: `join pg_type typ on node.class = 'pg_type'::regclass and node.sub = -1 and typ.oid = node.id`,
  named: `concat('domain ', ${name})`,
  drop: `concat('alter domain ', ${name}, ' drop default')`,
  create: `concat('alter domain ', ${name}, ' set default ', pg_get_expr(typ.typdefaultbin, 0))`,
};

export const otherTypes: Kind = {
  from: from(`'e', 'r', 'b'`),
  named: `concat('type ', ${name})`,
  drop: `concat('drop type ', ${name})`,
  create: 'null',
  stop: `case when not node.starts then 'limbeck cannot make it again' end`,
  owner,
  grants,
};
