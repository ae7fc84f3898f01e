/**
 * What scripts name when they set dependents aside.
 */
import type { AsideTarget } from '../dependents/targets.js';
import { quoteIdentifier } from '../sql/quote.js';

/**
 * What is to be changed. Names are as Knex has them, `builds` or `reporting.builds`, and are quoted; a routine is
 * written as in SQL, with its argument types.
 */
export type DependentsTarget =
  /** A column; without one, all columns of the table. */
  | { readonly table: string; readonly column?: string }
  | { readonly view: string }
  | { readonly materializedView: string }
  | { readonly type: string }
  | { readonly domain: string }
  /** `score(integer)` */
  | { readonly function: string }
  | { readonly procedure: string }
  | { readonly aggregate: string };

/** Kinds by the word that scripts use. */
const quotedKinds: Readonly<Record<string, string>> = {
  view: 'view',
  materializedView: 'materialized view',
  type: 'type',
  domain: 'domain',
};
const routineKinds = ['function', 'procedure', 'aggregate'];

/**
 * Reads targets as scripts write them.
 *
 * @throws TypeError for what is none
 */
export function asideTargets(given: DependentsTarget | readonly DependentsTarget[]): AsideTarget[] {
  const targets = [given].flat();
  if (targets.length === 0) throw new TypeError('op.withDependentsAside takes at least one target');
  return targets.map((target) => asideTarget(target as Readonly<Record<string, unknown>>));
}

function asideTarget(target: Readonly<Record<string, unknown>> | null): AsideTarget {
  const { column, ...rest } = target ?? {};
  const [[word, name] = [], ...others] = Object.entries(rest);
  const isOne = typeof name === 'string' && others.length === 0;
  if (isOne && word === 'table' && typeof column === 'string') return { table: quoted(name), column };
  if (isOne && column === undefined) {
    if (word === 'table') return { object: `table ${quoted(name)}` };
    const kind = quotedKinds[String(word)];
    if (kind !== undefined) return { object: `${kind} ${quoted(name)}` };
    if (routineKinds.includes(String(word))) return { object: `${word} ${name}` };
  }
  throw new TypeError(
    `op.withDependentsAside takes { table, column }, { table }, { view }, { materializedView }, { type }, { domain }, { function }, { procedure } or { aggregate }, or a list of them, not ${JSON.stringify(target)}`,
  );
}

function quoted(name: string): string {
  return name.split('.').map(quoteIdentifier).join('.');
}
