/**
 * Loading: from the revisions as listed to checked maps, or the error that says why they are no graph.
 *
 * Checks run from the plain to the involved: names, ids, loops, labels, missing revisions, cycles.
 */
import { RevisionError } from '../errors.js';
import { topologicalOrder } from './dag.js';
import { checkNames, compareRevisions, type Revision, type RevisionId } from './revision.js';
import { didYouMean, listed } from './wording.js';

export interface RevisionIndex {
  readonly byId: ReadonlyMap<RevisionId, Revision>;
  readonly byLabel: ReadonlyMap<string, RevisionId>;
  /** All links of a revision, labels read as the revision that carries them, each once. */
  readonly requirements: ReadonlyMap<RevisionId, readonly RevisionId[]>;
  /** The stable order: parents first, then by creation date, then by id. */
  readonly ids: readonly RevisionId[];
}

/**
 * Indexes revisions, in whatever order they are listed.
 *
 * @throws RevisionError `ILLEGAL_ID`, `DUPLICATE_ID`, `SELF_LOOP`, `DEPENDENCY_SELF_LOOP`,
 *   `DUPLICATE_LABEL`, `MISSING_REVISION`, `CYCLE` or `DEPENDENCY_CYCLE`
 */
export function indexRevisions(revisions: Iterable<Revision>): RevisionIndex {
  const byId = indexById(revisions);
  const byLabel = indexByLabel(byId);
  const requirements = resolveLinks(byId, byLabel);
  return { byId, byLabel, requirements, ids: stableOrder(byId, requirements) };
}

function indexById(revisions: Iterable<Revision>): Map<RevisionId, Revision> {
  const byId = new Map<RevisionId, Revision>();
  for (const revision of revisions) {
    checkNames(revision);
    checkLoops(revision);
    const other = byId.get(revision.id);
    if (other !== undefined) throw duplicateId(other, revision);
    byId.set(revision.id, revision);
  }
  return byId;
}

function checkLoops({ id, downRevisions, dependsOn, file }: Revision): void {
  if (downRevisions.includes(id)) {
    throw new RevisionError('SELF_LOOP', {
      message: `revision "${id}" names itself in downRevision`,
      where: file,
      next: 'write the revision that it builds on, or null for a base; `limbeck heads` lists candidates',
    });
  }
  if (dependsOn.includes(id)) throw dependencySelfLoop(id, file);
}

function indexByLabel(byId: ReadonlyMap<RevisionId, Revision>): Map<string, RevisionId> {
  const byLabel = new Map<string, RevisionId>();
  for (const { id, branchLabels, file } of byId.values()) {
    for (const label of branchLabels) {
      const owner = byId.has(label) ? label : byLabel.get(label);
      if (owner !== undefined) throw duplicateLabel(label, owner, id, file);
      byLabel.set(label, id);
    }
  }
  return byLabel;
}

function resolveLinks(
  byId: ReadonlyMap<RevisionId, Revision>,
  byLabel: ReadonlyMap<string, RevisionId>,
): Map<RevisionId, readonly RevisionId[]> {
  const requirements = new Map<RevisionId, readonly RevisionId[]>();
  for (const revision of byId.values()) {
    for (const name of revision.downRevisions) {
      if (!byId.has(name)) throw missing(revision, 'downRevision', name, byId.keys());
    }
    const needed = revision.dependsOn.map((name) => {
      const id = byId.has(name) ? name : byLabel.get(name);
      if (id === undefined) throw missing(revision, 'dependsOn', name, [...byId.keys(), ...byLabel.keys()]);
      if (id === revision.id) throw dependencySelfLoop(id, revision.file);
      return id;
    });
    requirements.set(revision.id, [...new Set([...revision.downRevisions, ...needed])]);
  }
  return requirements;
}

function stableOrder(
  byId: ReadonlyMap<RevisionId, Revision>,
  requirements: ReadonlyMap<RevisionId, readonly RevisionId[]>,
): RevisionId[] {
  const existing = (ids: readonly RevisionId[]) =>
    ids.map((id) => byId.get(id)).filter((one) => one !== undefined);
  const parents = (revision: Revision) => existing(revision.downRevisions);
  const links = (revision: Revision) => existing(requirements.get(revision.id) ?? []);
  const order = topologicalOrder(byId.values(), links, compareRevisions, (cycle) => {
    // A cycle of the history itself is the greater evil: it is named before one that needs dependencies.
    topologicalOrder(byId.values(), parents, compareRevisions, (inner) => cycleError('CYCLE', inner));
    return cycleError('DEPENDENCY_CYCLE', cycle);
  });
  return order.map((revision) => revision.id);
}

function duplicateId(first: Revision, second: Revision): RevisionError {
  const files = [first.file, second.file].filter((file) => file !== undefined);
  return new RevisionError('DUPLICATE_ID', {
    message: `two scripts declare revision "${first.id}"`,
    where: files.length === 0 ? undefined : files.join(', '),
    next: 'delete the copy, or give it an id of its own; `limbeck revision -m "…"` makes a new one',
    details: { revision: first.id, files },
  });
}

function duplicateLabel(
  label: string,
  owner: RevisionId,
  id: RevisionId,
  file: string | undefined,
): RevisionError {
  const message =
    label === owner
      ? `branch label "${label}" of revision "${id}" is also a revision id`
      : `branch label "${label}" of revision "${id}" is already on revision "${owner}"`;
  return new RevisionError('DUPLICATE_LABEL', {
    message,
    where: file,
    next: 'write the label on the first revision of its branch only; `limbeck history` shows labels',
    details: { label, revisions: [owner, id] },
  });
}

function missing(
  revision: Revision,
  link: 'downRevision' | 'dependsOn',
  name: string,
  candidates: Iterable<string>,
): RevisionError {
  return new RevisionError('MISSING_REVISION', {
    message: `${link} of revision "${revision.id}" names "${name}", which no script declares`,
    where: revision.file,
    next: `${didYouMean(name, candidates)}bring back the script of "${name}" with \`git log --all -S ${name}\`, or correct ${link}`,
    details: { revision: revision.id, missing: name },
  });
}

function dependencySelfLoop(id: RevisionId, file: string | undefined): RevisionError {
  return new RevisionError('DEPENDENCY_SELF_LOOP', {
    message: `revision "${id}" names itself in dependsOn`,
    where: file,
    next: 'take the name out of dependsOn, then run `limbeck history`',
  });
}

function cycleError(code: 'CYCLE' | 'DEPENDENCY_CYCLE', cycle: readonly Revision[]): RevisionError {
  const links = code === 'CYCLE' ? 'downRevision links' : 'downRevision and dependsOn links together';
  const ids = cycle.map((revision) => revision.id);
  return new RevisionError(code, {
    message: `${links} form a cycle through ${listed(ids, 8)}`,
    where: cycle[0]?.file,
    next: 'take one of these links out of its script, then run `limbeck history`',
    details: { revisions: ids },
  });
}
