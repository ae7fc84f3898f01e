/**
 * From the commands of a file to live files: each goes to the object that it defines or is about.
 */
import { type DefinedObject, identityOf } from '../sql/defined-objects.js';
import { type Command, tokens } from '../sql/scan.js';
import type { Node } from '../sql/syntax-tree.js';
import type { Commented } from './import-comments.js';
import { folderFor, type ImportRules, pathFor } from './import-paths.js';

/** A live file to be. */
export interface ImportedAsset {
  readonly path: string;
  readonly text: string;
  /** Identities of what it defines. */
  readonly objects: readonly string[];
  /** Where it comes from: a file, or a database. */
  readonly source: string;
}

/** One command, with the comments before it, and what it defines or is about. */
export interface Unit extends Commented {
  readonly command: Command;
  readonly node: Node;
  readonly object: DefinedObject | undefined;
}

/** Says why a command cannot become part of a live file, and what to do. */
export type Refuse = (unit: Unit, message: string, next: string) => void;

/** Joins the commands of each live file, in their order. */
export function assemble(
  units: readonly Unit[],
  source: string,
  rules: ImportRules,
  refuse: Refuse,
): ImportedAsset[] {
  const files = new Map<string, { path: string; texts: string[]; objects: string[] }>();
  for (const [index, unit] of units.entries()) {
    const subject = unit.object ?? subjectOf(unit, index, units);
    if (subject === undefined) {
      refuse(
        unit,
        'it is about nothing that the file defines',
        'put it into the file of the object, or a revision',
      );
      continue;
    }
    const folder = rules.kind ?? folderFor(subject, rules.kinds);
    if (folder === undefined || !rules.kinds.includes(folder)) {
      refuse(unit, ...withoutFolder(subject, folder));
      continue;
    }
    const path = pathFor(subject, folder, source, rules);
    const key = path.toLowerCase();
    const file = files.get(key) ?? { path, texts: [], objects: [] };
    files.set(key, file);
    file.texts.push(unit.text);
    if (unit.object !== undefined) file.objects.push(identityOf(unit.object));
  }
  return [...files.values()].map(({ path, texts, objects }) => ({
    path,
    text: `${texts.join('\n\n')}\n`,
    objects,
    source,
  }));
}

/** What a comment, a grant or the like is about: the nearest object of a name that it holds. */
function subjectOf({ command }: Unit, index: number, units: readonly Unit[]): DefinedObject | undefined {
  const names = new Set<string>();
  for (const { kind, start, end } of tokens(command.text)) {
    const text = command.text.slice(start, end);
    if (kind === 'word') names.add(text.toLowerCase());
    if (text.startsWith('"')) names.add(text.slice(1, -1).replaceAll('""', '"'));
  }
  const nearest = [...units.slice(0, index).toReversed(), ...units.slice(index + 1)];
  return nearest.find(({ object }) => object !== undefined && names.has(object.name))?.object;
}

function withoutFolder({ kind }: DefinedObject, folder: string | undefined): [string, string] {
  return folder === undefined
    ? [`there is no folder for a ${kind}`, 'name one of the folders with `--kind`']
    : [
        `a ${kind} belongs into "${folder}", and the setting "kinds" does not have it`,
        `add "${folder}" to \`limbeck.kinds\` in the knexfile, or name another folder with \`--kind\``,
      ];
}
