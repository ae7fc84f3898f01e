/**
 * The check: whether a database and a checkout still say the same of what was applied.
 */
import { frozenFileOf, readFrozen } from '../assets/manifest.js';
import { AssetError, type LimbeckError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { splitRows } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import type { EditedScript } from '../script/edited-scripts.js';
import { acceptEdits, compareApplied, editedFacts } from './edited.js';
import { changesFor } from './freezing.js';
import { loggedText, readUnknownRows } from './unknown-rows.js';

/** Something that `check` found. */
export interface CheckFinding {
  readonly kind:
    | 'script-edited'
    | 'row-unknown'
    | 'asset-missing'
    | 'asset-tampered'
    | 'asset-unreadable'
    | 'asset-mismatch'
    | 'live-file-changed';
  readonly message: string;
  /** A file, or what the log says. */
  readonly where: string;
  /** What to do. */
  readonly next: string;
  /** The revision that it is about, if any. */
  readonly revision: RevisionId | null;
  /** The asset that it is about, if any. */
  readonly path: string | null;
}

export interface CheckReport {
  readonly database: string;
  readonly environment: string;
  /** None when all is well. */
  readonly findings: readonly CheckFinding[];
  /** How many revisions are applied, apart from unknown ones. */
  readonly applied: number;
  /** How many of their scripts have the name under which they were applied, and were compared. */
  readonly compared: number;
  /** The revisions whose edited scripts were accepted. */
  readonly accepted: readonly RevisionId[];
}

export interface CheckOptions {
  /** Whether edited scripts from now on count as applied as they are. Default false. */
  readonly accept?: boolean;
}

/**
 * Finds applied scripts that were edited, version rows without a script, frozen files that are missing or changed,
 * and live files that no revision ships.
 *
 * @throws DatabaseError, LockError when the database cannot be worked on
 */
export async function check(project: Project, { accept = false }: CheckOptions = {}): Promise<CheckReport> {
  const session = await project.openSession('check', { lock: accept, scripts: true });
  try {
    const { edited, compared, applied } = compareApplied(project, session.state);
    if (accept) await acceptEdits(session, edited);
    const findings = [
      ...(await unknownRows(project, session)),
      ...(accept ? [] : edited.map(editedScript)),
      ...frozenFiles(project),
      ...installedAssets(project, session),
      ...(await liveFiles(project)),
    ];
    const accepted = accept ? edited.map(({ revision }) => revision.id) : [];
    const { database } = session;
    return { database, environment: project.config.environment, findings, applied, compared, accepted };
  } finally {
    await session.close();
  }
}

async function unknownRows(project: Project, session: Session): Promise<CheckFinding[]> {
  const rows = await readUnknownRows(project, session);
  return rows.map(({ revision, logged }) => ({
    kind: 'row-unknown',
    message: `the database is at "${revision}", which no script of this checkout declares`,
    where: logged === null ? session.database : loggedText(logged),
    next: `check out the commit that has the script (\`git log --all -S ${revision}\`)`,
    revision,
    path: null,
  }));
}

function editedScript(script: EditedScript): CheckFinding {
  const { message, where = script.file, next } = editedFacts([script]);
  return { kind: 'script-edited', message, where, next, revision: script.revision.id, path: null };
}

const kindOfCode: Partial<Record<LimbeckError['code'], CheckFinding['kind']>> = {
  ASSET_MISSING: 'asset-missing',
  ASSET_TAMPERED: 'asset-tampered',
  ASSET_UNREADABLE: 'asset-unreadable',
};

/** Reads every frozen file of every revision: also those that the next run would not load. */
function frozenFiles({ graph, root, readHistory }: Project): CheckFinding[] {
  const history = readHistory();
  return graph.ids.flatMap((id) => {
    const manifest = history.manifestOf(id);
    if (manifest === undefined) return [];
    return manifest.entries.flatMap((entry) => {
      if (entry.sha256 === null) return [];
      try {
        readFrozen(root, manifest, entry);
        return [];
      } catch (error) {
        const kind = error instanceof AssetError ? kindOfCode[error.code] : undefined;
        if (kind === undefined || !(error instanceof AssetError)) throw error;
        const { message, where = frozenFileOf(manifest, entry.path), next } = error;
        return [{ kind, message, where, next, revision: id, path: entry.path }];
      }
    });
  });
}

/** A revision that was frozen anew after it was applied ships what the database does not have. */
function installedAssets({ graph, readHistory }: Project, { state }: Session): CheckFinding[] {
  const history = readHistory();
  const { known, unknown } = splitRows(graph, state.rows);
  // What an unknown revision has installed is not to be judged.
  if (unknown.length > 0) return [];
  const applied = graph.closure(known);
  return [...state.assets].flatMap(([path, { sha256 }]) => {
    const versions = history.versionsAt(path, applied);
    const [version] = versions;
    if (version === undefined || versions.some((each) => each.sha256 === sha256)) return [];
    const { revision, manifest } = version;
    return [
      {
        kind: 'asset-mismatch' as const,
        message: `the database has another version of "${path}" than revision "${revision}" ships`,
        where: frozenFileOf(manifest, path),
        next: `restore the files of "${revision}" from version control; on a database of your own run \`limbeck redo ${revision}\``,
        revision,
        path,
      },
    ];
  });
}

async function liveFiles(project: Project): Promise<CheckFinding[]> {
  const changes = await changesFor(project, project.graph.effectiveHeads);
  const what = {
    new: 'is not shipped by any revision',
    changed: 'is not what the newest revision ships',
    deleted: 'is gone, and no revision drops what it defines',
    renamed: 'was renamed, and no revision says so',
  };
  return changes.map(({ path, change, was }) => ({
    kind: 'live-file-changed',
    message: `the live file "${was ?? path}" ${what[change]}`,
    where: project.live.fileOf(path),
    next: 'ship it with a revision: `limbeck revision -m "…" --autogenerate`',
    revision: null,
    path,
  }));
}
