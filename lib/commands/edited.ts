/**
 * Scripts that were edited after they were applied: told, refused or accepted.
 */
import { type ErrorFacts, ScriptError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { splitRows } from '../graph/version-rows.js';
import { abridged } from '../graph/wording.js';
import type { Project } from '../project.js';
import { beginStatements } from '../runtime/step-transaction.js';
import type { Session, SessionState } from '../runtime/session.js';
import { compareScripts, type EditedScript, type ScriptComparison } from '../script/edited-scripts.js';
import { ownStatement } from '../sql/statement.js';

/** Compares the scripts of all applied revisions with what the log says of them. */
export function compareApplied(
  { graph, scripts }: Project,
  { rows, scripts: logged }: Pick<SessionState, 'rows' | 'scripts'>,
): ScriptComparison & { readonly applied: number } {
  const { known, unknown } = splitRows(graph, rows);
  // What an unknown row stands on the log alone knows.
  const below = unknown.length === 0 ? [] : [...logged.keys()].filter((id) => graph.has(id));
  const applied = graph.sort(graph.closure([...known, ...below]));
  return { ...compareScripts(applied, scripts, logged), applied: applied.length };
}

/**
 * Warns of scripts that were edited after they were applied, or refuses them, as the setting `edited` says.
 *
 * @param except - a revision that is about to be reverted
 * @throws ScriptError `SCRIPT_EDITED`
 */
export function heedEdits(
  project: Project,
  state: SessionState,
  { except }: { readonly except?: RevisionId } = {},
): void {
  const edited = compareApplied(project, state).edited.filter(({ revision }) => revision.id !== except);
  if (edited.length === 0) return;
  const facts = editedFacts(edited);
  if (project.config.settings.edited === 'refuse') throw new ScriptError('SCRIPT_EDITED', facts);
  project.logger.warn(`${facts.message}; ${facts.next}`);
}

const advice =
  'put back what was applied and ship the change with a new revision, or accept it with `limbeck check --accept`';

/** What is told of edited scripts, of which there is at least one. */
export function editedFacts(edited: readonly EditedScript[]): ErrorFacts {
  const names = edited.map(({ file, revision }) => `${file} (${revision.id})`);
  const was = edited.length === 1 ? 'was' : 'were';
  return {
    message: `${abridged(names)} ${was} edited after being applied: the database does not have the edit`,
    where: abridged(edited.map(({ file }) => file)),
    next: advice,
    details: { revisions: edited.map(({ revision }) => revision.id), files: edited.map(({ file }) => file) },
  };
}

/** Records that scripts count as applied as they are now; the log keeps what was applied before. */
export async function acceptEdits({ sink, ledger }: Session, edited: readonly EditedScript[]): Promise<void> {
  if (edited.length === 0) return;
  for (const begin of beginStatements('limbeck check')) sink.record(begin);
  for (const { revision, sha256, file } of edited) {
    sink.record(
      ledger.log({
        revision: revision.id,
        direction: null,
        outcome: 'stamped',
        scriptSha256: sha256,
        scriptFile: file,
      }),
    );
  }
  sink.record(ownStatement('commit'));
  try {
    await sink.flush(sink.database);
  } catch (error) {
    await sink.rollback();
    throw error;
  }
}
