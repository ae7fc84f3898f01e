/**
 * Targets: what the text after a command means, given the graph and the version rows.
 */
import { RevisionError } from '../errors.js';
import { maximal } from './dag.js';
import { findBranch, type Branch } from './lookup.js';
import type { DowngradeTarget } from './plan.js';
import { onlyPlace, resolveSymbol, walkFromSymbol } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import { parseSpec, type WalkSpec } from './revision-spec.js';
import type { RevisionId } from './revision.js';
import { requireKnown, rowsOf } from './version-rows.js';
import { walk, type Place } from './walk.js';
import { listed } from './wording.js';

/**
 * Returns the revisions that an upgrade to this text makes applied; none for base.
 *
 * `+2` counts from the one row, or from base; `billing@+2` from the row in that lineage, else from the
 * highest applied revision of the lineage, else from base.
 *
 * @throws RevisionError of any code that an identifier can have; `UNKNOWN_ROW`
 */
export function upgradeTargets(
  graph: RevisionGraph,
  text: string,
  rows: readonly RevisionId[],
): RevisionId[] {
  const spec = parseSpec(text);
  if (spec.kind === 'symbol') return [...resolveSymbol(graph, spec.symbol, spec.branch, rows)];
  const end =
    spec.from === undefined ? upFromRows(graph, spec, rows) : upgradeWalk(graph, spec, spec.from, rows);
  return end === undefined ? [] : [end];
}

/**
 * Returns where a downgrade to this text goes, and the branch that it is limited to.
 *
 * `-1` counts from the one row and is limited to its lineage; `billing@-1` counts from the row in that
 * lineage, else from the applied revision of the lineage on whose line nothing more is applied.
 *
 * @throws RevisionError of any code that an identifier can have; `UNKNOWN_ROW`
 */
export function downgradeTarget(
  graph: RevisionGraph,
  text: string,
  rows: readonly RevisionId[],
): DowngradeTarget {
  const spec = parseSpec(text);
  const branch = spec.branch === undefined ? undefined : findBranch(graph, spec.branch);
  if (spec.kind === 'symbol') {
    return { to: onlyPlace(graph, spec.symbol, spec.branch, rows), branch: branch?.revision };
  }
  if (spec.from !== undefined) {
    return { to: walkFromSymbol(graph, spec, spec.from, rows), branch: branch?.revision };
  }
  const start = downgradeStart(graph, spec, rows, branch);
  return { to: walk(graph, start, spec), branch: branch?.revision ?? start };
}

/** From a symbol up, the branch picks the way and need not hold the start; down, the start lies in it. */
function upgradeWalk(graph: RevisionGraph, spec: WalkSpec, from: string, rows: readonly RevisionId[]): Place {
  if (spec.steps <= 0) return walkFromSymbol(graph, spec, from, rows);
  const start = onlyPlace(graph, from, undefined, rows);
  return walk(graph, start, spec, spec.branch === undefined ? undefined : findBranch(graph, spec.branch));
}

function upFromRows(graph: RevisionGraph, spec: WalkSpec, rows: readonly RevisionId[]): Place {
  if (spec.steps < 0) throw wrongWay(spec, 'an upgrade', `limbeck downgrade ${spec.text}`);
  const known = requireKnown(graph, rows);
  if (spec.branch === undefined) return walk(graph, onlyStart(spec, known), spec);
  const branch = findBranch(graph, spec.branch);
  const inBranch = known.filter((id) => branch.lineage.has(id));
  const starts = inBranch.length > 0 ? inBranch : rowsOf(graph, appliedIn(graph, branch, known));
  return walk(graph, onlyStart(spec, starts), spec, branch);
}

function downgradeStart(
  graph: RevisionGraph,
  spec: WalkSpec,
  rows: readonly RevisionId[],
  branch: Branch | undefined,
): RevisionId {
  const known = requireKnown(graph, rows);
  if (spec.steps > 0) throw wrongWay(spec, 'a downgrade', `limbeck upgrade ${spec.text}`);
  const start = onlyStart(spec, branch === undefined ? known : endsIn(graph, branch, known));
  if (start === undefined) throw nothingApplied(spec);
  return start;
}

/** The rows in a lineage; else its applied ends, which have no row as other branches depend on them. */
function endsIn(graph: RevisionGraph, branch: Branch, rows: readonly RevisionId[]): RevisionId[] {
  const inBranch = rows.filter((id) => branch.lineage.has(id));
  if (inBranch.length > 0) return inBranch;
  const ends = maximal(graph.closure(rows), (id) => graph.children(id));
  return graph.sort(ends.filter((id) => branch.lineage.has(id)));
}

function appliedIn(graph: RevisionGraph, branch: Branch, rows: readonly RevisionId[]): Set<RevisionId> {
  return new Set([...graph.closure(rows)].filter((id) => branch.lineage.has(id)));
}

function onlyStart(spec: WalkSpec, starts: readonly RevisionId[]): Place {
  if (starts.length <= 1) return starts[0];
  const command = spec.steps > 0 ? 'upgrade' : 'downgrade';
  const step = spec.text.slice(spec.text.lastIndexOf('@') + 1);
  throw new RevisionError('AMBIGUOUS_START', {
    message: `"${spec.text}" can start from ${starts.length} current revisions: ${listed(starts)}`,
    next: `name the one to start from, as in \`limbeck ${command} ${starts[0]}@${step}\``,
    details: { text: spec.text, candidates: starts },
  });
}

function wrongWay(spec: WalkSpec, command: string, other: string): RevisionError {
  return new RevisionError('RELATIVE_TOO_FAR', {
    message: `"${spec.text}" goes the wrong way for ${command}`,
    next: `turn the sign round, or run \`${other}\``,
    details: { text: spec.text },
  });
}

function nothingApplied(spec: WalkSpec): RevisionError {
  const place = spec.branch === undefined ? '' : ` in the lineage of "${spec.branch}"`;
  return new RevisionError('RELATIVE_TOO_FAR', {
    message: `"${spec.text}" has nothing to count from: no revision is applied${place}`,
    next: 'look at what is applied with `limbeck current`',
    details: { text: spec.text },
  });
}
