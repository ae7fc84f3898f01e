/**
 * Revision, the value, and the rules for the names that identifiers are made of.
 */
import { RevisionError } from '../errors.js';

export type RevisionId = string;

/** One migration, as the graph sees it: names and links, nothing of what it does. */
export interface Revision {
  readonly id: RevisionId;
  /** What it builds on: none for a base, two or more for a merge point. */
  readonly downRevisions: readonly RevisionId[];
  /** Ids or branch labels that must be applied first, without being part of this line. */
  readonly dependsOn: readonly string[];
  readonly branchLabels: readonly string[];
  /** 14 digits, `yyyymmddhhmmss`. */
  readonly created?: string | undefined;
  readonly message?: string | undefined;
  /** The script, as errors name it. */
  readonly file?: string | undefined;
}

/** Words that an identifier may consist of, and that therefore name no revision. */
const reservedWords: ReadonlySet<string> = new Set(['head', 'heads', 'base', 'current']);

/** Characters that have a meaning in `billing@head`, `3f2a-1`, `3f2a+1` and `3f2a:9b77`. */
const separator = /[@+:-]/;

/**
 * Compares by creation date, then by id; revisions without a date come first.
 *
 * By code units and not by locale, so that every machine makes the same plan.
 */
export function compareRevisions(a: Revision, b: Revision): number {
  return compareTexts(a.created ?? '', b.created ?? '') || compareTexts(a.id, b.id);
}

/**
 * Checks that the id and the labels of a revision can be typed as identifiers.
 *
 * @throws RevisionError `ILLEGAL_ID`
 */
export function checkNames(revision: Revision): void {
  checkName('revision id', revision.id, revision.file);
  for (const label of revision.branchLabels) checkName('branch label', label, revision.file);
}

/**
 * Checks one name, of a revision or a label.
 *
 * @throws RevisionError `ILLEGAL_ID`
 */
export function checkName(what: 'revision id' | 'branch label', name: string, where?: string): void {
  const reason = whyIllegal(name);
  if (reason === undefined) return;
  throw new RevisionError('ILLEGAL_ID', {
    message: `${what} "${name}" ${reason}`,
    where,
    next: 'use letters, digits and underscores; `limbeck revision -m "…"` makes an id that is right',
    details: { name },
  });
}

function whyIllegal(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (reservedWords.has(name)) return 'is a reserved word';
  const [character] = separator.exec(name) ?? [];
  return character === undefined ? undefined : `holds the character "${character}"`;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
