/** What `check` finds in files, where no database is. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { check, freeze, openProject } from '../../lib/index.js';
import { limbeckIn } from '../helpers/cli.js';
import { cliProject, scriptText } from '../helpers/cli-project.js';
import { expectFailure } from '../helpers/failure.js';
import type { TemporaryProject } from '../helpers/project.js';

const f = (body: string) =>
  `create or replace function f() returns int language sql as $$\n  select ${body};\n$$;\n`;
const load = "await loadStoredProc(op, ['f.sql']);";
const script = (revision: string, downRevision: string | null = null) =>
  `import { loadStoredProc } from 'limbeck';\n${scriptText(revision, { downRevision, upgrade: load, downgrade: load })}`;

const folder = 'migrations/20260101000000_a.assets';

describe('check without a database', () => {
  let project: TemporaryProject;

  const open = (environment = 'development') =>
    openProject({ folder: project.root, environment, settings: { trial: false } });
  const found = async () => {
    const { findings } = await check(await open(), { database: false });
    return findings.map(({ kind, where, revision, path }) => `${kind} ${where} ${revision} ${path}`);
  };
  const ship = async (revision: string, name: string, body: string, downRevision: string | null) => {
    project.write('raw_sql/procs/f.sql', f(body));
    project.write(`migrations/${name}_${revision}.js`, script(revision, downRevision));
    await freeze(await open(), { revision });
  };

  beforeEach(async () => {
    project = await cliProject({}, { database: false });
    await ship('a', '20260101000000', '1', null);
  });

  it('finds nothing where all is in order, and makes no database', async () => {
    const { stdout, stderr, status } = await limbeckIn(project.root)('check', '--no-database');
    expect(stdout).to.equal('Nothing found: 1 frozen file, 1 live file, no database\n');
    expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    expect(existsSync(project.path('.limbeck')), 'the embedded database').to.equal(false);
  });

  it('finds live files that are changed, new, gone', async () => {
    project.write('raw_sql/procs/f.sql', f('2'));
    project.write('raw_sql/views/v.sql', 'create view v as select 1;\n');
    expect(await found()).to.deep.equal([
      'live-file-changed raw_sql/procs/f.sql:2 null procs/f.sql',
      'live-file-new raw_sql/views/v.sql null views/v.sql',
    ]);
    project.remove('raw_sql/procs/f.sql');
    expect((await found())[0]).to.equal('live-file-deleted raw_sql/procs/f.sql null procs/f.sql');
  });

  it('finds a live file that has another name', async () => {
    project.remove('raw_sql/procs/f.sql');
    project.write('raw_sql/procs/g.sql', f('1'));
    expect(await found()).to.deep.equal(['live-file-renamed raw_sql/procs/g.sql null procs/g.sql']);
  });

  it('finds no change in line ends and a byte order mark', async () => {
    project.write('raw_sql/procs/f.sql', `\uFEFF${f('1').replaceAll('\n', '\r\n')}`);
    expect(await found()).to.deep.equal([]);
  });

  it('finds a merge that nobody has ended, with its line', async () => {
    project.write(
      'raw_sql/procs/f.sql',
      f('1').replace('  select 1;\n', '<<<<<<< a\n  select 2;\n=======\n  select 3;\n>>>>>>> b\n'),
    );
    expect(await found()).to.deep.equal(['live-file-conflict raw_sql/procs/f.sql:2 null procs/f.sql']);
  });

  it('finds live files that cannot be read, and goes on', async () => {
    project.write('raw_sql/procs/bad.sql', Buffer.from('select 1;\n-- caf\xe9\n', 'latin1'));
    project.write('raw_sql/procs/f.sql', f('2'));
    expect(await found()).to.deep.equal([
      'live-file-unreadable raw_sql/procs/bad.sql:2:7 null procs/bad.sql',
      'live-file-changed raw_sql/procs/f.sql:2 null procs/f.sql',
    ]);
  });

  it('finds frozen files that are changed, gone, unreadable', async () => {
    const file = `${folder}/procs/f.sql`;
    project.write(file, f('2'));
    expect(await found()).to.deep.equal([`asset-tampered ${file} a procs/f.sql`]);
    project.write(file, 'a\0b');
    expect(await found()).to.deep.equal([`asset-unreadable ${file}:1:2 a procs/f.sql`]);
    project.remove(file);
    expect(await found()).to.deep.equal([`asset-missing ${file} a procs/f.sql`]);
  });

  it('finds that the whole folder of a script is gone, and calls its live file neither new nor changed', async () => {
    await ship('b', '20260102000000', '2', 'a');
    await ship('c', '20260103000000', '3', 'b');
    project.remove('migrations/20260102000000_b.assets');
    project.remove('migrations/20260103000000_c.assets');
    const { findings } = await check(await open(), { database: false });
    expect(findings.map(({ kind, where }) => `${kind} ${where}`)).to.deep.equal([
      'asset-not-frozen migrations/20260102000000_b.js',
      'asset-not-frozen migrations/20260103000000_c.js',
    ]);
    const restore = (name: string) =>
      `restore the folder "migrations/${name}.assets" from version control: \`.assets\` folders travel with their scripts`;
    expect(findings.map(({ next }) => next)).to.deep.equal([
      restore('20260102000000_b'),
      `${restore('20260103000000_c')}; if the revision is new and applied nowhere, run \`limbeck freeze c\``,
    ]);
  });

  it('finds what a script loads besides its manifest; one that asks a database is passed over', async () => {
    const more = script('a').replaceAll("['f.sql']", "['f.sql', 'g.sql']");
    project.write('migrations/20260101000000_a.js', more);
    project.write('raw_sql/procs/g.sql', f('1').replace('f()', 'g()'));
    expect(await found()).to.deep.equal(['asset-not-frozen migrations/20260101000000_a.js a procs/g.sql']);
    project.write(
      'migrations/20260101000000_a.js',
      more.replace('upgrade(op) {', "upgrade(op) {\n  await op.rows('select 1');\n"),
    );
    expect(await found()).to.deep.equal(['live-file-new raw_sql/procs/g.sql null procs/g.sql']);
  });

  it('finds frozen files that no manifest names, and folders without manifest or script', async () => {
    project.write(`${folder}/procs/g.sql`, 'select 1;\n');
    project.write(`${folder}/.DS_Store`, '');
    project.write('migrations/20260102000000_gone.assets/procs/f.sql', f('1'));
    project.write('migrations/20260102000000_gone.assets/procs/g.sql', f('1'));
    project.write('migrations/20260103000000_b.js', scriptText('b', { downRevision: 'a' }));
    project.write('migrations/20260103000000_b.assets/procs/f.sql', f('1'));
    expect(await found()).to.deep.equal([
      'asset-orphan migrations/20260102000000_gone.assets null null',
      'asset-orphan migrations/20260103000000_b.assets b null',
      `asset-orphan ${folder}/procs/g.sql a procs/g.sql`,
    ]);
  });

  it('names a file that is there where one branch renamed what another one changed', async () => {
    project.remove('raw_sql/procs/f.sql');
    project.write('raw_sql/procs/g.sql', f('1'));
    const both = load.replace("'f.sql'", "'g.sql'");
    project.write('migrations/20260102000000_b.js', script('b', 'a').replaceAll(load, both));
    await freeze(await open(), { revision: 'b' });
    await ship('c', '20260103000000', '2', 'a');
    const { findings } = await check(await open(), { database: false });
    const { where = '' } = findings.find(({ kind }) => kind === 'asset-divergent') ?? {};
    expect(where.split(', ').map((file) => existsSync(project.path(file)))).to.deep.equal([true, true]);
  });

  it('finds a file that two branches changed', async () => {
    await ship('b', '20260102000000', '2', 'a');
    await ship('c', '20260103000000', '3', 'a');
    expect(await found()).to.deep.equal([
      'asset-divergent migrations/20260103000000_c.assets/procs/f.sql, migrations/20260102000000_b.assets/procs/f.sql null procs/f.sql',
    ]);
  });

  it('finds a damaged manifest with its place, and all the rest', async () => {
    await ship('b', '20260102000000', '2', 'a');
    project.write(`${folder}/manifest.json`, '{\n  "procs/f.sql": {\n<<<<<<< a\n');
    project.write('migrations/20260102000000_b.assets/procs/f.sql', f('3'));
    project.write('raw_sql/views/v.sql', 'create view v as select 1;\n');
    expect(await found()).to.deep.equal([
      `manifest-invalid ${folder}/manifest.json:3:1 a null`,
      'asset-tampered migrations/20260102000000_b.assets/procs/f.sql b procs/f.sql',
      'live-file-new raw_sql/views/v.sql null views/v.sql',
    ]);
  });

  it('does not say of files that only a damaged manifest names that nobody ships them', async () => {
    project.write(`${folder}/manifest.json`, '{ "procs/f.sql": { "action": "odd" } }');
    expect(await found()).to.deep.equal([`manifest-invalid ${folder}/manifest.json a null`]);
  });

  it('tells each finding with its place and what to do, and ends with status 1', async () => {
    project.write('raw_sql/procs/f.sql', f('2'));
    project.write(`${folder}/procs/g.sql`, 'select 1;\n');
    const { stdout, status } = await limbeckIn(project.root)('check', '--no-database');
    expect(stdout).to.equal(`the manifest of revision "a" does not name the frozen file "procs/g.sql"
  where: ${folder}/procs/g.sql
  next:  remove it, or restore the manifest from version control
the live file "procs/f.sql" is not what the newest revision ships
  where: raw_sql/procs/f.sql:2
  next:  ship with \`limbeck revision -m "…" --autogenerate\`
Found 2 problems: 2 frozen files, 1 live file, no database
`);
    expect(status).to.equal(1);
  });

  it('judges the files alone where there is no connection or no server, and says so', async () => {
    const bare = await limbeckIn(project.root)('check', '--env', 'bare', '--json');
    expect(JSON.parse(bare.stdout)).to.deep.include({ database: null, findings: [] });
    expect(JSON.parse(bare.stdout).withoutDatabase).to.match(/has no connection/);
    expect(bare.stderr).to.match(/^warning: only files are checked: .*--no-database`\n$/);
    expect(bare.status).to.equal(0);
    project.write(
      'knexfile.js',
      "export default { production: { client: 'pg', connection: 'postgres://a:b@127.0.0.1:1/nowhere' } };\n",
    );
    const away = await limbeckIn(project.root)('check', '--env', 'production');
    expect(away.stdout).to.equal('Nothing found: 1 frozen file, 1 live file, no database\n');
    expect(away.stderr)
      .to.match(/^warning: only files are checked: cannot connect to .*\n/m)
      .and.not.include('a:b');
  });

  it('fails without the database that is demanded', async () => {
    await expectFailure(check(await open('bare'), { database: true }), { code: 'NO_CONNECTION' });
    await expectFailure(check(await open('bare'), { accept: true }), { code: 'NO_CONNECTION' });
    await expectFailure(check(await open('bare'), { accept: true, database: false }), {
      code: 'USAGE',
      message: /no(t|ne is) wanted$/,
    });
  });

  it('reads frozen files that were handed in', async () => {
    const assets = Object.fromEntries(
      ['manifest.json', 'procs/f.sql', 'procs/g.sql'].map((name) => [
        `${folder}/${name}`,
        name === 'procs/g.sql' ? 'select 1;' : project.read(`${folder}/${name}`),
      ]),
    );
    const opened = await openProject({
      folder: project.root,
      scripts: {
        'migrations/20260101000000_a.js': { revision: 'a', downRevision: null, upgrade() {}, downgrade() {} },
      },
      assets,
    });
    const { findings } = await check(opened, { database: false });
    expect(findings.map(({ kind, where }) => `${kind} ${where}`)).to.deep.equal([
      `asset-orphan ${folder}/procs/g.sql`,
    ]);
  });
});
