/**
 * Commands that read: current, heads, branches, history, show; and which script `edit` opens.
 */
import type { ManifestEntry } from '../assets/manifest.js';
import { RevisionError, UsageError } from '../errors.js';
import { historyRange } from '../graph/history.js';
import { resolve } from '../graph/resolve.js';
import type { RevisionId } from '../graph/revision.js';
import { currentState, splitRows, withoutAncestors } from '../graph/version-rows.js';
import { startingRows } from '../graph/starting-rows.js';
import { listed } from '../graph/wording.js';
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

export interface HeadsOptions {
  /** Whether to leave out heads that others depend on: what is left would have version rows. */
  readonly resolveDependencies?: boolean;
}

/** Returns the heads of the script directory: the revisions that nothing builds on. */
export function heads(
  project: Project,
  { resolveDependencies = false }: HeadsOptions = {},
): { readonly heads: readonly RevisionEntry[] } {
  const { graph } = project;
  const ids = resolveDependencies ? graph.effectiveHeads : graph.heads;
  return { heads: ids.map((id) => entryOf(project, id)) };
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
  /** The current revisions, in place of a database's. */
  readonly from?: readonly string[] | undefined;
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
  const { range = ':', indicateCurrent = false, from } = options;
  const needsRows = indicateCurrent || /\bcurrent\b/.test(range);
  const { rows, unknownRows } = needsRows ? await readRows(project, 'history', from) : noRows;
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

async function readRows(project: Project, purpose: string, from?: readonly string[]): Promise<ReadRows> {
  if (from !== undefined) return { rows: startingRows(project.graph, from), unknownRows: [] };
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
 * Returns all about the revisions that texts name, each once.
 *
 * @throws RevisionError when one of them names nothing, though there are revisions
 */
export async function show(project: Project, texts: string | readonly string[]): Promise<ShowReport> {
  const { ids, unknownRows } = await namedRevisions(project, 'show', [texts].flat());
  const assets = project.readHistory();
  return {
    revisions: ids.map((id) => ({
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

/**
 * Returns the revisions that texts name, each once; asks the database when one of them is `current`.
 *
 * @throws RevisionError when one of them names nothing, though there are revisions
 */
async function namedRevisions(
  project: Project,
  purpose: string,
  texts: readonly string[],
): Promise<{ readonly ids: readonly RevisionId[]; readonly unknownRows: readonly UnknownRow[] }> {
  const { graph } = project;
  const needsRows = texts.some((text) => /\bcurrent\b/.test(text));
  const read = needsRows ? await readRows(project, purpose) : undefined;
  const { unknownRows } = read ?? noRows;
  const named = texts.flatMap((text) => {
    const { revisions } = resolve(graph, text, read?.rows);
    const isNothing = revisions.length === 0 && unknownRows.length === 0;
    if (isNothing && graph.ids.length > 0) throw nothingNamed(text);
    return revisions;
  });
  return { ids: [...new Set(named)], unknownRows };
}

function nothingNamed(text: string): RevisionError {
  return new RevisionError('REVISION_NOT_FOUND', {
    message: `"${text}" names no revision`,
    next: 'choose one from `limbeck history`',
  });
}

/** Makes the error for a command that needs a revision where there is none. */
export function noRevisions(): RevisionError {
  return new RevisionError('REVISION_NOT_FOUND', {
    message: 'there are no revisions yet',
    next: 'write one with `limbeck revision -m "…"`',
  });
}

export interface LocateReport {
  readonly revision: RevisionId;
  /** The script, relative to the project. */
  readonly file: string;
  /** The same in full. */
  readonly path: string;
}

/**
 * Returns the script of the one revision that a text names: what `edit` opens.
 *
 * @throws RevisionError when it names nothing
 * @throws UsageError `USAGE` when it names several
 */
export async function locate(project: Project, text: string): Promise<LocateReport> {
  const [revision, ...others] = (await namedRevisions(project, 'edit', [text])).ids;
  if (revision === undefined) throw project.graph.ids.length === 0 ? noRevisions() : nothingNamed(text);
  if (others.length > 0) throw severalNamed(text, [revision, ...others]);
  const { file = '', path = '' } = project.scripts.get(revision) ?? {};
  return { revision, file, path };
}

function severalNamed(text: string, ids: readonly RevisionId[]): UsageError {
  return new UsageError('USAGE', {
    message: `"${text}" names ${ids.length} revisions, and one is edited at a time: ${listed(ids)}`,
    next: `name one of them, as in \`limbeck edit ${ids[0] ?? ''}\``,
    details: { text, revisions: ids },
  });
}

/** Returns a revision as reading commands show it. */
function entryOf({ graph, scripts }: Pick<Project, 'graph' | 'scripts'>, id: RevisionId): RevisionEntry {
  const revision = graph.get(id);
  return {
    revision: id,
    message: revision?.message ?? null,
    downRevisions: revision?.downRevisions ?? [],
    dependsOn: revision?.dependsOn ?? [],
    branchLabels: revision?.branchLabels ?? [],
    created: revision?.created ?? null,
    file: scripts.get(id)?.file ?? '',
    isHead: graph.children(id).length === 0,
    isEffectiveHead: graph.dependents(id).length === 0,
    isBranchPoint: graph.isBranchPoint(id),
    isMergePoint: graph.isMergePoint(id),
  };
}
