/**
 * JavaScript values as SQL literals: for the same value in a column as when the driver sends it.
 *
 * The driver sends a value as a text without a type, and the server infers the type from where the value
 * goes; a quoted literal is inferred by the same rules. So a literal is what the driver would send, in
 * quotes, and not what looks natural: `5` bare would be an integer, `'5'` is whatever is wanted.
 */
import { isDate } from 'node:util/types';

/** A value for which there is no literal. */
export class UnwritableValue extends Error {
  override readonly name = 'UnwritableValue';
}

/**
 * Writes a value as a literal.
 *
 * - `null`, `undefined`: `null`
 * - texts, numbers, bigints, booleans: as text; `-0` is `'0'`, as the driver has it
 * - dates: local time with the offset of this process, which a column without time zone keeps as wall time
 * - bytes: `'\x…'::bytea`. The driver sends them as binary data, which only a `bytea` takes for what they are
 * - lists: array text, nested as they are
 * - objects: what their `toPostgres` returns, else JSON
 *
 * @throws UnwritableValue for symbols, functions, invalid dates, NUL in a text, and what JSON cannot hold
 */
export function literal(value: unknown): string {
  const sent = sentValue(value, []);
  if (sent === null) return 'null';
  return typeof sent === 'string' ? quoted(sent) : `${quoted(hexOf(sent))}::bytea`;
}

/** What the driver would send: a text, bytes, or nothing. */
type Sent = string | Uint8Array | null;

function sentValue(value: unknown, seen: readonly object[]): Sent {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? null : sentObject(value, seen);
    default:
      throw new UnwritableValue(`a ${typeof value} has no literal in SQL`);
  }
}

function sentObject(value: object, seen: readonly object[]): Sent {
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  if (isDate(value)) return dateText(value);
  if (Array.isArray(value)) return arrayText(value, [...seen, value]);
  const { toPostgres } = value as { readonly toPostgres?: unknown };
  if (typeof toPostgres !== 'function') return jsonText(value);
  if (seen.includes(value)) throw new UnwritableValue('the "toPostgres" of an object leads back to it');
  const prepare = (inner: unknown) => sentValue(inner, []);
  return sentValue(toPostgres.call(value, prepare), [...seen, value]);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function hexOf(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** `2026-01-31T12:00:00.000+01:00`; years before 1 are counted as the server counts them, with BC. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new UnwritableValue('an invalid date has no literal in SQL');
  const year = date.getFullYear();
  const [month, day] = [digits(date.getMonth() + 1), digits(date.getDate())];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => digits(part)).join(':');
  const offset = -date.getTimezoneOffset();
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
  const before = year < 1;
  const wholeYear = digits(before ? 1 - year : year, 4);
  return `${wholeYear}-${month}-${day}T${time}.${digits(date.getMilliseconds(), 3)}${zone}${before ? ' BC' : ''}`;
}

function digits(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function arrayText(values: readonly unknown[], seen: readonly object[]): string {
  return `{${Array.from(values, (value) => elementText(value, seen)).join(',')}}`;
}

function elementText(value: unknown, seen: readonly object[]): string {
  if (Array.isArray(value)) {
    if (seen.includes(value)) throw new UnwritableValue('a list that holds itself has no literal in SQL');
    return arrayText(value, [...seen, value]);
  }
  const sent = sentValue(value, seen);
  if (sent === null) return 'NULL';
  const text = typeof sent === 'string' ? sent : hexOf(sent);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Undefined, and so null, where a `toJSON` returns nothing. */
function jsonText(value: object): string | null {
  try {
    return (JSON.stringify(value) as string | undefined) ?? null;
  } catch (error) {
    throw new UnwritableValue(`JSON cannot hold the object: ${(error as Error).message.split('\n')[0]}`);
  }
}

/**
 * An escape string only where a plain one would be read differently by some setting or program: for
 * backslashes, and for control characters, among them the carriage return that editors and git may change.
 */
function quoted(text: string): string {
  if (text.includes('\0')) throw new UnwritableValue('PostgreSQL cannot store a NUL character in a text');
  const doubled = text.replaceAll("'", "''");
  // oxlint-disable-next-line no-control-regex
  if (!/[\\\u0001-\u0008\u000b-\u001f\u007f]/.test(text)) return `'${doubled}'`;
  return `E'${doubled
    .replaceAll('\\', '\\\\')
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0001-\u0008\u000b-\u001f\u007f]/g, hexEscape)}'`;
}

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
