/**
 * Reading the header of a script without executing it.
 *
 * A checkout may hold thousands of scripts, and most commands only need their links: importing them all
 * would cost seconds, and would run code that nobody asked for.
 */
import { init, parse } from 'es-module-lexer';
import { ScriptError } from '../errors.js';
import { formatPlace, lineAndColumn } from '../sql/place.js';
import { sqlHeaderLines } from './sql-sections.js';

/** What the header of a script says. */
export interface ScriptHeader {
  readonly revision: string;
  readonly downRevisions: readonly string[];
  readonly branchLabels: readonly string[];
  readonly dependsOn: readonly string[];
  readonly created: string | undefined;
  readonly message: string | undefined;
}

export type Literal = string | null | readonly string[];

export const fields = [
  'revision',
  'downRevision',
  'branchLabels',
  'dependsOn',
  'created',
  'message',
] as const;
export type Field = (typeof fields)[number];

/** Makes the lexer ready; must have resolved before headers of modules are read. */
export async function prepareHeaderReader(): Promise<void> {
  await init();
}

/**
 * Reads the header of a TypeScript or JavaScript script.
 *
 * @param file - the path that errors name
 * @returns undefined when the text declares no `revision`: it is no script
 * @throws ScriptError `HEADER_UNREADABLE` when a value is not a plain literal
 */
export function readModuleHeader(text: string, file: string): ScriptHeader | undefined {
  const values = new Map<Field, Literal>();
  const commonJs = commonJsFields(text);
  for (const [field, offset] of commonJs.length > 0 ? commonJs : esModuleFields(text, file)) {
    values.set(field, readLiteral(text, offset, field, file));
  }
  return headerFrom(values, file, leadingComment(text));
}

/** Reads the header of a plain-SQL script: `-- revision: …` and the like, before its sections. */
export function readSqlHeader(text: string, file: string): ScriptHeader | undefined {
  const values = new Map<Field, Literal>();
  const head = sqlHeaderLines(text.replace(/^\uFEFF/, '')).join('\n');
  for (const [, name = '', value = ''] of head.matchAll(/^--\s*(\w+)\s*:[ \t]*(.*?)\s*$/gm)) {
    const field = fields.find((known) => known === name);
    if (field)
      values.set(
        field,
        isList(field) ? value.split(/[\s,]+/).filter((item) => item !== '' && item !== 'null') : value,
      );
  }
  return headerFrom(values, file, sqlMessagePattern.exec(head)?.[1]);
}

/** The first comment that is no field. */
const sqlMessagePattern = new RegExp(`^--[ \\t]+(?!(?:${fields.join('|')})\\s*:)(.+)$`, 'm');

function isList(field: Field): boolean {
  return field === 'downRevision' || field === 'branchLabels' || field === 'dependsOn';
}

/** Makes a header of its values; undefined when there is no `revision` among them. */
export function headerFrom(
  values: ReadonlyMap<Field, Literal>,
  file: string,
  comment: string | undefined,
): ScriptHeader | undefined {
  const revision = values.get('revision');
  if (revision === undefined) return undefined;
  if (typeof revision !== 'string') throw unreadable('revision', formatPlace({ file, line: 1, column: 1 }));
  const created = values.get('created');
  const message = values.get('message');
  return {
    revision,
    downRevisions: listOf(values.get('downRevision')),
    branchLabels: listOf(values.get('branchLabels')),
    dependsOn: listOf(values.get('dependsOn')),
    created:
      typeof created === 'string' ? created.replace(/\D/g, '').slice(0, 14).padEnd(14, '0') : undefined,
    message: typeof message === 'string' && message !== '' ? message : comment,
  };
}

function listOf(value: Literal | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  return typeof value === 'string' ? [value] : value;
}

/** The lexer knows strings, comments and templates, so a header that is only quoted is not taken for one. */
function esModuleFields(text: string, file: string): [Field, number][] {
  const exported = exportsOf(text, file);
  return exported.flatMap((entry) => {
    const field = fields.find((known) => entry.type === 'direct' && !entry.typeOnly && known === entry.name);
    return field === undefined ? [] : [[field, entry.end] as [Field, number]];
  });
}

function exportsOf(text: string, file: string): ReturnType<typeof parse>[1] {
  try {
    return parse(text)[1];
  } catch (error) {
    const { idx = 0 } = error as { idx?: number };
    throw new ScriptError('HEADER_UNREADABLE', {
      message: 'the header cannot be read: the code is broken',
      where: formatPlace({ file, ...lineAndColumn(text, idx) }),
      next: 'mend the code',
      cause: error,
    });
  }
}

function commonJsFields(text: string): [Field, number][] {
  if (!text.includes('exports.')) return [];
  const code = text.replace(quotedPattern, (quoted) => ' '.repeat(quoted.length));
  return [...code.matchAll(/^(?:module\.)?exports\.(\w+)(?=\s*=[^=])/gm)].flatMap((found) => {
    const field = fields.find((known) => known === found[1]);
    const offset = found.index + found[0].length;
    return field === undefined || declarationPattern.test(code.slice(offset)) ? [] : [[field, offset]];
  });
}

/** Comments, texts and templates, none of which holds code. */
const quotedPattern =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`/g;

/** What the TypeScript compiler writes before the values: `exports.downRevision = exports.revision = void 0;`. */
const declarationPattern = /^(?:\s*=\s*exports\.\w+)*\s*=\s*void 0;/;

/** Reads the literal behind the name of an export: `: type` and `=` come before it. */
function readLiteral(text: string, offset: number, field: Field, file: string): Literal {
  const rest = text.slice(offset);
  const value = beforeValue.exec(rest)?.[1];
  const literal = value === undefined ? undefined : literalAtStart(value);
  if (literal === undefined) throw unreadable(field, formatPlace({ file, ...lineAndColumn(text, offset) }));
  return literal;
}

const stringPattern = `'(?:[^'\\\\\\n]|\\\\.)*'|"(?:[^"\\\\\\n]|\\\\.)*"|\`[^\`$\\\\]*\``;
const spacePattern = '(?:\\s|//[^\\n]*\\n|/\\*[\\s\\S]*?\\*/)*';
/** Behind a value its type may stand, and then the declaration must end: `'a' + suffix` is no literal. */
const endPattern =
  '(?:\\s+(?:as|satisfies)\\b[^;\\n]*?)*(?:[ \\t]|/\\*.*?\\*/)*(?:[;,]|$|(?://[^\\n]*)?\\r?\\n(?!\\s*[-+*/%.?&|=<>([`]))';
const beforeValue = new RegExp(`^${spacePattern}(?::[^=;]*)?=(?![=>])${spacePattern}([\\s\\S]*)$`);
const atNothing = new RegExp(`^(?:null|undefined)\\b${endPattern}`);
const atString = new RegExp(`^(${stringPattern})${endPattern}`);
const atList = new RegExp(
  `^\\[(${spacePattern}(?:(?:${stringPattern})${spacePattern},?${spacePattern})*)\\]${endPattern}`,
);

function literalAtStart(value: string): Literal | undefined {
  if (atNothing.test(value)) return null;
  const single = atString.exec(value)?.[1];
  if (single !== undefined) return unquote(single);
  const list = atList.exec(value)?.[1];
  return list === undefined
    ? undefined
    : [...list.matchAll(new RegExp(`//[^\\n]*|/\\*[\\s\\S]*?\\*/|(${stringPattern})`, 'g'))].flatMap(
        ([, item]) => (item === undefined ? [] : [unquote(item)]),
      );
}

function unquote(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|(.))/gi, (_, braced, four, two, character) =>
      character === undefined
        ? String.fromCodePoint(Number.parseInt(braced ?? four ?? two, 16))
        : (controls[character] ?? character),
    );
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The first line of the comment that a script begins with is its message. */
function leadingComment(text: string): string | undefined {
  const comment = /^\uFEFF?\s*(?:['"]use strict['"];\s*)?(?:\/\*\*?([\s\S]*?)\*\/|\/\/([^\n]*))/.exec(text);
  const lines = (comment?.[1] ?? comment?.[2] ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s*/, '').trim());
  return lines.find((line) => line !== '');
}

function unreadable(field: string, where: string): ScriptError {
  return new ScriptError('HEADER_UNREADABLE', {
    message: `the value of "${field}" cannot be read without running the script`,
    where,
    next: 'write it as a plain literal: a text in quotes, null, or a list of texts',
  });
}
