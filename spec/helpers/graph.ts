/**
 * Revision graphs as a few words: `graphOf('a', 'b (billing) < a', 'c < a', 'd < b c', 'e needs b')`.
 */
import { RevisionGraph } from '../../lib/graph/revision-graph.js';
import type { Revision } from '../../lib/graph/revision.js';

const form = /^(?<id>\S+)(?: \((?<labels>[^)]*)\))?(?: < (?<parents>.*?))?(?: needs (?<needs>.*))?$/;

/** Builds a graph; each text is an id, then labels, parents and dependencies, as far as there are any. */
export function graphOf(...texts: readonly string[]): RevisionGraph {
  return new RevisionGraph(texts.map(revisionOf));
}

/** Reads one revision; `b` gets the script `b.ts`. */
export function revisionOf(text: string): Revision {
  const groups = form.exec(text)?.groups;
  if (groups === undefined) throw new Error(`not a revision: ${text}`);
  return {
    id: groups['id'] ?? '',
    branchLabels: words(groups['labels']),
    downRevisions: words(groups['parents']),
    dependsOn: words(groups['needs']),
    file: `${groups['id']}.ts`,
  };
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(' ').filter((word) => word !== '');
}
