/**
 * Where in the text of an SQL file a routine failed that the file defines.
 */
import { bodyOf, embeddedTexts, offsetOfStatement } from './embedded-text.js';
import type { ContextFrame } from './error-context.js';
import { parseIdentity } from './identity.js';
import { offsetOfPosition } from './place.js';
import { splitCommands } from './scan.js';

/** A text that the server looked at on its own, such as one statement of a body, and its position in it. */
export interface InnerText {
  readonly text: string;
  /** In characters, from 1; undefined where only the text is known. */
  readonly position: number | undefined;
}

type RoutineFrame = Exclude<ContextFrame, { readonly kind: 'block' }>;

/**
 * Returns the identities among `objects` that a routine of a context may be, the surest reading alone.
 *
 * @param routine - `f(integer)`, as PL/pgSQL tells it, by the search path with or without schema; `f` of SQL
 */
export function routineAmong({ kind, routine }: RoutineFrame, objects: readonly string[]): string[] {
  const wanted =
    kind === 'sql' ? { schema: undefined, name: routine, types: undefined } : signatureOf(routine);
  const named = objects.filter((object) => {
    const identity = routineIdentity(object);
    return identity?.name === wanted.name && (wanted.schema ?? identity.schema) === identity.schema;
  });
  const types = wanted.types;
  if (types === undefined) return named;
  const exact = named.filter((object) => inputsOf(object) === types);
  const alike = named.filter((object) => countOf(inputsOf(object)) === countOf(types));
  return [exact, alike, named].find((found) => found.length > 0) ?? [];
}

/**
 * Returns the offset in `text` at which the routine failed: its line or statement, better where the server
 * has told which part of it.
 *
 * @param objects - what the text defines, in its order
 * @param identity - the one of them that failed
 */
export function offsetInRoutine(
  text: string,
  objects: readonly string[],
  identity: string,
  frame: RoutineFrame,
  inner: InnerText | undefined,
): number | undefined {
  const index = objects.filter((object) => routineIdentity(object) !== undefined).indexOf(identity);
  const command = splitCommands(text).filter(makesRoutine)[index];
  if (command === undefined) return undefined;
  const body = bodyOf(command.text);
  const inBody = body && offsetInBody(body.text, frame, inner);
  return command.offset + (inBody === undefined ? 0 : (body?.outerOffset(inBody) ?? 0));
}

/** Returns the offset in a body at which a statement failed that the server names by its line or number. */
export function offsetInBody(
  body: string,
  frame: ContextFrame,
  inner: InnerText | undefined,
): number | undefined {
  if (inner?.text === body) return offsetOfPosition(body, inner.position ?? 1);
  const start =
    frame.kind === 'sql' ? offsetOfStatement(body, frame.statement ?? 1) : lineStart(body, frame.line);
  if (start === undefined) return undefined;
  const found = inner && offsetOfInner(body, start, inner);
  return found ?? start + (/^[^\S\n]*/.exec(body.slice(start))?.[0].length ?? 0);
}

/** Returns the offset of the place in an inner text that stands somewhere in `sql`, or in a string of it. */
export function offsetOfInner(sql: string, from: number, inner: InnerText): number | undefined {
  const within = inner.position === undefined ? 0 : offsetOfPosition(inner.text, inner.position);
  const verbatim = sql.indexOf(inner.text, from);
  if (verbatim !== -1) return verbatim + within;
  // PERFORM is a SELECT to the server.
  const rest = /^select\s/i.test(inner.text) ? inner.text.slice('select'.length) : undefined;
  const performed = rest === undefined ? -1 : sql.indexOf(rest, from);
  if (performed !== -1) return Math.max(from, performed + within - 'select'.length);
  for (const { text, start, outerOffset } of embeddedTexts(sql)) {
    const found = start >= from || text.includes(inner.text) ? offsetOfInner(text, 0, inner) : undefined;
    if (found !== undefined) return outerOffset(found);
  }
  return undefined;
}

function lineStart(body: string, line: number | undefined): number | undefined {
  if (line === undefined) return undefined;
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) {
    start = body.indexOf('\n', start) + 1;
    if (start === 0) return undefined;
  }
  return start;
}

function makesRoutine({ words: [create, ...rest] }: { readonly words: readonly string[] }): boolean {
  const [kind] = rest[0] === 'or' ? rest.slice(2) : rest;
  return create === 'create' && (kind === 'function' || kind === 'procedure');
}

function routineIdentity(object: string) {
  const identity = parseIdentity(object);
  return identity?.kind === 'function' || identity?.kind === 'procedure' ? identity : undefined;
}

const signaturePattern = /^(?:("(?:[^"]|"")+"|[^".(]+)\.)?("(?:[^"]|"")+"|[^".(]+)(?:\((.*)\))?$/s;

function signatureOf(text: string) {
  const [, schema, name = text, types] = signaturePattern.exec(text) ?? [];
  return {
    schema: schema && unquoted(schema),
    name: unquoted(name),
    types: types?.replaceAll(', ', ','),
  };
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** The input types of an identity, as PL/pgSQL writes them. */
function inputsOf(object: string): string {
  const types = /\((.*)\)$/s.exec(object)?.[1] ?? '';
  return types
    .split(', ')
    .filter((type) => !type.startsWith('OUT '))
    .join(',');
}

function countOf(types: string): number {
  return types === '' ? 0 : types.split(',').length;
}
