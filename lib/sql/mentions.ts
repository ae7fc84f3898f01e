/**
 * What a text mentions: the names of relations, routines, types and operators, in its bodies too.
 */
import type { ParseResult } from '@pgsql/types';
import { items, type Node, nodes, optionsOf, strings } from './syntax-tree.js';

/** What is needed of libpg-query. */
export interface Parser {
  readonly parseSync: (sql: string) => ParseResult;
  readonly parsePlPgSQLSync: (sql: string) => unknown;
}

/**
 * Returns the last part of each name that the statements mention.
 *
 * @param commandOf - the text of a statement, by its place
 */
export function mentionsOf(
  statements: readonly Node[],
  commandOf: (index: number) => string,
  parser: Parser,
): Set<string> {
  const mentions = new Set<string>();
  collectMentions(statements, mentions);
  for (const [index, statement] of statements.entries()) {
    for (const body of bodiesOf(statement, () => commandOf(index), parser)) {
      const parsed = tryParse(parser, body);
      if (parsed) collectMentions(parsed, mentions);
    }
  }
  return mentions;
}

function tryParse({ parseSync }: Parser, text: string): ParseResult | undefined {
  for (const candidate of [text, `select ${text}`, `select ${text.replace(/^.*?:=/s, '')}`]) {
    try {
      return parseSync(candidate);
    } catch {
      // An expression of PL/pgSQL is no statement, an assignment no expression; other things are neither.
    }
  }
  return undefined;
}

/** Iterative, for trees can be deep. */
function collectMentions(root: unknown, mentions: Set<string>): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) for (const item of node) open.push(item);
    else if (typeof node === 'object' && node !== null) {
      for (const name of namesIn(node as Node)) mentions.add(name);
      for (const value of Object.values(node)) open.push(value);
    }
  }
}

function namesIn(node: Node): string[] {
  const { relname, funcname, names, objname, kind, name } = node;
  if (typeof relname === 'string') return [relname];
  const operator = typeof kind === 'string' && kind.startsWith('AEXPR_') ? strings(name).at(-1) : undefined;
  return [strings(funcname).at(-1), strings(names).at(-1), strings(objname).at(-1), operator].filter(
    (each) => each !== undefined,
  );
}

/** The texts inside routines: the body of an SQL function, each expression and query of a PL/pgSQL one. */
function bodiesOf(node: Node, command: () => string, parser: Parser): string[] {
  const routine = (node['CreateFunctionStmt'] ?? node['DoStmt']) as Node | undefined;
  if (routine === undefined) return [];
  const options = optionsOf(routine['options'] ?? routine['args']);
  const body = optionString(options, 'as');
  if (body === undefined) return [];
  const language = optionString(options, 'language') ?? 'plpgsql';
  if (language !== 'plpgsql') return [body];
  try {
    return queriesIn(parser.parsePlPgSQLSync(command()));
  } catch {
    // Not every valid body passes outside a database; its mentions only serve the load order.
    return [];
  }
}

function optionString(options: ReadonlyMap<string, Node>, name: string): string | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  const list = 'List' in value ? items(value) : [value];
  return strings(nodes(list))[0];
}

function queriesIn(root: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    const { query } = node as Node;
    if (typeof query === 'string') found.push(query);
    for (const value of Object.values(node)) open.push(value);
  }
  return found;
}
