/**
 * kill -9 of limbeck on an embedded database: whatever the moment, rows, catalog, data and log agree afterwards, the
 * lock of the dead process is passed over, and the next run ends where an undisturbed one does.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { expect } from 'chai';
import { embedded } from '../../../lib/index.js';
import { limbeckIn, type RunningProgram, runProgram } from '../../helpers/cli.js';
import { startPGlite } from '../../helpers/pglite.js';
import { isLong } from '../../helpers/runs.js';
import { type CrashProject, crashProject } from './crash-project.js';
import { chooseSeed, measurePace, type Moment, randomMoments, runUntil } from './random-kills.js';
import {
  type EventLine,
  expectAgreement,
  expectReadable,
  expectUpgradable,
  type Journey,
  type Query,
  readEvents,
  walk,
} from './stand.js';

type Direction = 'upgrade' | 'downgrade';

const count = isLong ? 20 : 3;
const directions: readonly Direction[] = ['upgrade', 'downgrade', 'upgrade'];

describe('kill -9 on an embedded database', function () {
  this.timeout(isLong ? 900_000 : 120_000);
  let project: CrashProject;
  let journey: Journey;
  const events = new Map<Direction, EventLine[]>();
  let directories = 0;

  before(async () => {
    project = await crashProject();
    const pglite = await startPGlite();
    project.use(configOf(pglite));
    const query = queryOf(pglite);
    journey = await walk(project, query, () => keep(pglite, 'upgrade', query));
    await keep(pglite, 'downgrade', query);
    await pglite.close();
  });

  /** Keeps where the runs in this direction begin. */
  async function keep(pglite: PGlite, direction: Direction, query: Query): Promise<void> {
    events.set(direction, await readEvents(query));
    const tar = await pglite.dumpDataDir('none');
    writeFileSync(project.path(`${direction}.tar`), Buffer.from(await tar.arrayBuffer()));
  }

  function freshDirectory(direction: Direction): string {
    directories += 1;
    const directory = project.path(`.limbeck/db${directories}`);
    mkdirSync(directory, { recursive: true });
    const { status, stderr } = spawnSync('tar', ['-xf', project.path(`${direction}.tar`), '-C', directory]);
    expect(status, String(stderr)).to.equal(0);
    return directory;
  }

  const wordsOf = (direction: Direction) => (direction === 'upgrade' ? ['upgrade'] : ['downgrade', 'root']);

  it(`at ${count} random moments leaves all in agreement`, async () => {
    const seed = chooseSeed();
    // The pace is the same in both directions.
    const env = { CRASH_DIRECTORY: freshDirectory('upgrade') };
    const moments = randomMoments(seed, await measurePace(project.root, wordsOf('upgrade'), env));
    const found: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const direction = directions[index % directions.length] ?? 'upgrade';
      const moment = moments();
      try {
        found.push(await crashAt(direction, moment));
      } catch (error) {
        const { step, delayMs } = moment;
        (error as Error).message +=
          ` (LIMBECK_SEED=${seed}, kill ${index}, ${direction}, step ${step} + ${delayMs} ms)`;
        throw error;
      }
    }
    const inner = found.filter((rows) => rows !== journey.rows[0] && rows !== journey.rows.at(-1));
    expect(inner.length, `kills in the middle (LIMBECK_SEED=${seed})`).to.be.at.least(isLong ? 12 : 1);
  });

  if (isLong) {
    it('while the directory is made leaves nothing that the next run would take for a database', async () => {
      const directory = project.path('.limbeck/made');
      let running: RunningProgram | undefined;
      const run = runProgram(project.root, ['upgrade'], {
        env: { CRASH_DIRECTORY: directory },
        onStart: (child) => {
          running = child;
        },
      });
      while (!existsSync(`${directory}.new/PG_VERSION`)) await sleep(10);
      running?.signal('SIGKILL');
      expect((await run).status).to.equal(null);
      expect(existsSync(directory)).to.equal(false);
      project.use(embedded(directory, { lockTimeout: 0 }));
      const { stdout, stderr } = await limbeckIn(project.root)('upgrade');
      expect(stdout, stderr).to.match(/Now at after4\n$/);
      expect(existsSync(`${directory}.new`)).to.equal(false);
    });
  }

  /** A machine that is busy elsewhere may strike when the run is over: that is no kill, and it is tried again. */
  async function crashAt(direction: Direction, moment: Moment): Promise<string> {
    for (;;) {
      const directory = freshDirectory(direction);
      const { status, stderr } = await runUntil(project.root, wordsOf(direction), moment, {
        env: { CRASH_DIRECTORY: directory },
        strike: (child) => child.signal('SIGKILL'),
      });
      if (status === 0) continue;
      expect(status, stderr).to.equal(null);
      expect(existsSync(`${directory}.lock`), 'the lock of the dead process').to.equal(true);
      const rows = await expectWhole(directory, direction);
      rmSync(directory, { recursive: true });
      return rows;
    }
  }

  async function expectWhole(directory: string, direction: Direction): Promise<string> {
    project.use(embedded(directory, { lockTimeout: 0 }));
    await expectReadable(journey, project);
    const pglite = await PGlite.create({ dataDir: directory });
    try {
      const query = queryOf(pglite);
      const eventsBefore = events.get(direction) ?? [];
      const rows = await expectAgreement(journey, project, { query, direction, eventsBefore });
      project.use(configOf(pglite));
      await expectUpgradable(journey, project, query);
      return rows;
    } finally {
      await pglite.close();
    }
  }
});

function configOf(pglite: PGlite) {
  return { client: 'pg', connection: () => createPgConfig(pglite), pool: { min: 0, max: 1 } };
}

function queryOf(pglite: PGlite): Query {
  return async (sql) => (await pglite.exec(sql)).at(-1)?.rows ?? [];
}
