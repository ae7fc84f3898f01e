/**
 * The scripts of a project: which files are revisions, and what their headers say.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ScriptError } from '../errors.js';
import type { Revision, RevisionId } from '../graph/revision.js';
import { toolNamedIn } from './adopted.js';
import { prepareHeaderReader, readModuleHeader, readSqlHeader, type ScriptHeader } from './script-header.js';

/** A revision's file. */
export interface Script {
  readonly revision: Revision;
  /** Relative to the project, with slashes: what errors name. */
  readonly file: string;
  readonly path: string;
  readonly format: 'module' | 'sql';
  /** The tool that made the revision, as far as that can be told without running the script. */
  readonly adoptedFrom?: string | undefined;
  /** Where it was handed in: its exports, or the text of plain SQL. */
  readonly source?: string | Readonly<Record<string, unknown>>;
}

const modulePattern = /\.[cm]?[jt]s$/;
/** Names that stand beside scripts and are none. */
export const passedOver = /^\.|\.d\.[cm]?ts$|\.map$|\.assets(\.new)?$/;

export interface ReadOptions {
  /** Whether sub-folders hold scripts too. Default false. */
  readonly recursive?: boolean;
}

/**
 * Reads the headers of all scripts, without executing any.
 *
 * @param root - the project's folder
 * @param directories - script directories, relative to it; one may lie in another
 * @throws ScriptError `DIRECTORY_NOT_FOUND`, `NOT_A_SCRIPT`, `HEADER_UNREADABLE`
 */
export async function readScripts(
  root: string,
  directories: readonly string[],
  { recursive = false }: ReadOptions = {},
): Promise<Script[]> {
  await prepareHeaderReader();
  const folders = [...new Set(directories.map(withoutDot))];
  const files = folders.flatMap((folder) => filesOf(root, folder, { recursive, folders }));
  return [...new Set(files)].map((file) => readScript(root, file));
}

/** Indexes scripts by revision. */
export function scriptsById(scripts: readonly Script[]): ReadonlyMap<RevisionId, Script> {
  return new Map(scripts.map((script) => [script.revision.id, script]));
}

/** A script directory as file names begin with it: `./db//migrations/` is `db/migrations`. */
export function withoutDot(directory: string): string {
  return posix.normalize(directory.replaceAll('\\', '/')).replace(/\/$/, '');
}

interface Walk {
  readonly recursive: boolean;
  /** All script directories: they are read for themselves. */
  readonly folders: readonly string[];
}

/** The files of a script directory, and of its sub-folders, in the order of names. */
function filesOf(root: string, directory: string, walk: Walk): string[] {
  const path = join(root, directory);
  if (!existsSync(path)) throw directoryNotFound(directory, root);
  const seen = new Set<string>();
  const list = (folder: string): string[] => {
    const real = realpathSync(join(root, folder));
    // Links may lead round in circles.
    if (seen.has(real)) return [];
    seen.add(real);
    return entriesOf(root, folder).flatMap(({ file, isFolder }) => {
      if (!isFolder || walk.folders.includes(file)) return isFolder ? [] : [file];
      if (!walk.recursive) throw unreadFolder(file);
      return list(file);
    });
  };
  return list(directory);
}

function entriesOf(root: string, folder: string): { readonly file: string; readonly isFolder: boolean }[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !passedOver.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const file = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      const isLink = entry.isSymbolicLink();
      return { file, isFolder: isLink ? isFolderAt(join(root, file)) : entry.isDirectory() };
    });
}

function isFolderAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function directoryNotFound(directory: string, root: string): ScriptError {
  return new ScriptError('DIRECTORY_NOT_FOUND', {
    message: `there is no script directory "${directory}"`,
    where: root,
    next: `create it with \`mkdir -p ${directory}\`, or correct \`limbeck.directories\` in the knexfile`,
  });
}

function unreadFolder(file: string): ScriptError {
  return new ScriptError('NOT_A_SCRIPT', {
    message: `"${file}" is a folder, and scripts are not looked for in sub-folders`,
    where: file,
    next: 'set `limbeck.recursive` to true in the knexfile, name it in `limbeck.directories`, or move it away',
  });
}

function readScript(root: string, file: string): Script {
  const path = join(root, file);
  const format = file.endsWith('.sql') ? 'sql' : 'module';
  const isCode = modulePattern.test(file);
  if (format === 'module' && !isCode) throw notAScript(file, undefined);
  const text = readFileSync(path, 'utf8');
  const header = isCode ? readModuleHeader(text, file) : readSqlHeader(text, file);
  if (header === undefined) throw notAScript(file, isCode ? path : undefined);
  const adoptedFrom = isCode ? toolNamedIn(text) : undefined;
  return { revision: revisionOf(header, file), file, path, format, ...(adoptedFrom && { adoptedFrom }) };
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
export function createdFromName(file: string): string | undefined {
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
