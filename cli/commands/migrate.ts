/** Commands that move a database: upgrade, downgrade, stamp. */
import { type Command, type CommandFamily, confirmRevert, isSet, textOf, textsOf } from '../command.js';
import { counted, duration, standing } from '../words.js';

const upgrade: Command = {
  usage: 'upgrade [target]',
  summary: 'Apply what the target requires and the database lacks',
  positionals: {
    target: { type: 'string', describe: 'heads, +2, billing@head, an id or part of one', default: 'heads' },
  },
  example: 'upgrade billing@head',
  async run({ args, library, openProject }) {
    const project = await openProject();
    const report = await library.upgrade(project, { target: textOf(args, 'target') ?? 'heads' });
    const { steps, current, durationMs } = report;
    const done = `Applied ${counted(steps.length, 'revision')} in ${duration(durationMs)}. Now at ${standing(current)}`;
    const idle =
      project.graph.ids.length === 0
        ? 'There are no revisions yet: write one with `limbeck revision -m "…"`'
        : `All is up to date. Now at ${standing(current)}`;
    return { report, text: steps.length === 0 ? idle : done };
  },
};

const downgrade: Command = {
  usage: 'downgrade <target>',
  summary: 'Revert what stands above the target',
  positionals: {
    target: { type: 'string', describe: '-1, base, billing@base, an id or part of one', demandOption: true },
  },
  example: 'downgrade -1',
  async run(context) {
    const { args, library, openProject } = context;
    const project = await openProject();
    const target = textOf(args, 'target') ?? '';
    await confirmRevert(context, project, 'Downgrade', ` to ${target}`);
    const report = await library.downgrade(project, { target });
    const { steps, current, durationMs } = report;
    const done = `Reverted ${counted(steps.length, 'revision')} in ${duration(durationMs)}. Now at ${standing(current)}`;
    return { report, text: steps.length === 0 ? `Nothing to revert. Now at ${standing(current)}` : done };
  },
};

const stamp: Command = {
  usage: 'stamp <targets..>',
  summary: 'Record where the database is, without running anything',
  positionals: {
    targets: {
      type: 'string',
      array: true,
      describe: 'heads, base, an id or part of one',
      demandOption: true,
    },
  },
  options: {
    purge: {
      type: 'boolean',
      describe: 'Forget the recorded revisions first, whatever they are',
      default: false,
    },
  },
  example: 'stamp heads',
  async run({ args, library, openProject, confirm }) {
    const project = await openProject();
    const purge = isSet(args, 'purge');
    if (purge) await confirm(`Forget the revisions recorded in ${await project.nameDatabase()}?`);
    const report = await library.stamp(project, { targets: textsOf(args, 'targets'), purge });
    return { report, text: `Stamped. Now at ${standing(report.current)}` };
  },
};

export const migrateCommands: CommandFamily = { title: 'Migrate', commands: [upgrade, downgrade, stamp] };
