/** merge reports and signatures: what each bug costs */
import { loadView, type Operations } from 'limbeck';

export const revision = 'd7f3b80465e1';
export const downRevision = ['8a4370dc1e96', '15e2a96fb07c'];
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadView(op, ['bug_impact.sql']);
}

export async function downgrade(op: Operations) {
  await loadView(op, ['bug_impact.sql']);
}
