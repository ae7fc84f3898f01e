/**
 * Revisions in words: one line each, or all that is known.
 */
import type { RevisionEntry, ShowReport, UnknownRow } from '../lib/index.js';

/** `a85b13f4e9d0 (head) [reports] describe and grant`. */
export function revisionLine(entry: RevisionEntry & { readonly isCurrent?: boolean }): string {
  const marks = marksOf(entry);
  const parts = [
    entry.revision,
    marks.length > 0 ? `(${marks.join(', ')})` : '',
    entry.branchLabels.length > 0 ? `[${entry.branchLabels.join(', ')}]` : '',
    entry.message ?? '',
    entry.dependsOn.length > 0 ? `<needs ${entry.dependsOn.join(', ')}>` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function marksOf(entry: RevisionEntry & { readonly isCurrent?: boolean }): string[] {
  const head = entry.isHead && !entry.isEffectiveHead ? 'head, others depend on it' : 'head';
  return [
    ...(entry.isCurrent === true ? ['current'] : []),
    ...(entry.isHead ? [head] : []),
    ...(entry.isBranchPoint ? ['branch point'] : []),
    ...(entry.isMergePoint ? ['merge point'] : []),
  ];
}

/** `9f8e7d6c5b4a (unknown: no script of this checkout declares it; applied 2026-01-02 03:04:05 UTC by app on ci-3)`. */
export function unknownLine({ revision, logged }: UnknownRow): string {
  const what = 'unknown: no script of this checkout declares it';
  if (logged === null) return `${revision} (${what})`;
  const { outcome, at, user, host, toolVersion, file } = logged;
  const how = [
    `${outcome} ${at.replace(/^(.*)T(.*)Z$/, '$1 $2 UTC')} by ${user}${host === null ? '' : ` on ${host}`}`,
    ...(file === null ? [] : [`from ${file}`]),
    ...(toolVersion === null ? [] : [`with limbeck ${toolVersion}`]),
  ];
  return `${revision} (${what}; ${how.join(', ')})`;
}

/** A revision in full; what only `show` knows may be missing. */
type Details = RevisionEntry & { readonly isCurrent?: boolean } & Partial<
    Pick<ShowReport['revisions'][number], 'children' | 'assets'>
  >;

/** All that is known of a revision. */
export function revisionDetails(entry: Details): string {
  const { children = [], assets = [] } = entry;
  const rows: [string, string][] = [
    ['revision', revisionLine({ ...entry, message: null, dependsOn: [] })],
    ['message', entry.message ?? ''],
    ['created', entry.created === null ? '' : readableDate(entry.created)],
    ['builds on', entry.downRevisions.length === 0 ? '(base)' : entry.downRevisions.join(', ')],
    ['depends on', entry.dependsOn.join(', ')],
    ['built on by', children.join(', ')],
    ['script', entry.file],
    ...assets.map(({ path, action, objects }): [string, string] => [
      'asset',
      `${action} ${path}: ${objects.join(', ')}`,
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join('\n');
}

/** `2026-01-05 10:00:00` of the digits that a revision has. */
export function readableDate(digits: string): string {
  return digits.replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3 $4:$5:$6');
}
