/**
 * Where a database and a checkout do not say the same of what was applied.
 */
import { type AssetHistory, placeOf } from '../assets/asset-history.js';
import { frozenAgainAdvice } from '../assets/frozen-advice.js';
import { splitRows } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import type { EditedScript } from '../script/edited-scripts.js';
import { editedFacts } from './edited.js';
import type { CheckFinding } from './finding.js';
import { loggedText, readUnknownRows } from './unknown-rows.js';

/** Finds version rows that no script declares. */
export async function unknownRows(project: Project, session: Session): Promise<CheckFinding[]> {
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

/** Says that a script was edited after it was applied. */
export function editedScript(script: EditedScript): CheckFinding {
  const { message, where = script.file, next } = editedFacts([script]);
  return { kind: 'script-edited', message, where, next, revision: script.revision.id, path: null };
}

/**
 * Finds installed versions that are not the ones which the applied revisions ship: one that was frozen anew after it
 * was applied ships what the database does not have.
 *
 * @param unjudged - paths of which not all versions could be read
 */
export function installedAssets(
  { graph }: Project,
  { state }: Session,
  history: AssetHistory,
  unjudged: ReadonlySet<string>,
): CheckFinding[] {
  const { known, unknown } = splitRows(graph, state.rows);
  // What an unknown revision has installed is not to be judged.
  if (unknown.length > 0) return [];
  const applied = graph.closure(known);
  return [...state.assets].flatMap(([path, installed]) => {
    const { sha256 } = installed;
    const versions = history.versionsAt(path, applied);
    const [version] = versions;
    const isRight = version === undefined || versions.some((each) => each.sha256 === sha256);
    if (isRight || unjudged.has(path)) return [];
    const { revision } = version;
    return [
      {
        kind: 'asset-mismatch' as const,
        message:
          installed.revision === revision
            ? `the database has another text of "${path}" than revision "${revision}" ships: that revision was frozen again after it was applied here`
            : `the database has another version of "${path}" than revision "${revision}" ships`,
        where: placeOf(version),
        next: frozenAgainAdvice(history, revision, known),
        revision,
        path,
      },
    ];
  });
}
