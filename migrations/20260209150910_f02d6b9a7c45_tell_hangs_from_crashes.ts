/** tell hangs from crashes */
import { dropStoredProc, loadStoredProc, loadView, type Operations } from 'limbeck';

export const revision = 'f02d6b9a7c45';
export const downRevision = '3ac6915e0fb8';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await op.schema.alterTable('daily_crashes', (t) => t.integer('hangs').notNullable().defaultTo(0));
  await loadStoredProc(op, ['classify_crash.sql', 'summarise_day.sql']);
  await op.execute(`select summarise_day(date '2026-01-05' + n) from generate_series(0, 13) as n`);

  await loadView(op, ['hanging_releases.sql']);
  await dropStoredProc(op, ['count_crashes.sql']); // daily_crashes knows better
}

export async function downgrade(op: Operations) {
  await dropStoredProc(op, ['count_crashes.sql']);
  await loadView(op, ['hanging_releases.sql']);
  await loadStoredProc(op, ['classify_crash.sql', 'summarise_day.sql']);
  await op.schema.alterTable('daily_crashes', (t) => t.dropColumn('hangs'));
}
