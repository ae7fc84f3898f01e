/**
 * Where the ledger does not say what the applied revisions have installed.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { splitRows } from '../graph/version-rows.js';
import type { Project } from '../project.js';
import type { Session } from '../runtime/session.js';
import type { CheckFinding } from './finding.js';

/**
 * Finds files that the ledger lacks, has though no applied revision ships them, or says to be of another revision.
 *
 * @param unjudged - paths of which not all versions could be read
 */
export function ledgerFindings(
  { graph, config }: Project,
  { state, hasLedger }: Session,
  history: AssetHistory,
  unjudged: ReadonlySet<string>,
): CheckFinding[] {
  const { known, unknown } = splitRows(graph, state.rows);
  // What an unknown revision has installed is not to be judged; nor is a database that only has a version table.
  if (unknown.length > 0 || !hasLedger) return [];
  const applied = graph.closure(known);
  const where = `${config.settings.schema}.limbeck_assets`;
  const finding = (path: string, message: string, revision: string | null): CheckFinding => ({
    kind: 'ledger-mismatch',
    message,
    where,
    next: `see who wrote there, and look with \`limbeck assets history ${path}\`; \`limbeck stamp ${known.join(' ') || 'base'}\` writes the table anew`,
    revision,
    path,
  });
  const paths = [...new Set([...state.assets.keys(), ...history.paths])].sort();
  return paths.flatMap((path) => {
    if (unjudged.has(path)) return [];
    const row = state.assets.get(path);
    const versions = history.versionsAt(path, applied);
    const standing = versions.filter(({ sha256 }) => sha256 !== null);
    const [version] = standing;
    if (row === undefined) {
      return version === undefined || standing.length < versions.length
        ? []
        : [
            finding(
              path,
              `the ledger has no row for "${path}", which revision "${version.revision}" ships`,
              version.revision,
            ),
          ];
    }
    if (version === undefined)
      return [finding(path, `the ledger has a row for "${path}", which no applied revision ships`, null)];
    const same = standing.filter(({ sha256 }) => sha256 === row.sha256);
    if (same.length === 0 || same.some(({ revision }) => revision === row.revision)) return [];
    return [
      finding(
        path,
        `the ledger says that "${path}" is of revision "${row.revision}", and it is of "${version.revision}"`,
        version.revision,
      ),
    ];
  });
}
