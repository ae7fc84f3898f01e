/**
 * A generated project whose script directory holds many revisions, with branches and merges.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes a project of `count` TypeScript revisions: one in ten begins a branch, one in ten merges two.
 *
 * The same count makes the same project, whatever the machine.
 */
export function writeGraphProject(folder, count) {
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/limbeck'));
  for (const name of ['knex', 'pg'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'knexfile.js'), "export default { client: 'pg', connection: {} };");
  const revisions = graphOf(count);
  for (const revision of revisions) writeFileSync(scriptFile(folder, revision), scriptText(revision));
  return revisions;
}

/** Lines grow side by side; each new revision extends one, forks one, or merges two. */
function graphOf(count) {
  const random = seeded(20260101);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const revisions = [];
  let lines = [];
  for (let number = 1; number <= count; number += 1) {
    const id = (number * 0x9e3779b1).toString(16).padStart(12, '0').slice(-12);
    const dice = random();
    const down = lines.length === 0 ? [] : [pick(lines)];
    if (dice < 0.105 && lines.length > 1) down.push(pick(lines.filter((line) => line !== down[0])));
    const isFork = dice > 0.888 && lines.length < 200;
    lines = [...lines.filter((line) => isFork || !down.includes(line)), id];
    // One in fifty needs something of another line.
    const earlier = revisions.at(-40);
    const dependsOn = number % 50 === 0 && earlier !== undefined ? [earlier.id] : [];
    revisions.push({ id, number, down, dependsOn });
  }
  return revisions;
}

function scriptFile(folder, { id, number }) {
  return join(folder, 'migrations', `${20260101000000 + number}_${id}_change_number_${number}.ts`);
}

/** A script as people write them: some thirty lines. */
function scriptText({ id, number, down, dependsOn }) {
  const links = down.length > 1 ? `[${down.map((each) => `'${each}'`).join(', ')}]` : `'${down[0]}'`;
  return `/** change number ${number} */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = '${id}';
export const downRevision = ${down.length === 0 ? 'null' : links};
export const branchLabels = [];
export const dependsOn = [${dependsOn.map((each) => `'${each}'`).join(', ')}];

export async function upgrade(op: Operations) {
  await op.schema.createTable('orders_${number}', (t) => {
    t.bigIncrements('id');
    t.text('customer').notNullable();
    t.timestamp('ordered_at', { useTz: true }).notNullable().defaultTo(op.knex.fn.now());
    t.decimal('amount', 12, 2).notNullable();
    t.index(['customer', 'ordered_at'], 'orders_${number}_by_customer');
  });
  await op.execute(\`comment on table orders_${number} is 'orders, number ${number}'\`);
  await loadStoredProc(op, ['summarise_orders_${number}.sql']);
}

export async function downgrade(op: Operations) {
  await loadStoredProc(op, ['summarise_orders_${number}.sql']);
  await op.schema.dropTable('orders_${number}');
}
`;
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
