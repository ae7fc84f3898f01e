/**
 * Where each SQL file stands: the live file, the versions at the heads, and what a database has installed.
 */
import { type AssetHistory, isStanding } from '../assets/asset-history.js';
import type { RevisionId } from '../graph/revision.js';
import { splitRows } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import { type LiveState, liveStates } from './live-states.js';
import { waysToShip } from './ways-to-ship.js';

export interface AssetStatusOptions {
  /** Whether to ask the database what it has installed. Default false. */
  readonly database?: boolean;
}

export interface AssetStatusEntry {
  readonly path: string;
  /** The live file, relative to the project. */
  readonly file: string;
  /** The live file beside what the heads ship. */
  readonly state: LiveState['state'];
  /** The path that a renamed file had; else null. */
  readonly was: string | null;
  /** The revisions whose versions stand at the heads: none of a new file, several where branches changed it. */
  readonly revisions: readonly RevisionId[];
  /** Whether these differ. */
  readonly isDivergent: boolean;
  /** What the standing version defines. */
  readonly objects: readonly string[];
  /** What the database has installed; null where it has nothing, or none was asked. */
  readonly installed: InstalledEntry | null;
}

export interface InstalledEntry {
  /** null where the database should have it, and does not. */
  readonly revision: RevisionId | null;
  /** Whether it is what the applied revisions ask for; null where one of them is unknown here. */
  readonly isExpected: boolean | null;
}

export interface AssetStatusReport {
  /** null where none was asked. */
  readonly database: string | null;
  readonly environment: string;
  /** By path. */
  readonly assets: readonly AssetStatusEntry[];
  /** What to do about live files that are not as shipped; null where all are. */
  readonly next: string | null;
}

/**
 * Returns the status of all SQL files that there are, live or at the heads, and of what is installed.
 *
 * @throws AssetError `MANIFEST_INVALID`
 */
export async function assetStatus(
  project: Project,
  { database = false }: AssetStatusOptions = {},
): Promise<AssetStatusReport> {
  const history = project.readHistory();
  const { environment } = project.config;
  const live = await liveStates(project, history);
  const next = live.some(({ state }) => state !== 'unchanged') ? waysToShip(project.graph) : null;
  if (!database)
    return { database: null, environment, assets: entries(project, history, live, undefined), next };
  const session = await project.openSession('assets status', { lock: false });
  try {
    return {
      database: session.database,
      environment,
      assets: entries(project, history, live, session),
      next,
    };
  } finally {
    await session.close();
  }
}

function entries(
  project: Project,
  history: AssetHistory,
  live: readonly LiveState[],
  session: Session | undefined,
): AssetStatusEntry[] {
  const heads = project.graph.closure(project.graph.effectiveHeads);
  const byPath = new Map(live.map((state) => [state.path, state]));
  const installed = installedOf(project, history, session);
  const standing = history.standingAt(heads).map(({ path }) => path);
  const paths = new Set([...byPath.keys(), ...standing, ...installed.keys()]);
  const moved = new Set(live.flatMap(({ was }) => was ?? []));
  return [...paths]
    .filter((path) => byPath.has(path) || !moved.has(path) || installed.has(path))
    .sort()
    .map((path) => {
      const { state = 'deleted', was } = byPath.get(path) ?? {};
      const versions = history.versionsAt(was ?? path, heads);
      const texts = new Set(versions.map(({ sha256 }) => sha256));
      return {
        path,
        file: project.live.fileOf(path),
        state,
        was: was ?? null,
        revisions: versions.filter(isStanding).map(({ revision }) => revision),
        isDivergent: texts.size > 1,
        objects: versions.find(isStanding)?.entry.objects ?? [],
        installed: installed.get(path) ?? null,
      };
    });
}

/** What the ledger says is installed, beside what the applied revisions ask for. */
function installedOf(
  { graph }: Project,
  history: AssetHistory,
  session: Session | undefined,
): ReadonlyMap<string, InstalledEntry> {
  if (session === undefined) return new Map();
  const { known, unknown } = splitRows(graph, session.state.rows);
  const applied = graph.closure(known);
  const lacking = history
    .standingAt(applied)
    .map(({ path }) => [path, { revision: null, isExpected: false }] as const);
  const found = [...session.state.assets].map(([path, { sha256, revision }]) => {
    const isExpected = history.versionsAt(path, applied).some((version) => version.sha256 === sha256);
    return [path, { revision, isExpected: unknown.length > 0 ? null : isExpected }] as const;
  });
  return new Map<string, InstalledEntry>([...lacking, ...found]);
}
