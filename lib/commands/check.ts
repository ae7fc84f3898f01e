/**
 * The check: whether the files of a project are in order, and whether a database says the same as they do.
 */
import { ConfigError, LimbeckError, UsageError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import { editedScript, installedAssets, unknownRows } from './database-findings.js';
import { notCompared, readDrift } from './drift.js';
import { acceptEdits, compareApplied } from './edited.js';
import { readFiles, type ReadFiles } from './file-findings.js';
import type { CheckFinding } from './finding.js';
import { ledgerFindings } from './ledger-findings.js';
import type { TrialChoice } from './trying.js';

export type { CheckFinding } from './finding.js';

export interface CheckReport {
  /** The database in words; null where none was looked at. */
  readonly database: string | null;
  /** Why no database was looked at; null where one was. */
  readonly withoutDatabase: string | null;
  readonly environment: string;
  /** None when all is well. */
  readonly findings: readonly CheckFinding[];
  /** How many frozen files were looked at. */
  readonly frozenFiles: number;
  /** How many live files were. */
  readonly liveFiles: number;
  /** How many revisions are applied, apart from unknown ones; 0 without a database. */
  readonly applied: number;
  /** How many of their scripts have the name under which they were applied, and were compared. */
  readonly compared: number;
  /** How many installed objects were compared with those of a shadow. */
  readonly objects: number;
  /** Why none were; null where they were. */
  readonly withoutShadow: string | null;
  /** The revisions whose edited scripts were accepted. */
  readonly accepted: readonly RevisionId[];
}

export interface CheckOptions {
  /** Whether edited scripts from now on count as applied as they are. Default false. */
  readonly accept?: boolean | undefined;
  /**
   * Whether to look at the database of the environment: true needs one, false never connects. Default: where it
   * can be reached.
   */
  readonly database?: boolean | undefined;
  /**
   * Where the shadow is made that installed objects are compared with, where a database is demanded; `none`: they are not
   * compared. Default: on the server of `shadowUrl`, else on that of the database, else embedded.
   */
  readonly shadow?: TrialChoice | undefined;
}

/**
 * Finds what is amiss in the files: frozen files that are missing, changed, or in no manifest, files that a script loads and no
 * manifest has, manifests that cannot be read, live files that no revision ships or that wait for the end of a merge, files that two branches changed.
 * With a database also applied scripts that were edited, version rows without a script, installed versions that
 * no applied revision ships, and where the ledger says otherwise; with one that is demanded, also objects of SQL files
 * that somebody has changed or dropped.
 *
 * @throws DatabaseError `SHADOW_UNAVAILABLE`, `PRIVILEGE_MISSING` when there is no place for a shadow of the same major
 * @throws UsageError `USAGE` for accepting without a database
 * @throws ConfigError, DatabaseError, LockError when the database cannot be worked on; where none is demanded, one that
 *   is not there or does not answer only makes a warning
 */
export async function check(project: Project, options: CheckOptions = {}): Promise<CheckReport> {
  const { accept = false } = options;
  if (accept && options.database === false) throw acceptWithout();
  const opened = await openWhereThere(project, options);
  try {
    const files = await readFiles(project);
    const { findings, frozenFiles, liveFiles } = files;
    const { environment } = project.config;
    const base = { environment, frozenFiles, liveFiles };
    if (typeof opened === 'string') {
      const nothing = { applied: 0, compared: 0, ...noDrift(opened), accepted: [] };
      return { database: null, withoutDatabase: opened, ...base, findings, ...nothing };
    }
    const { database } = opened;
    const found = await checkDatabase(project, opened, files, options);
    const all = [...found.findings, ...findings];
    return { database, withoutDatabase: null, ...base, ...found, findings: all };
  } finally {
    if (typeof opened !== 'string') await opened.close();
  }
}

type DatabasePart = Pick<
  CheckReport,
  'findings' | 'applied' | 'compared' | 'objects' | 'withoutShadow' | 'accepted'
>;

function noDrift(why: string) {
  const { objects, withoutShadow } = notCompared(why);
  return { objects, withoutShadow };
}

async function checkDatabase(
  project: Project,
  session: Session,
  { history, unjudged }: ReadFiles,
  { accept = false, database, shadow }: CheckOptions,
): Promise<DatabasePart> {
  const { edited, compared, applied } = compareApplied(project, session.state);
  if (accept) await acceptEdits(session, edited);
  const isWanted = database === true && shadow !== 'none';
  const drift = isWanted
    ? await readDrift(project, session, history, unjudged, shadow)
    : notCompared(shadow === 'none' ? 'none was wanted' : 'only with `--database`');
  const findings = [
    ...(await unknownRows(project, session)),
    ...(accept ? [] : edited.map(editedScript)),
    ...installedAssets(project, session, history, unjudged),
    ...ledgerFindings(project, session, history, unjudged),
    ...drift.findings,
  ];
  return {
    ...drift,
    findings,
    applied,
    compared,
    accepted: accept ? edited.map(({ revision }) => revision.id) : [],
  };
}

/** Opens the database; where it is not demanded and not there, returns why not. */
async function openWhereThere(
  project: Project,
  { accept = false, database }: CheckOptions,
): Promise<Session | string> {
  if (database === false) return 'none was wanted';
  try {
    return await project.openSession('check', { lock: accept, scripts: true });
  } catch (error) {
    const isDemanded = database === true || accept;
    if (isDemanded || !isAbsent(error)) throw error;
    const next = 'demand one with `--database`, or want none with `--no-database`';
    project.logger.warn(`only files are checked: ${error.message}; ${next}`);
    return error.message;
  }
}

/** A wrong password, for one, is a mistake; that there is no server where files are checked is none. */
function isAbsent(error: unknown): error is LimbeckError {
  const isUnset = error instanceof ConfigError && error.code === 'NO_CONNECTION';
  return isUnset || (error instanceof LimbeckError && error.code === 'DATABASE_UNREACHABLE');
}

function acceptWithout(): UsageError {
  return new UsageError('USAGE', {
    message: 'edited scripts are accepted in the log of a database, and none is wanted',
    next: 'leave out `--accept`, or `--no-database`',
  });
}
