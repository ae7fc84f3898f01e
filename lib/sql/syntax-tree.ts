/**
 * Reading libpg-query's syntax trees: names, types and roles as SQL writes them.
 */

/** A node of the syntax tree, as libpg-query's JSON has it. */
export type Node = { readonly [key: string]: unknown };

/** Returns a node that hangs at a key, or an empty one. */
export function child(node: Node, key: string): Node {
  const value = node[key];
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

/** Returns the nodes of a list; none where there is no list. */
export function nodes(list: unknown): readonly Node[] {
  return Array.isArray(list) ? (list as Node[]) : [];
}

/** Returns the items of a `List` node. */
export function items(list: unknown): readonly Node[] {
  return nodes(child((list ?? {}) as Node, 'List')['items']);
}

/** Returns the texts in a list of `String` nodes. */
export function strings(list: unknown): string[] {
  return nodes(list).flatMap((item) => {
    const value = (item['String'] as { sval?: string } | undefined)?.sval;
    return value === undefined ? [] : [value];
  });
}

/** Returns the options of a definition, by name. */
export function optionsOf(list: unknown): ReadonlyMap<string, Node> {
  return new Map(
    nodes(list).flatMap((item) => {
      const option = child(item, 'DefElem');
      return typeof option['defname'] === 'string'
        ? [[option['defname'], child(option, 'arg')] as const]
        : [];
    }),
  );
}

/** Takes a list of names for schema and name; `schema` is that of a bare name. */
export function qualified(names: readonly string[], schema: string): { schema: string; name: string } {
  return { schema: names.at(-2) ?? schema, name: names.at(-1) ?? '' };
}

/** Takes a `RangeVar` for schema and name. */
export function qualifiedRelation(range: Node, schema: string): { schema: string; name: string } {
  const own = range['schemaname'];
  return { schema: typeof own === 'string' ? own : schema, name: String(range['relname']) };
}

/** Writes a name that is part of a qualified one, quoted where it must be. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * Writes a name that stands alone, quoted where it must be, also where it is a word of the language.
 *
 * @see PostgreSQL manual, "SQL Key Words": the reserved ones
 */
export function ownIdentifier(name: string): string {
  return reserved.has(name) ? `"${name}"` : identifier(name);
}

const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
  collation column concurrently constraint create cross current_catalog current_date current_role current_schema
  current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
  foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral
  leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps
  placing primary references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window with`.split(
    /\s+/,
  ),
);

/** Writes `schema.name`. */
export function qualifiedText({ schema, name }: { schema: string; name: string }): string {
  return `${ownIdentifier(schema)}.${identifier(name)}`;
}

/** The grammar turns `int` into `pg_catalog.int4`; people and the server write `integer`. */
const standardNames: Record<string, string> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
  // Without quotes it would be the type of fixed length.
  char: '"char"',
  any: '"any"',
};

/** Writes a `TypeName` as the server prints it, without modifiers such as a length. */
export function typeText(type: Node): string {
  const names = strings(type['names']);
  const isBuiltIn = names[0] === 'pg_catalog' && names.length === 2;
  const bare = isBuiltIn ? (names[1] ?? '') : nameText(names);
  const base = standardNames[bare] ?? bare;
  const suffix = type['pct_type'] === true ? '%TYPE' : '';
  const isArray = Array.isArray(type['arrayBounds']) && type['arrayBounds'].length > 0;
  return `${base}${suffix}${isArray ? '[]' : ''}`;
}

function nameText([first = '', ...rest]: readonly string[]): string {
  return [ownIdentifier(first), ...rest.map(identifier)].join('.');
}

/** Returns the parameters of a list, each with its mode and type. */
export function parameters(list: unknown): { mode: string; argType: Node }[] {
  return nodes(list).flatMap((item) => {
    const parameter = item['FunctionParameter'] as { mode?: string; argType?: Node } | undefined;
    return parameter?.argType
      ? [{ mode: parameter.mode ?? 'FUNC_PARAM_DEFAULT', argType: parameter.argType }]
      : [];
  });
}

/**
 * Writes the input types of a routine in parentheses; of a procedure the OUT types as well, which DROP
 * PROCEDURE wants.
 *
 * @see PostgreSQL manual, "DROP PROCEDURE", notes
 */
export function signatureText(list: unknown, isProcedure: boolean): string {
  const types = parameters(list).flatMap(({ mode, argType }) => {
    if (mode === 'FUNC_PARAM_TABLE') return [];
    if (mode === 'FUNC_PARAM_OUT') return isProcedure ? [`OUT ${typeText(argType)}`] : [];
    return [typeText(argType)];
  });
  return `(${types.join(', ')})`;
}

/** Writes a role. */
export function roleText(role: Node): string {
  const words: Record<string, string> = {
    ROLESPEC_PUBLIC: 'public',
    ROLESPEC_CURRENT_USER: 'current_user',
    ROLESPEC_CURRENT_ROLE: 'current_role',
    ROLESPEC_SESSION_USER: 'session_user',
  };
  return words[String(role['roletype'])] ?? ownIdentifier(String(role['rolename']));
}
