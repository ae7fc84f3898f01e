/**
 * From a file with many objects to live files: one for each name, or the file as a whole.
 */
import { AssetError } from '../errors.js';
import { type DefinedObject, definedBy } from '../sql/defined-objects.js';
import { misplacedIn } from '../sql/misplaced.js';
import { parseStatements } from '../sql/parse.js';
import { formatPlace, lineAndColumn } from '../sql/place.js';
import { readPsqlFile, textWithout } from '../sql/psql-file.js';
import type { Command } from '../sql/scan.js';
import { decodeAsset } from './asset-text.js';
import { restOfCommand, withComments } from './import-comments.js';
import type { ImportRules } from './import-paths.js';
import { assemble, type ImportedAsset, type Unit } from './import-units.js';

/** A file to import. */
export interface ImportedFile {
  /** As errors name it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Something that keeps a file from being imported. */
export interface ImportRefusal {
  /** `file:line:column`. */
  readonly where: string;
  readonly message: string;
  readonly next: string;
}

export interface ReadImport {
  readonly assets: readonly ImportedAsset[];
  /** All that stands against it, in the order of the file; then nothing may be written. */
  readonly refusals: readonly ImportRefusal[];
  /** What was left out, each with its place. */
  readonly leftOut: readonly { readonly where: string; readonly text: string }[];
}

/** Reads a file that was written for psql, by PostgreSQL's grammar; writes nothing. */
export async function readImport({ name, bytes }: ImportedFile, rules: ImportRules): Promise<ReadImport> {
  const at = (text: string, offset: number) => formatPlace({ file: name, ...lineAndColumn(text, offset) });
  const decoded = decodeOrRefuse(bytes, name);
  if (typeof decoded !== 'string') return { assets: [], refusals: [decoded], leftOut: [] };
  const file = readPsqlFile(decoded);
  const refusals: (ImportRefusal & { readonly offset: number })[] = file.refusals.map(
    ({ offset, reason, next }) => ({
      offset,
      where: at(decoded, offset),
      message: reason,
      next,
    }),
  );
  const refuse = (offset: number, message: string, next: string) =>
    refusals.push({ offset, where: at(decoded, offset), message, next });
  const units: Unit[] = [];
  const isSpoilt = ({ offset, text }: Command) =>
    file.refusals.some((passage) => passage.offset >= offset && passage.end <= offset + text.length);
  const sqlIn = (offset: number, end: number) =>
    textWithout(decoded, { offset, end }, [...file.leftOut, ...file.refusals]);
  let start = 0;
  for (const command of file.commands) {
    const end = command.offset + command.text.length;
    const lead = sqlIn(start, command.offset);
    const text = sqlIn(command.offset, end);
    const rest = restOfCommand(decoded, end);
    start = rest.end;
    try {
      const [statement] = await parseStatements(command.text, name);
      const object =
        statement && definedBy(statement.node, rules.schema).find(({ kind }) => kind !== 'grant');
      const made = `${replacing(text, command, object)}${rest.before === '' ? '' : ` ${rest.before}\n`};`;
      if (statement !== undefined)
        units.push({ command, node: statement.node, lead, text: made, behind: rest.behind, object });
    } catch (error) {
      if (!(error instanceof AssetError)) throw error;
      if (!isSpoilt(command)) refuse(offsetOfSyntax(error, command), error.message, error.next);
    }
  }
  const own = units.flatMap(({ object }) => object ?? []);
  const leftOut = [...file.leftOut];
  const kept = units.filter(({ command, node }) => {
    const misplaced = misplacedIn(node, own);
    if (misplaced !== undefined) refuse(command.offset, misplaced.reason, misplaced.advice);
    // What comes back at once is dropped by limbeck itself, where it must be.
    else if (command.words[0] === 'drop')
      leftOut.push({ offset: command.offset, end: command.offset + command.text.length });
    else return true;
    return false;
  });
  const commented = withComments(units, kept, sqlIn(start, decoded.length));
  const assets = assemble(commented, name, rules, (unit, message, next) =>
    refuse(unit.command.offset, message, next),
  );
  return {
    assets,
    refusals: refusals
      .sort((a, b) => a.offset - b.offset)
      .map(({ where, message, next }) => ({ where, message, next })),
    leftOut: leftOut
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, end }) => ({ where: at(decoded, offset), text: decoded.slice(offset, end).trim() })),
  };
}

function decodeOrRefuse(bytes: Uint8Array, name: string): string | ImportRefusal {
  try {
    return decodeAsset(bytes, name);
  } catch (error) {
    if (!(error instanceof AssetError)) throw error;
    return { where: error.where ?? name, message: error.message, next: error.next };
  }
}

/** The place of the parser counts in the command. */
function offsetOfSyntax({ where = '' }: AssetError, { text, offset }: Command): number {
  const [, line = '1', column = '1'] = /:(\d+):(\d+)$/.exec(where) ?? [];
  const lines = text.split('\n').slice(0, Number(line) - 1);
  return offset + lines.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1;
}

/** Kinds that CREATE OR REPLACE can make again, so that what stands on them need not be made anew. */
const replaceable = new Set(['function', 'procedure', 'aggregate', 'view', 'trigger', 'rule']);

function replacing(text: string, { text: command }: Command, object: DefinedObject | undefined): string {
  if (object === undefined || object.replaces || !replaceable.has(object.kind)) return text;
  const [word] =
    /^create(?=\s+(?:function|procedure|aggregate|view|recursive\s+view|trigger|rule)\b)/i.exec(command) ??
    [];
  if (word === undefined || !text.endsWith(command)) return text;
  const more = word === word.toUpperCase() ? 'OR REPLACE' : 'or replace';
  return `${text.slice(0, text.length - command.length)}${word} ${more}${command.slice(word.length)}`;
}
