/** Commands that read: current, heads, branches, history, show. */
import { type Command, type CommandFamily, isSet, textOf } from '../command.js';
import { drawGraph } from '../graph-text.js';
import { revisionDetails, revisionLine, unknownLine } from '../revision-text.js';

const current: Command = {
  usage: 'current',
  summary: 'Show where the database is',
  example: 'current --env production',
  async run({ library, openProject }) {
    const report = await library.current(await openProject());
    const known = report.current.map((entry) => revisionLine(entry));
    const lines = [...known, ...report.unknownRows.map((row) => unknownLine(row))];
    return { report, text: lines.length === 0 ? 'base (nothing is applied)' : lines.join('\n') };
  },
};

const noRevisions = 'There are no revisions yet: write one with `limbeck revision -m "…"`';

const heads: Command = {
  usage: 'heads',
  summary: 'List the revisions that nothing builds on',
  example: 'heads',
  async run({ library, openProject }) {
    const report = library.heads(await openProject());
    const lines = report.heads.map((entry) => revisionLine(entry));
    return { report, text: lines.length === 0 ? noRevisions : lines.join('\n') };
  },
};

const branches: Command = {
  usage: 'branches',
  summary: 'List the branch points and what builds on them',
  example: 'branches',
  async run({ library, openProject }) {
    const report = library.branches(await openProject());
    const lines = report.branches.flatMap((point) => [
      revisionLine(point),
      ...point.children.map((child) => `  -> ${revisionLine(child)}`),
    ]);
    return { report, text: lines.length === 0 ? 'There are no branch points' : lines.join('\n') };
  },
};

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
  },
  example: 'history -r current:heads',
  async run({ args, library, openProject }) {
    const range = textOf(args, 'rev-range');
    const indicateCurrent = isSet(args, 'indicate-current');
    const report = await library.history(await openProject(), { range, indicateCurrent });
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
  usage: 'show [revision]',
  summary: 'Show all about a revision',
  positionals: {
    revision: { type: 'string', describe: 'head, current, an id or part of one', default: 'heads' },
  },
  example: 'show 3f2a',
  async run({ args, library, openProject }) {
    const report = await library.show(await openProject(), textOf(args, 'revision') ?? 'heads');
    const known = report.revisions.map((entry) => revisionDetails(entry));
    const details = [...known, ...report.unknownRows.map((row) => unknownLine(row))];
    return { report, text: details.length === 0 ? noRevisions : details.join('\n\n') };
  },
};

export const readCommands: CommandFamily = {
  title: 'Read',
  commands: [current, heads, branches, history, show],
};
