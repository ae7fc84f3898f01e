/**
 * The parents of a new revision, from what was typed after `--head`, or of a merge.
 */
import { RevisionError } from '../errors.js';
import { lookup } from './lookup.js';
import { resolve } from './resolve.js';
import type { RevisionGraph } from './revision-graph.js';
import type { RevisionId } from './revision.js';

export interface NewRevisionOptions {
  /** Identifiers of the parents: one, or several for a merge. */
  readonly heads: readonly string[];
  /** Ids, prefixes or labels. */
  readonly dependsOn?: readonly string[];
  /** Whether a parent may have children already. */
  readonly splice?: boolean;
}

export interface NewRevisionLinks {
  readonly downRevisions: readonly RevisionId[];
  /** Labels as given, prefixes in full. */
  readonly dependsOn: readonly string[];
}

/**
 * Returns the links that a new revision gets.
 *
 * Parents are heads by down links, unless `splice` allows others.
 *
 * @throws RevisionError `MULTIPLE_HEADS`, `DUPLICATE_HEADS`, `NOT_A_HEAD`, and what `resolve` throws
 */
export function newRevisionLinks(graph: RevisionGraph, options: NewRevisionOptions): NewRevisionLinks {
  const downRevisions = options.heads.flatMap((text) => resolve(graph, text).revisions);
  const twice = downRevisions.find((id, index) => downRevisions.indexOf(id) !== index);
  if (twice !== undefined) throw duplicateHead(twice);
  const grown = downRevisions.find((id) => graph.children(id).length > 0);
  if (grown !== undefined && options.splice !== true) throw notAHead(graph, grown);
  return { downRevisions, dependsOn: (options.dependsOn ?? []).map((name) => dependency(graph, name)) };
}

/** A label stays a label: it goes on meaning its branch when the script is moved to another revision. */
function dependency(graph: RevisionGraph, name: string): string {
  return graph.revisionOfLabel(name) === undefined ? lookup(graph, name) : name;
}

function duplicateHead(id: RevisionId): RevisionError {
  return new RevisionError('DUPLICATE_HEADS', {
    message: `revision "${id}" was given twice as a parent`,
    next: 'name each parent once; `limbeck merge heads -m "…"` takes all heads',
    details: { revision: id },
  });
}

function notAHead(graph: RevisionGraph, id: RevisionId): RevisionError {
  const heads = graph.heads.filter((head) => graph.lineage(id).has(head));
  return new RevisionError('NOT_A_HEAD', {
    message: `revision "${id}" is not a head: others build on it`,
    where: graph.get(id)?.file,
    next: `build on a head, as in \`limbeck revision -m "…" --head ${heads[0] ?? 'head'}\`, or add \`--splice\` to branch off here`,
    details: { revision: id, heads },
  });
}
