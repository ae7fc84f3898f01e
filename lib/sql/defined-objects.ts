/**
 * What a statement defines, by its syntax tree.
 */
import { defaultPrivilegesOf, grantsOf, revokesOf } from './grants.js';
import {
  child,
  items,
  type Node,
  nodes,
  optionsOf,
  ownIdentifier,
  parameters,
  qualified,
  qualifiedRelation,
  qualifiedText,
  signatureText,
  strings,
  typeText,
} from './syntax-tree.js';

/** An object that a text creates. */
export interface DefinedObject {
  /** As DROP spells it: `function`, `materialized view`, `type`, `trigger`, `operator`; or `grant`. */
  readonly kind: string;
  /** Empty for what is in none, as an event trigger. Of a trigger, rule or policy that of its table. */
  readonly schema: string;
  readonly name: string;
  /** What sets overloads apart: the input types in parentheses; empty for what has none. */
  readonly signature: string;
  /** Whether the text says CREATE OR REPLACE, or can be run again as it is. */
  readonly replaces: boolean;
  /** The identity, where it is not kind, schema, name and signature: `trigger stamp on public.builds`. */
  readonly identity?: string;
}

/** Writes an object as manifests hold it: `function public.update_adu(date)`. */
export function identityOf({ kind, schema, name, signature, identity }: DefinedObject): string {
  return identity ?? `${kind} ${qualifiedText({ schema, name })}${signature}`;
}

/** Returns what a statement defines; `schema` is that of names which it leaves unqualified. */
export function definedBy(statement: Node, schema: string): DefinedObject[] {
  const [type = '', body] = Object.entries(statement)[0] ?? [];
  return definitions[type]?.(body as Node, schema) ?? [];
}

type Define = (body: Node, schema: string) => DefinedObject[];

const definitions: Record<string, Define> = {
  CreateFunctionStmt: (body, schema) => {
    const isProcedure = body['is_procedure'] === true;
    return [
      {
        kind: isProcedure ? 'procedure' : 'function',
        ...qualified(strings(body['funcname']), schema),
        signature: signatureText(body['parameters'], isProcedure),
        replaces: body['replace'] === true,
      },
    ];
  },
  ViewStmt: (body, schema) => [relation('view', child(body, 'view'), schema, body['replace'] === true)],
  CreateTableAsStmt: (body, schema) =>
    body['objtype'] === 'OBJECT_MATVIEW'
      ? [relation('materialized view', child(child(body, 'into'), 'rel'), schema, false)]
      : [],
  CreateEnumStmt: (body, schema) => [named('type', body['typeName'], schema)],
  CreateRangeStmt: (body, schema) => [named('type', body['typeName'], schema)],
  CompositeTypeStmt: (body, schema) => [relation('type', child(body, 'typevar'), schema, false)],
  CreateDomainStmt: (body, schema) => [named('domain', body['domainname'], schema)],
  DefineStmt: (body, schema) => defineKinds[String(body['kind'])]?.(body, schema) ?? [],
  CreateTrigStmt: (body, schema) => [
    onRelation('trigger', body['trigname'], child(body, 'relation'), schema, body['replace'] === true),
  ],
  CreatePolicyStmt: (body, schema) => [
    onRelation('policy', body['policy_name'], child(body, 'table'), schema, false),
  ],
  RuleStmt: (body, schema) => [
    onRelation('rule', body['rulename'], child(body, 'relation'), schema, body['replace'] === true),
  ],
  CreateEventTrigStmt: (body) => [alone('event trigger', ownIdentifier(String(body['trigname'])))],
  CreateCastStmt: (body) => [
    alone('cast', `(${typeText(child(body, 'sourcetype'))} as ${typeText(child(body, 'targettype'))})`),
  ],
  CreateTransformStmt: (body) => [
    alone(
      'transform',
      `for ${typeText(child(body, 'type_name'))} language ${ownIdentifier(String(body['lang']))}`,
    ),
  ],
  CreateOpClassStmt: (body, schema) => [usingMethod('operator class', body['opclassname'], body, schema)],
  CreateOpFamilyStmt: (body, schema) => [usingMethod('operator family', body['opfamilyname'], body, schema)],
  CreateConversionStmt: (body, schema) => [named('conversion', body['conversion_name'], schema)],
  GrantStmt: (body, schema) =>
    (body['is_grant'] === true ? grantsOf(body, schema) : revokesOf(body, schema)).map(granted),
  AlterDefaultPrivilegesStmt: (body) => defaultPrivilegesOf(body).map(granted),
};

const defineKinds: Record<string, Define> = {
  OBJECT_AGGREGATE: (body, schema) => [
    {
      kind: 'aggregate',
      ...qualified(strings(body['defnames']), schema),
      signature: aggregateSignature(body),
      replaces: body['replace'] === true,
    },
  ],
  OBJECT_OPERATOR: (body, schema) => {
    const { schema: own, name } = qualified(strings(body['defnames']), schema);
    const options = optionsOf(body['definition']);
    const side = (word: string) => {
      const type = options.get(word);
      return type === undefined ? 'none' : typeText(child(type, 'TypeName'));
    };
    const signature = `(${side('leftarg')}, ${side('rightarg')})`;
    const identity = `operator ${ownIdentifier(own)}.${name}${signature}`;
    return [{ kind: 'operator', schema: own, name, signature, replaces: false, identity }];
  },
  // A type that has no definition yet only makes its name known.
  OBJECT_TYPE: (body, schema) => ('definition' in body ? [named('type', body['defnames'], schema)] : []),
  OBJECT_COLLATION: (body, schema) => [named('collation', body['defnames'], schema)],
  OBJECT_TSCONFIGURATION: (body, schema) => [named('text search configuration', body['defnames'], schema)],
  OBJECT_TSDICTIONARY: (body, schema) => [named('text search dictionary', body['defnames'], schema)],
};

function named(kind: string, names: unknown, schema: string): DefinedObject {
  return { kind, ...qualified(strings(names), schema), signature: '', replaces: false };
}

function relation(kind: string, range: Node, schema: string, replaces: boolean): DefinedObject {
  return { kind, ...qualifiedRelation(range, schema), signature: '', replaces };
}

function onRelation(
  kind: string,
  own: unknown,
  range: Node,
  schema: string,
  replaces: boolean,
): DefinedObject {
  const table = qualifiedRelation(range, schema);
  const name = String(own);
  const identity = `${kind} ${ownIdentifier(name)} on ${qualifiedText(table)}`;
  return { kind, schema: table.schema, name, signature: '', replaces, identity };
}

function usingMethod(kind: string, names: unknown, body: Node, schema: string): DefinedObject {
  const object = named(kind, names, schema);
  return { ...object, identity: `${identityOf(object)} using ${ownIdentifier(String(body['amname']))}` };
}

function alone(kind: string, name: string): DefinedObject {
  return { kind, schema: '', name, signature: '', replaces: false, identity: `${kind} ${name}` };
}

function granted(identity: string): DefinedObject {
  return { kind: 'grant', schema: '', name: identity, signature: '', replaces: true, identity };
}

/** The types of an aggregate; DROP AGGREGATE takes those that are ordered by as it takes the others. */
function aggregateSignature(body: Node): string {
  const old = optionsOf(body['definition']).get('basetype');
  if (body['oldstyle'] === true && old !== undefined) {
    const type = typeText(child(old, 'TypeName'));
    return type === '"any"' ? '(*)' : `(${type})`;
  }
  const types = parameters(items(nodes(body['args'])[0])).map(({ argType }) => typeText(argType));
  return types.length === 0 ? '(*)' : `(${types.join(', ')})`;
}
