/** The command that tells what happened to a database: log. */
import type { LogEntry, LogReport } from '../../lib/index.js';
import { type Arguments, type Command, type Library, textOf } from '../command.js';
import { counted, duration } from '../words.js';

const usualLimit = 20;

export const log: Command = {
  usage: 'log [revision]',
  summary: 'Tell what happened to the database, newest first',
  positionals: {
    revision: { type: 'string', describe: 'Only what happened to this one', defaultDescription: 'all' },
  },
  options: {
    limit: {
      alias: 'n',
      type: 'string',
      describe: 'How many events at most',
      defaultDescription: String(usualLimit),
    },
  },
  example: 'log -n 5',
  async run({ args, library, openProject }) {
    const report = await library.log(await openProject(), {
      revision: textOf(args, 'revision'),
      limit: limitOf(args, library),
    });
    return { report, text: logText(report) };
  },
};

function limitOf(args: Arguments, { UsageError }: Library): number {
  const text = textOf(args, 'limit') ?? String(usualLimit);
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError('USAGE', {
    message: `the limit "${text}" is not a number`,
    next: 'give a whole number, as in `limbeck log -n 20`',
  });
}

function logText({ events, total }: LogReport): string {
  if (events.length === 0) return 'Nothing has happened yet';
  const lines = events.flatMap(eventLines);
  if (events.length === total) return lines.join('\n');
  return [...lines, `${counted(total - events.length, 'older event')}: see \`limbeck log -n ${total}\``].join(
    '\n',
  );
}

/** When, what, how long, who and where; then what failed. */
function eventLines(event: LogEntry): string[] {
  const { at, outcome, direction, revision, message, stage, durationMs, user, host, toolVersion } = event;
  // A stamp knows no script: `check --accept` records the hash of one, and moves no row.
  const isAccepted = outcome === 'stamped' && event.scriptSha256 !== null;
  const time = at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
  const parts = [
    isAccepted ? 'accepted' : outcome === 'failed' && direction !== null ? `failed to ${direction}` : outcome,
    revision,
    isAccepted ? 'as edited' : '',
    stage === null ? '' : `(${stage})`,
    outcome === 'stamped' || durationMs === null ? '' : `in ${duration(durationMs)}`,
    `by ${user}`,
    host === null ? '' : `on ${host}`,
    toolVersion === null ? '' : `(limbeck ${toolVersion})`,
  ];
  const about = message === null ? '' : `: ${message}`;
  return [
    `${time}  ${parts.filter((part) => part !== '').join(' ')}${about}`,
    ...(event.error === null ? [] : event.error.split('\n').map((line) => `    ${line}`)),
  ];
}
