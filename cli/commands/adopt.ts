/** The command that takes over the history of another tool: adopt. */
import { dirname, resolve } from 'node:path';
import type { AdoptReport } from '../../lib/index.js';
import { type Command, textOf, textsOf } from '../command.js';
import { counted } from '../words.js';

export const adopt: Command = {
  usage: 'adopt',
  summary: 'Take over the history of Alembic, as scripts that know it by its ids',
  options: {
    alembic: {
      type: 'string',
      array: true,
      describe: 'Folders of its revisions, often alembic/versions; sub-folders are read too',
      demandOption: true,
    },
    'version-path': {
      type: 'string',
      describe: 'Script directory to write to',
      defaultDescription: 'the first',
    },
  },
  example: 'adopt --alembic alembic/versions',
  async run({ args, io, library, openProject }) {
    const folders = textsOf(args, 'alembic');
    if (folders.length === 0 || folders.includes('')) {
      throw new library.UsageError('USAGE', {
        message: '"--alembic" needs a folder',
        next: 'name the folder of the revisions: `limbeck adopt --alembic alembic/versions`',
      });
    }
    const report = library.adopt(await openProject(), {
      alembic: folders.map((folder) => resolve(io.cwd, folder)),
      directory: textOf(args, 'version-path'),
    });
    return { report, text: adoptText(report) };
  },
};

/** Longer lists of files are left to `git status`. */
const mostListed = 20;

function adoptText({ adopted, kept, passedOver, tops, next }: AdoptReport): string {
  const isShort = adopted.length <= mostListed;
  const done =
    adopted.length === 0 ? 'There is nothing new to adopt' : `Adopted ${counted(adopted.length, 'revision')}`;
  return [
    ...(isShort
      ? adopted.map(({ file }) => `Made ${file}`)
      : [`Made ${adopted.length} scripts in ${dirname(adopted[0]?.file ?? '')}/`]),
    ...(kept.length > 0 ? [`Kept ${counted(kept.length, 'script')}, with the same links`] : []),
    ...passedOver.map((file) => `Passed over ${file}: it declares no revision`),
    `${done}. The history of Alembic ends at ${tops.join(', ')}`,
    ...next.map((step) => `Next: ${step}`),
  ].join('\n');
}
