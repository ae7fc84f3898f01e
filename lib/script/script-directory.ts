/**
 * The scripts of a project: which files are revisions, and what their headers say.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptError } from '../errors.js';
import type { Revision, RevisionId } from '../graph/revision.js';
import { prepareHeaderReader, readModuleHeader, readSqlHeader, type ScriptHeader } from './script-header.js';

/** A revision's file. */
export interface Script {
  readonly revision: Revision;
  /** Relative to the project, with slashes: what errors name. */
  readonly file: string;
  readonly path: string;
  readonly format: 'module' | 'sql';
  /** Where it was handed in: its exports, or the text of plain SQL. */
  readonly source?: string | Readonly<Record<string, unknown>>;
}

const modulePattern = /\.[cm]?[jt]s$/;
/** Names that stand beside scripts and are none. */
export const passedOver = /^\.|\.d\.[cm]?ts$|\.map$|\.assets(\.new)?$/;

/**
 * Reads the headers of all scripts, without executing any.
 *
 * @param root - the project's folder
 * @param directories - script directories, relative to it
 * @throws ScriptError `DIRECTORY_NOT_FOUND`, `NOT_A_SCRIPT`, `HEADER_UNREADABLE`
 */
export async function readScripts(root: string, directories: readonly string[]): Promise<Script[]> {
  await prepareHeaderReader();
  return directories.flatMap((directory) =>
    filesOf(root, directory).map((name) => readScript(root, `${withoutDot(directory)}/${name}`)),
  );
}

/** Indexes scripts by revision. */
export function scriptsById(scripts: readonly Script[]): ReadonlyMap<RevisionId, Script> {
  return new Map(scripts.map((script) => [script.revision.id, script]));
}

function withoutDot(directory: string): string {
  return directory.replace(/^\.\//, '').replace(/\/+$/, '');
}

function filesOf(root: string, directory: string): string[] {
  const path = join(root, directory);
  if (!existsSync(path)) {
    throw new ScriptError('DIRECTORY_NOT_FOUND', {
      message: `there is no script directory "${directory}"`,
      where: root,
      next: `create it with \`mkdir -p ${directory}\`, or correct \`limbeck.directories\` in the knexfile`,
    });
  }
  return readdirSync(path)
    .filter((name) => !passedOver.test(name))
    .sort();
}

function readScript(root: string, file: string): Script {
  const path = join(root, file);
  const format = file.endsWith('.sql') ? 'sql' : 'module';
  const header = format === 'sql' || modulePattern.test(file) ? readHeader(path, file, format) : undefined;
  if (header === undefined)
    throw notAScript(file, format === 'module' && modulePattern.test(file) ? path : undefined);
  return { revision: revisionOf(header, file), file, path, format };
}

function readHeader(path: string, file: string, format: 'module' | 'sql'): ScriptHeader | undefined {
  const text = readFileSync(path, 'utf8');
  return format === 'sql' ? readSqlHeader(text, file) : readModuleHeader(text, file);
}

/** Makes the revision that a header declares. */
export function revisionOf(header: ScriptHeader, file: string): Revision {
  return {
    id: header.revision,
    downRevisions: header.downRevisions,
    dependsOn: header.dependsOn,
    branchLabels: header.branchLabels,
    created: createdFromName(file) ?? header.created,
    message: header.message,
    file,
  };
}

/** Creation date: 14 leading digits of the file name. */
function createdFromName(file: string): string | undefined {
  return /(?:^|\/)(\d{14})(?!\d)[^/]*$/.exec(file)?.[1];
}

function notAScript(file: string, module: string | undefined): ScriptError {
  const isKnex = module !== undefined && /\bup\b[\s\S]*\bdown\b/.test(readFileSync(module, 'utf8'));
  return new ScriptError('NOT_A_SCRIPT', {
    message: `"${file}" is not a script: it declares no revision`,
    where: file,
    next: isKnex
      ? 'it looks like a Knex migration: give limbeck a directory of its own, with `limbeck.directories` in the knexfile'
      : 'move it out of the script directory, or give it the header `export const revision = …`',
  });
}
