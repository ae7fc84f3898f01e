/**
 * The order in which SQL files must be loaded: what a file mentions comes before it.
 */
import { topologicalOrder } from '../graph/dag.js';
import { kindOf } from './asset-directory.js';

/** A file, and the files that it needs. */
export interface Needs {
  readonly path: string;
  readonly requires: readonly string[];
}

export interface LoadOrder {
  /** Each path after those that it requires; otherwise by kind, then by name. */
  readonly paths: readonly string[];
  /** Paths that need each other, which no order satisfies. */
  readonly cyclic: ReadonlySet<string>;
}

/**
 * Types are needed by routines, both by views; what hangs on tables, views and routines comes after them. A kind
 * that is not listed comes last.
 */
const kindRanks: Readonly<Record<string, number>> = {
  types: 0,
  procs: 1,
  functions: 1,
  procedures: 1,
  aggregates: 1,
  operators: 1,
  casts: 1,
  views: 2,
  triggers: 3,
  rules: 3,
  policies: 4,
  grants: 5,
};
const unknownRank = 6;

/** Puts files in load order. */
export function loadOrder(files: readonly Needs[]): LoadOrder {
  const given = new Map(files.map((file) => [file.path, file.requires]));
  const cyclic = new Set<string>();
  // Each turn either succeeds or finds one more cycle, whose links are then left out.
  for (;;) {
    const needs = (path: string) =>
      (given.get(path) ?? []).filter((other) => !(cyclic.has(path) && cyclic.has(other)));
    try {
      return {
        paths: topologicalOrder(given.keys(), needs, comparePaths, (cycle) => new Cycle(cycle)),
        cyclic,
      };
    } catch (error) {
      if (!(error instanceof Cycle)) throw error;
      for (const path of error.paths) cyclic.add(path);
    }
  }
}

class Cycle extends Error {
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super(`cycle: ${paths.join(', ')}`);
    this.paths = paths;
  }
}

function comparePaths(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || (a < b ? -1 : 1);
}

function rankOf(path: string): number {
  const kind = kindOf(path);
  return Object.hasOwn(kindRanks, kind) ? (kindRanks[kind] ?? unknownRank) : unknownRank;
}
