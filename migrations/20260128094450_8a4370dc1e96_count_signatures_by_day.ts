/** count signatures by day */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = '8a4370dc1e96';
export const downRevision = '2f8be907d6a3';
export const branchLabels = [];
export const dependsOn = ['signatures']; // reads crash_reports.signature

export async function upgrade(op: Operations) {
  await op.schema.createTable('daily_signatures', (t) => {
    t.date('day').notNullable();
    t.text('product').notNullable().references('product').inTable('products');
    t.text('signature').notNullable();
    t.integer('crashes').notNullable();
    t.primary(['day', 'product', 'signature']);
  });
  await loadStoredProc(op, ['summarise_day.sql', 'top_signatures.sql']);
  await op.execute(`select summarise_day(date '2026-01-05' + n) from generate_series(0, 13) as n`);
}

export async function downgrade(op: Operations) {
  await loadStoredProc(op, ['summarise_day.sql', 'top_signatures.sql']);
  await op.schema.dropTable('daily_signatures');
}
