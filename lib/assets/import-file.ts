/**
 * From a file with many objects to live files: one for each name, or the file as a whole.
 */
import { AssetError } from '../errors.js';
import { type DefinedObject, definedBy, identityOf } from '../sql/defined-objects.js';
import { misplacedIn } from '../sql/misplaced.js';
import { parseStatements } from '../sql/parse.js';
import { formatPlace, lineAndColumn } from '../sql/place.js';
import { readPsqlFile, textWithout } from '../sql/psql-file.js';
import type { Command } from '../sql/scan.js';
import { tokens } from '../sql/scan.js';
import type { Node } from '../sql/syntax-tree.js';
import { decodeAsset } from './asset-text.js';
import { type Commented, restOfCommand, withComments } from './import-comments.js';

/** A file to import. */
export interface ImportedFile {
  /** As errors name it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ImportRules {
  /** The folders of live files that the project has. */
  readonly kinds: readonly string[];
  /** The folder for all objects, in place of the one for their kind. */
  readonly kind?: string | undefined;
  /** The schema whose files lie in no sub-folder. */
  readonly schema: string;
  /** Whether a file stays one file. */
  readonly whole: boolean;
}

/** A live file to be. */
export interface ImportedAsset {
  readonly path: string;
  readonly text: string;
  /** Identities of what it defines. */
  readonly objects: readonly string[];
  /** Where it comes from: a file, or a database. */
  readonly source: string;
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

/** One command, with the comments before it, and what it defines or is about. */
interface Unit extends Commented {
  readonly command: Command;
  readonly node: Node;
  readonly object: DefinedObject | undefined;
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

type Refuse = (unit: Unit, message: string, next: string) => void;

function assemble(
  units: readonly Unit[],
  source: string,
  rules: ImportRules,
  refuse: Refuse,
): ImportedAsset[] {
  const files = new Map<string, { path: string; texts: string[]; objects: string[] }>();
  for (const [index, unit] of units.entries()) {
    const subject = unit.object ?? subjectOf(unit, index, units);
    if (subject === undefined) {
      refuse(
        unit,
        'it is about nothing that the file defines',
        'put it into the file of the object, or a revision',
      );
      continue;
    }
    const folder = rules.kind ?? folderFor(subject, rules.kinds);
    if (folder === undefined || !rules.kinds.includes(folder)) {
      refuse(unit, ...withoutFolder(subject, folder));
      continue;
    }
    const path = pathFor(subject, folder, source, rules);
    const key = path.toLowerCase();
    const file = files.get(key) ?? { path, texts: [], objects: [] };
    files.set(key, file);
    file.texts.push(unit.text);
    if (unit.object !== undefined) file.objects.push(identityOf(unit.object));
  }
  return [...files.values()].map(({ path, texts, objects }) => ({
    path,
    text: `${texts.join('\n\n')}\n`,
    objects,
    source,
  }));
}

/** What a comment, a grant or the like is about: the nearest object of a name that it holds. */
function subjectOf({ command }: Unit, index: number, units: readonly Unit[]): DefinedObject | undefined {
  const names = new Set<string>();
  for (const { kind, start, end } of tokens(command.text)) {
    const text = command.text.slice(start, end);
    if (kind === 'word') names.add(text.toLowerCase());
    if (text.startsWith('"')) names.add(text.slice(1, -1).replaceAll('""', '"'));
  }
  const nearest = [...units.slice(0, index).toReversed(), ...units.slice(index + 1)];
  return nearest.find(({ object }) => object !== undefined && names.has(object.name))?.object;
}

const folders: Readonly<Record<string, readonly string[]>> = {
  function: ['procs'],
  procedure: ['procs'],
  aggregate: ['aggregates', 'procs'],
  view: ['views'],
  'materialized view': ['views'],
  type: ['types'],
  domain: ['types'],
  trigger: ['triggers'],
  policy: ['policies'],
  operator: ['operators'],
  rule: ['rules'],
};

/** Returns the folder for an object: of those for its kind the first that the project has. */
export function folderFor(
  { kind }: Pick<DefinedObject, 'kind'>,
  kinds: readonly string[],
): string | undefined {
  const wanted = folders[kind] ?? [];
  return wanted.find((folder) => kinds.includes(folder)) ?? wanted[0];
}

function withoutFolder({ kind }: DefinedObject, folder: string | undefined): [string, string] {
  return folder === undefined
    ? [`there is no folder for a ${kind}`, 'name one of the folders with `--kind`']
    : [
        `a ${kind} belongs into "${folder}", and the setting "kinds" does not have it`,
        `add "${folder}" to \`limbeck.kinds\` in the knexfile, or name another folder with \`--kind\``,
      ];
}

function pathFor(
  { schema, name }: DefinedObject,
  folder: string,
  source: string,
  { whole, schema: usual }: ImportRules,
): string {
  const file = whole ? source.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '') : name;
  return assetPathFor(folder, schema === usual ? '' : schema, file);
}

/** Returns the path of a live file; what cannot be in the name of a file is `_`. */
export function assetPathFor(folder: string, schema: string, name: string): string {
  const safe = (text: string) => text.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').replace(/^\./, '_');
  return [folder, ...(schema === '' ? [] : [safe(schema)]), `${safe(name)}.sql`].join('/');
}
