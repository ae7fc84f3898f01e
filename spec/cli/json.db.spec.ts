import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type Command, type CommandFamily } from '../../cli/command.js';
import { nameOf } from '../../cli/mistakes.js';
import { families } from '../../cli/parse.js';
import { type CliResult, limbeckIn } from '../helpers/cli.js';
import { cliProject, fork } from '../helpers/cli-project.js';
import type { TemporaryProject } from '../helpers/project.js';

interface JsonCase {
  /** Words with which it succeeds in a project of `fork`. */
  readonly works: readonly string[];
  /** The keys of what it prints then. */
  readonly keys: readonly string[];
  /** Words with which it fails there, and the code of the error. */
  readonly fails: readonly string[];
  readonly code: string;
}

const noRevision = 'REVISION_NOT_FOUND';
const noEnvironment = { fails: ['--env', 'nope'], code: 'UNKNOWN_ENVIRONMENT' };
const newRevision = ['revision', 'file', 'downRevisions', 'assets'];
const migration = ['database', 'environment', 'from', 'steps', 'current', 'durationMs'];

const cases: Readonly<Record<string, JsonCase>> = {
  init: {
    works: [],
    keys: ['created', 'kept', 'knex', 'next'],
    fails: [],
    code: 'FILE_FAILED',
  },
  adopt: {
    works: ['--alembic', 'alembic'],
    keys: ['adopted', 'kept', 'passedOver', 'tops', 'next'],
    fails: ['--alembic', 'nope'],
    code: 'DIRECTORY_NOT_FOUND',
  },
  revision: {
    works: ['-m', 'x', '--head', 'left'],
    keys: [...newRevision, 'preceding'],
    fails: ['-m', 'x', '--head', 'nope'],
    code: noRevision,
  },
  merge: {
    works: ['heads', '-m', 'x'],
    keys: [...newRevision, 'merged'],
    fails: ['left', 'nope', '-m', 'x'],
    code: noRevision,
  },
  edit: { works: ['left'], keys: ['revision', 'file'], fails: ['nope'], code: noRevision },
  freeze: { works: ['left'], keys: ['revision', 'file', 'assets'], fails: ['nope'], code: noRevision },
  redo: {
    works: ['left'],
    keys: ['revision', 'file', 'assets', 'steps', 'current'],
    fails: ['nope'],
    code: noRevision,
  },
  upgrade: { works: [], keys: migration, fails: ['nope'], code: noRevision },
  downgrade: { works: ['base'], keys: migration, fails: ['nope'], code: noRevision },
  stamp: {
    works: ['heads'],
    keys: ['database', 'environment', 'from', 'current'],
    fails: ['nope'],
    code: noRevision,
  },
  'ensure-version': { works: [], keys: ['database', 'environment', 'created'], ...noEnvironment },
  current: {
    works: [],
    keys: ['database', 'environment', 'current', 'unknown', 'unknownRows', 'isAtHeads'],
    ...noEnvironment,
  },
  heads: { works: [], keys: ['heads'], ...noEnvironment },
  'assets import': {
    works: ['raw_sql/procs/f.sql'],
    keys: ['files', 'extensionMembers', 'withoutFolder', 'otherSchemas', 'leftOut', 'isDryRun'],
    fails: ['nope.sql'],
    code: 'ASSET_NOT_FOUND',
  },
  'assets status': { works: [], keys: ['database', 'environment', 'assets', 'next'], ...noEnvironment },
  'assets diff': { works: [], keys: ['from', 'to', 'files'], fails: ['nope'], code: noRevision },
  'assets show': {
    works: ['f.sql'],
    keys: ['path', 'revision', 'action', 'sha256', 'objects', 'file', 'text'],
    fails: ['nope'],
    code: 'ASSET_NOT_FOUND',
  },
  'assets history': {
    works: ['f.sql'],
    keys: ['path', 'versions'],
    fails: ['nope'],
    code: 'ASSET_NOT_FOUND',
  },
  branches: { works: [], keys: ['branches'], ...noEnvironment },
  history: { works: ['-i'], keys: ['revisions', 'unknownRows'], fails: ['-r', 'nope'], code: noRevision },
  show: { works: ['left'], keys: ['revisions', 'unknownRows'], fails: ['nope'], code: noRevision },
  plan: {
    works: [],
    keys: ['database', 'environment', 'direction', 'target', 'from', 'steps', 'current'],
    fails: ['nope'],
    code: noRevision,
  },
  log: { works: [], keys: ['database', 'environment', 'events', 'total'], fails: ['nope'], code: noRevision },
  check: {
    works: [],
    keys: [
      'database',
      'withoutDatabase',
      'objects',
      'withoutShadow',
      'environment',
      'frozenFiles',
      'liveFiles',
      'findings',
      'applied',
      'compared',
      'accepted',
    ],
    ...noEnvironment,
  },
  roundtrip: { works: [], keys: ['revisions', 'shadow', 'finding', 'durationMs'], ...noEnvironment },
};

/** A file that `left` ships. */
const text = 'create or replace function f() returns int language sql as $$ select 1 $$;\n';
const sha256 = createHash('sha256').update(text).digest('hex');
const entry = { action: 'add', sha256, from: [], objects: ['function public.f()'], requires: [] };
const shipped = {
  'raw_sql/procs/f.sql': text,
  'migrations/20260102000000_left.assets/procs/f.sql': text,
  'migrations/20260102000000_left.assets/manifest.json': JSON.stringify({ 'procs/f.sql': entry }),
};

const commands: readonly Command[] = families.flatMap((family: CommandFamily) => family.commands);

describe('--json', () => {
  let project: TemporaryProject;
  beforeEach(async () => {
    project = await cliProject({ ...fork, 'alembic/versions/a.py': "revision = 'a'" });
  });

  it('has a case for each command', () => {
    expect(Object.keys(cases).sort()).to.deep.equal(commands.map(nameOf).sort());
  });

  for (const [name, { works, keys, fails, code }] of Object.entries(cases)) {
    it(`makes ${name} print its report and nothing else`, async () => {
      if (name.startsWith('assets '))
        for (const [file, content] of Object.entries(shipped)) project.write(file, content);
      const result = await limbeckIn(project.root, { env: { EDITOR: 'true' } })(
        ...name.split(' '),
        ...works,
        '--json',
      );
      expect(result.status, result.stdout).to.equal(0);
      expect(Object.keys(documentOf(result))).to.have.members(keys);
    });

    it(`makes ${name} print its failure and nothing else`, async () => {
      if (name === 'init') project.remove('.');
      const result = await limbeckIn(project.root)(...name.split(' '), ...fails, '--json');
      expect(errorOf(result)).to.include({ code });
      expect(result.status).to.equal(2);
      expect(result.stderr).to.not.contain('error[');
    });

    it(`makes ${name} print wrong usage and nothing else`, async () => {
      const result = await limbeckIn(project.root)(...name.split(' '), ...works, '--nope', '--json');
      expect(errorOf(result)).to.deep.equal({
        code: 'USAGE',
        message: `\`limbeck ${name}\` has no flag "--nope"`,
        where: null,
        next: `see \`limbeck ${name} --help\``,
      });
      expect(result.status).to.equal(64);
      expect(result.stderr).to.equal('');
    });

    it(`makes ${name} print a bug as one and nothing else`, async () => {
      const folder = name === 'init' ? brokenText : project.root;
      const result = await limbeckIn(folder, { env: brokenEnvironment })(
        ...name.split(' '),
        ...works,
        '--json',
      );
      expect(errorOf(result)).to.include({ code: 'INTERNAL', next: 'report this as a bug' });
      expect(String(errorOf(result)['excerpt'])).to.match(
        /(?:a bug of the spec|ERR_INVALID_ARG_TYPE)[^]* at /,
      );
      expect(result.status).to.equal(2);
    });
  }

  it('holds for a finding, with status 1', async () => {
    project.write(
      'migrations/20260101000000_root.js',
      fork['migrations/20260101000000_root.js']?.replace(/await op.schema.dropTable.*/, '') ?? '',
    );
    const result = await limbeckIn(project.root)('roundtrip', '--json');
    expect(documentOf(result)['finding']).to.include({ revision: 'root', after: 'downgrade' });
    expect(result.status).to.equal(1);
  });

  for (const words of [
    [],
    ['--help'],
    ['--version'],
    ['upgrade', '--help'],
    ['upgrad'],
    ['upgrade', '--env'],
  ]) {
    it(`holds for "limbeck ${words.join(' ')}"`, async () => {
      const result = await limbeckIn(project.root)(...words, '--json');
      expect(Object.keys(documentOf(result))).to.have.lengthOf(1);
      expect(result.stderr).to.equal('');
    });
  }
});

function fail(): never {
  throw new TypeError('a bug of the spec');
}

const brokenEnvironment = new Proxy<Record<string, string>>({}, { get: fail });
/** `init` reads no environment, only the name of its folder. */
const brokenText = undefined as unknown as string;

/** Throws when there is not one document. */
function documentOf({ stdout }: CliResult): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

function errorOf(result: CliResult): Record<string, unknown> {
  const { error, ...rest } = documentOf(result);
  expect(rest, 'beside the error').to.deep.equal({});
  return error as Record<string, unknown>;
}
