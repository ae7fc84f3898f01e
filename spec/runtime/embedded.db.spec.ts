import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import knex, { type Knex } from 'knex';
import {
  current,
  embedded,
  openProject,
  type ProgressEvent,
  type Project,
  upgrade,
} from '../../lib/index.js';
import { nameDatabase } from '../../lib/runtime/connection.js';
import { startScratch } from '../../lib/runtime/scratch.js';
import { expectFailure } from '../helpers/failure.js';
import { emptyImage, pgliteDirectory } from '../helpers/pglite.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const script = `export const revision = 'a';
export async function upgrade(op) { await op.execute('create table a (id int); insert into a values (1)'); }
export async function downgrade(op) { await op.execute('drop table a'); }
`;

/** Opens the directory, adds a row, says so, and keeps it open until it is killed. */
const holderProgram = `import knex from 'knex';
import { embedded } from 'limbeck';
const db = knex(embedded('db'));
await db.raw('create table if not exists held (id int)');
await db('held').insert({ id: 1 });
console.log('open');
setInterval(() => {}, 1000);
`;

/** Knex prints what it throws as well. */
const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

describe('embedded', () => {
  const children: ChildProcess[] = [];
  const connections: Knex[] = [];
  let project: TemporaryProject;
  let directory: string;

  beforeEach(async () => {
    project = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js':
          "import { embedded } from 'limbeck';\nexport default { development: embedded('db'), test: {} };\n",
        'migrations/20260101000000_a.js': script,
        'holder.js': holderProgram,
      },
      { link: true },
    );
    directory = await pgliteDirectory(project.path('db'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    for (const db of connections.splice(0)) await db.destroy();
  });

  const connect = (options: Parameters<typeof embedded>[1] = {}) => {
    const db = knex({ ...embedded(directory, options), log: silent });
    connections.push(db);
    return db;
  };

  const open = (settings = {}) => openProject({ folder: project.root, settings });

  async function startHolder(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['holder.js'], {
      cwd: project.root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    if (child.stdout) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    expect(child.exitCode).to.equal(null);
    return child;
  }

  it('is an ordinary Knex configuration', async () => {
    const db = connect();
    await db.schema.createTable('builds', (table) => table.increments());
    const ids = await db.transaction((trx) => trx('builds').insert({}).returning('id'));
    expect(ids).to.deep.equal([{ id: 1 }]);
    const error = await db('nowhere').catch((reason: Error) => reason);
    expect(error).to.include({ code: '42P01' });
    expect(await Promise.all([1, 2, 3].map((n) => db.raw('select ?::int as n', [n])))).to.have.lengthOf(3);
  });

  it('can be opened again in the same process, with its data', async () => {
    const first = connect();
    await first.raw('create table kept (id int)');
    await first.destroy();
    expect(existsSync(`${directory}.lock`)).to.equal(false);
    const second = connect();
    expect(await second('kept')).to.deep.equal([]);
    await second.destroy();
    await upgrade(await open());
    await upgrade(await open());
    expect(await connect()('a')).to.deep.equal([{ id: 1 }]);
  });

  it('makes the directory on first use, whole or not at all', async () => {
    const fresh = knex(embedded(project.path('deeper/new')));
    mkdirSync(project.path('deeper/new.new'), { recursive: true });
    writeFileSync(project.path('deeper/new.new/PG_VERSION'), 'half-made');
    expect((await fresh.raw('select 1 as one')).rows).to.deep.equal([{ one: 1 }]);
    await fresh.destroy();
    expect(readdirSync(project.path('deeper'))).to.deep.equal(['new']);
  });

  it('names the directory relative to the project, and is for development alone', async () => {
    expect(await (await open()).nameDatabase()).to.equal('embedded PostgreSQL in db');
    const test = await openProject({ folder: project.root, environment: 'test' });
    await expectFailure(upgrade(test), { code: 'NO_CONNECTION' });
  });

  it('is named as what it is where it is a scratch database', async () => {
    const { config } = await open();
    const { connection, close } = await startScratch(await emptyImage());
    const shadow = { ...config, knex: { client: 'pg', connection } };
    expect(await nameDatabase(shadow)).to.equal('an embedded scratch database in memory');
    await close();
  });

  it('DIRECTORY_LOCKED: names the process that has the directory open', async () => {
    const { pid } = await startHolder();
    for (const command of [
      (opened: Project): Promise<unknown> => upgrade(opened),
      (opened: Project): Promise<unknown> => current(opened),
    ]) {
      const error = await expectFailure(open({ lockTimeout: 200 }).then<unknown>(command), {
        code: 'DIRECTORY_LOCKED',
        message: `process ${pid} has the embedded database open`,
        where: directory,
        next: 'wait until it ends, or end it; limbeck waited 0.2 s',
      });
      expect(error.details).to.deep.include({ pid });
    }
    const error = await connect({ lockTimeout: 0 })
      .raw('select 1')
      .catch((reason: Error) => reason);
    expect(error).to.include({ code: 'DIRECTORY_LOCKED' });
  });

  it('waits for another process and says so, passes over one that was killed, and finds its data', async () => {
    const holder = await startHolder();
    const said: string[] = [];
    const logger = { debug() {}, warn() {}, info: (message: string) => void said.push(message) };
    const words = `process ${holder.pid}, which has db open`;
    const waits = new EventEmitter();
    const onProgress = (event: ProgressEvent) => void waits.emit(event.kind, event);
    const upgrading = openProject({ folder: project.root, logger, onProgress }).then(upgrade);
    const [event] = await once(waits, 'lock-waits');
    expect(event).to.deep.equal({ kind: 'lock-waits', holder: words, timeoutMs: 60_000 });
    expect(said.at(-1)).to.equal(`waiting for ${words}`);
    await kill(holder);
    expect((await upgrading).current).to.deep.equal(['a']);
    const db = connect();
    expect(await db('held')).to.deep.equal([{ id: 1 }]);
    expect(await db('limbeck_version')).to.deep.equal([{ version_num: 'a' }]);
  });

  it('is not fooled by another process with the number of the holder', async () => {
    writeFileSync(`${directory}.lock`, JSON.stringify({ pid: process.pid, started: '1' }));
    expect((await upgrade(await open({ lockTimeout: 0 }))).current).to.deep.equal(['a']);
  });

  it('leaves a database that a killed run was changing as the transaction found it', async () => {
    const dying = script
      .replace('insert into a values (1)', 'select 1')
      .replace(
        "'); }",
        "'); await op.knex.raw('insert into a values (2)'); process.kill(process.pid, 'SIGKILL'); }",
      );
    project.write('migrations/20260101000000_a.js', dying);
    const program = `import { openProject, upgrade } from 'limbeck'; await upgrade(await openProject({ folder: '.' }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project.root,
      stdio: 'inherit',
    });
    children.push(child);
    const [, signal] = await once(child, 'exit');
    expect(signal).to.equal('SIGKILL');
    project.write('migrations/20260101000000_a.js', script);
    const report = await upgrade(await open({ lockTimeout: 0 }));
    expect(report).to.deep.include({ from: [], current: ['a'] });
    const db = connect();
    expect(await db('a')).to.deep.equal([{ id: 1 }]);
    expect(await db('limbeck_log').select('revision', 'outcome')).to.deep.equal([
      { revision: 'a', outcome: 'applied' },
    ]);
  });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
