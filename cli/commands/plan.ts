/** The command that says what a run would do: plan. */
import type { PlanReport, StepEntry } from '../../lib/index.js';
import { type Command, isSet, textOf, textsOf } from '../command.js';
import { counted, standing } from '../words.js';

/** Of `plan` and `history`: revisions in place of a database. */
export const fromOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'Start from these revisions, or base, and not from the database',
} as const;

/** Returns what `--from` names; several texts, or one with commas. */
export function startOf(args: Parameters<Command['run']>[0]['args']): string[] | undefined {
  const given = textsOf(args, 'from').flatMap((text) => text.split(',').map((part) => part.trim()));
  return given.length === 0 ? undefined : given;
}

export const plan: Command = {
  usage: 'plan [target]',
  summary: 'Say what an upgrade or downgrade would do, and change nothing',
  positionals: {
    target: {
      type: 'string',
      describe: 'heads, +2, billing@head, an id or part of one',
      defaultDescription: 'heads',
    },
  },
  options: {
    down: { type: 'boolean', describe: 'Plan a downgrade; it needs a target', default: false },
    from: fromOption,
  },
  example: 'plan --down -1',
  async run({ args, library, openProject }) {
    const report = await library.plan(await openProject(), {
      target: textOf(args, 'target'),
      direction: isSet(args, 'down') ? 'downgrade' : 'upgrade',
      from: startOf(args),
    });
    return { report, text: planText(report) };
  },
};

function planText({ direction, from, steps, current }: PlanReport): string {
  if (steps.length === 0) {
    return `Nothing to ${direction === 'upgrade' ? 'apply' : 'revert'}. At ${briefly(current)}`;
  }
  const verb = direction === 'upgrade' ? 'apply' : 'revert';
  const width = String(steps.length).length;
  return [
    `Would ${verb} ${counted(steps.length, 'revision')}, starting at ${briefly(from)}`,
    ...steps.map((step, index) => stepText(step, String(index + 1).padStart(width))),
    `Would end at ${briefly(current)}`,
  ].join('\n');
}

function stepText({ direction, revision, message, file, transaction, current }: StepEntry, place: string) {
  const indent = ' '.repeat(place.length);
  return `${place}  ${direction} ${revision} ${message ?? ''}`
    .trimEnd()
    .concat(`\n${indent}  ${file}; transaction ${transaction}; then at ${briefly(current)}`);
}

/** Where a database is; of many current revisions the first few. */
function briefly(current: readonly string[]): string {
  const shown = 6;
  const rest = current.length - shown;
  return rest <= 0 ? standing(current) : `${standing(current.slice(0, shown))} and ${rest} more`;
}
