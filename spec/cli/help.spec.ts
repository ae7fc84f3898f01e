import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { nameOf } from '../../cli/mistakes.js';
import { families } from '../../cli/parse.js';
import { limbeckIn, runProgram } from '../helpers/cli.js';
import { temporaryProject } from '../helpers/project.js';

const commands = families.flatMap((family) => family.commands);
const limbeck = limbeckIn('/nowhere');

describe('limbeck --help', () => {
  it('lists each command once, by family', async () => {
    const { stdout, stderr, status } = await limbeck('--help');
    const listed = families.map(({ title, commands: members }) =>
      [`${title}:`, ...members.map(({ usage, summary }) => [usage, summary])].flat(),
    );
    const found = [...stdout.matchAll(/^(?:(\w+:)|[ ]{2}(\S+(?: \S+)*?)\s{2,}(.*))$/gm)]
      .map(([, title, usage, summary]) => (title === undefined ? [usage, summary] : [title]))
      .flat();
    expect(found.slice(0, listed.flat().length)).to.deep.equal(listed.flat());
    expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
  });

  it('fits into a hundred columns', async () => {
    for (const words of [[], ...commands.map((command) => nameOf(command).split(' '))]) {
      const { stdout } = await limbeck(...words, '--help');
      expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([]);
    }
  });

  it('is printed for no words at all, with the status of wrong usage', async () => {
    const { stdout, stderr, status } = await limbeck();
    expect(stderr).to.equal((await limbeck('--help')).stdout);
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 64 });
  });

  for (const command of commands) {
    const name = nameOf(command);
    it(`says of ${name} what it does, an example and each default once`, async () => {
      const { stdout, stderr, status } = await limbeck(...name.split(' '), '--help');
      expect(stdout.split('\n').slice(0, 3)).to.deep.equal([
        command.summary,
        '',
        `Usage: limbeck ${command.usage} [options]`,
      ]);
      expect(command.summary).to.match(/^[A-Z].*[^.]$/);
      expect(stdout).to.contain(`Examples:\n  limbeck ${command.example}\n`);
      for (const line of stdout.split('\n')) {
        expect(line.match(/default/g) ?? [], line).to.have.lengthOf.at.most(1);
      }
      expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    });
  }

  it('is printed by `limbeck help upgrade` too', async () => {
    expect(await limbeck('help', 'upgrade')).to.deep.equal(await limbeck('upgrade', '--help'));
    expect(await limbeck('help')).to.deep.equal(await limbeck('--help'));
  });

  it('lists the commands of a group, asked for or not', async () => {
    const { stdout, stderr, status } = await limbeck('assets', '--help');
    expect(stdout).to.match(/^Usage: limbeck assets <command> \[options\]\n/);
    expect([...stdout.matchAll(/^ {2}assets (\w+)/gm)].map(([, name]) => name)).to.deep.equal(
      commands.map(nameOf).flatMap((name) => /^assets (.+)/.exec(name)?.[1] ?? []),
    );
    expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    expect(await limbeck('help', 'assets')).to.deep.equal(await limbeck('assets', '-h'));
    expect(await limbeck('assets')).to.deep.equal({ stdout: '', stderr: stdout, status: 64 });
    expect(JSON.parse((await limbeck('assets', '--json')).stdout)).to.have.nested.property(
      'error.next',
      'see `limbeck assets --help`',
    );
  });

  it('speaks English whatever the language of the machine', async () => {
    const german = await runProgram('/', ['upgrade', '--help'], {
      env: { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
    });
    expect(german.stdout).to.equal((await limbeck('upgrade', '--help')).stdout);
  });

  for (const words of [['--help'], ['upgrade', '--help'], ['--version'], ['upgrad'], ['upgrade', '--nope']]) {
    it(`does not load the library for "limbeck ${words.join(' ')}"`, async () => {
      const modules = await modulesOf(words);
      expect(modules.some((url) => url.endsWith('/cli/run.js'))).to.equal(true);
      const heavy = /\/dist\/lib\/|\/node_modules\/(knex|pg|jiti|libpg-query|@electric-sql)\//;
      expect(modules.filter((url) => heavy.test(url))).to.deep.equal([]);
    });
  }

  it('would notice if it did', async () => {
    const modules = await modulesOf(['heads']);
    expect(modules.some((url) => url.endsWith('/dist/lib/index.js'))).to.equal(true);
  });
});

describe('limbeck --version', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as {
      version: string;
    };
    for (const word of ['--version', 'version']) {
      expect(await limbeck(word)).to.deep.equal({ stdout: `${version}\n`, stderr: '', status: 0 });
    }
  });
});

describe('a mistake in the words', () => {
  const mistakes: readonly (readonly [string, string, string])[] = [
    ['upgrad', 'there is no command "upgrad"', 'did you mean `limbeck upgrade`? Else see `limbeck --help`'],
    ['migrate', 'there is no command "migrate"', 'see `limbeck --help`'],
    [
      'upgrade --jsno',
      '`limbeck upgrade` has no flag "--jsno"',
      'did you mean `--json`? Else see `limbeck upgrade --help`',
    ],
    ['upgrade --dry-run', '`limbeck upgrade` has no flag "--dry-run"', 'see `limbeck upgrade --help`'],
    [
      'revision -m x --auto',
      '`limbeck revision` has no flag "--auto"',
      'did you mean `--autogenerate`? Else see `limbeck revision --help`',
    ],
    ['upgrade a b', '"b" is one word too many for `limbeck upgrade`', 'see `limbeck upgrade --help`'],
    ['downgrade', '`limbeck downgrade` needs <target>', 'write it as in `limbeck downgrade -1`'],
    [
      'revision',
      '`limbeck revision` needs `--message`',
      'write it as in `limbeck revision -m "add builds" --autogenerate`',
    ],
    ['revision -m', '"-m" needs a value', 'see `limbeck revision --help`'],
    ['upgrade --env', '"--env" needs a value', 'see `limbeck upgrade --help`'],
    [
      'merge',
      '`limbeck merge` needs <revisions..>',
      'write it as in `limbeck merge heads -m "join billing and users"`',
    ],
  ];
  for (const [words, message, next] of mistakes) {
    it(`is explained: limbeck ${words}`, async () => {
      expect(await limbeck(...words.split(' '))).to.deep.equal({
        stdout: '',
        stderr: `error[USAGE]: ${message}\n  next:  ${next}\n`,
        status: 64,
      });
    });
  }
});

/** What V8 has run of files, by its own account. */
async function modulesOf(words: readonly string[]): Promise<string[]> {
  const { root } = temporaryProject();
  await runProgram(root, words, { env: { NODE_V8_COVERAGE: join(root, 'coverage') } });
  return readdirSync(join(root, 'coverage')).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(root, 'coverage', file), 'utf8')) as {
      result: { url: string }[];
    };
    return result.map(({ url }) => url);
  });
}
