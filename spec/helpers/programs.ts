/**
 * Runs the client programs of PostgreSQL 15, with which the specs check limbeck's own work.
 *
 * The npm package of the other server carries none. Where they are missing, `requireProgram` leaves a test out and
 * records it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { findSystemBin } from './installation.js';
import { skipTest } from './not-run.js';

export type ProgramName = 'psql' | 'pg_dump';

export interface ProgramResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const version = 15;

/** Returns the path of the program of major version 15, or undefined where there is none. */
export function findProgram(name: ProgramName): string | undefined {
  const bin = findSystemBin(version, name);
  return bin === undefined ? undefined : join(bin, name);
}

/**
 * Returns the path of the program, or marks the running test as pending and records it as not run.
 *
 * @example
 * it('dumps the same schema', async function () {
 *   requireProgram(this, 'pg_dump');
 */
export function requireProgram(context: Context, name: ProgramName): string {
  return findProgram(name) ?? skipTest(context, `${name} ${version}`, 'no binaries found');
}

/**
 * Returns the schema of a database as `pg_dump -s` writes it: the same text for the same schema.
 *
 * Since 15.14 a dump begins with `\restrict` and a random key, which is fixed here where the option exists.
 *
 * @param url - of a database on a server of major version 15 or less; pg_dump refuses newer ones
 * @throws Error with what pg_dump says when it fails
 */
export async function dumpSchema(url: string): Promise<string> {
  const program = programOrThrow('pg_dump');
  const restrict = hasRestrictKey(program) ? ['--restrict-key=limbeck'] : [];
  return outputOf(program, await run(program, ['-s', ...restrict, '-d', url]));
}

/**
 * Returns a whole database as `pg_dump` writes it, the rows of limbeck's log left out.
 *
 * @param url - as for `dumpSchema`
 */
export async function dumpDatabase(url: string): Promise<string> {
  const program = programOrThrow('pg_dump');
  const restrict = hasRestrictKey(program) ? ['--restrict-key=limbeck'] : [];
  const flags = [...restrict, '--exclude-table-data=*.limbeck_log'];
  return outputOf(program, await run(program, [...flags, '-d', url]));
}

/**
 * Runs an SQL text with psql, which stops at the first error and reads no start-up file.
 *
 * @returns its status (3 for an error in the SQL) and what it wrote; rows are unaligned and without headers
 */
export async function runPsql(url: string, sql: string): Promise<ProgramResult> {
  const flags = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
  return run(programOrThrow('psql'), [...flags, '-d', url, '-f', '-'], sql);
}

/** Tells whether this pg_dump knows `--restrict-key`, which came with the releases of August 2025. */
export function hasRestrictKey(pgDump: string): boolean {
  return spawnSync(pgDump, ['--help'], { encoding: 'utf8' }).stdout.includes('--restrict-key');
}

function programOrThrow(name: ProgramName): string {
  const program = findProgram(name);
  if (program === undefined)
    throw new Error(`no ${name} ${version} on this machine: call requireProgram first`);
  return program;
}

function outputOf(program: string, { status, stdout, stderr }: ProgramResult): string {
  if (status !== 0) throw new Error(`${program} ended with status ${status}: ${stderr}`);
  return stdout;
}

/** Messages come in English whatever the locale of the machine. */
function run(program: string, args: readonly string[], input = ''): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, LC_ALL: 'C' } });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
