/**
 * A disk that runs full, for a process of its own: preloaded, this lets files grow by so many bytes as
 * `LIMBECK_SPEC_SPACE` says, and then fails as a full disk does.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let space = Number(process.env['LIMBECK_SPEC_SPACE']);
const { writeSync, statfsSync } = fs;

/** Stands for the form with a position, which PGlite uses for all that it writes. */
function writeToFullDisk(
  ...given: [fd: number, data: Uint8Array, start: number, length: number, at: number]
) {
  const [fd, , , length, at] = given;
  const growth = Math.max(0, at + length - fs.fstatSync(fd).size);
  if (growth > space) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  space -= growth;
  return writeSync(...given);
}

const isPlaced = (given: readonly unknown[]) => typeof given[4] === 'number';

fs.writeSync = ((...given: Parameters<typeof writeToFullDisk>) =>
  isPlaced(given) ? writeToFullDisk(...given) : writeSync(...given)) as typeof fs.writeSync;
fs.statfsSync = ((path: string) => ({
  ...statfsSync(path),
  bsize: 1,
  bavail: space,
})) as typeof fs.statfsSync;
syncBuiltinESMExports();
