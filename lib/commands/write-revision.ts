/**
 * Writing the script of a new revision, and the files that it ships.
 */
import { rmSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, relative } from 'node:path';
import { assetFolderOf, type FrozenFile } from '../assets/manifest.js';
import { hasSubFolders } from '../config/file-name.js';
import { RevisionError, ScriptError, UsageError } from '../errors.js';
import { checkName, type RevisionId } from '../graph/revision.js';
import { listed } from '../graph/wording.js';
import type { Project } from '../project.js';
import { newRevisionId, type NewScript, type ScriptExtension, writeScript } from '../script/new-script.js';
import { withoutDot } from '../script/script-directory.js';
import { callLines } from './call-lines.js';
import { assertOnDisk, type FrozenEntry, writeFrozen } from './freezing.js';

export interface NewRevisionReport {
  /** null when `autogenerate` found nothing to ship. */
  readonly revision: RevisionId | null;
  readonly file: string | null;
  readonly downRevisions: readonly RevisionId[];
  readonly assets: readonly FrozenEntry[];
}

/** What a new revision builds on and needs. */
export interface Links {
  readonly downRevisions: readonly RevisionId[];
  readonly dependsOn: readonly string[];
}

/** What people choose of a new script. */
export interface NewRevisionChoices {
  readonly message: string;
  /** Default: twelve random hex digits. */
  readonly revisionId?: string | undefined;
  readonly branchLabels?: readonly string[] | undefined;
  /** Script directory to write to. Default: that of the parent. */
  readonly directory?: string | undefined;
  /** Whether to write a plain-SQL script. */
  readonly sql?: boolean | undefined;
}

/**
 * Writes script and frozen files of a new revision.
 *
 * @throws RevisionError `DUPLICATE_ID`, `DUPLICATE_LABEL`, `ILLEGAL_ID`
 * @throws ScriptError `DIRECTORY_NOT_FOUND`, `FILE_EXISTS`
 * @throws UsageError `USAGE` when there are several script directories and no parent to follow
 */
export function writeRevision(
  project: Project,
  options: NewRevisionChoices,
  links: Links,
  files: readonly FrozenFile[],
): NewRevisionReport {
  assertOnDisk(project);
  const { root, config } = project;
  const { fileName, slugLength, timeZone, template } = config.settings;
  assertChoices(project, options, links.downRevisions);
  const id = options.revisionId ?? newRevisionId();
  const labels = options.branchLabels ?? [];
  const calls = callLines(files);
  const script: NewScript = {
    revision: id,
    message: options.message,
    ...links,
    branchLabels: labels,
    created: new Date(),
    upgrade: calls.lines,
    downgrade: calls.undoLines.toReversed(),
    helpers: calls.helpers,
  };
  const file = writeScript(script, {
    root,
    directory: directoryOf(project, options.directory, links.downRevisions),
    extension: options.sql === true ? '.sql' : extensionOf(project),
    fileName,
    slugLength,
    timeZone,
    template,
  });
  const report = { revision: id, file, downRevisions: links.downRevisions };
  if (files.length === 0) return { ...report, assets: [] };
  try {
    return { ...report, assets: writeFrozen(project, file, files) };
  } catch (error) {
    rmSync(join(root, file));
    throw error;
  }
}

/** Removes script and frozen files of a revision that was just written. */
export function removeRevision({ root }: Project, { file }: NewRevisionReport): void {
  if (file === null) return;
  for (const path of [file, assetFolderOf(file)]) rmSync(join(root, path), { recursive: true, force: true });
}

/**
 * Refuses what cannot be chosen, before anything is written.
 *
 * @throws as `writeRevision`
 */
export function assertChoices(
  project: Project,
  { revisionId, branchLabels = [], directory }: NewRevisionChoices,
  parents: readonly RevisionId[],
): void {
  if (revisionId !== undefined) checkNewId(project, revisionId);
  for (const label of branchLabels) checkNewLabel(project, label);
  directoryOf(project, directory, parents);
}

/** @param instead - what to leave out */
export function sqlWithAssets(instead: string): UsageError {
  return new UsageError('USAGE', {
    message: 'a plain-SQL script cannot load SQL files',
    next: `leave out ${instead}`,
  });
}

function checkNewId({ graph }: Project, id: string): void {
  checkName('revision id', id);
  checkFitForFile(id);
  if (!graph.has(id) && graph.revisionOfLabel(id) === undefined) return;
  throw new RevisionError('DUPLICATE_ID', {
    message: `there is a revision or label "${id}" already`,
    where: graph.get(id)?.file,
    next: 'choose another `--rev-id`',
  });
}

/**
 * Checks an id that becomes part of a file name.
 *
 * @throws RevisionError `ILLEGAL_ID`
 */
export function checkFitForFile(id: string, where?: string): void {
  if (/^[\p{L}\p{N}_.]+$/u.test(id)) return;
  throw new RevisionError('ILLEGAL_ID', {
    message: `revision id "${id}" cannot be part of a file name`,
    where,
    next: 'use letters, digits and underscores',
    details: { name: id },
  });
}

function checkNewLabel({ graph }: Project, label: string): void {
  checkName('branch label', label);
  const owner = graph.revisionOfLabel(label) ?? (graph.has(label) ? label : undefined);
  if (owner === undefined) return;
  throw new RevisionError('DUPLICATE_LABEL', {
    message: `the name "${label}" is taken by revision "${owner}"`,
    where: graph.get(owner)?.file,
    next: 'choose another `--branch-label`',
  });
}

/** The folder of the parent, or the one that was asked for. */
export function directoryOf(
  { root, config, scripts }: Project,
  given: string | undefined,
  parents: readonly RevisionId[],
): string {
  const { directories, recursive, fileName } = config.settings;
  const known = directories.map(withoutDot);
  if (given !== undefined) {
    const wanted = withoutDot(isAbsolute(given) ? relative(root, given) : given);
    const isKnown = known.includes(wanted) || (recursive && holderOf(wanted, known) !== undefined);
    if (isKnown) return wanted;
    throw noSuchDirectory(given, directories, config.knexfile);
  }
  const parent = scripts.get(parents[0] ?? '')?.file;
  if (parent === undefined && known.length > 1) throw noParentToFollow(directories);
  const ofParent = parent === undefined ? undefined : holderOf(parent, known);
  if (parent === undefined || ofParent === undefined) return known[0] ?? 'migrations';
  // Sub-folders that the file name makes are not those of the parent.
  return recursive && !hasSubFolders(fileName) ? dirname(parent) : ofParent;
}

/** The innermost script directory that a path lies in. */
function holderOf(path: string, directories: readonly string[]): string | undefined {
  const holders = directories.filter((each) => each === '.' || path.startsWith(`${each}/`));
  return holders.sort((a, b) => b.length - a.length)[0];
}

function noSuchDirectory(given: string, directories: readonly string[], knexfile: string): ScriptError {
  return new ScriptError('DIRECTORY_NOT_FOUND', {
    message: `"${given}" is not one of the script directories`,
    where: knexfile,
    next: `choose one of ${listed(directories)}, or add it to \`limbeck.directories\``,
  });
}

function noParentToFollow(directories: readonly string[]): UsageError {
  return new UsageError('USAGE', {
    message: `there are ${directories.length} script directories, and no parent whose folder to take: ${listed(directories)}`,
    next: `choose one with \`--version-path ${directories[0] ?? ''}\``,
  });
}

/** Scripts are written in the language that the project's newest script has, else in the knexfile's. */
export function extensionOf({ graph, scripts, config }: Project): ScriptExtension {
  const modules = graph.ids
    .flatMap((id) => scripts.get(id) ?? [])
    .filter(({ format }) => format === 'module');
  return extname(modules.at(-1)?.file ?? config.knexfile) as ScriptExtension;
}
