/**
 * The text of an SQL file: read from bytes, normalised, hashed, and refused where limbeck cannot send it.
 */
import { createHash } from 'node:crypto';
import { AssetError, type ErrorFacts, MigrationError } from '../errors.js';
import { excerptAt, formatPlace, lineAndColumn } from '../sql/place.js';
import { blankQuoted } from '../sql/scan.js';
import { type Statement, statement } from '../sql/statement.js';

/**
 * Decodes the bytes of an SQL file: UTF-8, without byte order mark, with LF line ends.
 *
 * Nothing else is changed: comments and spaces inside a body are stored by the server.
 *
 * @throws AssetError `ASSET_UNREADABLE` for bytes that are not UTF-8, and for NUL
 */
export function decodeAsset(bytes: Uint8Array, file: string): string {
  const text = decodeUtf8(bytes, file)
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n');
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    throw unreadable(file, text, nul, {
      message: 'the file holds a NUL character, which PostgreSQL cannot store',
      next: 'remove it',
    });
  }
  return text;
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const valid = new TextDecoder('utf-8').decode(bytes);
    throw unreadable(file, valid, Math.max(0, valid.indexOf('\uFFFD')), {
      message: 'the file is not UTF-8',
      next: 'save it as UTF-8',
      cause: error,
    });
  }
}

/** Returns the hash that manifests and the ledger hold: SHA-256 over the normalised text, in hex. */
export function hashAsset(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * Refuses what may be valid for psql but cannot be sent inside a migration.
 *
 * @throws AssetError `ASSET_UNREADABLE` for psql meta-commands and `COPY … FROM stdin`
 * @throws MigrationError `TRANSACTION_CONTROL`, `SQL_UNTERMINATED`
 */
export function assertSendable(text: string, file: string): void {
  const { commands } = sendable(text, file);
  for (const { text: command, offset, words } of commands) {
    const meta = /^\s*\\(?:[a-z!?]\S*|\S)/m.exec(blankQuoted(command));
    if (meta) {
      throw unreadable(file, text, offset + meta.index + meta[0].lastIndexOf('\\'), {
        message: `"${meta[0].trim()}" is a psql command, not SQL`,
        next: 'write plain SQL; limbeck sends the file to the server, not to psql',
      });
    }
    if (words[0] === 'copy' && /\bfrom\s+(stdin|stdout)\b/i.test(command)) {
      throw copyFromStdin(text, file, offset);
    }
  }
}

/** Data after COPY … FROM stdin may look as if a quote were open: that is not what is to be mended. */
function sendable(text: string, file: string): Statement {
  try {
    return statement(text, { file });
  } catch (error) {
    const copy = /^[ \t]*copy\b[^;]*\bfrom\s+stdin\b/im.exec(text);
    const isOpen = error instanceof MigrationError && error.code === 'SQL_UNTERMINATED';
    throw isOpen && copy ? copyFromStdin(text, file, copy.index) : error;
  }
}

function copyFromStdin(text: string, file: string, offset: number): AssetError {
  return unreadable(file, text, offset, {
    message: 'COPY … FROM stdin carries data that only psql can send',
    next: 'write INSERT statements, in a migration',
  });
}

function unreadable(file: string, text: string, offset: number, facts: ErrorFacts): AssetError {
  return new AssetError('ASSET_UNREADABLE', {
    where: formatPlace({ file, ...lineAndColumn(text, offset) }),
    excerpt: excerptAt(text, offset),
    ...facts,
  });
}
