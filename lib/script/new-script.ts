/**
 * Writing a new script from a template.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ScriptError } from '../errors.js';
import type { FileNameToken } from '../config/file-name.js';
import { isEsm } from './module-type.js';
import { createdFromName } from './script-directory.js';
import { templates } from './templates.js';

/** What a new script says. */
export interface NewScript {
  readonly revision: string;
  readonly message: string;
  readonly downRevisions: readonly string[];
  readonly branchLabels: readonly string[];
  readonly dependsOn: readonly string[];
  readonly created: Date;
  /** Lines of the two functions, without indentation. */
  readonly upgrade: readonly string[];
  readonly downgrade: readonly string[];
  /** Helpers of limbeck that the lines call. */
  readonly helpers: readonly string[];
}

/** A script as text, and where it goes, relative to the project. */
export interface ScriptFile {
  readonly file: string;
  readonly text: string;
}

/** What the name of a script is made of. */
export type NamedScript = Pick<NewScript, 'revision' | 'message' | 'created'>;

/** How a project writes its scripts. */
export interface ScriptStyle {
  readonly root: string;
  readonly directory: string;
  readonly extension: ScriptExtension;
  readonly fileName: string;
  readonly slugLength: number;
  readonly timeZone: string;
  /** Path of the project's own template. */
  readonly template: string | undefined;
}

export type ScriptExtension = '.ts' | '.mts' | '.cts' | '.js' | '.mjs' | '.cjs' | '.sql';

/** Makes a revision id: twelve random hex digits, as Alembic's. */
export function newRevisionId(): string {
  return randomBytes(6).toString('hex');
}

/**
 * Writes a new script and returns its path, relative to the project.
 *
 * @throws ScriptError `FILE_EXISTS`
 */
export function writeScript(script: NewScript, style: ScriptStyle): string {
  const file = newScriptFile(script, style);
  writeScriptFiles(style.root, [
    { file, text: renderScript(script, templateOf(style), createdBeside(file, script, style)) },
  ]);
  return file;
}

/** Writes all of the files, none of which is there yet, or none; makes the folders that they lie in. */
export function writeScriptFiles(root: string, files: readonly ScriptFile[]): void {
  const begun: string[] = [];
  try {
    for (const { file, text } of files) {
      const path = join(root, file);
      mkdirSync(dirname(path), { recursive: true });
      begun.push(path);
      writeFileSync(path, text);
    }
  } catch (error) {
    for (const path of begun) rmSync(path, { force: true });
    throw error;
  }
}

/**
 * Returns the path of a new script, relative to the project.
 *
 * @throws ScriptError `FILE_EXISTS`
 */
export function newScriptFile(script: NamedScript, style: ScriptStyle): string {
  const file = join(style.directory, `${fileNameOf(script, style)}${style.extension}`).replaceAll('\\', '/');
  if (existsSync(join(style.root, file))) {
    throw new ScriptError('FILE_EXISTS', {
      message: `"${file}" is already there`,
      where: file,
      next: 'choose another message or `--rev-id`',
    });
  }
  return file;
}

function templateOf(style: ScriptStyle): string {
  const { root, template } = style;
  return template === undefined ? templates[languageOf(style)] : readFileSync(join(root, template), 'utf8');
}

/** Returns the language of the scripts of a style. */
export function languageOf({ root, extension, directory }: ScriptStyle): keyof typeof templates {
  const isCommonJs =
    extension === '.cjs' || extension === '.cts' || (extension === '.js' && !isEsm(join(root, directory)));
  if (extension === '.sql') return 'sql';
  if (extension.endsWith('ts')) return 'typescript';
  return isCommonJs ? 'commonjs' : 'esm';
}

/** Returns the creation date for the header, `yyyymmddhhmmss`, where the name of the file does not begin with it. */
export function createdBeside(
  file: string,
  { created }: NewScript,
  { timeZone }: ScriptStyle,
): string | undefined {
  return createdFromName(file) === undefined ? timestampOf(dateParts(created, timeZone)) : undefined;
}

/**
 * Fills a template: `{{name}}` becomes a value; `{{upgrade}}` and `{{downgrade}}`, alone on a line, become lines.
 *
 * @param created - the date that the script exports, `yyyymmddhhmmss`; none when its name tells it
 */
export function renderScript(script: NewScript, template: string, created?: string): string {
  const values = templateValues(script, created);
  const lines = template.split('\n').flatMap((line) => {
    const block = /^(\s*)\{\{(upgrade|downgrade)\}\}\s*$/.exec(line);
    if (block)
      return script[block[2] as 'upgrade' | 'downgrade'].map((each) => `${block[1] ?? ''}${each}`.trimEnd());
    return [line.replace(/\{\{(\w+)\}\}/g, (mark, name: string) => values[name] ?? mark)];
  });
  return lines.join('\n');
}

function templateValues(script: NewScript, created: string | undefined): Record<string, string> {
  const down = script.downRevisions;
  return {
    message: inComment(script.message),
    revision: script.revision,
    created: script.created.toISOString(),
    downRevision: down.length > 1 ? list(down) : down[0] === undefined ? 'null' : quote(down[0]),
    branchLabels: list(script.branchLabels),
    dependsOn: list(script.dependsOn),
    esmCreated: created === undefined ? '' : `export const created = '${created}';\n`,
    commonjsCreated: created === undefined ? '' : `exports.created = '${created}';\n`,
    plainCreated: created === undefined ? '' : `-- created: ${created}\n`,
    plainDownRevision: down.join(', '),
    plainBranchLabels: script.branchLabels.join(', '),
    plainDependsOn: script.dependsOn.join(', '),
    imports: script.helpers.map((helper) => `${helper}, `).join(''),
    requires:
      script.helpers.length === 0 ? '' : `const { ${script.helpers.join(', ')} } = require('limbeck');\n\n`,
    esmImports:
      script.helpers.length === 0 ? '' : `import { ${script.helpers.join(', ')} } from 'limbeck';\n\n`,
  };
}

/** A message stands in a comment of one line, which it must not end. */
function inComment(message: string): string {
  return message.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim();
}

function list(values: readonly string[]): string {
  return `[${values.map(quote).join(', ')}]`;
}

/** Writes a text as a literal of JavaScript. */
export function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function fileNameOf({ revision, message, created }: NamedScript, style: ScriptStyle): string {
  const parts = dateParts(created, style.timeZone);
  const values: Record<FileNameToken, string> = {
    ...parts,
    timestamp: timestampOf(parts),
    epoch: String(Math.floor(created.getTime() / 1000)),
    revision,
    slug: slugOf(message, style.slugLength),
  };
  const name = style.fileName
    .replace(/\{(\w+)\}/g, (mark, token: string) => values[token as FileNameToken] ?? mark)
    .replace(/_+$/, '');
  // A message without letters has no slug, and a file must have a name.
  return /(?:^|\/)$/.test(name) ? `${name}${revision}` : name;
}

/** The message as part of a file name: lower case words joined by underscores. */
function slugOf(message: string, longest: number): string {
  const words = message.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('_').slice(0, longest).replace(/_+$/, '');
}

type DateParts = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string>>;

function timestampOf({ year, month, day, hour, minute, second }: DateParts): string {
  return `${year}${month}${day}${hour}${minute}${second}`;
}

function dateParts(date: Date, timeZone: string): DateParts {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return Object.fromEntries(
    format.formatToParts(date).map(({ type, value }) => [type, value]),
  ) as unknown as DateParts;
}
