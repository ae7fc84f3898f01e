/** Commands that read: current, heads, branches, history, show, plan, log, and those that look at SQL files. */
import type { BranchEntry, CurrentReport, RevisionEntry } from '../../lib/index.js';
import { type Arguments, type Command, type CommandFamily, isSet, textOf, textsOf } from '../command.js';
import { drawGraph } from '../graph-text.js';
import { sharedOptions } from '../options.js';
import { revisionDetails, revisionLine, unknownLine } from '../revision-text.js';
import { assetCommands } from './assets.js';
import { log } from './log.js';
import { fromOption, plan, startOf } from './plan.js';

/** In place of the statements, which are of no interest where nothing is changed. */
const verbose = { ...sharedOptions.verbose, describe: 'Show each revision in full' };

/** Revisions in lines of their own, or in full with blank lines between. */
function revisionTexts(revisions: readonly RevisionEntry[], args: Arguments): string {
  if (!isSet(args, 'verbose')) return revisions.map((entry) => revisionLine(entry)).join('\n');
  return revisions.map((entry) => revisionDetails(entry)).join('\n\n');
}

const current: Command = {
  usage: 'current',
  summary: 'Show where the database is',
  options: {
    verbose,
    'check-heads': {
      type: 'boolean',
      describe: 'End with status 1 unless nothing is left to apply',
      default: false,
    },
  },
  example: 'current --check-heads',
  async run({ args, library, openProject }) {
    const report = await library.current(await openProject());
    const unknown = report.unknownRows.map((row) => unknownLine(row));
    const parts = [revisionTexts(report.current, args), ...unknown].filter((part) => part !== '');
    const where = parts.length === 0 ? 'base (nothing is applied)' : parts.join('\n');
    const text = isSet(args, 'verbose') ? `${databaseLine(report)}\n\n${where}` : where;
    const isBehind = isSet(args, 'check-heads') && !report.isAtHeads;
    return isBehind ? { report, text: `${text}\n${behindText(report)}`, status: 1 } : { report, text };
  },
};

/** In line with the revisions in full. */
function databaseLine({ database, environment }: CurrentReport): string {
  return `database     ${database} (${environment})`;
}

function behindText({ unknown }: CurrentReport): string {
  return unknown.length > 0
    ? 'The database is not at the heads: it holds what this checkout does not know'
    : 'The database is not at the heads: `limbeck plan` says what is left to apply';
}

const noRevisions = 'There are no revisions yet: write one with `limbeck revision -m "…"`';

const heads: Command = {
  usage: 'heads',
  summary: 'List the revisions that nothing builds on',
  options: {
    verbose,
    'resolve-dependencies': {
      type: 'boolean',
      describe: 'Leave out those that others depend on',
      default: false,
    },
  },
  example: 'heads',
  async run({ args, library, openProject }) {
    const resolveDependencies = isSet(args, 'resolve-dependencies');
    const report = library.heads(await openProject(), { resolveDependencies });
    return { report, text: revisionTexts(report.heads, args) || noRevisions };
  },
};

const branches: Command = {
  usage: 'branches',
  summary: 'List the branch points and what builds on them',
  options: { verbose },
  example: 'branches',
  async run({ args, library, openProject }) {
    const report = library.branches(await openProject());
    const texts = report.branches.map((point) => branchText(point, isSet(args, 'verbose')));
    const text = texts.join(isSet(args, 'verbose') ? '\n\n' : '\n');
    return { report, text: text || 'There are no branch points' };
  },
};

function branchText({ children, ...point }: BranchEntry, isFull: boolean): string {
  const lines = children.map((child) => `  -> ${revisionLine(child)}`);
  return [isFull ? revisionDetails(point) : revisionLine(point), ...lines].join('\n');
}

const history: Command = {
  usage: 'history',
  summary: 'Draw the revisions, newest first',
  options: {
    'rev-range': { alias: 'r', type: 'string', describe: 'START:END; current stands for the database' },
    'indicate-current': {
      alias: 'i',
      type: 'boolean',
      describe: 'Mark where the database is',
      default: false,
    },
    from: { ...fromOption, describe: 'Take these revisions, or base, for current, and not the database' },
    verbose,
  },
  example: 'history -r current:heads',
  async run({ args, library, openProject }) {
    const range = textOf(args, 'rev-range');
    const indicateCurrent = isSet(args, 'indicate-current');
    const report = await library.history(await openProject(), {
      range,
      indicateCurrent,
      from: startOf(args),
    });
    if (isSet(args, 'verbose')) return { report, text: revisionTexts(report.revisions, args) || noRevisions };
    const nodes = report.revisions.map((entry) => ({
      id: entry.revision,
      parents: entry.downRevisions,
      text: revisionLine(entry),
    }));
    const lines = report.unknownRows.map((row) => unknownLine(row));
    if (nodes.length > 0) lines.unshift(drawGraph(nodes));
    return { report, text: lines.length === 0 ? noRevisions : lines.join('\n') };
  },
};

const show: Command = {
  usage: 'show [revisions..]',
  summary: 'Show all about revisions',
  positionals: {
    revisions: {
      type: 'string',
      array: true,
      describe: 'head, current, ids or parts of them',
      defaultDescription: 'heads',
    },
  },
  example: 'show 3f2a',
  async run({ args, library, openProject }) {
    const texts = textsOf(args, 'revisions');
    const report = await library.show(await openProject(), texts.length === 0 ? 'heads' : texts);
    const known = report.revisions.map((entry) => revisionDetails(entry));
    const details = [...known, ...report.unknownRows.map((row) => unknownLine(row))];
    return { report, text: details.length === 0 ? noRevisions : details.join('\n\n') };
  },
};

export const readCommands: CommandFamily = {
  title: 'Read',
  commands: [current, heads, branches, history, show, plan, log, ...assetCommands],
};
