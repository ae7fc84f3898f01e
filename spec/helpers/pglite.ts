/**
 * Fresh PGlite instances and data directories for the specs, without paying for initdb each time.
 *
 * One initialised data directory is kept as a tar in the temporary directory, by PGlite version and user; the
 * first start of PGlite takes seconds, a start from the tar some 400 ms, unpacking it 150 ms.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

let templateTar: Promise<Blob> | undefined;

/** Starts an instance in memory with a fresh database; the caller closes it. */
export async function startPGlite(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: await emptyImage() });
}

/** Returns the data directory of a fresh database as a tar. */
export function emptyImage(): Promise<Blob> {
  templateTar ??= readTemplate();
  return templateTar;
}

/**
 * Makes a PGlite data directory that is ready to be opened.
 *
 * @param folder - the directory to make, by default a temporary one that goes when this process ends
 */
export async function pgliteDirectory(folder: string = temporaryFolder()): Promise<string> {
  const file = await ensureTemplate();
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('tar', ['-xf', file, '-C', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot unpack ${file}: ${stderr}`);
  return folder;
}

async function readTemplate(): Promise<Blob> {
  return new Blob([new Uint8Array(readFileSync(await ensureTemplate()))]);
}

async function ensureTemplate(): Promise<string> {
  const file = templateFile();
  if (!isOwnFile(file)) await writeTemplate(file);
  return file;
}

/** Written beside its place and renamed, so that no other process ever reads half of it. */
async function writeTemplate(file: string): Promise<void> {
  const pglite = await PGlite.create();
  const tar = await pglite.dumpDataDir('none');
  await pglite.close();
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, Buffer.from(await tar.arrayBuffer()), { mode: 0o600 });
  renameSync(unfinished, file);
}

function templateFile(): string {
  return join(tmpdir(), `limbeck-pglite-${pgliteVersion()}-${process.getuid?.() ?? 0}.tar`);
}

/** The temporary directory is open to everybody: another user's file is not to be trusted. */
function isOwnFile(file: string): boolean {
  if (!existsSync(file)) return false;
  const stats = lstatSync(file);
  return stats.isFile() && (process.getuid === undefined || stats.uid === process.getuid());
}

function pgliteVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version }: { version: string } = JSON.parse(readFileSync(fileURLToPath(manifest), 'utf8'));
  return version;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'limbeck-pglite-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
