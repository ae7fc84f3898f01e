import { expect } from 'chai';
import { runProgram } from '../helpers/cli.js';
import { scriptText } from '../helpers/cli-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { temporaryProject } from '../helpers/project.js';
import { runs } from '../helpers/runs.js';

const processes = 8;
const rounds = Math.min(10, runs(2));

/** Builds an index concurrently, on a connection of its own, and holds on while the others wait. */
const indexing = `const { default: pg } = await import('pg');
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  await client.query("set lock_timeout = '30 s'; set statement_timeout = '30 s'");
  await client.query('create index concurrently big_id on big (id)');
  await client.query('select pg_sleep(2.2)');
  await client.end();
  await op.execute('create table after_index ()');`;

/** The server notes when each session asks for the lock, and when it ends. */
const noting = '-c log_statement=all -c log_disconnections=on';

const files = {
  'package.json': '{ "type": "module" }\n',
  'knexfile.js': "export default { client: 'pg', connection: process.env.DATABASE_URL };\n",
  'migrations/20260101000000_a.js': scriptText('a', {
    upgrade: "await op.execute('create table big as select id from generate_series(1, 1000) id');",
  }),
  'migrations/20260102000000_b.js': scriptText('b', { downRevision: 'a', upgrade: indexing }),
  'migrations/20260103000000_c.js': scriptText('c', {
    downRevision: 'b',
    upgrade: "await op.schema.createTable('last', (t) => { t.integer('id'); });",
  }),
};

describeOnServers('many processes at once', { on: ['PostgreSQL 18'] }, (database) => {
  for (let round = 1; round <= rounds; round += 1) {
    it(`apply each revision once, and go on soon after one another (${round} of ${rounds})`, async function () {
      this.timeout(180_000);
      await emptyDatabase(database);
      const { server, url } = database.onServer();
      const logged = server.log().length;
      const { root } = temporaryProject(files, { link: true });
      const all = Array.from({ length: processes }, () =>
        runProgram(root, ['upgrade'], { env: { DATABASE_URL: url, PGOPTIONS: noting } }),
      );
      const results = await Promise.all(all);
      for (const { status, stderr } of results) expect(status, stderr).to.equal(0);
      expect(results.filter(({ stderr }) => /^waiting for /m.test(stderr))).to.have.lengthOf(processes - 1);
      expect(await database.query('select revision, outcome from limbeck_log order by id')).to.deep.equal(
        ['a', 'b', 'c'].map((revision) => ({ revision, outcome: 'applied' })),
      );
      expect(await database.query('select version_num from limbeck_version')).to.deep.equal([
        { version_num: 'c' },
      ]);
      expect(
        await database.query("select indisvalid from pg_index where indexrelid = 'big_id'::regclass"),
      ).to.deep.equal([{ indisvalid: true }]);
      const waits = waitsIn(server.log().slice(logged));
      expect(waits).to.have.lengthOf(processes - 1);
      expect(
        Math.max(...waits),
        `milliseconds between release and the next: ${waits.join(', ')}`,
      ).to.be.below(1_500);
    });
  }
});

/** Returns, for each session but the first, the milliseconds from the end of the one before it until it had the lock. */
function waitsIn(log: string): number[] {
  const sessions = new Map<string, { locked: number; ended: number }>();
  for (const [, at = '', process = '', what = ''] of log.matchAll(
    /^(\S+ \S+) UTC \[(\d+)\] LOG: {2}(.*)$/gm,
  )) {
    const time = Date.parse(`${at.replace(' ', 'T')}Z`);
    const session = sessions.get(process) ?? { locked: 0, ended: 0 };
    if (what.includes("set application_name = 'limbeck upgrade'")) sessions.set(process, session);
    if (/^statement: (?:select pg_try_advisory_lock|set application_name)/.test(what)) session.locked = time;
    if (what.startsWith('disconnection:')) session.ended = time;
  }
  const inOrder = [...sessions.values()].sort((one, other) => one.ended - other.ended);
  return inOrder.slice(1).map(({ locked }, index) => locked - (inOrder[index]?.ended ?? 0));
}
