/** Commands that prove: check, roundtrip. */
import type { CheckReport, RoundTripReport } from '../../lib/index.js';
import { type Command, type CommandFamily, isSet } from '../command.js';
import { driftOption, shadowOf, shadowOption, trialOf } from '../shadow-option.js';
import { counted, duration } from '../words.js';

const check: Command = {
  usage: 'check',
  summary: 'Find where scripts, SQL files and database disagree',
  options: {
    database: {
      type: 'boolean',
      describe: 'Demand a database, or with --no-database connect to none',
      defaultDescription: 'look at it where it can be reached',
    },
    accept: {
      type: 'boolean',
      describe: 'Let edited scripts count as applied as they are now',
      default: false,
    },
    shadow: driftOption,
  },
  example: 'check --env production --database',
  async run({ args, library, openProject }) {
    const report = await library.check(await openProject(), {
      accept: isSet(args, 'accept'),
      database: args['database'] === undefined ? undefined : isSet(args, 'database'),
      shadow: trialOf(args, library),
    });
    return { report, text: checkText(report), status: report.findings.length === 0 ? 0 : 1 };
  },
};

function checkText(report: CheckReport): string {
  const { findings, accepted } = report;
  const told = findings.map(({ message, where, next }) => `${message}\n  where: ${where}\n  next:  ${next}`);
  const took = accepted.length === 0 ? [] : [`Accepted as they are now: ${accepted.join(', ')}`];
  const result = findings.length === 0 ? 'Nothing found' : `Found ${counted(findings.length, 'problem')}`;
  return [...told, ...took, `${result}: ${extentOf(report)}`].join('\n');
}

/** What was looked at. */
function extentOf({
  database,
  applied,
  compared,
  frozenFiles,
  liveFiles,
  objects,
  withoutShadow,
}: CheckReport): string {
  const files = `${counted(frozenFiles, 'frozen file')}, ${counted(liveFiles, 'live file')}`;
  if (database === null) return `${files}, no database`;
  const scripts = `${counted(applied, 'revision')} applied, ${counted(compared, 'script')} compared`;
  return `${files}, ${scripts}${withoutShadow === null ? `, ${counted(objects, 'object')} compared` : ''}`;
}

const roundtrip: Command = {
  usage: 'roundtrip',
  summary: 'Prove on a scratch database that every downgrade restores',
  options: { shadow: shadowOption },
  example: 'roundtrip --shadow server',
  async run({ args, library, openProject }) {
    const report = await library.roundTrip(await openProject(), { shadow: shadowOf(args, library) });
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
