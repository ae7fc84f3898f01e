/**
 * Identities: how manifests name objects, `function public.update_adu(date)`, taken apart again.
 */

export interface Identity {
  /** As DROP spells it. */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  /** How many arguments a routine takes in; 0 for what takes none. */
  readonly inputs: number;
}

const pattern = /^(materialized view|\w+) ("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^"(]+)(?:\((.*)\))?$/s;

/** Takes an identity apart; undefined when the text is none. */
export function parseIdentity(text: string): Identity | undefined {
  const [, kind, schema, name, list = ''] = pattern.exec(text) ?? [];
  if (kind === undefined || schema === undefined || name === undefined) return undefined;
  const types = list === '' || list === '*' ? [] : list.split(', ');
  const inputs = types.filter((type) => !type.startsWith('OUT ')).length;
  return { kind, schema: unquote(schema), name: unquote(name), inputs };
}

function unquote(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

/** Writes an identifier as identities have it, in quotes only where it needs them. */
export function formatIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
