/** keep the known signatures, and name crashes as they arrive */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = 'c5190e7bd48f';
export const downRevision = 'b60c4af8132d';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await op.schema.createTable('signatures', (t) => {
    t.text('signature').primary();
    t.timestamp('first_seen').notNullable();
    t.timestamp('last_seen').notNullable();
  });
  await op.execute(`
    insert into signatures (signature, first_seen, last_seen)
    select signature, min(reported_at), max(reported_at)
    from crash_reports
    where signature is not null
    group by signature
  `);

  await loadStoredProc(op, ['see_signature.sql', 'assign_signature.sql', 'reassign_signatures.sql']);
  await op.execute(`
    create trigger assign_signature before insert on crash_reports
    for each row execute function assign_signature()
  `);
}

export async function downgrade(op: Operations) {
  await op.execute('drop trigger assign_signature on crash_reports');
  await loadStoredProc(op, ['see_signature.sql', 'assign_signature.sql', 'reassign_signatures.sql']);
  await op.schema.dropTable('signatures');
}
