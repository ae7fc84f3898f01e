/**
 * Questions about a revision graph, and limbeck's answers in their words.
 */
import { RevisionError, type ErrorCode } from '../../lib/errors.js';
import { historyRange } from '../../lib/graph/history.js';
import { newRevisionLinks } from '../../lib/graph/new-revision.js';
import { planDowngrade, planUpgrade, type Step } from '../../lib/graph/plan.js';
import { refuseOverlap, resolve } from '../../lib/graph/resolve.js';
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import { rowChanges } from '../../lib/graph/row-changes.js';
import { stampTargets, stampedRows } from '../../lib/graph/stamp.js';
import { downgradeTarget, upgradeTargets } from '../../lib/graph/targets.js';
import { currentState, requireKnown, rowsOf } from '../../lib/graph/version-rows.js';

export interface ListedRevision {
  readonly id: string;
  readonly down: readonly string[];
  readonly dependsOn: readonly string[];
  readonly labels: readonly string[];
}

export type Question =
  | { readonly op: 'load' }
  | { readonly op: 'facts' }
  | { readonly op: 'resolve'; readonly id: string }
  | { readonly op: 'current'; readonly current: readonly string[] }
  | {
      readonly op: 'upgrade';
      readonly current: readonly string[];
      readonly target: string | readonly string[];
    }
  | { readonly op: 'downgrade'; readonly current: readonly string[]; readonly target: string }
  | { readonly op: 'history'; readonly range: string; readonly current: readonly string[] }
  | {
      readonly op: 'stamp';
      readonly current: readonly string[];
      readonly targets: readonly string[];
      readonly purge: boolean;
    }
  | {
      readonly op: 'newRevision';
      readonly head: readonly string[];
      readonly splice: boolean;
      readonly dependsOn: readonly string[];
    };

export interface Questions {
  readonly graph: string;
  readonly revisions: readonly ListedRevision[];
  readonly queries: readonly Question[];
}

export type Answer = Readonly<Record<string, unknown>>;

/** The names that questions have for errors. */
export const errorKinds: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_ID: 'duplicateId',
  MISSING_REVISION: 'missingRevision',
  SELF_LOOP: 'selfLoop',
  CYCLE: 'cycle',
  DEPENDENCY_SELF_LOOP: 'dependencySelfLoop',
  DEPENDENCY_CYCLE: 'dependencyCycle',
  DUPLICATE_LABEL: 'duplicateLabel',
  ILLEGAL_ID: 'illegalCharacter',
  REVISION_NOT_FOUND: 'notFound',
  BRANCH_NOT_FOUND: 'noSuchBranch',
  NOT_IN_BRANCH: 'notInBranch',
  AMBIGUOUS_PREFIX: 'ambiguousPrefix',
  MULTIPLE_HEADS: 'multipleHeads',
  NOT_AN_ANCESTOR: 'notAncestor',
  RELATIVE_TOO_FAR: 'relativeTooFar',
  AMBIGUOUS_WALK: 'ambiguousWalk',
  AMBIGUOUS_START: 'ambiguousStart',
  OVERLAPPING_REVISIONS: 'overlap',
  NOT_A_HEAD: 'notAHead',
  DUPLICATE_HEADS: 'duplicateHeads',
  UNKNOWN_ROW: 'notFound',
};

/** Answers one line of questions. */
export function answerLine(line: string): string {
  const questions: Questions = JSON.parse(line);
  return JSON.stringify({ ...questions, queries: answerAll(questions) });
}

/** Answers all questions about one graph; one that does not load has its error for every answer. */
export function answerAll({ revisions, queries }: Questions): (Question & { readonly result: Answer })[] {
  const loaded = load(revisions);
  return queries.map((query) => ({
    ...query,
    result: loaded instanceof RevisionGraph ? orError(() => answer(loaded, query)) : loaded,
  }));
}

export function answer(graph: RevisionGraph, query: Question): Answer {
  switch (query.op) {
    case 'load':
      return { ok: true };
    case 'facts':
      return facts(graph);
    case 'resolve':
      return resolved(graph, query.id);
    case 'current': {
      const { revisions, isAtHeads } = currentState(graph, query.current);
      return { ids: revisions, atEffectiveHeads: isAtHeads };
    }
    case 'upgrade': {
      const texts = typeof query.target === 'string' ? [query.target] : query.target;
      const targets = texts.flatMap((text) => upgradeTargets(graph, text, query.current));
      const plan = planUpgrade(graph, query.current, targets);
      // The questions take such rows for an error; limbeck's commands read past them.
      refuseOverlap(graph, query.current);
      return planned(graph, query.current, plan);
    }
    case 'downgrade': {
      const target = downgradeTarget(graph, query.target, query.current);
      return planned(graph, query.current, planDowngrade(graph, query.current, target));
    }
    case 'history':
      return { ids: historyRange(graph, query.range, query.current) };
    case 'stamp': {
      const rows = query.purge ? [] : query.current;
      return { final: stampedRows(graph, rows, stampTargets(graph, query.targets)).sort() };
    }
    case 'newRevision': {
      const links = newRevisionLinks(graph, { ...query, heads: query.head });
      return { down: links.downRevisions, dependsOn: links.dependsOn };
    }
  }
}

function load(revisions: readonly ListedRevision[]): RevisionGraph | Answer {
  return orError(
    () =>
      new RevisionGraph(
        revisions.map(({ id, down, dependsOn, labels }) => ({
          id,
          downRevisions: down,
          dependsOn,
          branchLabels: labels,
        })),
      ),
  );
}

function orError<Result>(work: () => Result): Result | Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RevisionError)) throw error;
    const { heads } = error.details;
    return { error: errorKinds[error.code], ...(heads === undefined ? {} : { heads }) };
  }
}

function facts(graph: RevisionGraph): Answer {
  const { heads, effectiveHeads, bases, effectiveBases } = graph;
  const about = (id: string) => ({
    next: [...graph.children(id)].sort(),
    allNext: [...graph.dependents(id)].sort(),
    labels: graph.labelsOf(id),
    needs: [...graph.needs(id)].sort(),
  });
  const revisions = Object.fromEntries(graph.ids.map((id) => [id, about(id)]));
  return { heads, effectiveHeads, bases, effectiveBases, revisions };
}

/** The questions call base by name only where a walk arrives there. */
function resolved(graph: RevisionGraph, text: string): Answer {
  const { revisions, isBase } = resolve(graph, text);
  const isWalk = !/(^|@)base$/.test(text);
  return { ids: isBase && isWalk ? [...revisions, 'base'] : revisions };
}

function planned(graph: RevisionGraph, current: readonly string[], steps: readonly Step[]): Answer {
  const rows = [...rowChanges(graph, current, steps)].map((change) => [...change.rows].sort());
  const final = rows.at(-1) ?? rowsOf(graph, graph.closure(requireKnown(graph, current))).sort();
  return { plan: steps.map((step) => step.revision), rows, final };
}
