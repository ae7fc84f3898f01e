/** report crash rates */
import { loadStoredProc, loadType, loadView, type Operations } from 'limbeck';

export const revision = '2f8be907d6a3';
export const downRevision = '71d5ee3046cb';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadType(op, ['crash_rate.sql']);
  await loadStoredProc(op, ['rate_of.sql', 'daily_summary.sql', 'summarise_day.sql']);
  await loadView(op, ['release_health.sql']);
}

export async function downgrade(op: Operations) {
  await loadView(op, ['release_health.sql']);
  await loadStoredProc(op, ['rate_of.sql', 'daily_summary.sql', 'summarise_day.sql']);
  await loadType(op, ['crash_rate.sql']);
}
