/**
 * Looking up names: from an id, a label or a unique prefix to the revision.
 */
import { RevisionError } from '../errors.js';
import type { RevisionGraph } from './revision-graph.js';
import type { RevisionId } from './revision.js';
import { didYouMean, listed } from './wording.js';

/** Shorter ids and labels must be written in full. */
const longestWithoutPrefixes = 3;

/** The part of a graph that `NAME@` speaks of. */
export interface Branch {
  /** As it was typed. */
  readonly name: string;
  readonly revision: RevisionId;
  /** The revision with its ancestors and descendants by down links. */
  readonly lineage: ReadonlySet<RevisionId>;
}

/**
 * Returns the revision that a name means.
 *
 * An exact id or label is taken first. Otherwise the name must be the start of exactly one id or label
 * of more than three characters; with a branch only those in its lineage compete.
 *
 * @throws RevisionError `REVISION_NOT_FOUND`, `AMBIGUOUS_PREFIX`, `NOT_IN_BRANCH`
 */
export function lookup(graph: RevisionGraph, name: string, branch?: Branch): RevisionId {
  const found = exact(graph, name) ?? byPrefix(graph, name, branch);
  if (branch === undefined || branch.lineage.has(found)) return found;
  throw new RevisionError('NOT_IN_BRANCH', {
    message: `"${name}" is neither an ancestor nor a descendant of "${branch.name}"`,
    where: graph.get(found)?.file,
    next: `write "${name}" alone, or list the branch with \`limbeck history -r ${branch.name}@base:${branch.name}@heads\``,
    details: { text: name, branch: branch.name, revision: found },
  });
}

/**
 * Returns the branch that the name before `@` means.
 *
 * @throws RevisionError `BRANCH_NOT_FOUND` when it is neither a label nor a revision
 */
export function findBranch(graph: RevisionGraph, name: string): Branch {
  try {
    return branchOf(graph, name);
  } catch (cause) {
    if (!(cause instanceof RevisionError)) throw cause;
    throw new RevisionError('BRANCH_NOT_FOUND', {
      message: `"${name}" before "@" is neither a branch label nor a revision: ${cause.message}`,
      next: `${didYouMean(name, namesOf(graph))}list the branches with \`limbeck heads\``,
      details: { branch: name },
      cause,
    });
  }
}

/**
 * Returns the branch of a name, with the errors of `lookup`.
 *
 * @throws RevisionError `REVISION_NOT_FOUND`, `AMBIGUOUS_PREFIX`
 */
export function branchOf(graph: RevisionGraph, name: string): Branch {
  const revision = lookup(graph, name);
  return { name, revision, lineage: graph.lineage(revision) };
}

function exact(graph: RevisionGraph, name: string): RevisionId | undefined {
  return graph.has(name) ? name : graph.revisionOfLabel(name);
}

function byPrefix(graph: RevisionGraph, prefix: string, branch: Branch | undefined): RevisionId {
  if (prefix === '') throw emptyName();
  const names = namesOf(graph).filter(
    (name) =>
      name.length > longestWithoutPrefixes && name.startsWith(prefix) && isInBranch(graph, name, branch),
  );
  const [only, ...others] = names;
  if (only === undefined) throw notFound(graph, prefix, branch);
  if (others.length > 0) throw ambiguous(prefix, names);
  return exact(graph, only) ?? only;
}

function isInBranch(graph: RevisionGraph, name: string, branch: Branch | undefined): boolean {
  return branch === undefined || branch.lineage.has(exact(graph, name) ?? name);
}

function namesOf(graph: RevisionGraph): string[] {
  return [...graph.ids, ...graph.labels];
}

function emptyName(): RevisionError {
  return new RevisionError('REVISION_NOT_FOUND', {
    message: 'the name of a revision is empty',
    next: 'write an id, a label or "heads"; `limbeck history` lists revisions',
    details: { text: '' },
  });
}

function notFound(graph: RevisionGraph, text: string, branch: Branch | undefined): RevisionError {
  const place = branch === undefined ? '' : ` in the lineage of "${branch.name}"`;
  return new RevisionError('REVISION_NOT_FOUND', {
    message: `no revision has the id, prefix or label "${text}"${place}`,
    next: `${didYouMean(text, namesOf(graph))}list the revisions with \`limbeck history\``,
    details: { text },
  });
}

function ambiguous(prefix: string, names: readonly string[]): RevisionError {
  return new RevisionError('AMBIGUOUS_PREFIX', {
    message: `"${prefix}" is the start of ${names.length} names: ${listed(names)}`,
    next: 'type more characters of the one you mean; `limbeck history` shows them in full',
    details: { text: prefix, candidates: names },
  });
}
