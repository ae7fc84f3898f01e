/**
 * Measures commands on script directories of 1,000 and 10,000 revisions with branches and merges, and writes the
 * figures into RESULTS.md.
 *
 *     npm run bench -- graph [rounds]      default 5
 *
 * CPU time, user and system of the whole process, so that other work on the machine counts less; the median of the
 * rounds. The growth from the small to the large directory means more than the figures.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeGraphProject } from './graph-project.mjs';
import { writeSection } from './results.mjs';

const counts = [1_000, 10_000];
const rounds = Number(process.argv[3] ?? 5);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const limbeck = file('../dist/cli/main.js');

/** What is asked of the large directory; seconds of CPU, times, milliseconds. */
const limits = { headsSeconds: 2.5, headsGrowth: 12, planMs: 100 };

const commands = [['heads'], ['history'], ['plan', '--from', 'base'], ['plan', '--from', 'base', '--json']];

/** Seconds by what was measured, then by size. */
const figures = new Map();

const folder = mkdtempSync(join(tmpdir(), 'limbeck-bench-'));
try {
  const table = measure();
  console.log(table.join('\n'));
  writeResults(table);
  process.exitCode = keepsLimits() ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure() {
  const shapes = counts.map((count) => describeShape(writeGraphProject(join(folder, String(count)), count)));
  for (let round = 0; round < rounds; round += 1) {
    for (const count of counts) {
      note('`node -e 0`, CPU', count, cpuOf(count, ['-e', '0']));
      for (const words of commands) {
        note(`\`limbeck ${words.join(' ')}\`, CPU`, count, cpuOf(count, [limbeck, ...words, '--quiet']));
      }
      for (const [part, ms] of Object.entries(partsOf(count))) note(`${part} alone`, count, ms / 1_000);
    }
  }
  const lines = [...figures].map(([name, byCount]) => {
    const [small, large] = counts.map((count) => median(byCount.get(count)));
    return `| ${name} | ${inUnits(small)} | ${inUnits(large)} | ${(large / small).toFixed(1)} |`;
  });
  const head = counts.map((count) => `${count.toLocaleString('en')} revisions`);
  return [
    `| | ${head.join(' | ')} | times |`,
    '| --- | --- | --- | --- |',
    ...shapes[0].map(
      (_, row) =>
        `| ${shapes[0][row][0]} | ${shapes.map((shape) => shape[row][1].toLocaleString('en')).join(' | ')} | |`,
    ),
    ...lines,
  ];
}

function describeShape(revisions) {
  const children = new Map();
  for (const { down } of revisions)
    for (const parent of down) children.set(parent, (children.get(parent) ?? 0) + 1);
  return [
    ['branch points', [...children.values()].filter((count) => count > 1).length],
    ['merge points', revisions.filter(({ down }) => down.length > 1).length],
    ['heads', revisions.filter(({ id }) => !children.has(id)).length],
  ];
}

/** Seconds of CPU of one process in the project of this size. */
function cpuOf(count, words) {
  const usage = join(folder, 'usage');
  run(count, ['--import', file('usage.mjs'), ...words], { BENCH_USAGE: usage });
  return Number(readFileSync(usage, 'utf8'));
}

/** Milliseconds on the clock of the parts of a plan, in a process of its own, as a command has it. */
function partsOf(count) {
  return JSON.parse(run(count, [file('plan-time.mjs')], {}));
}

/** Into a file: a pipe would be waited for. */
function run(count, words, env) {
  const path = join(folder, 'stdout');
  const out = openSync(path, 'w');
  const { status, stderr } = spawnSync(process.execPath, words, {
    cwd: join(folder, String(count)),
    env: { ...process.env, NODE_ENV: 'development', ...env },
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(out);
  if (status !== 0) throw new Error(`${words.join(' ')} failed:\n${stderr}`);
  return readFileSync(path, 'utf8');
}

function note(name, count, seconds) {
  const byCount = figures.get(name) ?? new Map(counts.map((each) => [each, []]));
  byCount.get(count).push(seconds);
  figures.set(name, byCount);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function inUnits(seconds) {
  return seconds < 0.1 ? `${(seconds * 1_000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}

function keepsLimits() {
  const [small, large] = counts.map((count) => median(figures.get('`limbeck heads`, CPU').get(count)));
  const planMs = median(figures.get('the plan alone').get(counts[1])) * 1_000;
  const found = { headsSeconds: large, headsGrowth: large / small, planMs };
  const broken = Object.keys(limits).filter((name) => found[name] > limits[name]);
  for (const name of broken) console.log(`${name} is ${found[name].toFixed(2)}, and may be ${limits[name]}`);
  return broken.length === 0;
}

function writeResults(table) {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}`;
  writeSection('graph', [
    '## Large script directories',
    '',
    `\`npm run bench -- graph\` on TypeScript scripts; the median of ${rounds} rounds, on ${machine}.`,
    '',
    ...table,
    '',
    `\`heads\` on 10,000 revisions may take ${limits.headsSeconds} s of CPU and ${limits.headsGrowth} times those of 1,000; the plan`,
    `${limits.planMs} ms.`,
  ]);
}
