/** count crashes by week */
import { loadStoredProc, loadView, type Operations } from 'limbeck';

export const revision = '3ac6915e0fb8';
export const downRevision = 'd7f3b80465e1';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadStoredProc(op, ['week_start.sql']);
  await loadView(op, ['weekly_crashes.sql']);
  // What "refresh materialized view concurrently" asks for.
  await op.execute('create unique index weekly_crashes_key on weekly_crashes (week, product, platform)');
  await loadStoredProc(op, ['refresh_weekly_crashes.sql']);
}

export async function downgrade(op: Operations) {
  await loadStoredProc(op, ['refresh_weekly_crashes.sql']);
  await loadView(op, ['weekly_crashes.sql']);
  await loadStoredProc(op, ['week_start.sql']);
}
