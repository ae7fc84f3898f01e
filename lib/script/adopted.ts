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
  readonly upgrade: AdoptedFunction;
  readonly downgrade: AdoptedFunction;
}

interface AdoptedFunction {
  (op: Operations): never;
  /** Marks it, so that a plan that holds it is refused as a whole. */
  readonly adoptedFrom: string;
}

/**
 * Makes the functions of the script of an adopted revision, which refuse to run.
 *
 * @param tool - what made the revision: `Alembic`
 * @example
 * export const { upgrade, downgrade } = adopted('Alembic');
 */
export function adopted(tool: string): AdoptedScript {
  // A plan that holds them is refused before; what comes here only wants to learn what the script does.
  const refuse = ({ revision, direction }: Operations): never => {
    throw new RevisionError('ADOPTED_REVISION', {
      message: saying(tool, direction, [revision]),
      next: 'leave its script as it is, and write what comes after it: `limbeck revision -m "…"`',
      details: { tool, direction, revisions: [revision] },
    });
  };
  const marked = Object.assign(refuse, { adoptedFrom: tool });
  return { upgrade: marked, downgrade: marked };
}

/** Returns which tool made the revision of a function; undefined for one that can run. */
export function toolOf(run: MigrationFunction & Partial<Pick<AdoptedFunction, 'adoptedFrom'>>) {
  return run.adoptedFrom;
}

/**
 * Reads in a script, without running it, which tool made its revision; undefined where it does not say so as `adopt`
 * writes it, or as a compiler turns that into CommonJS.
 */
export function toolNamedIn(text: string): string | undefined {
  return adoptedLine.exec(text)?.[2];
}

const adoptedLine =
  /^(?:export const \{ upgrade, downgrade \} = |Object\.assign\(exports, |_a = )(?:\(0, \w+\.adopted\)|adopted)\((['"])(\w+)\1\)/m;

/** A step of a plan with what made its revision. */
interface PlannedStep {
  readonly direction: 'upgrade' | 'downgrade';
  readonly revision: RevisionId;
  /** undefined where it is no other tool's. */
  readonly tool: string | undefined;
  readonly file: string;
}

/**
 * Refuses a plan that holds adopted revisions, before its first statement.
 *
 * @throws RevisionError `ADOPTED_REVISION`
 */
export function refuseAdopted(steps: readonly PlannedStep[], graph: RevisionGraph): void {
  const found = steps.filter(({ tool }) => tool !== undefined);
  const [first] = found;
  if (first === undefined) return;
  const ids = found.map(({ revision }) => revision);
  const { direction, file, tool = '' } = first;
  throw new RevisionError('ADOPTED_REVISION', {
    message: saying(tool, direction, ids),
    where: file,
    next: wayOut(tool, direction, rowsOf(graph, new Set(ids))),
    details: { tool, direction, revisions: ids },
  });
}

/** What is the matter, in words. */
function saying(tool: string, direction: 'upgrade' | 'downgrade', ids: readonly RevisionId[]): string {
  const deed = direction === 'upgrade' ? 'apply' : 'revert';
  const rest = (them: string) =>
    `to the history that ${tool} made: limbeck knows ${them} by id alone and cannot ${deed} ${them}`;
  return ids.length === 1
    ? `revision ${listed(ids)} belongs ${rest('it')}`
    : `${ids.length} revisions, ${listed(ids, 2)}, belong ${rest('them')}`;
}

/** @param tops - the revisions on which none of the others stands */
function wayOut(tool: string, direction: 'upgrade' | 'downgrade', tops: readonly RevisionId[]): string {
  if (direction === 'downgrade')
    return 'undo what it did in a new revision: `limbeck revision -m "…"`; or restore a backup';
  return `if ${tool} has migrated this database, see that \`versionTable\` and \`schema\` in the knexfile name its version table; else restore a dump of one that is at ${tops.join(', ')}, and record that with \`limbeck stamp ${tops.join(' ')}\` if the dump lacks the version table`;
}
