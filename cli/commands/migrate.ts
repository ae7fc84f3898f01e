/** Commands that move a database: upgrade, downgrade, stamp, ensure-version. */
import { type Command, type CommandFamily, confirmRevert, isSet, textOf, textsOf } from '../command.js';
import { offlineOptions, offlineOr } from './offline.js';
import { counted, duration, standing } from '../words.js';

/** For commands that change the database: those run scripts, or stand for a run. */
const tag = {
  type: 'string',
  describe: 'A text for scripts (op.tag) and a knexfile that is a function',
} as const;

const upgrade: Command = {
  usage: 'upgrade [target]',
  summary: 'Apply what the target requires and the database lacks',
  positionals: {
    target: {
      type: 'string',
      describe: 'heads, +2, billing@head, an id or part of one; A:B with --sql',
      default: 'heads',
    },
  },
  options: { ...offlineOptions, tag },
  example: 'upgrade billing@head',
  async run(context) {
    const { args, library, openProject } = context;
    const project = await openProject();
    const target = textOf(args, 'target') ?? 'heads';
    const write = (fromDatabase: boolean) => library.upgradeSql(project, { target, fromDatabase });
    return offlineOr(context, write, async () => {
      const report = await library.upgrade(project, { target });
      const { steps, current, durationMs } = report;
      const done = `Applied ${counted(steps.length, 'revision')} in ${duration(durationMs)}. Now at ${standing(current)}`;
      const idle =
        project.graph.ids.length === 0
          ? 'There are no revisions yet: write one with `limbeck revision -m "…"`'
          : `All is up to date. Now at ${standing(current)}`;
      return { report, text: steps.length === 0 ? idle : done };
    });
  },
};

const downgrade: Command = {
  usage: 'downgrade <target>',
  summary: 'Revert what stands above the target',
  positionals: {
    target: {
      type: 'string',
      describe: '-1, base, billing@base, an id or part of one; A:B with --sql',
      demandOption: true,
    },
  },
  options: { ...offlineOptions, tag },
  example: 'downgrade -1',
  async run(context) {
    const { args, library, openProject } = context;
    const project = await openProject();
    const target = textOf(args, 'target') ?? '';
    const write = (fromDatabase: boolean) => library.downgradeSql(project, { target, fromDatabase });
    return offlineOr(context, write, async () => {
      await confirmRevert(context, project, 'Downgrade', ` to ${target}`);
      const report = await library.downgrade(project, { target });
      const { steps, current, durationMs } = report;
      const done = `Reverted ${counted(steps.length, 'revision')} in ${duration(durationMs)}. Now at ${standing(current)}`;
      return { report, text: steps.length === 0 ? `Nothing to revert. Now at ${standing(current)}` : done };
    });
  },
};

const stamp: Command = {
  usage: 'stamp <targets..>',
  summary: 'Record where the database is, without running anything',
  positionals: {
    targets: {
      type: 'string',
      array: true,
      describe: 'heads, base, an id or part of one; the first may be A:B with --sql',
      demandOption: true,
    },
  },
  options: {
    ...offlineOptions,
    tag,
    purge: {
      type: 'boolean',
      describe: 'Forget the recorded revisions first, whatever they are',
      default: false,
    },
  },
  example: 'stamp heads',
  async run(context) {
    const { args, library, openProject, confirm } = context;
    const project = await openProject();
    const purge = isSet(args, 'purge');
    const targets = textsOf(args, 'targets');
    const write = (fromDatabase: boolean) => library.stampSql(project, { targets, purge, fromDatabase });
    return offlineOr(context, write, async () => {
      if (purge) await confirm(`Forget the revisions recorded in ${await project.nameDatabase()}?`);
      const report = await library.stamp(project, { targets, purge });
      return { report, text: `Stamped. Now at ${standing(report.current)}` };
    });
  },
};

const ensureVersion: Command = {
  usage: 'ensure-version',
  summary: 'Create the tables of limbeck where they are missing',
  options: { sql: offlineOptions.sql },
  example: 'ensure-version --env production',
  async run(context) {
    const { library, openProject } = context;
    const project = await openProject();
    return offlineOr(
      context,
      () => library.ensureVersionSql(project),
      async () => {
        const report = await library.ensureVersion(project);
        const text = report.created ? 'Created the tables of limbeck' : 'The tables of limbeck are there';
        return { report, text };
      },
    );
  },
};

export const migrateCommands: CommandFamily = {
  title: 'Migrate',
  commands: [upgrade, downgrade, stamp, ensureVersion],
};
