/** Commands that prove: roundtrip. */
import type { RoundTripReport } from '../../lib/index.js';
import type { Command, CommandFamily } from '../command.js';
import { counted, duration } from '../words.js';

const roundtrip: Command = {
  usage: 'roundtrip',
  summary: 'Prove on a scratch database that every downgrade restores',
  example: 'roundtrip',
  async run({ library, openProject }) {
    const report = await library.roundTrip(await openProject());
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
}: NonNullable<RoundTripReport['finding']>): string {
  const whats =
    difference === null
      ? { downgrade: 'its downgrade fails', upgrade: 'its second upgrade fails' }
      : {
          downgrade: 'its downgrade does not restore what was there',
          upgrade: 'its second upgrade makes something else than the first',
        };
  return `${revision} (${file}): ${whats[after]}\n  ${text.replaceAll('\n', '\n  ')}`;
}

export const proveCommands: CommandFamily = { title: 'Prove', commands: [roundtrip] };
