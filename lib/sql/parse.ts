/**
 * What an SQL file defines and what it mentions, by PostgreSQL's own grammar.
 *
 * The only door to libpg-query, which is loaded on first use: files are parsed when they are frozen,
 * never when a migration runs.
 */
import type { ParseResult } from '@pgsql/types';
import { AssetError } from '../errors.js';
import { excerptAt, formatPlace, lineAndColumn, offsetOfPosition } from './place.js';
import { splitCommands } from './scan.js';

/** An object that a text creates. */
export interface DefinedObject {
  /** As DROP spells it: `function`, `procedure`, `aggregate`, `view`, `materialized view`, `type`, `domain`. */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  /** What sets overloads apart: the input types in parentheses; empty for what has none. */
  readonly signature: string;
  /** Whether the text says CREATE OR REPLACE. */
  readonly replaces: boolean;
}

export interface ParsedSql {
  readonly objects: readonly DefinedObject[];
  /** Names of relations, routines and types that the text mentions, without schema, in its bodies too. */
  readonly mentions: ReadonlySet<string>;
}

/** Writes an object as manifests hold it: `function public.update_adu(date)`. */
export function identityOf({ kind, schema, name, signature }: DefinedObject): string {
  return `${kind} ${identifier(schema)}.${identifier(name)}${signature}`;
}

/**
 * Parses the text of an SQL file.
 *
 * @param file - the path that errors name
 * @param schema - the schema of names that the text leaves unqualified
 * @throws AssetError `ASSET_SYNTAX` with line, column and a caret
 */
export async function parseSql(text: string, file: string, schema: string): Promise<ParsedSql> {
  const library = await loadParser();
  const tree = parseOrThrow(library.parseSync, text, file);
  const statements = (tree.stmts ?? []).map(({ stmt }) => stmt as Node);
  const mentions = new Set<string>();
  collectMentions(statements, mentions);
  const commands = splitCommands(text);
  const bodies = statements.flatMap((node, index) => bodiesOf(node, commands[index]?.text ?? '', library));
  for (const body of bodies) {
    const parsed = tryParse(library.parseSync, body);
    if (parsed) collectMentions(parsed, mentions);
  }
  return { objects: statements.flatMap((node) => definedBy(node, schema)), mentions };
}

/** A statement of a text as a syntax tree, and where it stands in bytes. */
export interface ParsedStatement {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

/**
 * Parses a text into its statements.
 *
 * @throws AssetError `ASSET_SYNTAX` with line, column and a caret
 */
export async function parseStatements(text: string, file: string): Promise<ParsedStatement[]> {
  const { parseSync } = await loadParser();
  const bytes = Buffer.byteLength(text);
  return (parseOrThrow(parseSync, text, file).stmts ?? []).map(
    ({ stmt, stmt_location: start = 0, stmt_len: length }) => ({
      node: stmt as Node,
      start,
      end: length === undefined ? bytes : start + length,
    }),
  );
}

async function loadParser() {
  const library = await import('libpg-query');
  await library.loadModule();
  return library;
}

/** A node of the syntax tree, as libpg-query's JSON has it. */
export type Node = { readonly [key: string]: unknown };
type Parse = (text: string) => ParseResult;

function parseOrThrow(parse: Parse, text: string, file: string): ParseResult {
  if (text.trim() === '') return { stmts: [] };
  try {
    return parse(text);
  } catch (error) {
    const position = cursorPosition(error);
    const offset = offsetOfPosition(text, position + 1);
    throw new AssetError('ASSET_SYNTAX', {
      message: (error as Error).message,
      where: formatPlace({ file, ...lineAndColumn(text, offset) }),
      next: 'mend the file; it must hold plain PostgreSQL statements',
      excerpt: excerptAt(text, offset),
      cause: error,
    });
  }
}

function cursorPosition(error: unknown): number {
  const details = (error as { sqlDetails?: { cursorPosition?: number } }).sqlDetails;
  return details?.cursorPosition ?? 0;
}

function tryParse(parse: Parse, text: string): ParseResult | undefined {
  for (const candidate of [text, `select ${text}`, `select ${text.replace(/^.*?:=/s, '')}`]) {
    try {
      return parse(candidate);
    } catch {
      // An expression of PL/pgSQL is no statement, an assignment no expression; other things are neither.
    }
  }
  return undefined;
}

// --- definitions -------------------------------------------------------------------------------------

function definedBy(node: Node, schema: string): DefinedObject[] {
  const [type = '', body] = Object.entries(node)[0] ?? [];
  const define = definitions[type];
  return define === undefined ? [] : define(body as Node, schema);
}

const definitions: Record<string, (body: Node, schema: string) => DefinedObject[]> = {
  CreateFunctionStmt: (body, schema) => [
    {
      kind: body['is_procedure'] === true ? 'procedure' : 'function',
      ...qualified(strings(body['funcname']), schema),
      signature: signatureOf(body),
      replaces: body['replace'] === true,
    },
  ],
  ViewStmt: (body, schema) => [relation('view', body['view'] as Node, schema, body['replace'] === true)],
  CreateTableAsStmt: (body, schema) =>
    body['objtype'] === 'OBJECT_MATVIEW'
      ? [relation('materialized view', (body['into'] as Node)['rel'] as Node, schema, false)]
      : [],
  CreateEnumStmt: (body, schema) => [named('type', body['typeName'], schema)],
  CreateRangeStmt: (body, schema) => [named('type', body['typeName'], schema)],
  CompositeTypeStmt: (body, schema) => [relation('type', body['typevar'] as Node, schema, false)],
  CreateDomainStmt: (body, schema) => [named('domain', body['domainname'], schema)],
  DefineStmt: (body, schema) =>
    body['kind'] === 'OBJECT_AGGREGATE'
      ? [
          {
            kind: 'aggregate',
            ...qualified(strings(body['defnames']), schema),
            signature: aggregateSignature(body),
            replaces: body['replace'] === true,
          },
        ]
      : [],
};

function named(kind: string, names: unknown, schema: string): DefinedObject {
  return { kind, ...qualified(strings(names), schema), signature: '', replaces: false };
}

function relation(kind: string, range: Node, schema: string, replaces: boolean): DefinedObject {
  const own = range['schemaname'];
  return {
    kind,
    schema: typeof own === 'string' ? own : schema,
    name: String(range['relname']),
    signature: '',
    replaces,
  };
}

export function qualified(names: readonly string[], schema: string): { schema: string; name: string } {
  return { schema: names.at(-2) ?? schema, name: names.at(-1) ?? '' };
}

export function strings(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).flatMap((item: Node) => {
    const value = (item['String'] as { sval?: string } | undefined)?.sval;
    return value === undefined ? [] : [value];
  });
}

/**
 * The input types of a function; of a procedure the OUT types as well, which DROP PROCEDURE wants.
 *
 * @see PostgreSQL manual, "DROP PROCEDURE", notes
 */
function signatureOf(body: Node): string {
  const isProcedure = body['is_procedure'] === true;
  const types = parameters(body['parameters']).flatMap(({ mode, argType }) => {
    if (mode === 'FUNC_PARAM_TABLE') return [];
    if (mode === 'FUNC_PARAM_OUT') return isProcedure ? [`OUT ${typeText(argType)}`] : [];
    return [typeText(argType)];
  });
  return `(${types.join(', ')})`;
}

function aggregateSignature(body: Node): string {
  const [list] = Array.isArray(body['args']) ? (body['args'] as Node[]) : [];
  const items = (list?.['List'] as { items?: unknown } | undefined)?.items;
  const types = parameters(items).map(({ argType }) => typeText(argType));
  return types.length === 0 ? '(*)' : `(${types.join(', ')})`;
}

function parameters(list: unknown): { mode: string; argType: Node }[] {
  return (Array.isArray(list) ? list : []).flatMap((item: Node) => {
    const parameter = item['FunctionParameter'] as { mode?: string; argType?: Node } | undefined;
    return parameter?.argType
      ? [{ mode: parameter.mode ?? 'FUNC_PARAM_DEFAULT', argType: parameter.argType }]
      : [];
  });
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
};

export function typeText(type: Node): string {
  const names = strings(type['names']);
  const isBuiltIn = names[0] === 'pg_catalog' && names.length === 2;
  const bare = isBuiltIn ? (names[1] ?? '') : names.map(identifier).join('.');
  const base = standardNames[bare] ?? bare;
  const suffix = type['pct_type'] === true ? '%TYPE' : '';
  const isArray = Array.isArray(type['arrayBounds']) && type['arrayBounds'].length > 0;
  return `${base}${suffix}${isArray ? '[]' : ''}`;
}

export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

// --- mentions ----------------------------------------------------------------------------------------

/** Gathers the last part of each relation, routine and type name; iterative, for trees can be deep. */
function collectMentions(root: unknown, mentions: Set<string>): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) open.push(...node);
    else if (typeof node === 'object' && node !== null) {
      for (const name of namesIn(node as Node)) mentions.add(name);
      open.push(...Object.values(node));
    }
  }
}

function namesIn(node: Node): string[] {
  const { relname, funcname, names } = node;
  if (typeof relname === 'string') return [relname];
  return [strings(funcname).at(-1), strings(names).at(-1)].filter((name) => name !== undefined);
}

/** The texts inside routines: the body of an SQL function, each expression and query of a PL/pgSQL one. */
function bodiesOf(
  node: Node,
  command: string,
  library: { parsePlPgSQLSync: (sql: string) => unknown },
): string[] {
  const routine = (node['CreateFunctionStmt'] ?? node['DoStmt']) as Node | undefined;
  if (routine === undefined) return [];
  const given = routine['options'] ?? routine['args'];
  const options = Array.isArray(given) ? (given as Node[]) : [];
  const body = optionStrings(options, 'as')[0];
  if (body === undefined) return [];
  const [language = 'plpgsql'] = optionStrings(options, 'language');
  if (language !== 'plpgsql') return [body];
  try {
    return queriesIn(library.parsePlPgSQLSync(command));
  } catch {
    // Not every valid body passes outside a database; its mentions only serve the load order.
    return [];
  }
}

function optionStrings(options: readonly Node[], name: string): string[] {
  return options.flatMap((option) => {
    const element = option['DefElem'] as { defname?: string; arg?: Node } | undefined;
    if (element?.defname !== name || element.arg === undefined) return [];
    const list = (element.arg['List'] as { items?: unknown } | undefined)?.items;
    return strings(list ?? [element.arg]);
  });
}

function queriesIn(root: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    const { query } = node as Node;
    if (typeof query === 'string') found.push(query);
    open.push(...Object.values(node));
  }
  return found;
}
