/** link bugs to signatures */
import { loadStoredProc, loadView, type Operations } from 'limbeck';

export const revision = '15e2a96fb07c';
export const downRevision = 'c5190e7bd48f';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await op.schema.createTable('bug_links', (t) => {
    t.integer('bug').notNullable();
    t.text('signature').notNullable().references('signature').inTable('signatures').index();
    t.date('linked_on').notNullable();
    t.primary(['bug', 'signature']);
  });
  await loadStoredProc(op, ['link_bug.sql']);
  await loadView(op, ['signature_summary.sql', 'untriaged_signatures.sql']);

  await op.execute('select link_bug(?, ?, ?)', [1042, 'Cache::evict', '2026-01-09']);
  await op.execute('select link_bug(?, ?, ?)', [1077, 'EventLoop::turn', '2026-01-14']);
}

export async function downgrade(op: Operations) {
  await loadView(op, ['untriaged_signatures.sql']);
  await loadView(op, ['signature_summary.sql']);
  await loadStoredProc(op, ['link_bug.sql']);
  await op.schema.dropTable('bug_links');
}
