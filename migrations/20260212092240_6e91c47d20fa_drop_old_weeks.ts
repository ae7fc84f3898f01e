/** drop old weeks of crash reports, and make room for the next ones */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = '6e91c47d20fa';
export const downRevision = 'f02d6b9a7c45';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadStoredProc(op, ['drop_crash_weeks.sql']);
  await op.execute(`call add_crash_week('2026-01-19')`);
  await op.execute(`call add_crash_week('2026-01-26')`);
}

export async function downgrade(op: Operations) {
  await op.schema.dropTable('crash_reports_2026w05');
  await op.schema.dropTable('crash_reports_2026w04');
  await loadStoredProc(op, ['drop_crash_weeks.sql']);
}
