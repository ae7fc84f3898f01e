/**
 * What an SQL file defines and what it mentions, by PostgreSQL's own grammar.
 *
 * The only door to libpg-query, which is loaded on first use: files are parsed when they are frozen,
 * never when a migration runs.
 */
import type { ParseResult } from '@pgsql/types';
import { AssetError } from '../errors.js';
import { type DefinedObject, definedBy } from './defined-objects.js';
import { mentionsOf } from './mentions.js';
import { type Misplaced, misplacedIn } from './misplaced.js';
import { excerptAt, formatPlace, lineAndColumn, offsetOfPosition } from './place.js';
import { splitCommands } from './scan.js';
import type { Node } from './syntax-tree.js';

export { type DefinedObject, identityOf } from './defined-objects.js';
export { identifier, type Node, qualified, strings, typeText } from './syntax-tree.js';

export interface ParsedSql {
  readonly objects: readonly DefinedObject[];
  /** Names of relations, routines, types and operators that the text mentions, without schema, in its bodies too. */
  readonly mentions: ReadonlySet<string>;
  /** Statements that have no place in an SQL file, with where they begin in the text. */
  readonly misplaced: readonly (Misplaced & { readonly offset: number })[];
}

/**
 * Parses the text of an SQL file.
 *
 * @param file - the path that errors name
 * @param schema - the schema of names that the text leaves unqualified
 * @throws AssetError `ASSET_SYNTAX` with line, column and a caret
 */
export async function parseSql(text: string, file: string, schema: string): Promise<ParsedSql> {
  const parser = await loadParser();
  const tree = parseOrThrow(parser.parseSync, text, file);
  const statements = (tree.stmts ?? []).map(({ stmt }) => stmt as Node);
  const commands = splitCommands(text);
  const objects = statements.flatMap((node) => definedBy(node, schema));
  return {
    objects,
    mentions: mentionsOf(statements, (index) => commands[index]?.text ?? '', parser),
    misplaced: statements.flatMap((node, index) => {
      const found = misplacedIn(node, objects);
      return found === undefined ? [] : [{ ...found, offset: commands[index]?.offset ?? 0 }];
    }),
  };
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
      next: psqlVariable.test(text.slice(offset))
        ? 'write the value itself: variables are known to psql alone'
        : 'mend the file; it must hold plain PostgreSQL statements',
      excerpt: excerptAt(text, offset),
      cause: error,
    });
  }
}

const psqlVariable = /^:['"{]?\w/;

function cursorPosition(error: unknown): number {
  const details = (error as { sqlDetails?: { cursorPosition?: number } }).sqlDetails;
  return details?.cursorPosition ?? 0;
}
