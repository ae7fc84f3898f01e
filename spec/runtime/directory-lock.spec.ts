import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
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

/** Makes the moment between a look at a lock and its removal long enough for another process to step in. */
const hesitating = `for (const name of ['rmSync', 'renameSync']) {
  const act = fs[name];
  fs[name] = (file, ...rest) => {
    const pause = /[.](lock|takeover)$/.test(file) ? Math.random() * 15 : 0;
    if (pause > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    return act(file, ...rest);
  };
}
syncBuiltinESMExports();
`;
/** Each turn ends as if the process had died in it: a lock of a process that is gone replaces its own. */
const dying = `${hesitating}
const [dead] = process.argv.slice(1);
for (let turn = 0; turn < 10; turn += 1) {
  await lockDirectory(directory, 50_000);
  writeFileSync(directory + '/inside', '', { flag: 'wx' });
  await new Promise((resolve) => setTimeout(resolve, 2));
  appendFileSync(directory + '/turns', '.');
  rmSync(directory + '/inside');
  const left = directory + '/left.' + process.pid;
  writeFileSync(left, JSON.stringify({ ...JSON.parse(dead), id: process.pid + '-' + turn }));
  renameSync(left, directory + '.lock');
}`;
const killed = `${hesitating}
await lockDirectory(directory, 50_000);
writeFileSync(directory + '/inside', '', { flag: 'wx' });
await new Promise((resolve) => setTimeout(resolve, 5));
appendFileSync(directory + '/turns', '.');
rmSync(directory + '/inside');
process.kill(process.pid, 'SIGKILL');`;

const children: ChildProcess[] = [];

interface ProcessOptions {
  /** What to start Node with, such as `unshare`. */
  readonly by?: readonly string[];
  readonly args?: readonly string[];
}

/** Runs code in a process of its own. */
function processOf(code: string, directory: string, options: ProcessOptions = {}): ChildProcess {
  const source = `import fs, { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { lockDirectory } from '${library}';
const directory = ${JSON.stringify(directory)};
${code}`;
  const { by = [], args = [] } = options;
  const [command = '', ...rest] = [...by, process.execPath, '--input-type=module', '-e', source, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** A process that holds the lock until it is told to give it back. */
async function holder(directory: string, options: ProcessOptions = {}): Promise<ChildProcess> {
  const child = processOf(holding, directory, options);
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** What a process leaves that is killed while it has the lock. */
async function lockOfTheDead(): Promise<string> {
  const { path, read } = temporaryProject();
  await kill(await holder(path('db')));
  return read('db.lock');
}

async function exitCodes(processes: readonly ChildProcess[]): Promise<unknown[]> {
  return Promise.all(
    processes.map((child) => once(child, 'exit').then(([code, signal]: unknown[]) => code ?? signal)),
  );
}

after(() => {
  for (const child of children) child.kill('SIGKILL');
});

describe('lockDirectory', () => {
  const place = () => {
    const { root, path } = temporaryProject();
    return { directory: path('.limbeck/db'), lock: path('.limbeck/db.lock'), root };
  };

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
    expect(error.details).to.deep.equal({ pid: child.pid, host: hostname(), file: `${directory}.lock` });
  });

  it('refuses a directory that this process has already', async () => {
    const { directory } = place();
    const release = await lockDirectory(directory, 0);
    expect((await rejectionOf(lockDirectory(directory, 0))).details).to.include({ pid: process.pid });
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
    await kill(await holder(directory));
    (await lockDirectory(directory, 0))();
    expect(readdirSync(`${root}/.limbeck`)).to.deep.equal([]);
  });

  it('passes over a process whose number another one has now', async function () {
    if (process.platform !== 'linux') return this.skip();
    const { path, write } = temporaryProject();
    const lock = JSON.parse(await lockOfTheDead()) as object;
    write('db.lock', JSON.stringify({ ...lock, pid: process.pid, started: '1' }));
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

  it('gives back its own lock only', async () => {
    const { path, read, remove } = temporaryProject();
    const release = await lockDirectory(path('db'), 0);
    remove('db.lock');
    const child = await holder(path('db'));
    const lock = read('db.lock');
    release();
    expect(read('db.lock')).to.equal(lock);
    await kill(child);
    const again = await lockDirectory(path('db'), 0);
    release();
    expect((await rejectionOf(lockDirectory(path('db'), 0))).details).to.include({ pid: process.pid });
    again();
  });
});

describe('lockDirectory, when the lock is stale', () => {
  const turns = async (processes: (directory: string) => ChildProcess[]) => {
    const { path, read, write, root } = temporaryProject();
    write('db/turns', '');
    write('db.lock', await lockOfTheDead());
    const codes = await exitCodes(processes(path('db')));
    return { codes, turns: read('db/turns').length, left: readdirSync(root, { recursive: true }).sort() };
  };

  it('lets one of many take it over, each time', async () => {
    const dead = await lockOfTheDead();
    const found = await turns((db) =>
      Array.from({ length: 8 }, () => processOf(dying, db, { args: [dead] })),
    );
    expect(found.codes).to.deep.equal(Array.from({ length: 8 }, () => 0));
    expect(found.turns).to.equal(80);
    expect(found.left).to.deep.equal(['db', 'db.lock', 'db/turns']);
  });

  it('lets one of many take it over when each is killed with the lock', async () => {
    const found = await turns((db) => Array.from({ length: 8 }, () => processOf(killed, db)));
    expect(found.codes).to.deep.equal(Array.from({ length: 8 }, () => 'SIGKILL'));
    expect(found.turns).to.equal(8);
    expect(found.left).to.deep.equal(['db', 'db.lock', 'db/turns']);
  });

  it('passes over a process that was killed while it took the lock over, and the next one', async () => {
    const { root, path, write } = temporaryProject();
    for (const file of ['db.lock', 'db.lock.takeover', 'db.lock.takeover.takeover'])
      write(file, await lockOfTheDead());
    (await lockDirectory(path('db'), 0))();
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it('leaves it to the process that takes it over', async () => {
    const { path, read, write } = temporaryProject();
    const dead = await lockOfTheDead();
    write('db.lock', dead);
    const child = await holder(path('other'));
    write('db.lock.takeover', read('other.lock'));
    const error = await rejectionOf(lockDirectory(path('db'), 150));
    expect(error.details).to.include({ pid: child.pid, file: path('db.lock.takeover') });
    expect(read('db.lock')).to.equal(dead);
    await kill(child);
    (await lockDirectory(path('db'), 0))();
  });
});

describe('lockDirectory, when the holder cannot be seen', () => {
  /** A project with the lock of a dead process, as if it had run elsewhere. */
  const lockFrom = async (elsewhere: Readonly<Record<string, unknown>>) => {
    const project = temporaryProject();
    const lock = JSON.parse(await lockOfTheDead()) as { readonly pid: number };
    project.write('db.lock', JSON.stringify({ ...lock, ...elsewhere }));
    return { ...project, pid: lock.pid };
  };

  it('takes a process of another host for alive, and says how to remove its lock', async () => {
    for (const elsewhere of [{ host: 'build-3' }, { host: 'build-3', boot: 'x', namespace: 'pid:[1]' }]) {
      const { path, pid } = await lockFrom(elsewhere);
      const error = await rejectionOf(lockDirectory(path('db'), 150));
      expect(factsOf(error)).to.deep.equal({
        code: 'DIRECTORY_LOCKED',
        message: `process ${pid} on host "build-3" has the embedded database open`,
        where: path('db'),
        next: `wait until it ends, or end it there; if it is gone, remove its lock with \`rm "${path('db.lock')}"\`; limbeck waited 0.15 s`,
      });
      expect(error.details).to.deep.equal({ pid, host: 'build-3', file: path('db.lock') });
    }
  });

  it('tells once whom it waits for, and nothing of a short wait', async () => {
    const { path, pid } = await lockFrom({ host: 'build-3' });
    const told: string[] = [];
    await rejectionOf(lockDirectory(path('db'), 150, (words) => told.push(words)));
    expect(told).to.deep.equal([]);
    await rejectionOf(lockDirectory(path('db'), 1_500, (words) => told.push(words)));
    expect(told).to.deep.equal([`process ${pid} on host "build-3"`]);
  });

  it('takes a process of another container for alive', async () => {
    const { path, pid } = await lockFrom({ namespace: 'pid:[1]' });
    const error = await rejectionOf(lockDirectory(path('db'), 0));
    expect(error.message).to.equal(
      `process ${pid} in another container on host "${hostname()}" has the embedded database open`,
    );
  });

  it('looks here for a process that does not say where it runs', async () => {
    const { path, read, write } = await lockFrom({ host: undefined, boot: undefined, namespace: undefined });
    (await lockDirectory(path('db'), 0))();
    const child = await holder(path('db'));
    const { pid, started } = JSON.parse(read('db.lock')) as Record<string, unknown>;
    write('db.lock', JSON.stringify({ pid, started }));
    const error = await rejectionOf(lockDirectory(path('db'), 0));
    expect(error.message).to.equal(`process ${child.pid} has the embedded database open`);
  });

  it('waits until its lock is gone', async () => {
    const { path, remove } = await lockFrom({ host: 'build-3' });
    const waiting = lockDirectory(path('db'), 10_000);
    setTimeout(remove, 200, 'db.lock');
    (await waiting)();
  });

  it('passes over a process from before the machine was started', async function () {
    if (process.platform !== 'linux') return this.skip();
    for (const elsewhere of [
      { boot: 'x' },
      { boot: 'x', namespace: 'pid:[1]' },
      { boot: 'x', pid: process.pid },
    ]) {
      const { path } = await lockFrom(elsewhere);
      (await lockDirectory(path('db'), 0))();
    }
  });

  // Not every machine lets one make namespaces; the specs above need none.
  const namespaces: [name: string, command: readonly string[]][] = [
    ['pid namespace', ['unshare', '-Urpf', '--mount-proc', '--kill-child']],
    ['host', ['unshare', '-Uru', 'sh', '-c', 'echo build-3 >/proc/sys/kernel/hostname && exec "$@"', 'sh']],
  ];
  for (const [name, [command = '', ...args]] of namespaces)
    it(`does not take the lock of a real process with a ${name} of its own, alive or killed`, async function () {
      if (spawnSync(command, [...args, 'true']).status !== 0) return this.skip();
      const { path, read, remove } = temporaryProject();
      const child = await holder(path('db'), { by: [command, ...args] });
      const lock = read('db.lock');
      expect((await rejectionOf(lockDirectory(path('db'), 150))).code).to.equal('DIRECTORY_LOCKED');
      await kill(child);
      expect((await rejectionOf(lockDirectory(path('db'), 150))).code).to.equal('DIRECTORY_LOCKED');
      expect(read('db.lock')).to.equal(lock);
      remove('db.lock');
      return (await lockDirectory(path('db'), 0))();
    });
});
