/**
 * The hash of a script, as the log keeps it.
 */
import { createHash } from 'node:crypto';

/**
 * Returns the SHA-256 of a script in hex, over its bytes without byte order mark and with LF line ends: what
 * version control does to a file on its way to another machine is no edit.
 */
export function hashScript(bytes: Uint8Array): string {
  // One character for each byte, whatever the encoding is.
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\u00EF\u00BB\u00BF/, '');
  return createHash('sha256').update(text.replaceAll('\r\n', '\n'), 'latin1').digest('hex');
}
