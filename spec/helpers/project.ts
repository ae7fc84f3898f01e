/**
 * Temporary projects: a few files, given as text, in a folder of their own.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TemporaryProject {
  readonly root: string;
  path(file: string): string;
  write(file: string, content: string | Uint8Array): void;
  read(file: string): string;
  remove(file: string): void;
}

export interface TemporaryProjectOptions {
  /** Whether `limbeck`, `knex` and `pg` can be imported in it, as after an installation. */
  readonly link?: boolean;
  /** Name of the folder, in a temporary one. */
  readonly name?: string;
  /** Whether it serves several spec files, and so goes with the process only. */
  readonly lasting?: boolean;
}

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** The folders of the spec file that is running, and those that go with the process. */
const folders = new Set<string>();
const lastingFolders = new Set<string>();

/**
 * Makes a project, gone at the end of the spec file.
 *
 * @example
 * const { root } = temporaryProject({ 'package.json': '{ "type": "module" }', 'knexfile.js': '…' }, { link: true });
 */
export function temporaryProject(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  { link = false, name = 'project', lasting = false }: TemporaryProjectOptions = {},
): TemporaryProject {
  const root = join(temporaryFolder(lasting ? lastingFolders : folders), name);
  const path = (file: string) => join(root, file);
  const write = (file: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), content);
  };
  mkdirSync(root);
  if (link) linkPackages(root);
  for (const [file, content] of Object.entries(files)) write(file, content);
  return {
    root,
    path,
    write,
    read: (file) => readFileSync(path(file), 'utf8'),
    remove: (file) => rmSync(path(file), { recursive: true }),
  };
}

function linkPackages(root: string): void {
  const modules = join(root, 'node_modules');
  mkdirSync(modules);
  symlinkSync(repository, join(modules, 'limbeck'));
  for (const name of ['knex', 'pg']) symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  shareShadowImages(join(modules, '.cache', 'limbeck'));
}

/** All temporary projects have one folder of images, so that not each of them pays for the first start of PGlite. */
function shareShadowImages(cache: string): void {
  const shared = join(tmpdir(), `limbeck-spec-shadow-${process.getuid?.() ?? 0}`);
  mkdirSync(shared, { recursive: true, mode: 0o700 });
  mkdirSync(cache, { recursive: true });
  symlinkSync(shared, join(cache, 'shadow'));
}

function temporaryFolder(kept: Set<string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'limbeck-'));
  if (folders.size + lastingFolders.size === 0) process.once('exit', removeAllFolders);
  kept.add(folder);
  return folder;
}

/** Removes the temporary projects of the spec file that ends. */
export function removeProjects(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

function removeAllFolders(): void {
  removeProjects();
  for (const folder of lastingFolders) rmSync(folder, { recursive: true, force: true });
}
