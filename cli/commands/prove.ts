/** Commands that prove: roundtrip. */
import { type Command, type CommandFamily } from '../command.js';
import { counted, duration } from '../words.js';

const roundtrip: Command = {
  usage: 'roundtrip',
  summary: 'Prove on a scratch database that every downgrade restores',
  example: 'roundtrip',
  async run({ library, openProject }) {
    const report = await library.roundTrip(await openProject());
    const { finding, revisions, durationMs } = report;
    if (finding === null) {
      const text = `${counted(revisions, 'revision')} went up, down and up again in ${duration(durationMs)}. Every downgrade restores`;
      return { report, text };
    }
    const what =
      finding.after === 'downgrade'
        ? 'its downgrade does not restore what was there'
        : 'its second upgrade makes something else than the first';
    return { report, text: `${finding.revision} (${finding.file}): ${what}\n  ${finding.text}`, status: 1 };
  },
};

export const proveCommands: CommandFamily = { title: 'Prove', commands: [roundtrip] };
