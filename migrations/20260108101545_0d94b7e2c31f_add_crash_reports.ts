/** add crash reports, in weekly partitions */
import { loadStoredProc, loadType, type Operations } from 'limbeck';

export const revision = '0d94b7e2c31f';
export const downRevision = 'e83a5d61f902';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadType(op, ['platform.sql']);

  // Knex's builder has no partitioning.
  await op.execute(`
    create table crash_reports (
      crash_id uuid not null,
      reported_at timestamptz not null,
      product text not null,
      version text not null,
      platform platform not null,
      frames text[] not null,
      annotations jsonb not null default '{}',
      primary key (crash_id, reported_at),
      foreign key (product, version) references releases (product, version)
    ) partition by range (reported_at)
  `);
  await op.schema.alterTable('crash_reports', (t) => t.index(['product', 'version', 'reported_at']));

  await loadStoredProc(op, ['utc_midnight.sql', 'week_start.sql', 'add_crash_week.sql']);
}

export async function downgrade(op: Operations) {
  await loadStoredProc(op, ['utc_midnight.sql', 'week_start.sql', 'add_crash_week.sql']);
  await op.schema.dropTable('crash_reports');
  await loadType(op, ['platform.sql']);
}
