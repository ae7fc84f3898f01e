/**
 * Identities: how manifests name objects, `function public.update_adu(date)`, taken apart again.
 */

import { revokeText } from './grants.js';
import { quoteQualified } from './quote.js';
import { ownIdentifier } from './syntax-tree.js';

export interface Identity {
  /** As DROP spells it. */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  /** How many arguments a routine takes in; 0 for what takes none. */
  readonly inputs: number;
}

const pattern =
  /^(materialized view|view|type|domain|function|procedure|aggregate) ("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^"(]+)(?:\((.*)\))?$/s;

/**
 * Takes the identity of a routine, relation or type apart; undefined for other kinds, and when the text is none.
 */
export function parseIdentity(text: string): Identity | undefined {
  const [, kind, schema, name, list = ''] = pattern.exec(text) ?? [];
  if (kind === undefined || schema === undefined || name === undefined) return undefined;
  const types = list === '' || list === '*' ? [] : list.split(', ');
  const inputs = types.filter((type) => !type.startsWith('OUT ')).length;
  return { kind, schema: unquote(schema), name: unquote(name), inputs };
}

/** Kinds whose names others mention; a trigger or a grant has none that could be. */
const mentioned =
  /^(?:materialized view|view|type|domain|function|procedure|aggregate|operator|collation|conversion|text search \w+) /;

/** Returns the name under which others mention an object, without schema and signature; undefined where they cannot. */
export function mentionableName(identity: string): string | undefined {
  const [kind] = mentioned.exec(identity) ?? [];
  if (kind === undefined) return undefined;
  const own = identity.slice(kind.length).replace(/ using \S+$/, '');
  if (kind === 'operator ') return /([^\w\s".(]+)\(/.exec(own)?.[1];
  const withoutSignature = own.replace(/\(.*$/s, '');
  const quoted = /"((?:[^"]|"")+)"$/.exec(withoutSignature)?.[1];
  return quoted?.replaceAll('""', '"') ?? withoutSignature.slice(withoutSignature.lastIndexOf('.') + 1);
}

/**
 * Returns what two identities of one object have in common, however they are spelled: functions, procedures and
 * aggregates share their names, and so do relations and types; OUT arguments set no overloads apart.
 *
 * @param schema - where types without a schema are found
 */
export function comparableIdentity(identity: string, schema: string): string {
  const found = parseIdentity(identity);
  if (found === undefined) return identity;
  const { kind, name } = found;
  if (!routines.has(kind)) return `relation ${quoteQualified(found.schema, name)}`;
  const own = schema === '' ? '' : `${ownIdentifier(schema)}.`;
  const list = /\((.*)\)$/s.exec(identity)?.[1] ?? '';
  const types = list.split(', ').filter((type) => !type.startsWith('OUT ') && type !== '*');
  const plain = types.map((type) => (own !== '' && type.startsWith(own) ? type.slice(own.length) : type));
  return `routine ${quoteQualified(found.schema, name)}(${plain.join(', ')})`;
}

const routines = new Set(['function', 'procedure', 'aggregate']);

/**
 * Returns the name of the table, view or routine that an object hangs on, and goes with: a trigger, rule or policy, or what
 * was granted; undefined for what stands by itself.
 */
export function holderName(identity: string): string | undefined {
  const [, onTable] = /^(?:trigger|rule|policy) (?:"(?:[^"]|"")+"|\S+) on (.*)$/s.exec(identity) ?? [];
  if (onTable !== undefined) return onTable;
  return /^(?:grant|revoke) [^"]*(?:"(?:[^"]|"")+"[^"]*)*? on (?:table|function|procedure|routine|type|domain) (.*) (?:to|from) /s.exec(
    identity,
  )?.[1];
}

/** Returns schema, name and signature of the identity of a routine, relation or type; undefined for other kinds. */
export function ownName(identity: string): string | undefined {
  const kind = pattern.exec(identity)?.[1];
  return kind === undefined ? undefined : identity.slice(kind.length + 1);
}

/** Whether an identity stands for what was granted, which is no object in the catalog. */
export function isGrant(identity: string): boolean {
  return revokeText(identity) !== undefined;
}

/** Writes the statement that takes an object away by its identity: DROP, or REVOKE for what was granted. */
export function dropText(identity: string): string {
  return revokeText(identity) ?? `drop ${identity}`;
}

function unquote(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
