/** count crashes by day */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = '71d5ee3046cb';
export const downRevision = '9c27f81ab5d4';
export const branchLabels = ['reports'];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await op.schema.createTable('active_installs', (t) => {
    t.date('day').notNullable();
    t.text('product').notNullable();
    t.text('version').notNullable();
    t.integer('installs').notNullable();
    t.primary(['day', 'product', 'version']);
    t.foreign(['product', 'version']).references(['product', 'version']).inTable('releases');
  });
  await op.schema.createTable('daily_crashes', (t) => {
    t.date('day').notNullable();
    t.text('product').notNullable();
    t.text('version').notNullable();
    t.specificType('platform', 'platform').notNullable();
    t.integer('crashes').notNullable();
    t.primary(['day', 'product', 'version', 'platform']);
    t.foreign(['product', 'version']).references(['product', 'version']).inTable('releases');
  });
  await loadStoredProc(op, ['summarise_day.sql']);

  await op.execute(`
    insert into active_installs (day, product, version, installs)
    select date '2026-01-05' + n, product, version, installs + n * growth
    from (values
      ('kestrel', '5.3', 410, 2),
      ('kestrel', '5.4.1', 60, 1),
      ('lantern', '1.10', 1850, 5),
      ('lantern', '2.0', 320, 4),
      ('lantern', '2.1', 90, 1)
    ) as sample (product, version, installs, growth)
    cross join generate_series(0, 13) as n
  `);
  await op.execute(`select summarise_day(date '2026-01-05' + n) from generate_series(0, 13) as n`);
}

export async function downgrade(op: Operations) {
  await loadStoredProc(op, ['summarise_day.sql']);
  await op.schema.dropTable('daily_crashes');
  await op.schema.dropTable('active_installs');
}
