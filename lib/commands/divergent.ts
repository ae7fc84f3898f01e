/**
 * What is told of SQL files that branches changed and no revision joins.
 */
import { type AssetHistory, type Divergence, placeOf } from '../assets/asset-history.js';
import { AssetError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { listed } from '../graph/wording.js';

/**
 * Makes the error for a file that branches changed.
 *
 * @param join - the revision that joins them, where there is one
 * @param others - what else it joins, or nothing does
 */
export function divergent(
  divergence: Divergence,
  join?: RevisionId,
  others: readonly Divergence[] = [],
): AssetError {
  const { path, object, versions } = divergence;
  const revisions = versions.map(({ revision }) => revision);
  const paths = versions.map((version) => version.path);
  const ids = listed(revisions);
  const [subject, details] =
    object === undefined
      ? [`"${path}" was changed by ${ids},`, { path, revisions }]
      : [`"${object}" is defined by ${listed(paths)}, which ${ids} ship`, { path, object, paths, revisions }];
  const [version] = versions;
  return new AssetError('ASSET_DIVERGENT', {
    message: `${subject} on branches that ${join === undefined ? 'no merge' : `only "${join}"`} joins${asWell(others)}`,
    where: version && placeOf(version),
    next: join === undefined ? waysToJoin(divergence) : `upgrade to it: \`limbeck upgrade ${join}\``,
    details: others.length === 0 ? details : { ...details, others: others.map(nameOf) },
  });
}

function asWell(others: readonly Divergence[]): string {
  return others.length === 0 ? '' : `; the same goes for ${listed(others.map(nameOf))}`;
}

function nameOf({ path, object }: Divergence): string {
  return object ?? path;
}

function waysToJoin({ object, versions }: Divergence): string {
  const join = '`limbeck merge heads -m "…"`';
  if (object !== undefined)
    return `keep the object in one live file, delete the other one, and join the branches: ${join}`;
  const [last, other] = versions.map(({ revision }) => revision);
  return `join the branches and the file: ${join}; where "${last}" is applied nowhere else, you may set its downRevision to "${other}" instead, and run \`limbeck freeze ${last}\``;
}

/** Returns the first revision at which a file that diverges is of one version again. */
export function joinOf(
  { path, versions }: Divergence,
  graph: RevisionGraph,
  history: AssetHistory,
): RevisionId | undefined {
  const above = versions.map(({ revision }) => graph.standingOn([revision]));
  const isOpen = (id: RevisionId) =>
    history.divergentAt(graph.closure([id])).some((divergence) => divergence.path === path);
  return graph.ids.find((id) => above.every((standing) => standing.has(id)) && !isOpen(id));
}
