import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Context } from 'mocha';
import { Client } from 'pg';
import {
  copyNative,
  findInstallation,
  type Installation,
  missingLinks,
  type ServerName,
  serverNames,
} from './installation.js';
import { skipTest } from './not-run.js';
import { type Server, startServer } from './server.js';
import type { ChildReport } from './server-child.js';
import { canReach, type ServerUser } from './server-user.js';

const nobody: ServerUser = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;
const program = fileURLToPath(new URL('server-child.js', import.meta.url));

for (const name of serverNames) {
  describe(`startServer of ${name}`, () => {
    const children: ChildProcess[] = [];
    let temporary: string;

    beforeEach(() => {
      temporary = mkdtempSync(join(tmpdir(), 'limbeck-'));
      chmodSync(temporary, 0o777);
    });

    afterEach(async () => {
      await Promise.all(children.splice(0).map(killChild));
      rmSync(temporary, { recursive: true, force: true });
    });

    const startChild = (end: 'stop' | 'leave' | 'wait', user?: ServerUser): ChildProcess => {
      const env = { ...process.env, TMPDIR: temporary, HOME: temporary };
      const stdio = ['ignore', 'pipe', 'inherit'] as const;
      const child = spawn(process.execPath, [program, name, end], {
        cwd: '/',
        env,
        stdio: [...stdio],
        ...user,
      });
      children.push(child);
      return child;
    };

    it('starts a server as root', async function () {
      const installation = installed(this, name);
      if (!isRoot) skipTest(this, `start of ${name} as root`, 'the specs run as an ordinary user');
      await expectServer(await startServer(installation), installation.version);
    });

    it('starts a server as an ordinary user', async function () {
      const { version } = installed(this, name);
      if (isRoot && !canReach(nobody, program)) {
        skipTest(this, `start of ${name} as an ordinary user`, 'only root can read this folder');
      }
      const child = startChild('stop', isRoot ? nobody : undefined);
      const report = await readReport(child);
      expect(report.uid).to.equal(isRoot ? nobody.uid : process.getuid?.());
      expect(Number.parseInt(report.version, 10)).to.equal(version);
      await waitUntil(() => hasEnded(child), 'the process ends after the server has stopped');
      expect(readdirSync(temporary)).to.deep.equal([]);
    });

    it('leaves nothing behind when its process ends without stopping it', async function () {
      installed(this, name);
      const { pid } = await readReport(startChild('leave'));
      await waitUntil(() => isGone(pid), 'the server stops');
      await waitUntil(() => readdirSync(temporary).length === 0, 'its folder is removed');
    });

    it('leaves nothing behind after kill -9 of its process', async function () {
      installed(this, name);
      const child = startChild('wait');
      const { pid, folder } = await readReport(child);
      expect(isGone(pid)).to.equal(false);
      expect(readdirSync(temporary)).to.deep.equal([folder.split('/').at(-1)]);
      child.kill('SIGKILL');
      await waitUntil(() => isGone(pid), 'the server stops');
      await waitUntil(() => readdirSync(temporary).length === 0, 'its folder is removed');
    });

    it('leaves nothing behind after kill -9 at any moment of the start', async function () {
      installed(this, name);
      for (const delayMs of [200, 600]) {
        const child = startChild('wait');
        await sleep(delayMs);
        child.kill('SIGKILL');
        await waitUntil(
          () => readdirSync(temporary).length === 0,
          `the folder is removed after ${delayMs} ms`,
        );
        expect(processesThatMention(temporary)).to.deep.equal([]);
      }
    });

    it('tells the log when the server does not start', async function () {
      const installation = { ...installed(this, name), native: undefined, bin: temporary };
      const error = await startServer(installation).catch((thrown: unknown) => thrown);
      expect(String(error)).to.match(/does not start: .*it ended at once[^]*initdb: not found|No such file/);
    });
  });
}

describe('startServer of the npm package', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'limbeck-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('needs no install script and no readable path, and leaves node_modules as it is', async function () {
    const installation = installed(this, 'PostgreSQL 18');
    if (installation.native === undefined) throw new Error('PostgreSQL 18 comes from the npm package');
    const native = join(folder, 'private', 'native');
    mkdirSync(join(folder, 'private'), { mode: 0o700 });
    copyNative(installation.native, native, undefined);
    spawnSync('cp', [join(installation.native, 'pg-symlinks.json'), native]);
    spawnSync('find', [native, '-type', 'l', '-delete']);
    const missing = missingLinks(native);
    expect(missing).to.not.deep.equal([]);
    const server = await startServer({ ...installation, native, bin: join(native, 'bin') });
    expect(server.bin.startsWith(server.folder)).to.equal(true);
    await expectServer(server, 18);
    expect(missingLinks(native)).to.deep.equal(missing);
  });
});

function installed(context: Context, name: ServerName): Installation {
  return findInstallation(name) ?? skipTest(context, name, 'no binaries found');
}

/** Expects a server that answers, whose folder is private, and which is gone when stopped, twice. */
async function expectServer(server: Server, version: number): Promise<void> {
  expect(lstatSync(server.folder).mode & 0o777).to.equal(0o700);
  for (const config of [server.connection('postgres'), { connectionString: server.url('postgres') }]) {
    const client = new Client(config);
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as version",
    );
    expect(rows).to.deep.equal([{ version }]);
    await client.end();
  }
  expect(server.log()).to.include('ready to accept connections');
  await server.stop();
  await server.stop();
  expect(isGone(server.pid)).to.equal(true);
  expect(existsSync(server.folder)).to.equal(false);
}

async function readReport(child: ChildProcess): Promise<ChildReport> {
  if (child.stdout === null) throw new Error('the child has no output to read');
  for await (const line of createInterface(child.stdout)) return JSON.parse(line);
  throw new Error('the child ended without a report');
}

async function waitUntil(isTrue: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited 20 s in vain until ${what}`);
    await sleep(20);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function killChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function processesThatMention(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(text));
}
