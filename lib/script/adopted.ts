/**
 * Adopted revisions: another tool made and applied them, and limbeck knows them by their ids alone.
 *
 * Their scripts keep the place in the graph, so that a database at one of them can be read and upgraded
 * from there; run they cannot be.
 */
import { RevisionError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { rowsOf } from '../graph/version-rows.js';
import { listed } from '../graph/wording.js';
import type { Operations } from '../ops/operations.js';
import type { MigrationFunction } from './sql-script.js';

export interface AdoptedScript {
  readonly upgrade: (op: Operations) => never;
  readonly downgrade: (op: Operations) => never;
}

/** What marks the functions of an adopted script, so that a plan that holds them is refused as a whole. */
const tools = new WeakMap<MigrationFunction, string>();

/**
 * Makes the functions of the script of an adopted revision, which refuse to run.
 *
 * @param tool - what made the revision: `Alembic`
 * @example
 * export const { upgrade, downgrade } = adopted('Alembic');
 */
export function adopted(tool: string): AdoptedScript {
  const upgrade = ({ revision }: Operations): never => {
    throw adoptedRevisions(tool, 'upgrade', [revision], [revision]);
  };
  const downgrade = ({ revision }: Operations): never => {
    throw adoptedRevisions(tool, 'downgrade', [revision], [revision]);
  };
  tools.set(upgrade, tool);
  tools.set(downgrade, tool);
  return { upgrade, downgrade };
}

/** A step of a plan with the function that it is going to run. */
interface LoadedStep {
  readonly direction: 'upgrade' | 'downgrade';
  readonly revision: RevisionId;
  readonly run: MigrationFunction;
  readonly file: string;
}

/**
 * Refuses a plan that holds adopted revisions, before its first statement.
 *
 * @throws RevisionError `ADOPTED_REVISION`
 */
export function refuseAdopted(steps: readonly LoadedStep[], graph: RevisionGraph): void {
  const found = steps.filter(({ run }) => tools.has(run));
  const [first] = found;
  if (first === undefined) return;
  const ids = found.map(({ revision }) => revision);
  const tops = rowsOf(graph, new Set(ids));
  throw adoptedRevisions(tools.get(first.run) ?? '', first.direction, ids, tops, first.file);
}

/** @param tops - the revisions on which none of the others stands */
function adoptedRevisions(
  tool: string,
  direction: 'upgrade' | 'downgrade',
  ids: readonly RevisionId[],
  tops: readonly RevisionId[],
  where?: string,
): RevisionError {
  const what = ids.length === 1 ? `revision ${listed(ids)}` : `${ids.length} revisions, ${listed(ids, 2)},`;
  const [belongs, them] = ids.length === 1 ? ['belongs', 'it'] : ['belong', 'them'];
  return new RevisionError('ADOPTED_REVISION', {
    message: `${what} ${belongs} to the history that ${tool} made: limbeck knows ${them} by id alone and cannot ${direction === 'upgrade' ? 'apply' : 'revert'} ${them}`,
    where,
    next:
      direction === 'upgrade'
        ? `if ${tool} has migrated this database, see that \`versionTable\` and \`schema\` in the knexfile name its version table; else restore a dump of one that is at ${tops.join(', ')}, and record that with \`limbeck stamp ${tops.join(' ')}\` if the dump lacks the version table`
        : 'undo what it did in a new revision: `limbeck revision -m "…"`; or restore a backup',
    details: { tool, direction, revisions: ids },
  });
}
