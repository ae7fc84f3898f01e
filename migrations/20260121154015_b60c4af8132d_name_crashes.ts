/** name crashes by their signature */
import { loadStoredProc, loadType, type Operations } from 'limbeck';

export const revision = 'b60c4af8132d';
export const downRevision = '9c27f81ab5d4';
export const branchLabels = ['signatures'];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadType(op, ['frame_action.sql']);
  await op.schema.createTable('frame_rules', (t) => {
    t.text('pattern').primary();
    t.specificType('action', 'frame_action').notNullable();
  });
  await loadStoredProc(op, ['signature_of.sql']);

  await op.execute(String.raw`
    insert into frame_rules (pattern, action)
    values ('^(abort|malloc|memcpy|raise)$', 'skip'), ('^EventLoop::\w+', 'enough')
  `);
  await op.schema.alterTable('crash_reports', (t) => t.text('signature').index());
  await op.execute('update crash_reports set signature = signature_of(frames)');
}

export async function downgrade(op: Operations) {
  await op.schema.alterTable('crash_reports', (t) => t.dropColumn('signature'));
  await loadStoredProc(op, ['signature_of.sql']);
  await op.schema.dropTable('frame_rules');
  await loadType(op, ['frame_action.sql']);
}
