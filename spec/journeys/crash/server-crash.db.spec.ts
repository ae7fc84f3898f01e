/**
 * kill -9 of limbeck, and of its server process, on a server: whatever the moment, rows, catalog, data and log agree
 * afterwards, and the next run ends where an undisturbed one does.
 */
import { expect } from 'chai';
import { Client } from 'pg';
import { lockKey } from '../../../lib/runtime/lock.js';
import { type CliResult, type RunningProgram, runProgram } from '../../helpers/cli.js';
import { type HoldPoint, startHoldingProxy } from '../../helpers/holding-proxy.js';
import { findInstallation } from '../../helpers/installation.js';
import { skipTest } from '../../helpers/not-run.js';
import { isLong } from '../../helpers/runs.js';
import { startServer } from '../../helpers/server.js';
import { CrashServer, untilAlone, type Victim } from './crash-server.js';
import { type CrashProject, crashProject, split } from './crash-project.js';
import { chooseSeed, measurePace, type Moment, randomMoments, runUntil } from './random-kills.js';
import {
  type EventLine,
  expectAgreement,
  expectReadable,
  expectUpgradable,
  type Journey,
  readEvents,
  readRows,
  walk,
} from './stand.js';

type Direction = 'upgrade' | 'downgrade';

/** The databases where the runs begin. */
const startOf: Readonly<Record<Direction, string>> = { upgrade: 'first', downgrade: 'last' };

const wordsOf = (direction: Direction) => (direction === 'upgrade' ? ['upgrade'] : ['downgrade', 'root']);

/** A moment that the proxy makes last, and where the database must be found. */
interface NamedMoment {
  readonly name: string;
  readonly point: HoldPoint;
  /** Whether the revision that goes through several messages is applied, or undefined where the run did not begin. */
  readonly isApplied: boolean | undefined;
}

const named: readonly NamedMoment[] = [
  {
    name: 'holding the lock',
    point: { at: 'message', pattern: /^select version_num from/ },
    isApplied: undefined,
  },
  {
    name: 'at BEGIN',
    point: { at: 'message', pattern: new RegExp(`^begin[^]*limbeck upgrade ${split}`) },
    isApplied: false,
  },
  { name: 'inside a revision', point: { at: 'answer', pattern: /inside/ }, isApplied: false },
  {
    name: 'just before COMMIT',
    point: { at: 'message', pattern: new RegExp(`limbeck_log[^]*'${split}'[^]*commit`) },
    isApplied: false,
  },
  {
    name: 'just after COMMIT',
    point: { at: 'answer', pattern: new RegExp(`limbeck_log[^]*'${split}'[^]*commit`) },
    isApplied: true,
  },
];

const randomVictims: readonly (readonly [Victim, Direction])[] = [
  ['server process', 'upgrade'],
  ['process', 'downgrade'],
  ['process', 'upgrade'],
  ['server process', 'downgrade'],
];

/** With those at named moments, ten kills, or a hundred. */
const randomCount = isLong ? 100 - 2 - 2 * named.length : 3;
const namedVictims: readonly Victim[] = isLong ? ['process', 'server process'] : ['process'];

describe('kill -9 on a server', function () {
  this.timeout(isLong ? 1_800_000 : 120_000);
  let crash: CrashServer;
  let project: CrashProject;
  let journey: Journey;
  const events = new Map<Direction, EventLine[]>();

  before(async function () {
    const installation =
      findInstallation('PostgreSQL 18') ?? skipTest(this, 'PostgreSQL 18', 'no binaries found');
    crash = new CrashServer(await startServer(installation));
    project = await crashProject();
    // The specs' servers commit without waiting for their log; one that crashes would lose what was committed.
    await crash.administer('alter role postgres set synchronous_commit = on');
    await crash.administer('create database walk');
    project.use({ client: 'pg', connection: crash.server.connection('walk') });
    journey = await walk(project, crash.brief('walk'), () => crash.copy('walk', startOf.upgrade));
    await crash.copy('walk', startOf.downgrade);
    for (const direction of ['upgrade', 'downgrade'] as const) {
      events.set(direction, await crash.on(startOf[direction], readEvents));
    }
  });

  after(() => crash?.server.stop());

  /** Expects all that holds after a kill; returns the version rows that it left. */
  async function expectWhole(database: string, direction: Direction): Promise<string> {
    await crash.untilReady();
    project.use({ client: 'pg', connection: crash.server.connection(database) });
    await expectReadable(journey, project);
    const rows = await crash.on(database, async (query) => {
      await untilAlone(query);
      const eventsBefore = events.get(direction) ?? [];
      const found = await expectAgreement(journey, project, { query, direction, eventsBefore });
      await expectUpgradable(journey, project, query);
      return found;
    });
    await crash.administer(`drop database ${database}`);
    return rows;
  }

  function expectDead(victim: Victim, { status, stderr }: CliResult): void {
    expect(status, stderr).to.equal(victim === 'process' ? null : 2);
    if (victim === 'server process') expect(stderr).to.match(/error\[CONNECTION_LOST\][^]*limbeck current/);
  }

  /** Runs through a proxy that stops at the point, and kills there. */
  async function runAndStrike(
    victim: Victim,
    database: string,
    point: HoldPoint,
    env: Readonly<Record<string, string>> = {},
  ): Promise<CliResult> {
    const proxy = await startHoldingProxy(crash.server.connection(database), point);
    let running: RunningProgram | undefined;
    try {
      const run = runProgram(project.root, wordsOf('upgrade'), {
        env: { DATABASE_URL: proxy.url, ...env },
        onStart: (child) => {
          running = child;
        },
      });
      await Promise.race([proxy.held, run]);
      if (running !== undefined) await crash.kill(victim, running);
      return await run;
    } finally {
      await proxy.close();
    }
  }

  for (const victim of namedVictims) {
    for (const { name, point, isApplied } of named) {
      it(`of the ${victim} ${name} leaves all in agreement`, async () => {
        const database = await crash.copyAnew(startOf.upgrade);
        expectDead(victim, await runAndStrike(victim, database, point));
        const rows = await expectWhole(database, 'upgrade');
        const at = project.revisions.indexOf(split) + (isApplied === true ? 0 : -1);
        expect(rows).to.equal(isApplied === undefined ? 'root' : journey.rows[at]);
      });
    }
  }

  it('of the process waiting for the lock leaves all as it was', async () => {
    const database = await crash.copyAnew(startOf.upgrade);
    const holder = new Client(crash.server.connection(database));
    await holder.connect();
    await holder.query(
      `select pg_advisory_lock(${lockKey({ schema: 'public', versionTable: 'limbeck_version' })})`,
    );
    let running: RunningProgram | undefined;
    const result = await runProgram(project.root, wordsOf('upgrade'), {
      env: { DATABASE_URL: crash.server.url(database) },
      onStart: (child) => {
        running = child;
      },
      onStderr: (text) => {
        if (text.includes('waiting for')) running?.signal('SIGKILL');
      },
    });
    expectDead('process', result);
    await holder.end();
    expect(await expectWhole(database, 'upgrade')).to.equal('root');
  });

  it('of the process inside a revision leaves nothing of a run that is one transaction', async () => {
    const inside = { at: 'answer', pattern: /inside/ } as const;
    const database = await crash.copyAnew(startOf.upgrade);
    const result = await runAndStrike('process', database, inside, { LIMBECK_TRANSACTION: 'all' });
    expectDead('process', result);
    expect(await expectWhole(database, 'upgrade')).to.equal('root');
  });

  it(`at ${randomCount} random moments leaves all in agreement`, async () => {
    const seed = chooseSeed();
    // The pace is much the same in both directions.
    const database = await crash.copyAnew(startOf.upgrade);
    const env = { DATABASE_URL: crash.server.url(database) };
    const moments = randomMoments(seed, await measurePace(project.root, wordsOf('upgrade'), env));
    expect(await crash.on(database, readRows)).to.equal(journey.rows.at(-1));
    let inner = 0;
    for (let count = 0; count < randomCount; count += 1) {
      const [victim, direction] = randomVictims[count % randomVictims.length] ?? ['process', 'upgrade'];
      const moment = moments();
      const context = `LIMBECK_SEED=${seed}, kill ${count} of the ${victim}, ${direction}, step ${moment.step} + ${moment.delayMs} ms`;
      try {
        const rows = await crashAt(victim, direction, moment);
        if (rows !== journey.rows[0] && rows !== journey.rows.at(-1)) inner += 1;
      } catch (error) {
        (error as Error).message += ` (${context})`;
        throw error;
      }
    }
    const wanted = isLong ? 60 : 1;
    expect(inner, `kills that left the rows in the middle (LIMBECK_SEED=${seed})`).to.be.at.least(wanted);
  });

  /** A machine that is busy elsewhere may strike when the run is over: that is no kill, and it is tried again. */
  async function crashAt(victim: Victim, direction: Direction, moment: Moment): Promise<string> {
    for (;;) {
      const database = await crash.copyAnew(startOf[direction]);
      let struck: Promise<unknown> = Promise.resolve();
      const result = await runUntil(project.root, wordsOf(direction), moment, {
        env: { DATABASE_URL: crash.server.url(database) },
        strike: (child) => {
          struck = crash.kill(victim, child);
        },
      });
      await struck;
      const rows = await (result.status === 0 ? undefined : expectWhole(database, direction));
      if (rows === undefined) continue;
      expectDead(victim, result);
      return rows;
    }
  }
});
