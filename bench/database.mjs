/**
 * Measures limbeck beside psql on the same generated work, in turn, in one run, and prints ratios.
 *
 *     npm run bench -- [revisions] [rounds]      default 1000 3
 *
 * Machines differ and are noisy: only the ratios mean something. psql is the yardstick: one session on
 * the same socket, and for each revision BEGIN, two statements, the version row and COMMIT as five messages.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { findProgram } from '../dist/spec/helpers/programs.js';
import { sharedServer, stopServers } from '../dist/spec/helpers/server.js';

const count = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 3);
const root = fileURLToPath(new URL('..', import.meta.url));
const limbeck = join(root, 'dist/cli/main.js');
const psql = findProgram('psql');

const folder = mkdtempSync(join(tmpdir(), 'limbeck-bench-'));
const server = await sharedServer('PostgreSQL 18');
try {
  await measure();
} finally {
  await stopServers();
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const commands = [
    ['limbeck upgrade', 'upgrade'],
    ['limbeck upgrade, nothing to do', 'upgrade'],
    ['limbeck current', 'current'],
    ['limbeck heads', 'heads'],
    ['limbeck history', 'history'],
    ['limbeck downgrade base', 'downgrade', 'base'],
  ];
  writeProject();
  const figures = new Map();
  for (let round = 0; round < rounds; round += 1) {
    const url = await freshDatabase(`bench_${round}`);
    if (psql !== undefined) note(figures, 'psql upgrade', psqlRun(await freshDatabase(`psql_${round}`)));
    for (const [name, ...words] of commands) {
      note(figures, name, timed(process.execPath, [limbeck, ...words, '--quiet'], { DATABASE_URL: url }));
    }
    note(figures, 'node -e 0', timed(process.execPath, ['-e', '0'], {}));
  }
  report(figures);
}

/** A linear project of JavaScript revisions: a table and an index each. */
function writeProject() {
  mkdirSync(join(folder, 'migrations'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/limbeck'));
  for (const name of ['knex', 'pg'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'knexfile.js'),
    "export default { client: 'pg', connection: process.env.DATABASE_URL, pool: { min: 0 } };",
  );
  for (let number = 1; number <= count; number += 1) writeFileSync(scriptFile(number), scriptText(number));
}

function scriptFile(number) {
  return join(folder, 'migrations', `${20260101000000 + number}_${idOf(number)}_table.js`);
}

function idOf(number) {
  return number.toString(16).padStart(12, '0');
}

function scriptText(number) {
  const down = number === 1 ? 'null' : `'${idOf(number - 1)}'`;
  return `/** table ${number} */
export const revision = '${idOf(number)}';
export const downRevision = ${down};
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op) {
  await op.schema.createTable('t${number}', (t) => {
    t.integer('id').notNullable();
    t.text('name');
    t.index(['name'], 't${number}_name');
  });
}

export async function downgrade(op) {
  await op.schema.dropTable('t${number}');
}
`;
}

function psqlRun(url) {
  const lines = ['create table version (num text primary key);'];
  for (let number = 1; number <= count; number += 1) {
    lines.push('begin;', `create table t${number} (id integer not null, name text);`);
    lines.push(`create index t${number}_name on t${number} (name);`);
    lines.push(
      number === 1 ? `insert into version values ('1');` : `update version set num = '${number}';`,
      'commit;',
    );
  }
  const file = join(folder, 'psql.sql');
  writeFileSync(file, lines.join('\n'));
  return timed(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url], {});
}

/** Seconds on the clock. */
function timed(program, args, env) {
  const started = performance.now();
  const { status, stderr } = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'development', ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
  return (performance.now() - started) / 1000;
}

async function freshDatabase(name) {
  const client = new Client(server.connection('postgres'));
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return server.url(name);
}

function note(figures, name, figure) {
  figures.set(name, [...(figures.get(name) ?? []), figure]);
}

function report(figures) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const yardstick = figures.get('psql upgrade');
  const base = yardstick && median(yardstick);
  console.log(`${count} revisions, ${rounds} rounds; median seconds, and as a multiple of psql's upgrade`);
  for (const [name, seconds] of figures) {
    const ratio = base === undefined ? '' : `${(median(seconds) / base).toFixed(2)} x`;
    console.log(`${name.padEnd(34)} ${median(seconds).toFixed(2).padStart(7)} s ${ratio.padStart(9)}`);
  }
}
