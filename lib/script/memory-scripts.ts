/**
 * Scripts and assets that are handed in: a bundled application has no files to read.
 */
import { join } from 'node:path';
import { ScriptError, UsageError, thrownText } from '../errors.js';
import { toolOf } from './adopted.js';
import type { MigrationFunction } from './sql-script.js';
import { passedOver, revisionOf, type Script } from './script-directory.js';
import {
  type Field,
  fields,
  headerFrom,
  type Literal,
  readSqlHeader,
  type ScriptHeader,
} from './script-header.js';

/**
 * Files by name, as bundlers give them: a text, a module, or a function that imports either; a module of
 * which only the default export is a text counts as that text.
 *
 * Names are paths from the project's folder; `./`, `/` and `../` before them mean nothing.
 */
export type MemoryFiles = Readonly<Record<string, unknown>>;

/** Scripts that were handed in, and the texts of their assets by file. */
export interface MemoryProject {
  readonly scripts: MemoryFiles;
  readonly assets: ReadonlyMap<string, string>;
}

type Content = string | Readonly<Record<string, unknown>>;

/**
 * Reads the headers of scripts that were handed in; lazy ones are imported.
 *
 * @param root - the project's folder, where the scripts would be
 * @throws ScriptError `NOT_A_SCRIPT`, `HEADER_UNREADABLE`, `SCRIPT_NOT_LOADED`
 */
export async function readMemoryScripts(root: string, given: MemoryFiles): Promise<Script[]> {
  const scripts: Script[] = [];
  for (const [file, value] of entriesOf(given)) {
    if (passedOver.test(file.slice(file.lastIndexOf('/') + 1))) continue;
    const source = await contentOf(value, file);
    if (source === undefined) throw notAScript(file);
    const header = typeof source === 'string' ? readSqlHeader(source, file) : headerOf(source, file);
    if (header === undefined) throw notAScript(file);
    const format = typeof source === 'string' ? 'sql' : 'module';
    const adoptedFrom = typeof source === 'string' ? undefined : toolIn(source);
    const script = {
      revision: revisionOf(header, file),
      file,
      path: join(root, file),
      format,
      source,
    } as const;
    scripts.push({ ...script, ...(adoptedFrom && { adoptedFrom }) });
  }
  return scripts;
}

function toolIn({ upgrade }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof upgrade === 'function' ? toolOf(upgrade as MigrationFunction) : undefined;
}

/**
 * Reads what was handed in; undefined where nothing was.
 *
 * @throws UsageError `USAGE` for an asset that is no text
 */
export async function readMemoryProject(given: {
  readonly scripts?: MemoryFiles | undefined;
  readonly assets?: MemoryFiles | undefined;
}): Promise<MemoryProject | undefined> {
  const { scripts, assets = {} } = given;
  return scripts && { scripts, assets: await readTexts(assets) };
}

async function readTexts(given: MemoryFiles): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const [file, value] of entriesOf(given)) {
    const text = await contentOf(value, file);
    if (typeof text !== 'string') throw notAText(file);
    texts.set(file, text);
  }
  return texts;
}

/** In the order of their names, as they would be read from a folder. */
function entriesOf(given: MemoryFiles): [file: string, value: unknown][] {
  return Object.entries(given)
    .map(([name, value]): [string, unknown] => [name.replace(/^(?:\.{0,2}\/)+/, ''), value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns undefined for what is neither a text nor a module. */
async function contentOf(given: unknown, file: string): Promise<Content | undefined> {
  const value = typeof given === 'function' ? await imported(given as () => unknown, file) : given;
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { default: whole, ...rest } = value as Record<string, unknown>;
  if (typeof whole === 'string' && Object.keys(rest).length === 0) return whole;
  const isCommonJs = !('revision' in rest) && typeof whole === 'object' && whole !== null;
  return isCommonJs ? (whole as Record<string, unknown>) : (value as Record<string, unknown>);
}

async function imported(load: () => unknown, file: string): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    throw new ScriptError('SCRIPT_NOT_LOADED', {
      message: `it cannot be imported: ${thrownText(error).split('\n')[0] ?? ''}`,
      where: file,
      next: 'mend the file, or what the bundler makes of it',
      cause: error,
    });
  }
}

function headerOf(exported: Readonly<Record<string, unknown>>, file: string): ScriptHeader | undefined {
  const given = fields.filter((field) => exported[field] !== undefined);
  return headerFrom(
    new Map(given.map((field) => [field, literalOf(exported[field], field, file)])),
    file,
    undefined,
  );
}

function literalOf(value: unknown, field: Field, file: string): Literal {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (value === null || typeof value === 'string' || isList) return value as Literal;
  throw new ScriptError('HEADER_UNREADABLE', {
    message: `the value of "${field}" is neither a text, nor null, nor a list of texts`,
    where: file,
    next: 'write it as a plain literal: a text in quotes, null, or a list of texts',
  });
}

function notAScript(file: string): ScriptError {
  return new ScriptError('NOT_A_SCRIPT', {
    message: `"${file}" is not a script: it declares no revision`,
    where: file,
    next: 'leave it out of "scripts", or give it the header `export const revision = …`',
  });
}

function notAText(file: string): UsageError {
  return new UsageError('USAGE', {
    message: `the asset "${file}" is not a text`,
    where: file,
    next: "hand in the text of the file, as `import.meta.glob('…', { query: '?raw' })` gives it",
  });
}
