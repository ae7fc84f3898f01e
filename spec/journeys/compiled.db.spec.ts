/**
 * TypeScript in development, compiled JavaScript in production: the same revisions.
 */
import { cpSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { check, downgrade, freeze, openProject, upgrade } from '../../lib/index.js';
import { runCommand } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, logLines, stateOf, versionRows } from '../helpers/database-state.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const key = Symbol.for('limbeck.spec.compiled');

const knexfile = `export default () => {
  const config = globalThis[Symbol.for('limbeck.spec.compiled')];
  return {
    development: config,
    production: { ...config, limbeck: { directories: 'build/migrations', edited: 'refuse' } },
  };
};
`;

const script = (
  revision: string,
  downRevision: string | null,
  up: string,
  down: string,
) => `/** make ${revision} */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision: string = '${revision}';
export const downRevision: string | null = ${downRevision === null ? 'null' : `'${downRevision}'`};

export async function upgrade(op: Operations): Promise<void> {
  ${up}
}

export async function downgrade(op: Operations): Promise<void> {
  ${down}
}
`;

const load = "await loadStoredProc(op, ['f.sql']);";
const f = (n: number) => `create or replace function f() returns int language sql as 'select ${n}';\n`;

/** What the compiler makes of a script's header. */
const headers = { module: /^export const revision = 'aaaa';$/m, commonjs: /^exports\.revision = 'aaaa';$/m };

describeOnServers('compiled scripts', (database) => {
  for (const type of ['module', 'commonjs'] as const) {
    it(`go on where TypeScript was, and back, as ${type}`, async () => {
      await emptyDatabase(database);
      Reflect.set(globalThis, key, database.config);
      const project = await typescriptProject(type);
      const warnings: string[] = [];
      const logger = { debug: () => {}, info: () => {}, warn: (text: string) => void warnings.push(text) };
      const open = (environment: string) => openProject({ folder: project.root, environment, logger });
      await upgrade(await open('development'), { target: 'bbbb' });
      const atB = await stateOf(database);
      await compile(project);
      expect(project.read('build/migrations/1_aaaa.js')).to.match(headers[type]);
      expect(readdirSync(project.path('build/migrations'))).to.include.members([
        '1_aaaa.d.ts',
        '1_aaaa.js',
        '1_aaaa.js.map',
        '2_bbbb.assets',
      ]);

      expect((await upgrade(await open('production'))).steps.map(({ revision }) => revision)).to.deep.equal([
        'cccc',
      ]);
      expect(await database.query('select f() as n')).to.deep.equal([{ n: 2 }]);
      expect(await logLines(database, 'revision, script_file')).to.deep.equal([
        'aaaa migrations/1_aaaa.ts',
        'bbbb migrations/2_bbbb.ts',
        'cccc build/migrations/3_cccc.js',
      ]);
      expect(await check(await open('production'))).to.deep.include({
        findings: [],
        applied: 3,
        compared: 1,
      });

      await downgrade(await open('production'), { target: 'bbbb' });
      expect((await stateOf(database)).objects).to.deep.equal(atB.objects);
      expect(await database.query('select f() as n')).to.deep.equal([{ n: 1 }]);
      await downgrade(await open('production'), { target: 'base' });
      expect(await versionRows(database)).to.deep.equal([]);
      await upgrade(await open('production'), { target: 'bbbb' });
      expect((await stateOf(database)).objects).to.deep.equal(atB.objects);
      await upgrade(await open('development'));
      expect(await versionRows(database)).to.deep.equal(['cccc']);
      expect(warnings).to.deep.equal([]);
    });
  }

  after(() => void Reflect.deleteProperty(globalThis, key));
});

async function typescriptProject(type: string): Promise<TemporaryProject> {
  const project = temporaryProject(
    { 'package.json': JSON.stringify({ type }), 'knexfile.mjs': knexfile },
    { link: true },
  );
  project.write(
    'migrations/1_aaaa.ts',
    script('aaaa', null, "await op.execute('create table a ()');", "await op.execute('drop table a');"),
  );
  for (const [name, id, parent, n] of [
    ['2_bbbb', 'bbbb', 'aaaa', 1],
    ['3_cccc', 'cccc', 'bbbb', 2],
  ] as const) {
    project.write('raw_sql/procs/f.sql', f(n));
    project.write(`migrations/${name}.ts`, script(id, parent, load, load));
    await freeze(await openProject({ folder: project.root }), { revision: id });
  }
  return project;
}

/** As a build does it: the compiler for the scripts, a copy for what it does not know. */
async function compile(project: TemporaryProject): Promise<void> {
  const options = {
    module: 'nodenext',
    target: 'es2022',
    rootDir: '.',
    outDir: 'build',
    declaration: true,
    sourceMap: true,
    skipLibCheck: true,
    types: [],
  };
  project.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['migrations'] }));
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const { stdout, stderr, status } = await runCommand(project.root, process.execPath, [
    join(dirname(manifest), 'bin/tsc'),
  ]);
  expect(status, stdout + stderr).to.equal(0);
  const isAssets = (name: string) => name.endsWith('.assets');
  for (const name of readdirSync(project.path('migrations')).filter(isAssets)) {
    cpSync(project.path(`migrations/${name}`), project.path(`build/migrations/${name}`), { recursive: true });
  }
}
