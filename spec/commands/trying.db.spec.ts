import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { freeze, merge, openProject, type Project, redo, revision, roundTrip } from '../../lib/index.js';
import { limbeckIn } from '../helpers/cli.js';
import { scriptText } from '../helpers/cli-project.js';
import { describeOnServers } from '../helpers/database.js';
import { expectFailure } from '../helpers/failure.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const base = `await op.execute('create table t (a int, b int)'); await loadView(op, ['low.sql', 'high.sql']); await loadStoredProc(op, ['f.sql']);`;
const files = {
  'package.json': '{ "type": "module" }',
  'knexfile.js': "export default { client: 'pg' };",
  'raw_sql/views/low.sql': 'create or replace view low as select a, b from t;\n',
  'raw_sql/views/high.sql':
    'create or replace view high as select a from low;\ngrant select on high to app;\n',
  'raw_sql/procs/f.sql':
    'create or replace function f() returns int language plpgsql as $$ begin return 1; end $$;\n',
  'migrations/20260101000000_first.js': `import { loadStoredProc, loadView } from 'limbeck';\n${scriptText(
    'first',
    {
      upgrade: base,
      downgrade:
        "await loadStoredProc(op, ['f.sql']); await loadView(op, ['low.sql', 'high.sql']); await op.execute('drop table t');",
    },
  )}`,
};

describe('trying what is to be frozen', () => {
  let project: TemporaryProject;
  let warnings: string[];
  beforeEach(async () => {
    project = temporaryProject(files, { link: true });
    warnings = [];
    await freeze(await open(), { revision: 'first' });
  });

  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text) };
  const open = () => openProject({ folder: project.root, logger });
  const ship = async (options: object = {}) =>
    revision(await open(), { message: 'change', revisionId: 'change', autogenerate: true, ...options });
  const scripts = () => readdirSync(project.path('migrations')).filter((name) => name.includes('change'));
  const manifest = () =>
    JSON.parse(
      project.read(`migrations/${scripts().find((name) => name.endsWith('.assets')) ?? ''}/manifest.json`),
    ) as Record<string, { action: string; dependents?: object[] }>;

  it('announces itself on a terminal alone', async () => {
    for (const [text, options, told] of [
      ['b, a', { answers: [] }, 'Trying the changed SQL file on a shadow of the revisions below\n'],
      ['a, b, 1 as c', {}, ''],
    ] as const) {
      project.write('raw_sql/views/low.sql', `create or replace view low as select ${text} from t;\n`);
      const { stderr, status } = await limbeckIn(project.root, options)(
        'revision',
        '-m',
        'x',
        '--autogenerate',
      );
      expect({ stderr, status }).to.deep.equal({ stderr: told, status: 0 });
    }
  });

  it('refuses to freeze a file by a name that no file has', async () => {
    await expectFailure(freeze(await open(), { files: ['raw_sql/procs/ff.sql'], revision: 'first' }), {
      code: 'ASSET_NOT_FOUND',
      message:
        'there is no live file "raw_sql/procs/ff.sql", and no revision below has loaded one that could be dropped',
      where: 'raw_sql/procs/ff.sql',
      next: 'did you mean "procs/f.sql"? Else correct the name',
    });
  });

  it('notes a view that must be made anew, with what stands on it', async () => {
    project.write('raw_sql/views/low.sql', 'create or replace view low as select b, a from t;\n');
    const { assets } = await ship();
    expect(assets.map(({ path, action }) => ({ path, action }))).to.deep.equal([
      { path: 'views/low.sql', action: 'recreate' },
    ]);
    expect(manifest()['views/low.sql']?.dependents).to.deep.equal([
      { object: 'view public.high', grants: ['app has SELECT from owner'] },
    ]);
    expect(warnings).to.deep.equal([]);
    expect((await roundTrip(await open())).finding).to.equal(null);
  });

  it('leaves a change that PostgreSQL can make a replacement', async () => {
    project.write('raw_sql/views/low.sql', 'create or replace view low as select a, b, 1 as c from t;\n');
    await ship();
    expect(manifest()['views/low.sql'])
      .to.include({ action: 'replace' })
      .and.not.to.have.property('dependents');
  });

  it('tells what CREATE OR REPLACE takes away', async () => {
    const first = 'migrations/20260101000000_first.js';
    const altering = "await loadStoredProc(op, ['f.sql']); await op.execute('alter function f() immutable');";
    project.write(first, project.read(first).replace("await loadStoredProc(op, ['f.sql']);", altering));
    project.write('raw_sql/procs/f.sql', files['raw_sql/procs/f.sql'].replace('return 1', 'return 2'));
    await ship();
    expect(warnings).to.deep.equal([
      'raw_sql/procs/f.sql: function public.f() has lost "immutable", which the file does not say; write "immutable" into the file, if it should stay',
    ]);
  });

  it('finds a function that does not compile before anything is written', async () => {
    project.write(
      'raw_sql/procs/f.sql',
      'create or replace function f() returns int language plpgsql as $$\nbegin\n  retrun 2;\nend $$;\n',
    );
    await expectFailure(ship(), {
      code: 'SQL_FAILED',
      message: 'syntax error at or near "retrun"',
      where: 'raw_sql/procs/f.sql:3:3',
      excerpt: /retrun 2;\n.*\^/,
      next: /^mend the file, and run the command again: nothing was written/,
    });
    expect(scripts()).to.deep.equal([]);
  });

  it('runs the script that is there, with what it does before it loads', async () => {
    project.write('raw_sql/views/low.sql', 'create or replace view low as select a, b, c from t;\n');
    project.write(
      'migrations/20260102000000_change.js',
      `import { loadView } from 'limbeck';\n${scriptText('change', {
        downRevision: 'first',
        upgrade:
          "await op.schema.alterTable('t', (t) => { t.integer('c'); }); await loadView(op, ['low.sql']);",
        downgrade:
          "await loadView(op, ['low.sql']); await op.schema.alterTable('t', (t) => { t.dropColumn('c'); });",
      })}`,
    );
    await freeze(await open(), { revision: 'change' });
    expect(manifest()['views/low.sql']?.action).to.equal('replace');
    expect(warnings).to.deep.equal([]);
    project.write('raw_sql/views/low.sql', 'create or replace view low as select c, d from t;\n');
    await expectFailure(freeze(await open(), { revision: 'change' }), {
      code: 'SQL_FAILED',
      message: 'column "d" does not exist',
      where: 'raw_sql/views/low.sql:1:41',
    });
    await expectFailure(redo(await open(), { revision: 'change' }), {
      code: 'SQL_FAILED',
      where: 'raw_sql/views/low.sql:1:41',
    });
  });

  it('writes the revision all the same where its script may make what the file needs', async () => {
    project.write('raw_sql/views/low.sql', 'create or replace view low as select a, b, c from t;\n');
    await ship();
    expect(manifest()['views/low.sql']?.action).to.equal('replace');
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(
      /^the changed SQL files were not tried: raw_sql\/views\/low\.sql:1:44: column "c" does not exist\. If the revision is to make it/,
    );
  });

  it('goes on without where no shadow can be built, and says why', async () => {
    project.write(
      'migrations/20260101000001_more.js',
      scriptText('more', { downRevision: 'first', upgrade: "await op.execute('create extension postgis');" }),
    );
    project.write('raw_sql/views/low.sql', 'create or replace view low as select b, a from t;\n');
    await ship();
    expect(manifest()['views/low.sql'])
      .to.include({ action: 'replace' })
      .and.not.to.have.property('dependents');
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(
      /^the changed SQL files were not tried: no shadow could be built at the revisions below: upgrade of "more" failed: extension "postgis" is not available.*--shadow none/,
    );
  });

  it('goes on without where the script throws, and says what', async () => {
    project.write('raw_sql/views/low.sql', 'create or replace view low as select a, b, 1 as c from t;\n');
    project.write(
      'migrations/20260102000000_change.js',
      `import { loadView } from 'limbeck';\n${scriptText('change', {
        downRevision: 'first',
        upgrade: "if (!op.offline) throw new TypeError('no place'); await loadView(op, ['low.sql']);",
        downgrade: "await loadView(op, ['low.sql']);",
      })}`,
    );
    await freeze(await open(), { revision: 'change' });
    expect(warnings).to.deep.equal([
      'the changed SQL files were not tried: no place; leave the trial out with `--shadow none` or the setting "trial"',
    ]);
  });

  it('ends with a failure of its own, and writes nothing', async () => {
    project.write('raw_sql/views/low.sql', 'create or replace view low as select b, a from t;\n');
    // The shadow asks first, then the trial.
    for (const failing of [1, 2]) {
      let reads = 0;
      const own = await open();
      const broken = Object.create(own, {
        scriptArguments: {
          get() {
            reads += 1;
            if (reads === failing) throw new TypeError('broken');
            return own.scriptArguments;
          },
        },
      }) as Project;
      const made = revision(broken, { message: 'change', autogenerate: true });
      const error = await made.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, String(failing)).to.be.instanceOf(TypeError).and.have.property('message', 'broken');
      expect(scripts()).to.deep.equal([]);
    }
    expect(warnings).to.deep.equal([]);
  });

  it('is left out when that is asked for, by the call or the setting', async () => {
    project.write('raw_sql/procs/f.sql', files['raw_sql/procs/f.sql'].replace('return 1', 'retrun 1'));
    await ship({ shadow: 'none' });
    project.write('knexfile.js', "export default { client: 'pg', limbeck: { trial: false } };");
    await freeze(await open(), { revision: 'change' });
    const { status } = await limbeckIn(project.root)('freeze', 'change', '--shadow', 'none');
    expect({ status, warnings }).to.deep.equal({ status: 0, warnings: [] });
    expect(await limbeckIn(project.root)('freeze', 'change', '--shadow', 'embedded')).to.include({
      status: 2,
    });
  });

  it('tries what a merge joins', async () => {
    const line = (text: string) => `create or replace view low as\nselect\n${text}from t;\n`;
    project.write('raw_sql/views/low.sql', line('a,\n\n\nb\n'));
    await freeze(await open(), { revision: 'first' });
    for (const [id, text] of [
      ['left', 'a::text as a,\n\n\nb\n'],
      ['right', 'a,\n\n\nb + 0 as b\n'],
    ] as const) {
      project.write('raw_sql/views/low.sql', line(text));
      await revision(await open(), {
        message: id,
        revisionId: id,
        head: 'first',
        splice: true,
        autogenerate: true,
        shadow: 'none',
      });
    }
    const { assets } = await merge(await open(), {
      revisions: ['heads'],
      message: 'change',
      revisionId: 'change',
    });
    expect(project.read('raw_sql/views/low.sql')).to.equal(line('a::text as a,\n\n\nb + 0 as b\n'));
    expect(assets).to.deep.include.members([
      { path: 'views/low.sql', action: 'recreate', objects: ['view public.low'] },
    ]);
    expect(warnings).to.deep.equal([]);
  });
});

describeOnServers('trying on a server', { on: ['PostgreSQL 18', 'PostgreSQL 15'] }, (database) => {
  it('uses its extensions, and leaves nothing', async () => {
    const project = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': `export default { client: 'pg', limbeck: { shadowUrl: ${JSON.stringify(database.url)} } };`,
        'raw_sql/procs/f.sql':
          'create or replace function f(a citext) returns int language sql as $$ select 1 $$;\n',
        'migrations/20260101000000_first.js': `import { loadStoredProc } from 'limbeck';\n${scriptText(
          'first',
          {
            upgrade: "await op.execute('create extension citext'); await loadStoredProc(op, ['f.sql']);",
            downgrade: "await loadStoredProc(op, ['f.sql']); await op.execute('drop extension citext');",
          },
        )}`,
      },
      { link: true },
    );
    const open = () => openProject({ folder: project.root });
    await freeze(await open(), { revision: 'first' });
    project.write(
      'raw_sql/procs/f.sql',
      'create or replace function f(a citext) returns text language sql as $$ select a::text $$;\n',
    );
    const { assets } = await revision(await open(), { message: 'change', autogenerate: true });
    expect(assets.map(({ action }) => action)).to.deep.equal(['recreate']);
    const left = await database.query("select from pg_database where datname like 'limbeck\\_shadow%'");
    expect(left).to.deep.equal([]);
  });
});
