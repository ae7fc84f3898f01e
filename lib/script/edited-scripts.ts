/**
 * Scripts that were edited after they were applied.
 */
import { readFileSync } from 'node:fs';
import type { RevisionId } from '../graph/revision.js';
import type { Script } from './script-directory.js';
import { hashScript } from './script-hash.js';

/** What the log says of the script that was applied last. */
export interface LoggedScript {
  readonly sha256: string;
  /** Relative to the project, with slashes. */
  readonly file: string;
}

/** A script that is not what was applied. */
export interface EditedScript extends Script {
  /** Of the file as it is now. */
  readonly sha256: string;
}

export interface ScriptComparison {
  /** In the order of `applied`. */
  readonly edited: readonly EditedScript[];
  /** How many scripts were compared. */
  readonly compared: number;
}

/**
 * Compares the scripts of applied revisions with what the log says of them.
 *
 * Only a file of the same name can be an edit of the one that was applied: TypeScript in development and compiled
 * JavaScript in production are the same revision.
 */
export function compareScripts(
  applied: Iterable<RevisionId>,
  scripts: ReadonlyMap<RevisionId, Script>,
  logged: ReadonlyMap<RevisionId, LoggedScript>,
): ScriptComparison {
  const compared = [...applied].flatMap((revision) => {
    const [script, log] = [scripts.get(revision), logged.get(revision)];
    if (script === undefined || log?.file !== script.file) return [];
    const { source, path } = script;
    if (typeof source === 'object') return [];
    const sha256 = hashScript(source === undefined ? readFileSync(path) : Buffer.from(source));
    return [{ script: { ...script, sha256 }, isEdited: sha256 !== log.sha256 }];
  });
  const edited = compared.filter(({ isEdited }) => isEdited).map(({ script }) => script);
  return { edited, compared: compared.length };
}
