import { expect } from 'chai';
import { downgrade, type Logger, openProject, type ProgressEvent, upgrade } from '../../lib/index.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, versionRows } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';
import { migrationProject } from '../helpers/migration-project.js';

const scripts = {
  a: { upgrade: "await op.execute('create table a ()');", downgrade: "await op.execute('drop table a');" },
  b: {},
  c: {},
};

/** An event in a few words, without what differs from run to run. */
function wordsOf(event: ProgressEvent): string {
  if (event.kind === 'run-begins' || event.kind === 'run-ends') {
    const steps = event.steps.map(({ direction, revision }) => `${direction} ${revision}`);
    return [event.kind, steps.join(', '), `at ${event.current.join()}`].join(': ');
  }
  if (event.kind === 'lock-waits') return event.kind;
  if (event.kind === 'run-fails') return `${event.kind}: ${event.error.message}`;
  return `${event.kind}: ${event.direction} ${event.revision} ${event.position}/${event.count}`;
}

describeOnServers('onProgress', (database) => {
  beforeEach(() => emptyDatabase(database));

  it('is told the plan, each step, and the end', async () => {
    const events: ProgressEvent[] = [];
    const { root } = migrationProject(database.config, { scripts });
    const project = await openProject({ folder: root, onProgress: (event) => void events.push(event) });
    await upgrade(project, { target: 'b' });
    await downgrade(project, { target: 'a' });
    await upgrade(project, { target: 'a' });
    expect(events.map(wordsOf)).to.deep.equal([
      'run-begins: upgrade a, upgrade b: at ',
      'step-begins: upgrade a 1/2',
      'step-ends: upgrade a 1/2',
      'step-begins: upgrade b 2/2',
      'step-ends: upgrade b 2/2',
      'run-ends: upgrade a, upgrade b: at b',
      'run-begins: downgrade b: at b',
      'step-begins: downgrade b 1/1',
      'step-ends: downgrade b 1/1',
      'run-ends: downgrade b: at a',
      'run-begins: : at a',
      'run-ends: : at a',
    ]);
    const ended = events.find((event) => event.kind === 'step-ends');
    expect(ended).to.have.property('durationMs').that.is.a('number');
    expect(JSON.parse(JSON.stringify(events))).to.have.lengthOf(events.length);
  });

  it('is told a failure, which is thrown as well', async () => {
    const events: ProgressEvent[] = [];
    const { root } = migrationProject(database.config, {
      scripts: { a: { upgrade: "await op.execute('select 1/0');" } },
    });
    const project = await openProject({ folder: root, onProgress: (event) => void events.push(event) });
    const error = await expectFailure(upgrade(project), { code: 'SQL_FAILED' });
    const last = events.at(-1);
    expect(last?.kind === 'run-fails' && last.error).to.equal(error);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['run-begins', 'step-begins', 'run-fails']);
  });

  it('cannot break the run: what it throws is a warning', async () => {
    const warnings: string[] = [];
    const logger: Logger = { debug() {}, info() {}, warn: (message) => void warnings.push(message) };
    const { root } = migrationProject(database.config, { scripts });
    for (const onProgress of [
      () => {
        throw new Error('no terminal');
      },
      async () => Promise.reject(new Error('no terminal')),
    ]) {
      const project = await openProject({ folder: root, logger, onProgress });
      await upgrade(project);
      await downgrade(project, { target: 'base' });
    }
    expect(new Set(warnings)).to.deep.equal(
      new Set(['"onProgress" failed, and the run went on: no terminal; mend the listener']),
    );
  });
});

describeOnServers('a signal', (database) => {
  beforeEach(() => emptyDatabase(database));

  const open = (onProgress: (event: ProgressEvent) => void = () => {}, signal?: AbortSignal) =>
    openProject({ folder: migrationProject(database.config, { scripts }).root, onProgress, signal });

  it('INTERRUPTED: stops between two steps, and says what stands', async () => {
    const stopping = new AbortController();
    const project = await open((event) => {
      if (event.kind === 'step-ends' && event.revision === 'b') stopping.abort();
    });
    const error = await expectFailure(upgrade(project, { signal: stopping.signal }), {
      code: 'INTERRUPTED',
      message: 'it was interrupted before the upgrade of "c"',
      next: 'run the command again; 2 revisions before it stand, the database is at b',
    });
    expect(error.details).to.deep.include({ revision: 'c', current: ['b'] });
    expect(await versionRows(database)).to.deep.equal(['b']);
    expect(await logLines(database)).to.deep.equal(['a upgrade applied', 'b upgrade applied']);
    expect((await upgrade(project)).steps.map(({ revision }) => revision)).to.deep.equal(['c']);
  });

  it('leaves nothing of a run that is one transaction', async () => {
    const stopping = new AbortController();
    const { root } = migrationProject(database.config, { scripts, settings: { transaction: 'all' } });
    const project = await openProject({
      folder: root,
      signal: stopping.signal,
      onProgress: (event) => {
        if (event.kind === 'step-ends' && event.revision === 'b') stopping.abort();
      },
    });
    await expectFailure(upgrade(project), {
      code: 'INTERRUPTED',
      next: 'run the command again; nothing was changed, the database is at base',
    });
    expect(await versionRows(database)).to.deep.equal([]);
  });

  it('that is aborted already lets nothing begin', async () => {
    const events: ProgressEvent[] = [];
    const tell = (event: ProgressEvent) => void events.push(event);
    await expectFailure(upgrade(await open(tell), { signal: AbortSignal.abort() }), { code: 'INTERRUPTED' });
    await expectFailure(upgrade(await open(tell, AbortSignal.abort())), { code: 'INTERRUPTED' });
    expect(events).to.deep.equal([]);
    const said: string[] = [];
    const say = (message: string) => void said.push(message);
    const { root } = migrationProject(database.config, { scripts });
    const logger = { debug: say, info: say, warn: say };
    const silent = await openProject({ folder: root, signal: AbortSignal.abort(), logger });
    await expectFailure(upgrade(silent), { code: 'INTERRUPTED' });
    expect(said, 'it connects').to.deep.equal([]);
    const [found] = await database.query("select to_regclass('public.limbeck_version') is null as none");
    expect(found).to.deep.equal({ none: true });
  });
});

describeOnServers('a run that waits', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  beforeEach(() => emptyDatabase(database));

  it('tells for whom, and ends soon when its signal is aborted', async () => {
    const { root } = migrationProject(database.config, { scripts });
    const stopping = new AbortController();
    const holder = await openProject({ folder: root });
    const session = await holder.openSession('spec', { lock: true });
    const waits: ProgressEvent[] = [];
    const project = await openProject({
      folder: root,
      onProgress: (event) => {
        waits.push(event);
        stopping.abort();
      },
    });
    await expectFailure(upgrade(project, { signal: stopping.signal }), { code: 'INTERRUPTED' });
    await session.close();
    expect(waits).to.have.lengthOf(1);
    expect(waits[0]).to.deep.include({ kind: 'lock-waits', timeoutMs: 60_000 });
    expect(waits[0])
      .to.have.property('holder')
      .that.matches(/^"limbeck spec", server process \d+/);
  });

  it('tells each retry of a step that meets a lock', async () => {
    await database.query('create table busy (id int)');
    const { root } = migrationProject(database.config, {
      scripts: { a: { upgrade: "await op.execute('alter table busy add column x int');" } },
      settings: { ddl: { lockTimeout: 100 } },
    });
    const application = await database.connect();
    await application.query('begin; select * from busy');
    const retries: ProgressEvent[] = [];
    const project = await openProject({
      folder: root,
      onProgress: (event) => {
        if (event.kind !== 'step-retries') return;
        retries.push(event);
        void application.query('commit');
      },
    });
    expect((await upgrade(project)).current).to.deep.equal(['a']);
    expect(retries[0]).to.deep.include({ revision: 'a', position: 1, count: 1, attempt: 1, attempts: 10 });
    expect(retries[0]).to.have.property('blocker').that.is.a('string');
  });

  it('stops in the pause before a retry', async () => {
    await database.query('create table busy (id int)');
    const { root } = migrationProject(database.config, {
      scripts: { a: { upgrade: "await op.execute('alter table busy add column x int');" } },
      settings: { ddl: { lockTimeout: 100 } },
    });
    const application = await database.connect();
    await application.query('begin; select * from busy');
    const stopping = new AbortController();
    const seen: string[] = [];
    const tell = ({ kind }: ProgressEvent) => void seen.push(kind);
    // The rollback of the attempt is under way.
    const logger = {
      info() {},
      warn() {},
      debug: (text: string) => void (text === 'rollback' && stopping.abort()),
    };
    const project = await openProject({ folder: root, onProgress: tell, logger });
    await expectFailure(upgrade(project, { signal: stopping.signal }), { code: 'INTERRUPTED' });
    expect(seen).to.deep.equal(['run-begins', 'step-begins', 'run-fails']);
    await application.query('commit');
    expect(await logLines(database)).to.deep.equal(['a upgrade failed']);
  });
});
