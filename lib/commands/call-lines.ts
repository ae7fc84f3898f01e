/**
 * The lines of a script that load and drop files.
 */
import { kindOf } from '../assets/asset-directory.js';
import type { FrozenFile, ManifestEntry } from '../assets/manifest.js';
import { quote } from '../script/new-script.js';

const helperOf: Record<string, { readonly load: string; readonly drop: string }> = {
  procs: { load: 'loadStoredProc', drop: 'dropStoredProc' },
  types: { load: 'loadType', drop: 'dropType' },
  views: { load: 'loadView', drop: 'dropView' },
};

/** One call of a script: files of one kind that are loaded, or dropped, together. */
export interface CallRun {
  readonly kind: string;
  readonly verb: 'load' | 'drop';
  /** What else the upgrade says, as text: `, { convert: true }`. */
  readonly options: string;
  /** Below the folder of the kind. */
  readonly names: readonly string[];
}

/** One call for each run of files of one kind, in load order, so that what needs a view comes after it. */
export function callRuns(files: readonly FrozenFile[]): readonly CallRun[] {
  const runs: (CallRun & { readonly names: string[] })[] = [];
  for (const { entry } of files) {
    const kind = kindOf(entry.path);
    const verb = entry.action === 'drop' ? 'drop' : 'load';
    const options = typeOptionsText(entry);
    const name = entry.path.slice(kind.length + 1);
    const last = runs.at(-1);
    if (last?.kind === kind && last.verb === verb && last.options === options) last.names.push(name);
    else runs.push({ kind, verb, options, names: [name] });
  }
  return runs;
}

/** What freezing writes into a script: the lines of both directions, in the order of the upgrade, and what they import. */
export function callLines(files: readonly FrozenFile[]): {
  lines: string[];
  undoLines: string[];
  helpers: string[];
} {
  const runs = callRuns(files);
  const helpers = new Set(runs.flatMap(({ kind, verb }) => helperOf[kind]?.[verb] ?? []));
  return {
    lines: runs.map((run) => callLine(run, run.options)),
    undoLines: runs.map((run) => callLine(run)),
    helpers: [...helpers].sort(),
  };
}

/** A kind that a project has added has no helper: `await op.loadAssets('triggers', ['stamp.sql']);`. */
function callLine({ kind, verb, names }: CallRun, options = ''): string {
  const helper = helperOf[kind]?.[verb];
  const files = `[${names.map(quote).join(', ')}]`;
  if (helper !== undefined) return `await ${helper}(op, ${files}${options});`;
  return `await op.${verb}Assets(${quote(kind)}, ${files}${options});`;
}

/** What the upgrade has to say of types; the downgrade knows it from there. */
function typeOptionsText({ renames = {}, converts }: ManifestEntry): string {
  const pairs = Object.entries(renames).map(([old, name]) => `${quote(old)}: ${quote(name)}`);
  const options = [
    ...(pairs.length > 0 ? [`renames: { ${pairs.join(', ')} }`] : []),
    ...(converts === true ? ['convert: true'] : []),
  ];
  return options.length === 0 ? '' : `, { ${options.join(', ')} }`;
}
