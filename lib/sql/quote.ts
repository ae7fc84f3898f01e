/**
 * JavaScript text as SQL literals and identifiers, for the statements that limbeck writes itself.
 */

/** Writes a string literal; `null` becomes NULL. */
export function quoteLiteral(value: string | number | null): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  const doubled = value.replaceAll("'", "''");
  // Outside E'' a backslash means itself only while standard_conforming_strings is on: do not rely on it.
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** Writes an identifier, always quoted. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes `"schema"."name"`. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
