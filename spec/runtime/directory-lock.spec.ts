import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { lockDirectory } from '../../lib/runtime/directory-lock.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const library = new URL('../../lib/runtime/directory-lock.js', import.meta.url).href;
const holding = `const release = await lockDirectory(directory, 0);
process.stdout.write('held');
process.stdin.once('data', () => { release(); process.exit(); });`;
const counting = `for (let turn = 0; turn < 5; turn += 1) {
  const release = await lockDirectory(directory, 20_000);
  const count = Number(readFileSync(directory + '/count', 'utf8'));
  await new Promise((resolve) => setTimeout(resolve, 2));
  writeFileSync(directory + '/count', String(count + 1));
  release();
}`;

const children: ChildProcess[] = [];

/** Runs code in a process of its own. */
function processOf(code: string, directory: string): ChildProcess {
  const source = `import { readFileSync, writeFileSync } from 'node:fs';
import { lockDirectory } from '${library}';
const directory = ${JSON.stringify(directory)};
${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** A process that holds the lock until it is told to give it back. */
async function holder(directory: string): Promise<ChildProcess> {
  const child = processOf(holding, directory);
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

describe('lockDirectory', () => {
  const place = () => {
    const { root, path } = temporaryProject();
    return { directory: path('.limbeck/db'), lock: path('.limbeck/db.lock'), root };
  };

  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  it('holds a file beside the directory until it is given back, and leaves nothing behind', async () => {
    const { directory, lock, root } = place();
    const release = await lockDirectory(directory, 0);
    expect(existsSync(lock)).to.equal(true);
    expect(existsSync(directory)).to.equal(false);
    release();
    expect(readdirSync(`${root}/.limbeck`)).to.deep.equal([]);
    (await lockDirectory(directory, 0))();
  });

  it('refuses a directory that another process has, and names the process', async () => {
    const { directory } = place();
    const child = await holder(directory);
    const error = await rejectionOf(lockDirectory(directory, 150));
    expect(factsOf(error)).to.deep.equal({
      code: 'DIRECTORY_LOCKED',
      message: `process ${child.pid} has the embedded database open`,
      where: directory,
      next: 'wait until it ends, or end it; limbeck waited 0.15 s',
    });
    expect(error.details).to.deep.equal({ pid: child.pid });
  });

  it('refuses a directory that this process has already', async () => {
    const { directory } = place();
    const release = await lockDirectory(directory, 0);
    expect((await rejectionOf(lockDirectory(directory, 0))).details).to.deep.equal({ pid: process.pid });
    release();
  });

  it('waits until the other process gives it back', async () => {
    const { directory } = place();
    const child = await holder(directory);
    const waiting = lockDirectory(directory, 10_000);
    child.stdin?.write('release');
    (await waiting)();
  });

  it('passes over a process that was killed', async () => {
    const { directory, root } = place();
    const child = await holder(directory);
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await lockDirectory(directory, 0))();
    expect(readdirSync(`${root}/.limbeck`)).to.deep.equal([]);
  });

  it('passes over a process whose number another one has now', async function () {
    if (process.platform !== 'linux') return this.skip();
    const { path, write } = temporaryProject();
    write('db.lock', JSON.stringify({ pid: process.pid, started: '1' }));
    return (await lockDirectory(path('db'), 0))();
  });

  it('passes over a file that is no lock', async () => {
    for (const content of ['', '{', 'null', '{}', '{"pid":0,"started":""}', '{"pid":"x","started":""}']) {
      const { path, write } = temporaryProject();
      write('db.lock', content);
      (await lockDirectory(path('db'), 0))();
    }
  });

  it('lets one in at a time, however many want to', async () => {
    const { root, path, read, write } = temporaryProject();
    write('db/count', '0');
    const processes = Array.from({ length: 4 }, () => processOf(counting, path('db')));
    await Promise.all(processes.map((child) => once(child, 'exit')));
    expect(read('db/count')).to.equal('20');
    expect(readdirSync(root)).to.deep.equal(['db']);
  });
});
