/** `--sql` of the commands that move a database: their options, and what is printed. */
import type { Options } from 'yargs';
import type { OfflineReport } from '../../lib/index.js';
import { type CommandContext, isSet, type Outcome } from '../command.js';

export const offlineOptions = {
  sql: {
    type: 'boolean',
    describe: 'Print SQL for psql; a database is neither needed nor changed',
    default: false,
  },
  'from-database': {
    type: 'boolean',
    describe: 'With --sql: begin where the database is, which is read and not locked',
    default: false,
  },
} as const satisfies Record<string, Options>;

/** Runs `write` if `--sql` is given; else what the command does online. */
export async function offlineOr(
  { args, library }: CommandContext,
  write: (fromDatabase: boolean) => Promise<OfflineReport>,
  online: () => Promise<Outcome>,
): Promise<Outcome> {
  const fromDatabase = isSet(args, 'from-database');
  if (isSet(args, 'sql')) {
    const report = await write(fromDatabase);
    return { report, text: report.sql };
  }
  if (!fromDatabase) return online();
  throw new library.UsageError('USAGE', {
    message: '`--from-database` says where SQL begins, and none is asked for',
    next: 'add `--sql`, or leave it out',
  });
}
