/**
 * Which objects of a file are replaced, and which only dropped and made again: by their kinds and its commands.
 */
import { isGrant } from '../sql/identity.js';
import type { Command } from '../sql/scan.js';
import type { FileText } from './file-statements.js';

/**
 * Parts the objects of a file that stand already in those that it replaces, and those that it can only create:
 * these are dropped without a try, which could but fail.
 */
export function keptObjects({ version, made }: FileText, stands: (object: string, path: string) => boolean) {
  const created = new Set(made.commands.flatMap(createdKind));
  const kept = version.entry.objects.filter((object) => stands(object, version.path) && !isGrant(object));
  const isPlain = (object: string) => created.has(kindOfIdentity(object));
  return { plain: kept.filter(isPlain), replaced: kept.filter((object) => !isPlain(object)) };
}

const kinds = [
  'materialized view',
  'event trigger',
  'operator class',
  'operator family',
  'text search configuration',
  'text search dictionary',
  'view',
  'function',
  'procedure',
  'aggregate',
  'trigger',
  'policy',
  'rule',
  'operator',
  'cast',
  'transform',
  'collation',
  'conversion',
];

/** Kinds that nothing is to be kept of: they are dropped and made again as they are. */
const bareKinds = new Set([
  'event trigger',
  'operator class',
  'operator family',
  'text search configuration',
  'text search dictionary',
  'cast',
  'transform',
  'collation',
  'conversion',
]);

/** The kind of what a command creates without OR REPLACE, if it is one that files define. */
function createdKind({ words }: Command): string[] {
  const [first, second] = words;
  if (first !== 'create' || second === 'or') return [];
  const text = ` ${words.slice(1).join(' ')} `;
  const found = kinds
    .map((kind) => ({ kind, at: text.indexOf(` ${kind} `) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at);
  return found[0] === undefined ? [] : [found[0].kind];
}

function kindOfIdentity(object: string): string {
  return kinds.find((kind) => object.startsWith(`${kind} `)) ?? object.split(' ', 1).join();
}

/** Whether nothing is to be kept of an object but its definition. */
export function isBare(object: string): boolean {
  return bareKinds.has(kindOfIdentity(object));
}

/** Names an object behind DROP. */
export function ifExists(object: string): string {
  const kind = kindOfIdentity(object);
  return `${kind} if exists${object.slice(kind.length)}`;
}
