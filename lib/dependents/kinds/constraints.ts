/**
 * CHECK constraints of tables and domains. Those that came from a parent table come and go with it.
 */
import type { Kind } from '../kind.js';

const add = (table: string) =>
  `concat(${table}, format(' add constraint %I ', con.conname), pg_get_constraintdef(con.oid))`;
const drop = (table: string) => `concat(${table}, format(' drop constraint %I', con.conname))`;

/** A constraint that children must have cannot be added to the parent ONLY. */
const table = `concat('alter ', case rel.relkind when 'f' then 'foreign ' end, 'table ', rel.oid::regclass)`;

export const tableChecks: Kind = {
  from: `join pg_constraint con on node.class = 'pg_constraint'::regclass and con.oid = node.id and con.contype = 'c'
      join pg_class rel on rel.oid = con.conrelid`,
  named: `format('constraint %I on %s', con.conname, rel.oid::regclass)`,
  drop: `case when con.conislocal then ${drop(table)} end`,
  create: `case when con.conislocal then ${add(table)} end`,
  partOf: 'rel.oid',
};

const domain = `concat('alter domain ', typ.oid::regtype)`;

export const domainChecks: Kind = {
  from: `join pg_constraint con on node.class = 'pg_constraint'::regclass and con.oid = node.id and con.contype = 'c'
      join pg_type typ on typ.oid = con.contypid`,
  named: `format('constraint %I on domain %s', con.conname, typ.oid::regtype)`,
  drop: drop(domain),
  create: add(domain),
};

/** From PostgreSQL 17 on NOT NULL is a constraint as well; it comes and goes with the domain. */
export const domainNotNulls: Kind = {
  from: `join pg_constraint con on node.class = 'pg_constraint'::regclass and con.oid = node.id and con.contype = 'n'
      join pg_type typ on typ.oid = con.contypid`,
  named: `format('constraint %I on domain %s', con.conname, typ.oid::regtype)`,
  drop: 'null',
  create: 'null',
};
