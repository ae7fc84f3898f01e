/** Functions, procedures and aggregates. */
import {
  flag,
  number,
  optional,
  places,
  printed,
  record,
  recordWhen,
  rows,
  settings,
  text,
  texts,
  word,
} from '../snapshot-field.js';
import { describeKind, grants, qualified, role, routine, routineIfAny } from '../snapshot-kind.js';

const modes = { i: 'in', o: 'out', b: 'inout', v: 'variadic', t: 'table' } as const;

/** All of them, in order: `proallargtypes` where some are not IN, else `proargtypes`. */
const parameters = places(
  rows(
    {
      name: optional(text(`nullif(p.proargnames[g.place], '')`)),
      mode: word(`coalesce(p.proargmodes[g.place], 'i')`, modes),
      type: text('format_type(g.type, NULL)'),
      default: optional(
        text(`CASE WHEN p.pronargdefaults > 0 THEN pg_get_function_arg_default(p.oid, g.place::int4) END`),
      ),
    },
    'unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS g (type, place)',
    'g.place',
  ),
);

interface Signature {
  readonly schema: string;
  readonly name: string;
  readonly parameters: readonly { readonly mode: string; readonly type: string }[];
}

/** As manifests have it: what goes in, and of procedures also what comes out. */
function routineIdentity(kind: string, { schema, name, parameters: all }: Signature): string {
  const types = all.flatMap(({ mode, type }) => {
    if (mode === 'table') return [];
    if (mode === 'out') return kind === 'procedure' ? [`OUT ${type}`] : [];
    return [type];
  });
  return `${kind} ${qualified(schema, name)}(${types.join(', ')})`;
}

const source = {
  catalog: 'pg_proc',
  id: 'p.oid',
  from: 'schemas s JOIN pg_proc p ON p.pronamespace = s.oid',
} as const;

const named = {
  schema: text('s.nspname'),
  name: text('p.proname'),
  owner: role('p.proowner'),
  grants: grants('p.proacl', 'f', 'p.proowner'),
};

const fields = {
  ...named,
  parameters,
  language: text('(SELECT lanname FROM pg_language WHERE oid = p.prolang)'),
  securityDefiner: flag('p.prosecdef'),
  /** What SET says. */
  settings: settings('to_json(p.proconfig)'),
  /** The types with TRANSFORM FOR. */
  transforms: texts(
    `(SELECT json_agg(g.type::regtype ORDER BY g.place) FROM unnest(p.protrftypes) WITH ORDINALITY AS g (type, place))`,
  ),
  /** The text of the body; of `BEGIN ATOMIC` and RETURN as the server prints it. */
  body: text('coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)'),
  /** Whether the body is `BEGIN ATOMIC` or RETURN, parsed when it was created. */
  parsed: flag('p.prosqlbody IS NOT NULL'),
  /** The file of the shared library. */
  library: optional(text('p.probin::text')),
};
const definition = printed('rtrim(pg_get_functiondef(p.oid), chr(10))');

const functionKind = describeKind({
  ...source,
  kind: 'function',
  where: `p.prokind IN ('f', 'w')`,
  fields: {
    ...fields,
    returns: text('pg_get_function_result(p.oid)'),
    window: flag(`p.prokind = 'w'`),
    volatility: word('p.provolatile', { i: 'immutable', s: 'stable', v: 'volatile' }),
    strict: flag('p.proisstrict'),
    leakproof: flag('p.proleakproof'),
    parallel: word('p.proparallel', { s: 'safe', r: 'restricted', u: 'unsafe' }),
    cost: number('p.procost'),
    /** Expected rows; 0 where it returns no set. */
    rows: number('p.prorows'),
    support: routineIfAny('p.prosupport'),
    definition,
  },
  identity: (values) => routineIdentity('function', values),
});

const procedure = describeKind({
  ...source,
  kind: 'procedure',
  where: `p.prokind = 'p'`,
  fields: { ...fields, definition },
  identity: (values) => routineIdentity('procedure', values),
});

const finalModify = { r: 'read only', s: 'shareable', w: 'read write' } as const;

/** By its parts: `pg_get_functiondef` refuses aggregates (manual, "System Catalog Information Functions"). */
const aggregate = describeKind({
  ...source,
  kind: 'aggregate',
  from: `${source.from} JOIN pg_aggregate a ON a.aggfnoid = p.oid`,
  fields: {
    ...named,
    parameters,
    returns: text('pg_get_function_result(p.oid)'),
    aggregates: word('a.aggkind', { n: 'normal', o: 'ordered set', h: 'hypothetical set' }),
    /** How many parameters are not aggregated, of an ordered set. */
    directParameters: number('a.aggnumdirectargs'),
    transition: routine('a.aggtransfn'),
    state: record({
      type: text('format_type(a.aggtranstype, NULL)'),
      /** Bytes that the planner expects; 0 for a guess of its own. */
      space: number('a.aggtransspace'),
      initial: optional(text('a.agginitval')),
    }),
    final: record({
      function: routineIfAny('a.aggfinalfn'),
      modify: word('a.aggfinalmodify', finalModify),
      extra: flag('a.aggfinalextra'),
    }),
    combine: routineIfAny('a.aggcombinefn'),
    serialize: routineIfAny('a.aggserialfn'),
    deserialize: routineIfAny('a.aggdeserialfn'),
    moving: recordWhen('a.aggmtranstype <> 0', {
      transition: routine('a.aggmtransfn'),
      inverse: routine('a.aggminvtransfn'),
      type: text('format_type(a.aggmtranstype, NULL)'),
      space: number('a.aggmtransspace'),
      initial: optional(text('a.aggminitval')),
      final: routineIfAny('a.aggmfinalfn'),
      modify: word('a.aggmfinalmodify', finalModify),
      extra: flag('a.aggmfinalextra'),
    }),
    sortOperator: optional(text('nullif(a.aggsortop, 0)::regoperator')),
    parallel: word('p.proparallel', { s: 'safe', r: 'restricted', u: 'unsafe' }),
  },
  identity: ({ schema, name, parameters: all }) =>
    `aggregate ${qualified(schema, name)}(${all.map(({ type }) => type).join(', ') || '*'})`,
});

export const programKinds = [functionKind, procedure, aggregate] as const;
