/** Commands that write files: init, adopt, revision, merge, edit, freeze, redo, assets import. */
import type {
  InitReport,
  MergeReport,
  NewRevisionReport,
  RevisionOptions,
  RevisionReport,
} from '../../lib/index.js';
import {
  type Arguments,
  type Command,
  type CommandFamily,
  isSet,
  type Library,
  textOf,
  textsOf,
  confirmRevert,
} from '../command.js';
import { trialOf, trialOption } from '../shadow-option.js';
import { counted, standing } from '../words.js';
import { adopt } from './adopt.js';
import { assetImport } from './asset-import.js';
import { edit } from './edit.js';

const init: Command = {
  usage: 'init',
  summary: 'Make this folder a project, or make room in a Knex project',
  options: {
    template: {
      alias: 't',
      type: 'string',
      describe: 'Language of knexfile and scripts: ts, esm, cjs',
      defaultDescription: 'that of the folder',
    },
  },
  example: 'init --template ts',
  async run({ args, io, library }) {
    const report = library.init({ folder: io.cwd, template: textOf(args, 'template') });
    return { report, text: initText(report) };
  },
};

function initText({ created, kept, knex, next }: InitReport): string {
  const isComplete = created.length === 0 && knex === null;
  return [
    ...(isComplete ? ['This folder is a project already'] : []),
    ...(knex === null
      ? []
      : [`This is a Knex project: ${knex.knexfile}, ${counted(knex.migrations, 'Knex migration')}`]),
    ...created.map((name) => `Made ${name}`),
    ...kept.map((name) => `Kept ${name}`),
    ...next.map((step) => `Next: ${step}`),
  ].join('\n');
}

const message = {
  alias: 'm',
  type: 'string',
  describe: 'What it does, in a few words',
  demandOption: true,
} as const;

/** A message names the file and heads the script: an empty one is a slip. */
function messageOf(args: Arguments, { UsageError }: Library): string {
  const text = (textOf(args, 'message') ?? '').trim();
  if (text !== '') return text;
  throw new UsageError('USAGE', {
    message: 'the message is empty',
    next: 'say in a few words what the revision does: `-m "add builds"`',
  });
}

const branchLabel = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'Name the line of revisions that begins here',
} as const;
const revisionId = {
  type: 'string',
  describe: 'Id of the new revision',
  defaultDescription: 'twelve random hex digits',
} as const;

const splice = {
  type: 'boolean',
  describe: 'Build on a revision that is no head',
  default: false,
} as const;

const revision: Command = {
  usage: 'revision',
  summary: 'Write a new script',
  options: {
    message,
    autogenerate: { type: 'boolean', describe: 'Ship what changed in the SQL files', default: false },
    head: {
      type: 'string',
      describe: 'What it builds on; base begins a line, heads joins all',
      defaultDescription: 'the only head',
    },
    splice,
    'branch-label': branchLabel,
    'depends-on': {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'What must be applied first, from another line',
    },
    'rev-id': revisionId,
    'version-path': {
      type: 'string',
      describe: 'Script directory to write to',
      defaultDescription: 'that of the parent',
    },
    sql: { type: 'boolean', describe: 'Write a plain-SQL script', default: false },
    rename: {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Value of an enum or attribute of a type with a new name: mood.sad=unhappy; repeatable',
    },
    convert: {
      type: 'boolean',
      describe: 'Make types anew that cannot be altered, and convert the columns that use them',
      default: false,
    },
    shadow: trialOption,
  },
  example: 'revision -m "add builds" --autogenerate',
  async run({ args, library, openProject }) {
    const report = await library.revision(await openProject(), {
      message: messageOf(args, library),
      autogenerate: isSet(args, 'autogenerate'),
      types: typeOptions(args, library),
      head: textOf(args, 'head'),
      splice: isSet(args, 'splice'),
      branchLabels: textsOf(args, 'branch-label'),
      dependsOn: textsOf(args, 'depends-on'),
      revisionId: textOf(args, 'rev-id'),
      directory: textOf(args, 'version-path'),
      sql: isSet(args, 'sql'),
      shadow: trialOf(args),
    });
    return { report, text: revisionText(report) };
  },
};

/** What the SQL files of types cannot say. */
function typeOptions(args: Arguments, { UsageError }: Library): RevisionOptions['types'] {
  const pairs = textsOf(args, 'rename').map((text) => {
    const [, old, name] = /^([^=]*\.[^=]+)=(.+)$/s.exec(text) ?? [];
    if (old !== undefined && name !== undefined) return [old, name] as const;
    throw new UsageError('USAGE', {
      message: `"${text}" is no rename`,
      next: 'write the type, the old value and the new one: `--rename mood.sad=unhappy`',
    });
  });
  const convert = isSet(args, 'convert');
  if ((pairs.length > 0 || convert) && !isSet(args, 'autogenerate')) {
    throw new UsageError('USAGE', {
      message: `\`--${convert ? 'convert' : 'rename'}\` says how SQL files have changed, and none are looked at`,
      next: 'add `--autogenerate`',
    });
  }
  return { renames: Object.fromEntries(pairs), convert };
}

function revisionText(report: RevisionReport): string {
  const lines = [...report.preceding, report].map(newRevisionText);
  const why =
    'Two revisions, since PostgreSQL lets no transaction use a value that it has just added to an enum';
  return [...lines, ...(report.preceding.length > 0 ? [why] : [])].join('\n');
}

function newRevisionText({ file, assets }: NewRevisionReport): string {
  if (file === null) return 'No SQL file has changed: no revision was made';
  return [`Made ${file}`, ...assets.map(({ action, path }) => `  ${action} ${path}`)].join('\n');
}

const merge: Command = {
  usage: 'merge <revisions..>',
  summary: 'Write a script that joins branches',
  positionals: {
    revisions: {
      type: 'string',
      array: true,
      describe: 'heads, or two and more of them',
      demandOption: true,
    },
  },
  options: {
    message,
    splice,
    'branch-label': branchLabel,
    'rev-id': revisionId,
    resolved: {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'SQL file that several branches changed, and that is right as it is or rightly deleted',
    },
    sql: { type: 'boolean', describe: 'Write a plain-SQL script', default: false },
    shadow: trialOption,
  },
  example: 'merge heads -m "join billing and users"',
  async run({ args, library, openProject }) {
    const report = await library.merge(await openProject(), {
      revisions: textsOf(args, 'revisions'),
      message: messageOf(args, library),
      splice: isSet(args, 'splice'),
      branchLabels: textsOf(args, 'branch-label'),
      revisionId: textOf(args, 'rev-id'),
      resolved: textsOf(args, 'resolved'),
      sql: isSet(args, 'sql'),
      shadow: trialOf(args),
    });
    return { report, text: mergeText(report) };
  },
};

function mergeText({ file, merged, assets }: MergeReport): string {
  const how = { merged: 'merged from', taken: 'as the live file has it, in place of' };
  const lines = assets.map(({ action, path }) => {
    const found = merged.find((each) => each.path === path);
    return `  ${action} ${path}${found === undefined ? '' : ` (${how[found.how]} ${found.from.join(', ')})`}`;
  });
  return [`Made ${file}`, ...lines].join('\n');
}

const freeze: Command = {
  usage: 'freeze [revision] [files..]',
  summary: 'Freeze the SQL files that a script loads, as they are now',
  positionals: {
    revision: { type: 'string', describe: 'A head', defaultDescription: 'the only one' },
    files: {
      type: 'string',
      array: true,
      describe: 'Files to freeze',
      defaultDescription: 'those that the script loads',
    },
  },
  options: { shadow: trialOption },
  example: 'freeze head',
  async run({ args, library, openProject }) {
    const files = textsOf(args, 'files');
    const report = await library.freeze(await openProject(), {
      revision: textOf(args, 'revision'),
      files,
      shadow: trialOf(args),
    });
    const lines = report.assets.map(({ action, path }) => `  ${action} ${path}`);
    const done = `Froze ${counted(lines.length, 'file')} with ${report.revision}`;
    const nothing = `Nothing to freeze: ${report.file} loads no SQL file`;
    return { report, text: lines.length === 0 ? nothing : [done, ...lines].join('\n') };
  },
};

const redo: Command = {
  usage: 'redo [revision]',
  summary: 'Revert a head, freeze its files as they are now, and apply it again',
  positionals: { revision: { type: 'string', describe: 'A head', defaultDescription: 'the only one' } },
  options: { shadow: trialOption },
  example: 'redo',
  async run(context) {
    const { args, library, openProject } = context;
    const project = await openProject();
    await confirmRevert(context, project, 'Redo the last revision of', '');
    const report = await library.redo(project, { revision: textOf(args, 'revision'), shadow: trialOf(args) });
    const frozen = counted(report.assets.length, 'file');
    return { report, text: `Redid ${report.revision} with ${frozen}. Now at ${standing(report.current)}` };
  },
};

export const authorCommands: CommandFamily = {
  title: 'Author',
  commands: [init, adopt, revision, merge, edit, freeze, redo, assetImport],
};
