/**
 * Reading the header of a script without executing it.
 *
 * A checkout may hold thousands of scripts, and most commands only need their links: importing them all
 * would cost seconds, and would run code that nobody asked for.
 */
import { init, parse } from 'es-module-lexer';
import { ScriptError } from '../errors.js';
import { formatPlace, lineAndColumn } from '../sql/place.js';

/** What the header of a script says. */
export interface ScriptHeader {
  readonly revision: string;
  readonly downRevisions: readonly string[];
  readonly branchLabels: readonly string[];
  readonly dependsOn: readonly string[];
  readonly created: string | undefined;
  readonly message: string | undefined;
}

type Literal = string | null | readonly string[];

const fields = ['revision', 'downRevision', 'branchLabels', 'dependsOn', 'created', 'message'] as const;
type Field = (typeof fields)[number];

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
  for (const [field, offset] of [...esModuleFields(text), ...commonJsFields(text)]) {
    values.set(field, readLiteral(text, offset, field, file));
  }
  return headerFrom(values, file, leadingComment(text));
}

/** Reads the header of a plain-SQL script: `-- revision: …` and the like, before `-- upgrade`. */
export function readSqlHeader(text: string, file: string): ScriptHeader | undefined {
  const values = new Map<Field, Literal>();
  const head = text.split(/^--\s*upgrade\s*$/im)[0] ?? '';
  for (const [, name = '', value = ''] of head.matchAll(/^--\s*(\w+)\s*:[ \t]*(.*?)\s*$/gm)) {
    const field = fields.find((known) => known === name);
    if (field)
      values.set(
        field,
        isList(field) ? value.split(/[\s,]+/).filter((item) => item !== '' && item !== 'null') : value,
      );
  }
  return headerFrom(values, file, /^--\s+(?!\w+\s*:)(.+)$/m.exec(head)?.[1]);
}

function isList(field: Field): boolean {
  return field === 'downRevision' || field === 'branchLabels' || field === 'dependsOn';
}

function headerFrom(
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
    message: typeof message === 'string' ? message : comment,
  };
}

function listOf(value: Literal | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  return typeof value === 'string' ? [value] : value;
}

/** The lexer knows strings, comments and templates, so a header that is only quoted is not taken for one. */
function esModuleFields(text: string): [Field, number][] {
  try {
    const [, exported] = parse(text);
    return exported.flatMap((entry) => {
      const field = fields.find((known) => entry.type === 'direct' && known === entry.name);
      return field === undefined ? [] : [[field, entry.end] as [Field, number]];
    });
  } catch {
    // Broken code is found when the script is run; until then its CommonJS lines may still be read.
    return [];
  }
}

function commonJsFields(text: string): [Field, number][] {
  return [...text.matchAll(/^(?:module\.)?exports\.(\w+)(?=\s*=[^=])/gm)].flatMap((found) => {
    const field = fields.find((known) => known === found[1]);
    return field === undefined ? [] : [[field, found.index + found[0].length] as [Field, number]];
  });
}

/** Reads the literal behind the name of an export: `: type` and `=` come before it. */
function readLiteral(text: string, offset: number, field: Field, file: string): Literal {
  const rest = text.slice(offset);
  const value = /^\s*(?::[^=;]*)?=(?![=>])\s*([\s\S]*)$/.exec(rest)?.[1];
  const literal = value === undefined ? undefined : literalAtStart(value);
  if (literal === undefined) throw unreadable(field, formatPlace({ file, ...lineAndColumn(text, offset) }));
  return literal;
}

const stringPattern = `'(?:[^'\\\\\\n]|\\\\.)*'|"(?:[^"\\\\\\n]|\\\\.)*"|\`[^\`$\\\\]*\``;
const spacePattern = '(?:\\s|//[^\\n]*\\n|/\\*[\\s\\S]*?\\*/)*';
const atString = new RegExp(`^(${stringPattern})`);
const atList = new RegExp(
  `^\\[(${spacePattern}(?:(?:${stringPattern})${spacePattern},?${spacePattern})*)\\]`,
);

function literalAtStart(value: string): Literal | undefined {
  if (/^(?:null|undefined)\b/.test(value)) return null;
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
  return literal.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** The first line of the comment that a script begins with is its message. */
function leadingComment(text: string): string | undefined {
  const comment = /^\uFEFF?\s*(?:'use strict';\s*)?(?:\/\*\*?([\s\S]*?)\*\/|\/\/([^\n]*))/.exec(text);
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
