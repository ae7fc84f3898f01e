/** Types: enums, composite types, domains, ranges, base types. */
import { flag, number, optional, order, text, texts, word } from '../snapshot-field.js';
import { describeKind, grants, nameIn, qualified, role, routineIfAny, typeIfAny } from '../snapshot-kind.js';

const owned = { owner: role('t.typowner'), grants: grants('t.typacl', 'T', 't.typowner') };
const named = { schema: text('t.schema'), name: text('t.typname'), ...owned };
const source = { catalog: 'pg_type', id: 't.oid' } as const;

const typeIdentity = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
  `type ${qualified(schema, name)}`;

const enumType = describeKind({
  ...source,
  kind: 'enum',
  from: 'types t',
  where: `t.typtype = 'e'`,
  fields: {
    ...named,
    /** In their order. */
    labels: texts(
      '(SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)',
    ),
  },
  identity: typeIdentity,
});

const composite = describeKind({
  ...source,
  kind: 'composite',
  from: 'relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_type t ON t.oid = c.reltype',
  where: `r.relkind = 'c'`,
  fields: {
    schema: text('r.schema'),
    name: text('r.relname'),
    ...owned,
    /** Their names in order; what they are is told by themselves. */
    attributes: order(`(SELECT json_agg(o.attname ORDER BY o.attnum) FROM pg_attribute o
      WHERE o.attrelid = r.oid AND o.attnum > 0 AND NOT o.attisdropped)`),
  },
  identity: typeIdentity,
});

/** A collation where it is not that of the type beneath. */
function otherCollation(id: string, of: string) {
  const usual = `(SELECT b.typcollation FROM pg_type b WHERE b.oid = ${of})`;
  return optional(text(`CASE WHEN ${id} <> ${usual} THEN nullif(${id}, 0)::regcollation END`));
}

/** NOT NULL, since PostgreSQL 17 a constraint as well, is a fact of the domain. */
const domain = describeKind({
  ...source,
  kind: 'domain',
  from: 'types t',
  where: `t.typtype = 'd'`,
  fields: {
    ...named,
    /** The type beneath, with its modifiers. */
    base: text('format_type(t.typbasetype, t.typtypmod)'),
    collation: otherCollation('t.typcollation', 't.typbasetype'),
    default: optional(text('coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)')),
    notNull: flag('t.typnotnull'),
  },
  identity: ({ schema, name }) => `domain ${qualified(schema, name)}`,
});

const range = describeKind({
  ...source,
  kind: 'range',
  from: 'types t JOIN pg_range g ON g.rngtypid = t.oid',
  fields: {
    ...named,
    subtype: text('format_type(g.rngsubtype, NULL)'),
    collation: otherCollation('g.rngcollation', 'g.rngsubtype'),
    multirange: text('g.rngmultitypid::regtype'),
    operatorClass: text(nameIn('pg_opclass', 'opc', 'g.rngsubopc')),
    canonical: routineIfAny('g.rngcanonical'),
    difference: routineIfAny('g.rngsubdiff'),
  },
  identity: typeIdentity,
});

const baseType = describeKind({
  ...source,
  kind: 'base type',
  from: 'types t',
  where: `t.typtype IN ('b', 'p')`,
  fields: {
    ...named,
    /** False for a shell type. */
    defined: flag('t.typisdefined'),
    input: routineIfAny('t.typinput'),
    output: routineIfAny('t.typoutput'),
    receive: routineIfAny('t.typreceive'),
    send: routineIfAny('t.typsend'),
    modifierInput: routineIfAny('t.typmodin'),
    modifierOutput: routineIfAny('t.typmodout'),
    analyze: routineIfAny('t.typanalyze'),
    subscript: routineIfAny('t.typsubscript'),
    /** In bytes; -1 for variable length, -2 for a C string. */
    length: number('t.typlen'),
    byValue: flag('t.typbyval'),
    alignment: word('t.typalign', { c: 'char', s: 'int2', i: 'int4', d: 'double' }),
    storage: word('t.typstorage', { p: 'plain', e: 'external', m: 'main', x: 'extended' }),
    category: text('t.typcategory'),
    preferred: flag('t.typispreferred'),
    delimiter: text('t.typdelim'),
    element: typeIfAny('t.typelem'),
    default: optional(text('t.typdefault')),
    collatable: flag('t.typcollation <> 0'),
  },
  identity: typeIdentity,
});

export const typeKinds = [enumType, composite, domain, range, baseType] as const;
