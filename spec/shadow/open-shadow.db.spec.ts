import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openProject, roundTrip } from '../../lib/index.js';
import { imageFolder } from '../../lib/shadow/images.js';
import { type OpenShadow, openShadowAt } from '../../lib/shadow/open-shadow.js';
import { scriptText } from '../helpers/cli-project.js';
import { expectFailure } from '../helpers/failure.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';
import { ownImages } from '../helpers/shadow-images.js';

const knexfile = "export default { client: 'pg' };\n";

/** A script that makes a table, and tells the specs that it was run. */
const counting = (revision: string, downRevision: string | null = null, column = 'id') =>
  scriptText(revision, {
    downRevision,
    upgrade: `(globalThis.ran ??= []).push('${revision}'); await op.execute('create table ${revision} (${column} int)');`,
    downgrade: `await op.execute('drop table ${revision}');`,
  });

describe('openShadowAt, embedded', () => {
  let project: TemporaryProject;
  const shadows: OpenShadow[] = [];

  const runs: string[] = [];
  beforeEach(async () => {
    Reflect.set(globalThis, 'ran', runs);
    project = temporaryProject(
      {
        'package.json': '{ "type": "module" }',
        'knexfile.js': knexfile,
        'migrations/20260101000000_a.js': counting('a'),
        'migrations/20260102000000_b.js': counting('b', 'a'),
      },
      { link: true },
    );
    await ownImages(project.root);
  });
  afterEach(async () => {
    Reflect.deleteProperty(globalThis, 'ran');
    for (const shadow of shadows.splice(0)) await shadow.close();
  });

  /** Opens a shadow, and returns it with the scripts that were run for it. */
  async function open(...revisions: string[]) {
    runs.length = 0;
    const opened = await openProject({ folder: project.root });
    const shadow = await openShadowAt(opened, revisions, { place: 'embedded', purpose: 'limbeck spec' });
    shadows.push(shadow);
    const tables = await shadow.session.sink.ask(
      "select array_agg(relname::text order by 1) as names from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname !~ '^limbeck'",
    );
    return { shadow, runs: [...runs], tables: tables[0]?.rows[0]?.['names'] ?? [] };
  }
  const images = () => readdirSync(imageFolder(project.root)).filter((name) => name.startsWith('at-'));

  it('runs the scripts once, and starts from an image of that afterwards', async () => {
    const first = await open('b');
    expect(first).to.deep.include({ runs: ['a', 'b'], tables: ['a', 'b'] });
    expect(images()).to.have.length(1);
    const second = await open('b');
    expect(second).to.deep.include({ runs: [], tables: ['a', 'b'] });
    expect(second.shadow.session.state.rows).to.deep.equal(['b']);
  });

  it('starts from the image of the first revisions for more of them', async () => {
    await open('a');
    project.write('migrations/20260103000000_c.js', counting('c', 'b'));
    expect(await open('c')).to.deep.include({ runs: ['b', 'c'], tables: ['a', 'b', 'c'] });
  });

  it('builds anew what an edited script, other settings or other arguments make', async () => {
    await open('b');
    project.write('migrations/20260101000000_a.js', counting('a', null, 'edited'));
    expect((await open('b')).runs).to.deep.equal(['a', 'b']);
    project.write('knexfile.js', "export default { client: 'pg', limbeck: { schema: 'ledger' } };\n");
    expect((await open('b')).runs).to.deep.equal(['a', 'b']);
    expect((await open('b')).runs).to.deep.equal([]);
  });

  it('builds anew what it cannot start from', async () => {
    await open('b');
    for (const name of images()) {
      const file = join(imageFolder(project.root), name);
      writeFileSync(file, readFileSync(file).subarray(0, 100_000));
    }
    expect(await open('b')).to.deep.include({ runs: ['a', 'b'], tables: ['a', 'b'] });
    expect((await open('b')).runs).to.deep.equal([]);
  });

  it('makes the roles that scripts grant to', async () => {
    const grants = `await op.execute('grant select on a to app, "Other ""one"""');`;
    project.write(
      'migrations/20260103000000_c.js',
      scriptText('c', {
        downRevision: 'b',
        upgrade: grants,
        downgrade: grants.replaceAll('grant', 'revoke').replace(' to ', ' from '),
      }),
    );
    const { shadow } = await open('c');
    const [answer] = await shadow.session.sink.ask(
      `select has_table_privilege('app', 'a', 'select') as app, has_table_privilege('Other "one"', 'a', 'select') as other,
        (select rolcanlogin from pg_roles where rolname = 'app') as login`,
    );
    expect(answer?.rows).to.deep.equal([{ app: true, other: true, login: false }]);
    const { finding, shadow: kind } = await roundTrip(await openProject({ folder: project.root }));
    expect({ finding, kind }).to.deep.equal({ finding: null, kind: 'embedded' });
  });

  it('says what stops a script, as a run does, and leaves no image', async () => {
    project.write(
      'migrations/20260103000000_c.js',
      scriptText('c', { downRevision: 'b', upgrade: "await op.execute('select nonsense');" }),
    );
    await expectFailure(open('c'), { code: 'SQL_FAILED', where: /_c\.js:6/ });
    expect(images()).to.deep.equal([]);
  });

  it('INTERRUPTED: stops when the signal says so', async () => {
    const opened = await openProject({ folder: project.root, signal: AbortSignal.abort() });
    await expectFailure(openShadowAt(opened, ['b'], { place: 'embedded', purpose: 'limbeck spec' }), {
      code: 'INTERRUPTED',
    });
  });
});
