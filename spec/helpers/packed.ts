/**
 * The package as users get it: packed, installed with its dependencies, and copied into temporary projects.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { type CliResult, type ProgramOptions, runCommand } from './cli.js';
import { skipTest } from './not-run.js';
import { type TemporaryProject, temporaryProject } from './project.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** npm would try for minutes. */
const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];

type Installation = { readonly modules: string } | { readonly missing: string };

let installation: Installation | undefined;

/**
 * Makes a project in which the packed package is installed, beside knex and pg; installs only once.
 *
 * Without a registry and without its cache the suite or test is left out, and recorded as not run.
 */
export function packedProject(context: Context, files: Readonly<Record<string, string>>): TemporaryProject {
  installation ??= install();
  if ('missing' in installation) return skipTest(context, 'npm registry', installation.missing);
  const project = temporaryProject(files);
  execFileSync('cp', ['-al', installation.modules, project.path('node_modules')]);
  return project;
}

/** Runs the installed program, as `npx limbeck` does. */
export function runInstalled(
  project: TemporaryProject,
  words: readonly string[],
  options?: ProgramOptions,
): Promise<CliResult> {
  return runCommand(project.root, project.path('node_modules/.bin/limbeck'), words, options);
}

function install(): Installation {
  const { root } = temporaryProject(
    { 'package.json': '{ "private": true }' },
    { name: 'installation', lasting: true },
  );
  const { status, stderr } = npm(root, [
    'install',
    '--ignore-scripts',
    '--prefer-offline',
    ...patience,
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    pack(root),
    ...peers(),
  ]);
  if (status === 0) return { modules: join(root, 'node_modules') };
  // What npm says without a network is anything, even that versions do not agree.
  if (npm(root, ['view', 'knex', 'version', ...patience]).status !== 0) return { missing: 'no answer' };
  throw new Error(`npm install failed: ${stderr}`);
}

/** The tests run on what is compiled, so nothing is built for the tarball. */
function pack(folder: string): string {
  const { status, stdout, stderr } = npm(repository, [
    'pack',
    '--ignore-scripts',
    '--json',
    '--pack-destination',
    folder,
  ]);
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  return join(folder, packed?.filename ?? '');
}

/** The versions that this package is developed with. */
function peers(): string[] {
  return ['knex', 'pg'].map((name) => {
    const manifest = readFileSync(join(repository, 'node_modules', name, 'package.json'), 'utf8');
    return `${name}@${(JSON.parse(manifest) as { version: string }).version}`;
  });
}

function npm(cwd: string, words: readonly string[]) {
  return spawnSync('npm', words, { cwd, encoding: 'utf8', maxBuffer: 1e8 });
}

/** Replaces text in a file, which must hold it. */
export function edit(project: TemporaryProject, file: string, from: string | RegExp, to: string): void {
  const text = project.read(file);
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`${file} does not hold ${String(from)}:\n${text}`);
  writeFileSync(project.path(file), edited);
}
