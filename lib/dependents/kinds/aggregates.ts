/**
 * Aggregates.
 */
import type { Kind } from '../kind.js';

const args = `coalesce(nullif(pg_get_function_identity_arguments(proc.oid), ''), '*')`;
const name = `format('%I.%I(%s)', nsp.nspname, proc.proname, ${args})`;

const routine = (word: string, column: string) => `'${word} = ' || nullif(agg.${column}::text, '-')`;
const flag = (word: string, column: string) => `case when agg.${column} then '${word}' end`;
const size = (word: string, column: string) => `'${word} = ' || nullif(agg.${column}, 0)`;
const text = (word: string, column: string) => `'${word} = ' || quote_literal(agg.${column})`;
const type = (word: string, column: string) => `'${word} = ' || format_type(nullif(agg.${column}, 0), null)`;
const modifies = (word: string, final: string, column: string) =>
  `case when agg.${final}::oid <> 0 then '${word} = ' || case agg.${column} when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end end`;

const sortOperator = `(select format('sortop = operator(%I.%s)', opnsp.nspname, opr.oprname)
        from pg_operator opr join pg_namespace opnsp on opnsp.oid = opr.oprnamespace where opr.oid = agg.aggsortop)`;

const parts = [
  routine('sfunc', 'aggtransfn'),
  type('stype', 'aggtranstype'),
  size('sspace', 'aggtransspace'),
  routine('finalfunc', 'aggfinalfn'),
  flag('finalfunc_extra', 'aggfinalextra'),
  modifies('finalfunc_modify', 'aggfinalfn', 'aggfinalmodify'),
  routine('combinefunc', 'aggcombinefn'),
  routine('serialfunc', 'aggserialfn'),
  routine('deserialfunc', 'aggdeserialfn'),
  text('initcond', 'agginitval'),
  routine('msfunc', 'aggmtransfn'),
  routine('minvfunc', 'aggminvtransfn'),
  type('mstype', 'aggmtranstype'),
  size('msspace', 'aggmtransspace'),
  routine('mfinalfunc', 'aggmfinalfn'),
  flag('mfinalfunc_extra', 'aggmfinalextra'),
  modifies('mfinalfunc_modify', 'aggmfinalfn', 'aggmfinalmodify'),
  text('minitcond', 'aggminitval'),
  sortOperator,
  `case proc.proparallel when 's' then 'parallel = safe' when 'r' then 'parallel = restricted' end`,
  `case agg.aggkind when 'h' then 'hypothetical' end`,
];

export const aggregates: Kind = {
  from: `join pg_proc proc on node.class = 'pg_proc'::regclass and proc.oid = node.id
      join pg_aggregate agg on agg.aggfnoid = proc.oid
      join pg_namespace nsp on nsp.oid = proc.pronamespace`,
  named: `concat('aggregate ', ${name})`,
  drop: `concat('drop aggregate ', ${name})`,
  create: `concat('create aggregate ', ${name}, ' (', concat_ws(', ',
        ${parts.join(',\n        ')}), ')')`,
  owner: 'proc.proowner',
  grants: {
    acl: 'proc.proacl',
    letter: 'f',
    on: `format('function %I.%I(%s)', nsp.nspname, proc.proname, pg_get_function_identity_arguments(proc.oid))`,
  },
};
