/** Commands that prove: check, roundtrip. */
import type { CheckReport, RoundTripReport } from '../../lib/index.js';
import { type Command, type CommandFamily, isSet } from '../command.js';
import { shadowOf, shadowOption } from '../shadow-option.js';
import { counted, duration } from '../words.js';

const check: Command = {
  usage: 'check',
  summary: 'Find where scripts, SQL files and database disagree',
  options: {
    accept: {
      type: 'boolean',
      describe: 'Let edited scripts count as applied as they are now',
      default: false,
    },
  },
  example: 'check --env production',
  async run({ args, library, openProject }) {
    const report = await library.check(await openProject(), { accept: isSet(args, 'accept') });
    return { report, text: checkText(report), status: report.findings.length === 0 ? 0 : 1 };
  },
};

function checkText({ findings, applied, compared, accepted }: CheckReport): string {
  const told = findings.map(({ message, where, next }) => `${message}\n  where: ${where}\n  next:  ${next}`);
  const took = accepted.length === 0 ? [] : [`Accepted as they are now: ${accepted.join(', ')}`];
  const extent = `${counted(applied, 'revision')} applied, ${counted(compared, 'script')} compared`;
  const result = findings.length === 0 ? 'Nothing found' : `Found ${counted(findings.length, 'problem')}`;
  return [...told, ...took, `${result}: ${extent}`].join('\n');
}

const roundtrip: Command = {
  usage: 'roundtrip',
  summary: 'Prove on a scratch database that every downgrade restores',
  options: { shadow: shadowOption },
  example: 'roundtrip --shadow server',
  async run({ args, library, openProject }) {
    const report = await library.roundTrip(await openProject(), { shadow: shadowOf(args) });
    const { finding, revisions, durationMs } = report;
    if (finding !== null) return { report, text: findingText(finding), status: 1 };
    if (revisions === 0) return { report, text: 'There are no revisions: nothing was proven', status: 1 };
    const text = `${counted(revisions, 'revision')} went up, down and up again in ${duration(durationMs)}. Every downgrade restores`;
    return { report, text };
  },
};

function findingText({
  revision,
  file,
  after,
  difference,
  text,
  next,
}: NonNullable<RoundTripReport['finding']>): string {
  const whats =
    difference === null
      ? { downgrade: 'its downgrade fails', upgrade: 'its second upgrade fails' }
      : {
          downgrade: 'its downgrade does not restore what was there',
          upgrade: 'its second upgrade makes something else than the first',
        };
  const advice = next === null ? '' : `\n  next:  ${next}`;
  return `${revision} (${file}): ${whats[after]}\n  ${text.replaceAll('\n', '\n  ')}${advice}`;
}

export const proveCommands: CommandFamily = { title: 'Prove', commands: [check, roundtrip] };
