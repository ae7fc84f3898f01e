/**
 * Reading the head of an Alembic revision without executing Python.
 */
import { ScriptError } from '../errors.js';
import { formatPlace, lineAndColumn } from '../sql/place.js';
import {
  pythonLines,
  pythonLiteral,
  type PythonLine,
  type PythonLiteral,
  type PythonToken,
} from './python-source.js';

/** What a file of an Alembic versions folder says of its revision. */
export interface AlembicHeader {
  readonly revision: string;
  readonly downRevisions: readonly string[];
  readonly branchLabels: readonly string[];
  readonly dependsOn: readonly string[];
  /** The first paragraph of the docstring, on one line; empty where there is none. */
  readonly message: string;
  /** `Create Date` of the docstring; without a time zone it is taken for UTC. */
  readonly created: Date | undefined;
}

const fields = ['revision', 'down_revision', 'branch_labels', 'depends_on'] as const;
type Field = (typeof fields)[number];

/** Blocks that have names of their own, and the decorators before them. */
const innerBlocks = new Set(['def', 'class', 'async', '@']);

/**
 * Reads the head of a revision.
 *
 * @param file - the path that errors name
 * @returns undefined when the file declares no revision
 * @throws ScriptError `HEADER_UNREADABLE` when a value is not a plain literal
 */
export function readAlembicHeader(source: string, file: string): AlembicHeader | undefined {
  const lines = pythonLines(source);
  const values = new Map<Field, { value: PythonLiteral; offset: number }>();
  for (const line of moduleLines(lines)) {
    const { field, value, offset } = readAssignment(line) ?? {};
    if (field === undefined || offset === undefined) continue;
    if (value === undefined) throw unreadable(field, place(source, offset, file));
    values.set(field, { value, offset });
  }
  if (values.size === 0) return undefined;
  const { value: revision, offset = 0 } = values.get('revision') ?? {};
  if (typeof revision !== 'string') throw unreadable('revision', place(source, offset, file));
  const doc = docstring(lines[0]);
  return {
    revision,
    downRevisions: listOf(values.get('down_revision')?.value),
    branchLabels: listOf(values.get('branch_labels')?.value),
    dependsOn: listOf(values.get('depends_on')?.value),
    message: messageIn(doc),
    created: dateIn(doc),
  };
}

/** The lines that run when the module is loaded: those of functions and classes have names of their own. */
function* moduleLines(lines: readonly PythonLine[]): Generator<PythonLine> {
  let inner = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (line.indent > inner) continue;
    const isInner = innerBlocks.has(line.tokens[0]?.text ?? '');
    inner = isInner ? line.indent : Number.POSITIVE_INFINITY;
    if (!isInner) yield line;
  }
}

interface Assignment {
  readonly field: Field;
  /** undefined when it cannot be known without running the file. */
  readonly value: PythonLiteral | undefined;
  readonly offset: number;
}

/** A line that gives a field its value, in whatever way. */
function readAssignment({ indent, tokens }: PythonLine): Assignment | undefined {
  const [first, second] = tokens;
  const equals = outside(tokens).filter(({ text }) => text === '=');
  const field = fieldOf(first);
  if (indent === 0 && first && field && (second?.text === '=' || second?.text === ':')) {
    const [equal] = equals;
    if (equal === undefined) return undefined;
    return { field, value: pythonLiteral(tokens.slice(tokens.indexOf(equal) + 1)), offset: first.offset };
  }
  const target = targetIn(tokens, equals.at(-1));
  const computed = target && fieldOf(target);
  return computed && { field: computed, value: undefined, offset: target.offset };
}

/** The field that a line sets in a way that is not read: behind another name, changed in place, or imported. */
function targetIn(tokens: readonly PythonToken[], equal: PythonToken | undefined): PythonToken | undefined {
  const [first, second] = tokens;
  if (first?.text === 'from' || first?.text === 'import') return importedIn(tokens);
  if (fieldOf(first) && /^(?:[+|&*]=|\.|\[)$/.test(second?.text ?? '')) return first;
  if (equal === undefined) return undefined;
  return outside(tokens.slice(0, tokens.indexOf(equal))).find((token) => fieldOf(token));
}

/** `from heads import revision` and `import heads as revision`, but not `import app.revision`. */
function importedIn(tokens: readonly PythonToken[]): PythonToken | undefined {
  const names = tokens.slice(tokens.findIndex(({ text }) => text === 'import') + 1);
  return names.find(
    (token, index) =>
      fieldOf(token) && names[index - 1]?.text !== '.' && !/^(?:as|\.)$/.test(names[index + 1]?.text ?? ''),
  );
}

/** The tokens that stand in no brackets. */
function outside(tokens: readonly PythonToken[]): PythonToken[] {
  let depth = 0;
  return tokens.filter(({ kind, text }) => {
    if (kind !== 'mark') return depth === 0;
    if (')]}'.includes(text)) depth -= 1;
    const isOutside = depth === 0;
    if ('([{'.includes(text)) depth += 1;
    return isOutside;
  });
}

function fieldOf(token: PythonToken | undefined): Field | undefined {
  return token?.kind === 'name' ? fields.find((field) => field === token.text) : undefined;
}

function listOf(value: PythonLiteral | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  return typeof value === 'string' ? [value] : value;
}

function docstring(line: PythonLine | undefined): string {
  const literal = pythonLiteral(line?.tokens ?? []);
  return typeof literal === 'string' ? literal.trim() : '';
}

/** Alembic's own lines follow the message; where there is none, they are all there is. */
function messageIn(doc: string): string {
  const [first = ''] = doc.split(/\n[ \t]*\n/);
  const message = first.split(/\n/).filter((line) => !/^\s*(?:Revision ID|Revises|Create Date):/.test(line));
  return message.join(' ').replace(/\s+/g, ' ').trim();
}

const datePattern =
  /^\s*Create Date:\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?/m;

function dateIn(doc: string): Date | undefined {
  const [, day, time, zone = 'Z'] = datePattern.exec(doc) ?? [];
  if (day === undefined) return undefined;
  const date = new Date(`${day}T${time}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function place(source: string, offset: number, file: string): string {
  return formatPlace({ file, ...lineAndColumn(source, offset) });
}

function unreadable(field: Field, where: string): ScriptError {
  return new ScriptError('HEADER_UNREADABLE', {
    message: `the value of "${field}" cannot be read without running Python`,
    where,
    next: 'write it as a plain literal: a text in quotes, None, or a tuple of texts',
  });
}
