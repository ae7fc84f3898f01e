/**
 * Writing a new script from a template.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ScriptError } from '../errors.js';
import { isEsm } from './module-type.js';
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

/** How a project writes its scripts. */
export interface ScriptStyle {
  readonly root: string;
  readonly directory: string;
  readonly extension: ScriptExtension;
  readonly fileName: string;
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
  const file = join(style.directory, `${fileNameOf(script, style)}${style.extension}`).replaceAll('\\', '/');
  const path = join(style.root, file);
  if (existsSync(path)) {
    throw new ScriptError('FILE_EXISTS', {
      message: `"${file}" is already there`,
      where: file,
      next: 'choose another message or `--rev-id`',
    });
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, renderScript(script, templateOf(style)));
  return file;
}

function templateOf({ root, template, extension, directory }: ScriptStyle): string {
  if (template !== undefined) return readFileSync(join(root, template), 'utf8');
  const isCommonJs =
    extension === '.cjs' || extension === '.cts' || (extension === '.js' && !isEsm(join(root, directory)));
  if (extension === '.sql') return templates.sql;
  if (extension.endsWith('ts')) return templates.typescript;
  return isCommonJs ? templates.commonjs : templates.esm;
}

/** Fills a template: `{{name}}` becomes a value, and a line that holds only an empty value goes away. */
export function renderScript(script: NewScript, template: string): string {
  const values = templateValues(script);
  const lines = template.split('\n').flatMap((line) => {
    const block = /^(\s*)\{\{(upgrade|downgrade)\}\}\s*$/.exec(line);
    if (block)
      return script[block[2] as 'upgrade' | 'downgrade'].map((each) => `${block[1] ?? ''}${each}`.trimEnd());
    return [line.replace(/\{\{(\w+)\}\}/g, (mark, name: string) => values[name] ?? mark)];
  });
  return lines.join('\n');
}

function templateValues(script: NewScript): Record<string, string> {
  const down = script.downRevisions;
  return {
    message: inComment(script.message),
    revision: script.revision,
    created: script.created.toISOString(),
    downRevision: down.length > 1 ? list(down) : down[0] === undefined ? 'null' : quote(down[0]),
    branchLabels: list(script.branchLabels),
    dependsOn: list(script.dependsOn),
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

const longestSlug = 40;

function fileNameOf({ revision, message, created }: NewScript, { fileName, timeZone }: ScriptStyle): string {
  const parts = dateParts(created, timeZone);
  const values: Record<string, string> = {
    ...parts,
    timestamp: `${parts['year']}${parts['month']}${parts['day']}${parts['hour']}${parts['minute']}${parts['second']}`,
    epoch: String(Math.floor(created.getTime() / 1000)),
    revision,
    slug: slugOf(message),
  };
  return fileName.replace(/\{(\w+)\}/g, (mark, name: string) => values[name] ?? mark).replace(/_+$/, '');
}

/** The message as part of a file name: lower case words joined by underscores. */
function slugOf(message: string): string {
  const words = message.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('_').slice(0, longestSlug).replace(/_+$/, '');
}

function dateParts(date: Date, timeZone: string): Record<string, string> {
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
  return Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
}
