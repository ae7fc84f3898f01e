/**
 * Relative walks: steps up and down the lines of history, as `+2`, `-1` and `billing@head-1` ask for.
 */
import { RevisionError } from '../errors.js';
import type { Branch } from './lookup.js';
import type { RevisionGraph } from './revision-graph.js';
import type { WalkSpec } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { listed } from './wording.js';

/** A revision, or `undefined` for base: the place below every first revision. */
export type Place = RevisionId | undefined;

/**
 * Walks steps up or down by down links; a branch picks the way up.
 *
 * One step below a first revision is base, and one step up from base is a first revision.
 *
 * @throws RevisionError `AMBIGUOUS_WALK` at a fork or a merge, `RELATIVE_TOO_FAR` past the end
 */
export function walk(graph: RevisionGraph, start: Place, spec: WalkSpec, branch?: Branch): Place {
  let here = start;
  for (let taken = 0; taken < Math.abs(spec.steps); taken += 1) {
    const ways: readonly Place[] = spec.steps > 0 ? waysUp(graph, here, branch) : waysDown(graph, here);
    if (ways.length === 0) throw tooFar(spec, start, taken);
    if (ways.length > 1) throw ambiguousWalk(spec, here, ways);
    here = ways[0];
  }
  return here;
}

/** Walks the same steps from several starts; where walks meet, the place is listed once. */
export function walkEach(graph: RevisionGraph, starts: Iterable<RevisionId>, spec: WalkSpec): Place[] {
  const ends = [...starts].map((start) => walk(graph, start, spec));
  return [...new Set(ends)];
}

function waysUp(graph: RevisionGraph, here: Place, branch: Branch | undefined): readonly RevisionId[] {
  const ways = here === undefined ? graph.bases : graph.children(here);
  return branch === undefined ? ways : ways.filter((id) => branch.lineage.has(id));
}

function waysDown(graph: RevisionGraph, here: Place): readonly Place[] {
  if (here === undefined) return [];
  const ways = graph.parents(here);
  return ways.length === 0 ? [undefined] : ways;
}

function tooFar(spec: WalkSpec, start: Place, taken: number): RevisionError {
  const direction = spec.steps > 0 ? 'up' : 'down';
  const length = taken === 1 ? '1 step' : `${taken} steps`;
  return new RevisionError('RELATIVE_TOO_FAR', {
    message: `"${spec.text}" walks too far: from "${start ?? 'base'}" the way ${direction} has ${length}`,
    next: 'ask for fewer steps, or name the revision; `limbeck history` lists them',
    details: { text: spec.text, start: start ?? 'base', steps: taken },
  });
}

function ambiguousWalk(spec: WalkSpec, here: Place, ways: readonly Place[]): RevisionError {
  const at = here ?? 'base';
  const candidates = ways.map((way) => way ?? 'base');
  const isUp = spec.steps > 0;
  const reason = isUp ? `several revisions build on "${at}"` : `"${at}" merges several revisions`;
  return new RevisionError('AMBIGUOUS_WALK', {
    message: `"${spec.text}" has no single next step, ${reason}: ${listed(candidates)}`,
    next: isUp
      ? 'pick the branch, as in `limbeck upgrade NAME@+1`, or name the revision'
      : `name the revision to walk to: ${listed(candidates, 2)} would do`,
    details: { text: spec.text, at, candidates },
  });
}
