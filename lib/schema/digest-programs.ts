/**
 * The digest of types, of routines, and of what calls them: triggers, rules, event triggers.
 */
import { type DigestPart, firing, routine, when } from './digest-part.js';

/** A collation where it is not that of the type beneath. */
function otherCollation(id: string, of: string): string {
  const usual = `(SELECT b.typcollation FROM pg_type b WHERE b.oid = ${of})`;
  return when(`${id} <> 0 AND ${id} <> ${usual}`, `' COLLATE ' || ${id}::regcollation`);
}

const enums: DigestPart = {
  catalog: 'pg_type',
  id: 't.oid',
  identity: `'type ' || t.name`,
  facts: [`'enum (' || coalesce(e.labels, '') || ')'`],
  owner: 't.typowner',
  grants: { acl: 't.typacl', kind: 'T' },
  from: `types t LEFT JOIN (
      SELECT enumtypid, string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) AS labels
      FROM pg_enum GROUP BY enumtypid
    ) e ON e.enumtypid = t.oid`,
  where: `t.typtype = 'e'`,
};

/** Composite types; their attributes are among the columns. */
const composites: DigestPart = {
  catalog: 'pg_type',
  id: 't.oid',
  identity: `'type ' || r.name`,
  facts: [`'composite'`],
  owner: 't.typowner',
  grants: { acl: 't.typacl', kind: 'T' },
  from: 'relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_type t ON t.oid = c.reltype',
  where: `r.relkind = 'c'`,
};

const domains: DigestPart = {
  catalog: 'pg_type',
  id: 't.oid',
  identity: `'domain ' || t.name`,
  facts: [
    `concat('over ', format_type(t.typbasetype, t.typtypmod),
      ${otherCollation('t.typcollation', 't.typbasetype')},
      ' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault),
      CASE WHEN t.typnotnull THEN ' NOT NULL' END)`,
  ],
  owner: 't.typowner',
  grants: { acl: 't.typacl', kind: 'T' },
  from: 'types t',
  where: `t.typtype = 'd'`,
};

/** Checks of domains; NOT NULL, since PostgreSQL 17 a constraint as well, is a fact of the domain. */
const domainConstraints: DigestPart = {
  catalog: 'pg_constraint',
  id: 'c.oid',
  identity: `'domain constraint ' || quote_ident(c.conname) || ' on ' || t.name`,
  facts: ['pg_get_constraintdef(c.oid)'],
  from: 'types t JOIN pg_constraint c ON c.contypid = t.oid',
  where: `c.contype <> 'n'`,
};

const ranges: DigestPart = {
  catalog: 'pg_type',
  id: 't.oid',
  identity: `'type ' || t.name`,
  facts: [
    `concat('range of ', format_type(g.rngsubtype, NULL), ${otherCollation('g.rngcollation', 'g.rngsubtype')})`,
    `'multirange ' || g.rngmultitypid::regtype`,
    `'operator class ' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.opcname)
      FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = g.rngsubopc)`,
    routine('canonical', 'g.rngcanonical'),
    routine('difference', 'g.rngsubdiff'),
  ],
  owner: 't.typowner',
  grants: { acl: 't.typacl', kind: 'T' },
  from: 'types t JOIN pg_range g ON g.rngtypid = t.oid',
};

const baseTypes: DigestPart = {
  catalog: 'pg_type',
  id: 't.oid',
  identity: `'type ' || t.name`,
  facts: [
    `CASE WHEN t.typisdefined THEN 'base' ELSE 'shell' END`,
    routine('input', 't.typinput'),
    routine('output', 't.typoutput'),
    routine('receive', 't.typreceive'),
    routine('send', 't.typsend'),
    routine('modifier input', 't.typmodin'),
    routine('modifier output', 't.typmodout'),
    routine('analyze', 't.typanalyze'),
    routine('subscript', 't.typsubscript'),
    `concat_ws(' ', 'length', t.typlen, 'by value', t.typbyval, 'align', t.typalign, 'storage', t.typstorage,
      'category', t.typcategory, 'preferred', t.typispreferred, 'delimiter', t.typdelim)`,
    `'element ' || format_type(nullif(t.typelem, 0), NULL)`,
    `'default ' || t.typdefault`,
    when('t.typcollation <> 0', `'collatable'`),
  ],
  owner: 't.typowner',
  grants: { acl: 't.typacl', kind: 'T' },
  from: 'types t',
  where: `t.typtype IN ('b', 'p')`,
};

const routines: DigestPart = {
  catalog: 'pg_proc',
  id: 'p.oid',
  identity: `CASE p.prokind WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.oid::regprocedure`,
  facts: ['rtrim(pg_get_functiondef(p.oid), chr(10))'],
  owner: 'p.proowner',
  grants: { acl: 'p.proacl', kind: 'f' },
  from: 'schemas s JOIN pg_proc p ON p.pronamespace = s.oid',
  where: `p.prokind <> 'a'`,
};

/** Aggregates by their parts: `pg_get_functiondef` refuses them (manual, "System Catalog Information Functions"). */
const aggregates: DigestPart = {
  catalog: 'pg_proc',
  id: 'p.oid',
  identity: `'aggregate ' || p.oid::regprocedure`,
  facts: [
    `concat('(', pg_get_function_arguments(p.oid), ') returns ', pg_get_function_result(p.oid))`,
    `concat_ws(' ', 'kind', a.aggkind, 'direct arguments', a.aggnumdirectargs, 'parallel', p.proparallel)`,
    routine('transition', 'a.aggtransfn'),
    `concat_ws(' ', 'state', format_type(a.aggtranstype, NULL), 'space', a.aggtransspace, 'initially ' || a.agginitval)`,
    routine('final', 'a.aggfinalfn'),
    `concat_ws(' ', 'final modify', a.aggfinalmodify, 'extra', a.aggfinalextra)`,
    routine('combine', 'a.aggcombinefn'),
    routine('serialize', 'a.aggserialfn'),
    routine('deserialize', 'a.aggdeserialfn'),
    routine('moving transition', 'a.aggmtransfn'),
    routine('moving inverse', 'a.aggminvtransfn'),
    when(
      'a.aggmtranstype <> 0',
      `concat_ws(' ', 'moving state', format_type(a.aggmtranstype, NULL), 'space', a.aggmtransspace, 'initially ' || a.aggminitval)`,
    ),
    routine('moving final', 'a.aggmfinalfn'),
    `concat_ws(' ', 'moving final modify', a.aggmfinalmodify, 'extra', a.aggmfinalextra)`,
    `'sorted by ' || nullif(a.aggsortop, 0)::regoperator`,
  ],
  owner: 'p.proowner',
  grants: { acl: 'p.proacl', kind: 'f' },
  from: 'schemas s JOIN pg_proc p ON p.pronamespace = s.oid JOIN pg_aggregate a ON a.aggfnoid = p.oid',
};

/** Triggers that somebody made; those behind foreign keys are told with the constraint. */
const triggers: DigestPart = {
  catalog: 'pg_trigger',
  id: 't.oid',
  identity: `'trigger ' || quote_ident(t.tgname) || ' on ' || r.name`,
  facts: ['pg_get_triggerdef(t.oid)', firing('t.tgenabled'), when('t.tgparentid <> 0', `'inherited'`)],
  from: 'pg_trigger t JOIN relations r ON r.oid = t.tgrelid',
  where: 'NOT t.tgisinternal',
};

/** Rules, except the one inside each view. */
const rules: DigestPart = {
  catalog: 'pg_rewrite',
  id: 'w.oid',
  identity: `'rule ' || quote_ident(w.rulename) || ' on ' || r.name`,
  facts: ['pg_get_ruledef(w.oid)', firing('w.ev_enabled')],
  from: 'pg_rewrite w JOIN relations r ON r.oid = w.ev_class',
  where: `w.rulename <> '_RETURN'`,
};

const eventTriggers: DigestPart = {
  catalog: 'pg_event_trigger',
  id: 'e.oid',
  identity: `'event trigger ' || quote_ident(e.evtname)`,
  facts: [
    `concat('on ', e.evtevent, ' execute ', e.evtfoid::regprocedure)`,
    `'when tag in (' || (SELECT string_agg(tag, ', ' ORDER BY tag COLLATE "C") FROM unnest(e.evttags) AS tag) || ')'`,
    firing('e.evtenabled'),
  ],
  owner: 'e.evtowner',
  from: 'pg_event_trigger e',
};

export const programParts: readonly DigestPart[] = [
  enums,
  composites,
  domains,
  domainConstraints,
  ranges,
  baseTypes,
  routines,
  aggregates,
  triggers,
  rules,
  eventTriggers,
];
