/**
 * The operating system user that a test server runs as, and what that user can reach.
 *
 * PostgreSQL refuses to run as root, so a root process starts it as `postgres` or, where that user does not
 * exist, as `nobody`.
 */
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The longest folder that leaves room for `/limbeck-XXXXXX/.s.PGSQL.5432` within the 103 bytes of macOS. */
const longestSocketParent = 70;

/** Returns the user to start servers as, or undefined when it is the user of this process. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return passwdEntry('postgres') ?? passwdEntry('nobody') ?? { uid: 65534, gid: 65534 };
}

/** Tells whether `user` can pass through every folder above `path` and read `path` itself. */
export function canReach(user: ServerUser | undefined, path: string): boolean {
  if (user === undefined) return true;
  if (!hasBits(user, path, statSync(path).isDirectory() ? 0o5 : 0o4)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!hasBits(user, folder, 0o1)) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Returns the folder for temporary folders with sockets: short enough for them, and reachable for `user`. */
export function socketParent(user: ServerUser | undefined): string {
  const folder = tmpdir();
  return folder.length <= longestSocketParent && canReach(user, folder) ? folder : '/tmp';
}

/** Tells whether `user` has the permissions `bits` (read 4, write 2, execute 1) on `path` itself. */
export function hasBits(user: ServerUser, path: string, bits: number): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

function passwdEntry(name: string): ServerUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
