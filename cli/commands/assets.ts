/** Commands that look at SQL files: assets status, diff, show, history. */
import type { AssetStatusEntry, AssetStatusReport, AssetVersionEntry } from '../../lib/index.js';
import { type Command, type CommandContext, isSet, textOf, textsOf } from '../command.js';
import { colouredDiff, columns, coloursOf } from '../diff-text.js';
import { readableDate } from '../revision-text.js';
import { counted } from '../words.js';

const status: Command = {
  usage: 'assets status',
  summary: 'Show where each SQL file stands: live, shipped, installed',
  options: {
    database: {
      type: 'boolean',
      describe: 'Ask the database too what it has installed',
      default: false,
    },
  },
  example: 'assets status --database',
  async run({ args, io, library, openProject }) {
    const report = await library.assetStatus(await openProject(), { database: isSet(args, 'database') });
    return { report, text: statusText(report, coloursOf(io)) };
  },
};

type Colours = ReturnType<typeof coloursOf>;

function statusText({ assets, database, next }: AssetStatusReport, colours: Colours): string {
  if (assets.length === 0) return 'There are no SQL files';
  const rows = assets.map((entry) => [
    stateText(entry),
    entry.was === null ? entry.file : `${entry.file} (was ${entry.was})`,
    entry.revisions.length === 0 ? '-' : entry.revisions.join(', '),
    ...(database === null ? [] : [installedText(entry)]),
  ]);
  const head = ['live', 'file', 'shipped by', ...(database === null ? [] : ['installed'])];
  const lines = columns([head, ...rows]).map((line, index) => {
    const entry = assets[index - 1];
    if (entry === undefined) return colours.bold(line);
    return isCalm(entry) ? line : colours.yellow(line);
  });
  return [...lines, '', summaryText(assets, next)].join('\n');
}

function isCalm({ state, isDivergent, installed }: AssetStatusEntry): boolean {
  return state === 'unchanged' && !isDivergent && installed?.isExpected !== false;
}

function stateText({ state, isDivergent }: AssetStatusEntry): string {
  return isDivergent ? `${state}, divergent` : state;
}

function installedText({ installed }: AssetStatusEntry): string {
  if (installed === null) return '-';
  if (installed.revision === null) return 'lacking';
  if (installed.isExpected === null)
    return `${installed.revision} (not judged: a current revision is unknown)`;
  return installed.isExpected ? installed.revision : `${installed.revision}, not as applied`;
}

function summaryText(assets: readonly AssetStatusEntry[], next: string | null): string {
  const open = assets.filter(({ state }) => state !== 'unchanged').length;
  const wrong = assets.filter(({ installed }) => installed?.isExpected === false).length;
  const files = counted(assets.length, 'file');
  const shipped = next === null ? `${files}: as shipped` : `${open} of ${files} not as shipped: ${next}`;
  if (wrong === 0) return shipped;
  return `${shipped}\n${wrong} not installed as the applied revisions ask: see \`limbeck check --database\``;
}

const diff: Command = {
  usage: 'assets diff [from] [to]',
  summary: 'Show what changed in the SQL files, as a unified diff',
  positionals: {
    from: { type: 'string', describe: 'A revision, or current', defaultDescription: 'heads' },
    to: { type: 'string', describe: 'A revision, or current', defaultDescription: 'the live files' },
  },
  options: {
    path: { type: 'string', array: true, nargs: 1, describe: 'Only this file; repeatable' },
    'exit-code': { type: 'boolean', describe: 'End with status 1 if anything differs', default: false },
  },
  example: 'assets diff current --path procs/update_adu.sql',
  async run({ args, io, library, openProject }) {
    const report = await library.assetDiff(await openProject(), {
      from: textOf(args, 'from'),
      to: textOf(args, 'to'),
      paths: textsOf(args, 'path'),
    });
    const patches = report.files.map(({ patch, was, path }) =>
      was === null ? patch : `rename from ${was}\nrename to ${path}\n${patch}`,
    );
    const text = colouredDiff(patches.join(''), coloursOf(io));
    const hasFound = isSet(args, 'exit-code') && report.files.length > 0;
    return { report, text, isExact: true, status: hasFound ? 1 : 0 };
  },
};

const show: Command = {
  usage: 'assets show <file>',
  summary: 'Print a version of an SQL file as it was frozen',
  positionals: {
    file: {
      type: 'string',
      describe: 'The file, and a revision behind an @: procs/update_adu.sql@3f2a',
    },
  },
  example: 'assets show update_adu.sql@current',
  async run({ args, library, openProject }) {
    const [name, at] = fileAndRevision(textOf(args, 'file') ?? '');
    const report = await library.assetShow(await openProject(), name, at);
    return { report, text: report.text, isExact: true };
  },
};

/** An identifier may hold an @ of its own: `procs/a.sql@billing@head`. */
function fileAndRevision(text: string): [string, string | undefined] {
  const [, name = text, at] = /^(.+?\.sql|[^@]+)@(.+)$/.exec(text) ?? [];
  return [name, at];
}

const history: Command = {
  usage: 'assets history <file>',
  summary: 'Show all versions of an SQL file, newest first',
  positionals: { file: { type: 'string', describe: 'The file, by its path or its name' } },
  options: {
    patch: { alias: 'p', type: 'boolean', describe: 'Show what each version changed', default: false },
  },
  example: 'assets history update_adu.sql --patch',
  async run(context) {
    const { args, library, openProject } = context;
    const patch = isSet(args, 'patch');
    const report = await library.assetHistory(await openProject(), textOf(args, 'file') ?? '', { patch });
    return { report, text: historyText(report.versions, context, patch) };
  },
};

function historyText(versions: readonly AssetVersionEntry[], { io }: CommandContext, patch: boolean): string {
  if (versions.length === 0) return 'No revision ships it yet';
  const colours = coloursOf(io);
  const lines = columns(versions.map(versionCells));
  return versions
    .map((version, index) =>
      [
        colours.bold(lines[index] ?? ''),
        ...version.objects.map((object) => `  ${object}`),
        colouredDiff(version.patch ?? '', colours).trimEnd(),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    )
    .join(patch ? '\n\n' : '\n');
}

/** `9b77d0  2026-01-05 10:00:00  replace  follows 3f2a1c, 4c1d2e  count the tax`. */
function versionCells(version: AssetVersionEntry): string[] {
  const { revision, created, action, was, follows, message } = version;
  return [
    revision,
    created === null ? '' : readableDate(created),
    was === null ? action : `${action} from ${was}`,
    follows.length === 0 ? '' : `follows ${follows.join(', ')}`,
    message ?? '',
  ];
}

export const assetCommands: readonly Command[] = [status, diff, show, history];
