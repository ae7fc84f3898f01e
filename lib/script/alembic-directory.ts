/**
 * The revisions in Alembic's versions folders.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative } from 'node:path';
import { ScriptError } from '../errors.js';
import { type AlembicHeader, readAlembicHeader } from './alembic-header.js';

/** A revision of Alembic. */
export interface AlembicRevision extends AlembicHeader {
  /** As errors name it: relative to the project where it lies in it. */
  readonly file: string;
}

export interface AlembicFiles {
  readonly revisions: readonly AlembicRevision[];
  /** Python files that declare no revision. */
  readonly passedOver: readonly string[];
}

/**
 * Reads the revisions in folders and their sub-folders, without executing any file.
 *
 * @param root - the project's folder, which other paths are relative to
 * @throws ScriptError `DIRECTORY_NOT_FOUND` when a folder is not there or holds no revision,
 *   `HEADER_UNREADABLE`
 */
export function readAlembicFiles(root: string, folders: readonly string[]): AlembicFiles {
  const revisions: AlembicRevision[] = [];
  const passedOver: string[] = [];
  const seen = new Set<string>();
  for (const folder of folders) {
    const paths = pythonFiles(isAbsolute(folder) ? folder : join(root, folder), folder);
    let count = 0;
    for (const path of paths) {
      const file = nameIn(root, path);
      const header = readAlembicHeader(readFileSync(path, 'utf8'), file);
      if (header !== undefined) count += 1;
      if (seen.has(realpathSync(path))) continue;
      seen.add(realpathSync(path));
      if (header === undefined) passedOver.push(file);
      else revisions.push({ ...header, message: header.message || messageFromName(path, header), file });
    }
    if (count === 0) throw withoutRevisions(folder);
  }
  return { revisions, passedOver };
}

/** In the order of their names; what Python keeps for itself is left out, as Alembic does. */
function pythonFiles(path: string, folder: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw notThere(folder);
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py') && !/(?:^|[\\/])(?:__pycache__[\\/]|\.|__init__\.py$)/.test(name))
    .sort()
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}

function nameIn(root: string, path: string): string {
  const file = relative(root, path).replaceAll('\\', '/');
  return file.startsWith('../') ? path : file;
}

/** `ae1027a6acf_add_users.py` says what a script without a docstring does. */
function messageFromName(path: string, { revision }: AlembicHeader): string {
  return basename(path, '.py').replace(revision, '').replaceAll(/_+/g, ' ').trim();
}

function notThere(folder: string): ScriptError {
  return new ScriptError('DIRECTORY_NOT_FOUND', {
    message: `there is no folder "${folder}"`,
    where: folder,
    next: 'name the folder of the revisions, as `version_locations` or `script_location` in alembic.ini do; often it is `alembic/versions`',
  });
}

function withoutRevisions(folder: string): ScriptError {
  return new ScriptError('DIRECTORY_NOT_FOUND', {
    message: `no Python file in "${folder}" declares an Alembic revision`,
    where: folder,
    next: 'name the folder of the revisions, as `version_locations` or `script_location` in alembic.ini do; often it is `alembic/versions`',
  });
}
