/**
 * Measures loading 128 SQL files beside one psql session that runs them in one transaction, and writes the figures
 * into RESULTS.md.
 *
 *     npm run bench -- assets [rounds]      default 15
 *
 * Both work on the same server, in turn, each on a fresh database that holds the tables already. The load alone is
 * what limbeck reports of the step; the rest of its process is what Node and the project cost, however many files
 * there are.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { findProgram } from '../dist/spec/helpers/programs.js';
import { sharedServer, stopServers } from '../dist/spec/helpers/server.js';
import { writeAssetProject } from './asset-project.mjs';
import { writeSection } from './results.mjs';

const count = 128;
const rounds = Number(process.argv[3] ?? 15);
const limbeck = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const psql = findProgram('psql');

/** How many times as long as psql the load alone may take. */
const limit = 2.2;

/** Milliseconds by what was measured. */
const figures = new Map();

const folder = mkdtempSync(join(tmpdir(), 'limbeck-bench-'));
const server = await sharedServer('PostgreSQL 15');
try {
  const { lines, steps } = await writeAssetProject(folder, count);
  for (let round = 0; round < rounds; round += 1) await measure(`${round}`, steps);
  const table = tableOf(steps);
  console.log(table.join('\n'));
  writeResults(table, lines);
  process.exitCode = keepsLimit(steps) ? 0 : 1;
} finally {
  await stopServers();
  rmSync(folder, { recursive: true, force: true });
}

/** Every other round begins with psql: whoever comes second finds the server warm. */
async function measure(round, steps) {
  const turns = [
    async () => {
      const url = await freshDatabase(`limbeck_${round}`);
      runLimbeck(url, 'tables');
      for (const { name } of steps) {
        const { ms, report } = runLimbeck(url, name);
        note(name, 'limbeck, the load alone', report.steps[0].durationMs);
        note(name, 'limbeck, the whole process', ms);
      }
    },
    async () => {
      const url = await freshDatabase(`psql_${round}`);
      runPsql(url, [join(folder, 'tables.sql')]);
      for (const { name, files } of steps) note(name, 'psql', runPsql(url, files));
    },
  ];
  for (const turn of Number(round) % 2 === 0 ? turns : turns.toReversed()) await turn();
}

function runLimbeck(url, target) {
  const words = [limbeck, 'upgrade', target, '--json', '--quiet'];
  const { ms, stdout } = timed(process.execPath, words, { DATABASE_URL: url, NODE_ENV: 'development' });
  return { ms, report: JSON.parse(stdout) };
}

function runPsql(url, files) {
  const flags = ['-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-d', url];
  return timed(psql, [...flags, ...files.flatMap((file) => ['-f', file])], {}).ms;
}

function timed(program, args, env) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
  return { ms: performance.now() - started, stdout };
}

async function freshDatabase(name) {
  const client = new Client(server.connection('postgres'));
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return server.url(name);
}

function note(step, name, ms) {
  const key = `${step} ${name}`;
  figures.set(key, [...(figures.get(key) ?? []), ms]);
}

function medianOf(step, name) {
  const values = figures.get(`${step} ${name}`).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}

function tableOf(steps) {
  const rows = ['psql', 'limbeck, the load alone', 'limbeck, the whole process'].map((name) => {
    const cells = steps.flatMap((step) => {
      const ms = medianOf(step.name, name);
      return [`${ms.toFixed(0)} ms`, (ms / medianOf(step.name, 'psql')).toFixed(2)];
    });
    return `| ${[name, ...cells].join(' | ')} |`;
  });
  const head = steps.flatMap(({ title }) => [title, 'times psql']);
  return [`| | ${head.join(' | ')} |`, `| ${['', ...head].map(() => '---').join(' | ')} |`, ...rows];
}

function keepsLimit(steps) {
  const ratios = steps.map(({ name }) => medianOf(name, 'limbeck, the load alone') / medianOf(name, 'psql'));
  const broken = ratios.filter((ratio) => ratio > limit);
  for (const ratio of broken)
    console.log(`the load takes ${ratio.toFixed(2)} times psql, and may take ${limit}`);
  return broken.length === 0;
}

function writeResults(table, lines) {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}`;
  writeSection('assets', [
    '## Loading SQL files',
    '',
    `\`npm run bench -- assets\`: ${count} files of ${lines} lines in one revision, beside \`psql -1\` with the same files;`,
    `PostgreSQL 15, the medians of ${rounds} rounds in turn, on ${machine}.`,
    '',
    ...table,
    '',
    `The load alone may take ${limit} times psql. The whole process starts Node, reads the project and opens the session as`,
    'well, which takes the same time for one file.',
  ]);
}
