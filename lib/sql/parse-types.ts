/**
 * What the types of an SQL file are made of, by PostgreSQL's own grammar; used when files are frozen.
 */
import { createHash } from 'node:crypto';
import {
  identifier,
  identityOf,
  type Node,
  type ParsedStatement,
  parseStatements,
  qualified,
  strings,
  typeText,
} from './parse.js';
import { tokens } from './scan.js';
import type { CompositeAttribute, DomainConstraint, TypeShape } from './type-shape.js';

export interface ParsedTypes {
  /** The shape of each type that the text creates, by identity, in the order of the text. */
  readonly shapes: Readonly<Record<string, TypeShape>>;
  /** The identities of types that the text alters after it has made them, so that no shape says all. */
  readonly altered: readonly string[];
}

/**
 * Reads the types that a text creates.
 *
 * @param file - the path that errors name
 * @param schema - the schema of names that the text leaves unqualified
 * @throws AssetError `ASSET_SYNTAX`
 */
export async function parseTypes(text: string, file: string, schema: string): Promise<ParsedTypes> {
  const statements = await parseStatements(text, file);
  const source = new Source(text);
  return {
    shapes: Object.fromEntries(statements.flatMap((each) => shapeIn(each, source, schema))),
    altered: statements.flatMap(({ node }) => alteredBy(node, schema)),
  };
}

/** A text, cut by the byte offsets that the parser tells. */
class Source {
  readonly #bytes: Buffer;

  constructor(text: string) {
    this.#bytes = Buffer.from(text);
  }

  /** Returns a piece without comments, each stretch of space made one. */
  slice(start: number, end: number): string {
    const text = this.#bytes.subarray(start, end).toString();
    let plain = '';
    for (const token of tokens(text)) {
      if (token.kind !== 'space') plain += text.slice(token.start, token.end);
      else if (!plain.endsWith(' ')) plain += ' ';
    }
    return plain.replace(/,\s*$/, '').trim();
  }
}

type Entry = readonly [identity: string, shape: TypeShape];

function shapeIn(statement: ParsedStatement, source: Source, schema: string): Entry[] {
  const [type = '', body] = Object.entries(statement.node)[0] ?? [];
  const read = readers[type];
  return read === undefined ? [] : [read(body as Node, statement, source, schema)];
}

type Reader = (body: Node, statement: ParsedStatement, source: Source, schema: string) => Entry;

const readers: Readonly<Record<string, Reader>> = {
  CreateEnumStmt: (body, _statement, _source, schema) => [
    nameOf('type', body['typeName'], schema),
    { kind: 'enum', labels: strings(body['vals']) },
  ],
  CompositeTypeStmt: (body, _statement, _source, schema) => {
    return [
      ofRelation(body['typevar'] as Node, schema),
      { kind: 'composite', attributes: attributesIn(body) },
    ];
  },
  CreateDomainStmt: (body, statement, source, schema) => [
    nameOf('domain', body['domainname'], schema),
    domainIn(body, statement, source),
  ],
  CreateRangeStmt: (body, { start, end }, source, schema) => [
    nameOf('type', body['typeName'], schema),
    { kind: 'other', sha256: createHash('sha256').update(source.slice(start, end)).digest('hex') },
  ],
};

function nameOf(kind: string, names: unknown, schema: string): string {
  return identityOf({ kind, ...qualified(strings(names), schema), signature: '', replaces: false });
}

function ofRelation(range: Node, schema: string): string {
  const { schemaname, relname } = range;
  const own = typeof schemaname === 'string' ? schemaname : schema;
  return identityOf({ kind: 'type', schema: own, name: String(relname), signature: '', replaces: false });
}

function attributesIn(body: Node): CompositeAttribute[] {
  return nodes(body['coldeflist'], 'ColumnDef').map((column) => {
    const collation = collationOf(column);
    const type = typeIn(column['typeName'] as Node);
    return { name: String(column['colname']), type, ...(collation && { collation }) };
  });
}

function domainIn(body: Node, { end }: ParsedStatement, source: Source): TypeShape {
  const constraints = nodes(body['constraints'], 'Constraint');
  const starts = constraints.map(({ location = 0 }) => Number(location));
  const textAt = (index: number) => source.slice(starts[index] ?? 0, starts[index + 1] ?? end);
  const ofKind = (kind: string) =>
    constraints.flatMap((constraint, index) =>
      constraint['contype'] === kind ? [{ name: constraint['conname'], text: textAt(index) }] : [],
    );
  const [given] = ofKind('CONSTR_DEFAULT');
  const collation = collationOf(body);
  const standard = given?.text.replace(/^(constraint ("([^"]|"")+"|\S+) )?default /i, '');
  return {
    kind: 'domain',
    base: typeIn(body['typeName'] as Node),
    ...(collation && { collation }),
    ...(standard !== undefined && { default: standard }),
    notNull: ofKind('CONSTR_NOTNULL').length > 0,
    constraints: ofKind('CONSTR_CHECK').map(checkOf),
  };
}

function checkOf({ name, text }: { name: unknown; text: string }): DomainConstraint {
  const definition = text.replace(/^constraint ("([^"]|"")+"|\S+) /i, '').replace(/^check ?/i, 'CHECK ');
  return { ...(typeof name === 'string' && { name }), definition };
}

function collationOf(node: Node): string | undefined {
  const clause = node['collClause'] as Node | undefined;
  return clause && strings(clause['collname']).map(identifier).join('.');
}

/** Writes a type as the server prints it, with its length or precision. */
function typeIn(type: Node): string {
  const isArray = Array.isArray(type['arrayBounds']) && type['arrayBounds'].length > 0;
  const plain = typeText({ ...type, arrayBounds: [] });
  return `${withModifiers(plain, integers(type['typmods']))}${isArray ? '[]' : ''}`;
}

function withModifiers(plain: string, modifiers: readonly number[]): string {
  if (modifiers.length === 0) return plain;
  if (plain === 'interval') return intervalText(modifiers);
  return plain.replace(/^(\S+(?: \w+)*?)( with(?:out)? time zone)?$/, `$1(${modifiers.join(',')})$2`);
}

/** The bit of each field of an interval; PostgreSQL source, `utils/timestamp.h`, INTERVAL_MASK. */
const intervalFields = { year: 2, month: 1, day: 3, hour: 10, minute: 11, second: 12 };
const allFields = 0x7fff;

function intervalText([mask = allFields, precision]: readonly number[]): string {
  const given = Object.entries(intervalFields).filter(([, bit]) => mask & (1 << bit));
  const names = mask === allFields ? [] : given.map(([name]) => name);
  const ends = names.length > 1 ? [names[0], names.at(-1)] : names;
  const digits = precision === undefined ? '' : `(${precision})`;
  return `interval${ends.length === 0 ? '' : ` ${ends.join(' to ')}`}${digits}`;
}

function integers(list: unknown): number[] {
  return nodes(list, 'A_Const').map(({ ival }) => Number((ival as { ival?: number } | undefined)?.ival ?? 0));
}

function nodes(list: unknown, type: string): Node[] {
  return (Array.isArray(list) ? (list as Node[]) : []).flatMap((item) => {
    const body = item[type] as Node | undefined;
    return body === undefined ? [] : [body];
  });
}

/** ALTER TYPE and ALTER DOMAIN, but for those that change only who owns a type. */
function alteredBy(node: Node, schema: string): string[] {
  const [type = '', body] = Object.entries(node)[0] ?? [];
  const { typeName, relation, objtype, object, renameType } = body as Node;
  if (type === 'AlterEnumStmt') return [nameOf('type', typeName, schema)];
  if (type === 'AlterDomainStmt') return [nameOf('domain', typeName, schema)];
  if (type === 'AlterTableStmt' && objtype === 'OBJECT_TYPE') return [ofRelation(relation as Node, schema)];
  if (type !== 'RenameStmt') return [];
  if (renameType === 'OBJECT_ATTRIBUTE') return [ofRelation(relation as Node, schema)];
  if (renameType !== 'OBJECT_TYPE' && renameType !== 'OBJECT_DOMAIN' && renameType !== 'OBJECT_DOMCONSTRAINT')
    return [];
  const names = (object as { List?: { items?: unknown } } | undefined)?.List?.items;
  return [nameOf(renameType === 'OBJECT_TYPE' ? 'type' : 'domain', names, schema)];
}
