/**
 * The demo: the example of this folder, on an embedded PostgreSQL, with nothing to install.
 *
 * Each line that begins with `$` is a command to try oneself; the last step is what an application does.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import knex from 'knex';
import { embedded } from 'limbeck';

const root = fileURLToPath(new URL('..', import.meta.url));
const limbeck = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
// The demo is the same for everybody: neither a server that is set nor another environment is used.
const { DATABASE_URL: _url, NODE_ENV: _env, ...env } = process.env;

function run(...args) {
  console.log(`\n$ npx limbeck ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [limbeck, ...args], { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

run('upgrade');
run('history', '--indicate-current', '--quiet');

const day = '2026-01-08';
console.log(`\nselect * from daily_summary('${day}');`);
const db = knex(embedded(`${root}/.limbeck/db`));
const { rows, fields } = await db.raw('select * from daily_summary(?)', [day]);
await db.destroy();
const table = new Table({ head: fields.map(({ name }) => name), style: { head: [], border: [] } });
table.push(...rows.map((row) => Object.values(row)));
console.log(table.toString());

console.log(`
Go on from here:
  npx limbeck downgrade -1     one step back, and \`npx limbeck upgrade\` forth again
  npx limbeck show signatures  what a revision does
  npx limbeck roundtrip        prove that every downgrade restores what was there`);
