/**
 * Commands that read: current, heads, branches, history, show.
 */
import type { ManifestEntry } from '../assets/manifest.js';
import { RevisionError } from '../errors.js';
import { historyRange } from '../graph/history.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import { currentState, splitRows, withoutAncestors } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import { readUnknownRows, type UnknownRow } from './unknown-rows.js';

/** A revision as reading commands show it. */
export interface RevisionEntry {
  readonly revision: RevisionId;
  readonly message: string | null;
  readonly downRevisions: readonly RevisionId[];
  readonly dependsOn: readonly string[];
  /** Labels written on the revision itself. */
  readonly branchLabels: readonly string[];
  /** `yyyymmddhhmmss`, if known. */
  readonly created: string | null;
  /** The script, relative to the project. */
  readonly file: string;
  /** Nothing builds on it. */
  readonly isHead: boolean;
  /** Nothing builds on it or depends on it. */
  readonly isEffectiveHead: boolean;
  readonly isBranchPoint: boolean;
  readonly isMergePoint: boolean;
}

export interface CurrentReport {
  readonly database: string;
  readonly environment: string;
  readonly current: readonly RevisionEntry[];
  /** Version rows that no script of this checkout declares. */
  readonly unknown: readonly RevisionId[];
  /** What the log knows of these. */
  readonly unknownRows: readonly UnknownRow[];
  /** Whether nothing is left to apply. */
  readonly isAtHeads: boolean;
}

/** Returns the current revisions of the database. */
export async function current(project: Project): Promise<CurrentReport> {
  const session = await project.openSession('current', { lock: false });
  try {
    const { revisions, unknown, isAtHeads } = currentState(project.graph, session.state.rows);
    const unknownRows = await readUnknownRows(project, session);
    const { database } = session;
    const { environment } = project.config;
    return {
      database,
      environment,
      current: revisions.map((id) => entryOf(project, id)),
      unknown,
      unknownRows,
      isAtHeads,
    };
  } finally {
    await session.close();
  }
}

/** Returns the heads of the script directory: the revisions that nothing builds on. */
export function heads(project: Project): { readonly heads: readonly RevisionEntry[] } {
  return { heads: project.graph.heads.map((id) => entryOf(project, id)) };
}

export interface BranchEntry extends RevisionEntry {
  readonly children: readonly RevisionEntry[];
}

/** Returns the branch points, each with the revisions that build on it. */
export function branches(project: Project): { readonly branches: readonly BranchEntry[] } {
  const { graph } = project;
  const points = graph.ids.filter((id) => graph.isBranchPoint(id));
  return {
    branches: points.map((id) => ({
      ...entryOf(project, id),
      children: graph.children(id).map((child) => entryOf(project, child)),
    })),
  };
}

export interface HistoryOptions {
  /** `START:END`, either of them may be missing; `current` stands for where the database is. */
  readonly range?: string | undefined;
  /** Whether to mark where the database is; asks the database. */
  readonly indicateCurrent?: boolean;
}

export interface HistoryReport {
  /** Newest first. */
  readonly revisions: readonly (RevisionEntry & { readonly isCurrent?: boolean })[];
  /** Version rows that no script of this checkout declares; none unless the database was asked. */
  readonly unknownRows: readonly UnknownRow[];
}

/**
 * Returns the revisions of a range, newest first.
 *
 * @throws RevisionError when the range names nothing, or its ends are not on one line
 */
export async function history(project: Project, options: HistoryOptions = {}): Promise<HistoryReport> {
  const { range = ':', indicateCurrent = false } = options;
  const needsRows = indicateCurrent || /\bcurrent\b/.test(range);
  const { rows, unknownRows } = needsRows ? await readRows(project, 'history') : noRows;
  const ids = historyRange(project.graph, range.includes(':') ? range : `${range}:${range}`, rows);
  const revisions = ids.map((id) => entryOf(project, id));
  if (!indicateCurrent) return { revisions, unknownRows };
  const here = new Set(withoutAncestors(project.graph, rows));
  const marked = revisions.map((entry) => ({ ...entry, isCurrent: here.has(entry.revision) }));
  return { revisions: marked, unknownRows };
}

/** The version rows that have scripts, and apart from them the others: reading goes on without those. */
interface ReadRows {
  readonly rows: readonly RevisionId[];
  readonly unknownRows: readonly UnknownRow[];
}

const noRows: ReadRows = { rows: [], unknownRows: [] };

async function readRows(project: Project, purpose: string): Promise<ReadRows> {
  const session = await project.openSession(purpose, { lock: false });
  try {
    const { known } = splitRows(project.graph, session.state.rows);
    return { rows: known, unknownRows: await readUnknownRows(project, session) };
  } finally {
    await session.close();
  }
}

export interface ShowReport {
  readonly revisions: readonly (RevisionEntry & {
    readonly children: readonly RevisionId[];
    /** The SQL files that the revision ships, in load order. */
    readonly assets: readonly Pick<ManifestEntry, 'path' | 'action' | 'objects'>[];
  })[];
  /** Version rows that no script of this checkout declares; none unless the database was asked. */
  readonly unknownRows: readonly UnknownRow[];
}

/**
 * Returns all about the revisions that a text names.
 *
 * @throws RevisionError when it names nothing, though there are revisions
 */
export async function show(project: Project, text: string): Promise<ShowReport> {
  const read = /\bcurrent\b/.test(text) ? await readRows(project, 'show') : undefined;
  const { revisions } = resolve(project.graph, text, read?.rows);
  const { unknownRows } = read ?? noRows;
  const isNothing = revisions.length === 0 && unknownRows.length === 0;
  if (isNothing && project.graph.ids.length > 0) throw nothingToShow(text);
  const assets = project.readHistory();
  return {
    revisions: revisions.map((id) => ({
      ...entryOf(project, id),
      children: project.graph.children(id),
      assets: (assets.manifestOf(id)?.entries ?? []).map(({ path, action, objects }) => ({
        path,
        action,
        objects,
      })),
    })),
    unknownRows,
  };
}

function nothingToShow(text: string): RevisionError {
  return new RevisionError('REVISION_NOT_FOUND', {
    message: `"${text}" names no revision`,
    next: 'choose one from `limbeck history`',
  });
}

/** Returns a revision as reading commands show it. */
export function entryOf(
  { graph, scripts }: Pick<Project, 'graph' | 'scripts'>,
  id: RevisionId,
): RevisionEntry {
  const revision = graph.get(id);
  return {
    revision: id,
    message: revision?.message ?? null,
    downRevisions: revision?.downRevisions ?? [],
    dependsOn: revision?.dependsOn ?? [],
    branchLabels: revision?.branchLabels ?? [],
    created: revision?.created ?? null,
    file: scripts.get(id)?.file ?? '',
    isHead: graph.heads.includes(id),
    isEffectiveHead: graph.effectiveHeads.includes(id),
    isBranchPoint: graph.isBranchPoint(id),
    isMergePoint: graph.isMergePoint(id),
  };
}
