import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type RunningProgram, runProgram } from '../helpers/cli.js';
import { cliProject, scriptText, tableScript } from '../helpers/cli-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, versionRows } from '../helpers/database-state.js';
import { openProject, upgrade } from '../../lib/index.js';
import type { TemporaryProject } from '../helpers/project.js';

const key = Symbol.for('limbeck.spec.dead-client');

/** For this process and for others. */
const knexfile = `const given = globalThis[Symbol.for('limbeck.spec.dead-client')];
export default () => ({ client: 'pg', connection: given ?? process.env.DATABASE_URL });
`;

const slow = (seconds: number) =>
  scriptText('slow', {
    downRevision: 'good',
    upgrade: `await op.execute('create table slow_table (id int); select pg_sleep(${seconds})');`,
  });

describeOnServers(
  'a process that is killed while a statement runs',
  { on: ['PostgreSQL 18', 'PostgreSQL 15'] },
  (database) => {
    let project: TemporaryProject;

    beforeEach(async () => {
      await emptyDatabase(database);
      project = await cliProject(
        { 'knexfile.js': knexfile, 'migrations/1_good.js': tableScript('good') },
        { database: false },
      );
      Reflect.set(globalThis, key, database.onServer().connection);
    });

    afterEach(async () => {
      Reflect.deleteProperty(globalThis, key);
      await checkEvery('0');
    });

    /** Sets what the server does of itself in this database, which limbeck leaves so. */
    async function checkEvery(interval: string): Promise<void> {
      await database.query(
        `do $$ begin execute format('alter database %I set client_connection_check_interval = %L', current_database(), '${interval}'); end $$`,
      );
    }

    /** Starts a run, and kills it when the slow statement runs. */
    async function runAndKill(): Promise<void> {
      let running: RunningProgram | undefined;
      const run = runProgram(project.root, ['upgrade'], {
        env: { DATABASE_URL: database.onServer().url },
        onStart: (child) => {
          running = child;
        },
      });
      while ((await slowSessions()).length === 0) await sleep(20);
      running?.signal('SIGKILL');
      expect((await run).status).to.equal(null);
    }

    const slowSessions = () =>
      database.query("select from pg_stat_activity where application_name = 'limbeck upgrade slow'");

    it('is noticed by the server, which rolls back and frees the lock', async () => {
      project.write('migrations/2_slow.js', slow(600));
      await runAndKill();
      project.write('migrations/2_slow.js', slow(0));
      const { stdout, stderr, status } = await runProgram(project.root, ['upgrade'], {
        env: { DATABASE_URL: database.onServer().url, LIMBECK_LOCK_TIMEOUT: '30 s' },
      });
      expect(stdout, stderr).to.match(/^Applied 1 revision in .*\. Now at slow\n$/);
      expect(status).to.equal(0);
      expect(await logLines(database)).to.deep.equal(['good upgrade applied', 'slow upgrade applied']);
    });

    it('keeps the lock to the end of the statement where the server does not look, and is named', async () => {
      await checkEvery('1 h');
      project.write('migrations/2_slow.js', slow(2));
      project.write('migrations/3_last.js', tableScript('last', 'slow'));
      await runAndKill();
      const said: string[] = [];
      const logger = { debug: () => {}, warn: () => {}, info: (text: string) => void said.push(text) };
      const { steps } = await upgrade(await openProject({ folder: project.root, logger }));
      expect(said.filter((text) => text.startsWith('waiting'))[0]).to.match(
        /^waiting for "limbeck upgrade slow", server process \d+, of postgres from this host, connected since /,
      );
      expect(steps.map(({ revision }) => revision)).to.deep.equal(['last']);
      expect(await versionRows(database)).to.deep.equal(['last']);
      expect(await logLines(database)).to.deep.equal([
        'good upgrade applied',
        'slow upgrade applied',
        'last upgrade applied',
      ]);
    });
  },
);
