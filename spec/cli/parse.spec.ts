import { expect } from 'chai';
import { isSet, textOf, textsOf } from '../../cli/command.js';
import { parseArguments } from '../../cli/parse.js';

const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '), () => '1.2.3');

/** The command that a line runs, and its arguments. */
async function run(line: string) {
  const parsed = await parse(line);
  if (parsed.kind !== 'run') throw new Error(`it does not run: ${JSON.stringify(parsed)}`);
  const { command, args } = parsed;
  return {
    name: command.usage.split(' ')[0],
    text: (name: string) => textOf(args, name),
    texts: (name: string) => textsOf(args, name),
    isSet: (name: string) => isSet(args, name),
  };
}

async function mistake(line: string): Promise<string[]> {
  const parsed = await parse(line);
  if (parsed.kind !== 'wrong') throw new Error(`it is not wrong: ${JSON.stringify(parsed)}`);
  return [parsed.mistake.message, parsed.mistake.next];
}

describe('parseArguments', () => {
  it('finds the command, with its defaults', async () => {
    const { name, text, isSet: has } = await run('upgrade');
    expect([name, text('target'), text('env'), has('json'), has('yes')]).to.deep.equal([
      'upgrade',
      'heads',
      undefined,
      false,
      false,
    ]);
  });

  it('leaves targets as they were typed', async () => {
    for (const target of [
      '-1',
      '+2',
      'billing@-1',
      'billing@head',
      '0012',
      '1e5',
      '3f2a-1',
      '-3',
      'a:b',
      '0x10',
    ])
      expect((await run(`downgrade ${target}`)).text('target'), target).to.equal(target);
    expect((await run('stamp 0012 1e5')).texts('targets')).to.deep.equal(['0012', '1e5']);
    expect((await run('history --rev-range=-1:current')).text('rev-range')).to.equal('-1:current');
    expect((await run('revision -m x --rev-id 0012')).text('rev-id')).to.equal('0012');
    expect((await run('revision -m 2026')).text('message')).to.equal('2026');
  });

  it('reads flags before and after the command, short and long', async () => {
    for (const line of ['--env test upgrade +1 --json -q', 'upgrade --env=test --json --quiet +1']) {
      const { text, isSet: has } = await run(line);
      expect([text('env'), text('target'), has('json'), has('quiet')], line).to.deep.equal([
        'test',
        '+1',
        true,
        true,
      ]);
    }
  });

  it('lets the last of two win, and gathers what may be given several times', async () => {
    expect((await run('upgrade --env test --env production')).text('env')).to.equal('production');
    const { texts } = await run('revision -m x --branch-label a --branch-label b --depends-on c');
    expect([texts('branch-label'), texts('depends-on')]).to.deep.equal([['a', 'b'], ['c']]);
    expect((await run('merge a b -m join')).texts('revisions')).to.deep.equal(['a', 'b']);
    const freeze = await run('freeze head f.sql g.sql');
    expect([freeze.text('revision'), freeze.texts('files')]).to.deep.equal(['head', ['f.sql', 'g.sql']]);
  });

  it('takes what stands behind `--` for words, whatever they look like', async () => {
    expect((await run('downgrade -- -1')).text('target')).to.equal('-1');
    expect((await run('stamp --purge -- -x a')).texts('targets')).to.deep.equal(['-x', 'a']);
    const { texts, isSet: has } = await run('show -q -- --json');
    expect([texts('revisions'), has('quiet'), has('json')]).to.deep.equal([['--json'], true, false]);
    expect((await mistake('upgrade -- a -b'))[0]).to.equal('"-b" is one word too many for `limbeck upgrade`');
  });

  it('prints version and help, and runs nothing', async () => {
    for (const line of ['--version', 'version'])
      expect(await parse(line)).to.deep.equal({ kind: 'print', what: 'version', text: '1.2.3' });
    for (const line of ['--help', 'upgrade --help', 'upgrade -h', 'help upgrade'])
      expect(await parse(line), line).to.deep.include({ kind: 'print', what: 'help' });
    expect((await parse('')).kind).to.equal('nothing');
  });

  it('refuses unknown words, with the near one', async () => {
    expect(await mistake('upgrad')).to.deep.equal([
      'there is no command "upgrad"',
      'did you mean `limbeck upgrade`? Else see `limbeck --help`',
    ]);
    expect(await mistake('xyzzy')).to.deep.equal(['there is no command "xyzzy"', 'see `limbeck --help`']);
    expect(await mistake('upgrade --jsn')).to.deep.equal([
      '`limbeck upgrade` has no flag "--jsn"',
      'did you mean `--json`? Else see `limbeck upgrade --help`',
    ]);
    expect(await mistake('current --purge')).to.deep.equal([
      '`limbeck current` has no flag "--purge"',
      'see `limbeck current --help`',
    ]);
    expect(await mistake('upgrade a b')).to.deep.equal([
      '"b" is one word too many for `limbeck upgrade`',
      'see `limbeck upgrade --help`',
    ]);
  });

  it('takes the first word for the command, whatever comes after it', async () => {
    for (const line of ['upgade heads', 'upgade', '--env test upgade -q heads'])
      expect(await mistake(line), line).to.deep.equal([
        'there is no command "upgade"',
        'did you mean `limbeck upgrade`? Else see `limbeck --help`',
      ]);
    for (const line of ['foo merge heads -m x', '-m revision foo', 'foo --json=1 --nope'])
      expect((await mistake(line))[0], line).to.equal('there is no command "foo"');
    expect((await mistake('--jsn upgrade'))[1]).to.match(/limbeck upgrade/);
  });

  it('knows what other tools call a command', async () => {
    const names = {
      status: 'current',
      rollback: 'downgrade',
      'migrate:latest': 'upgrade',
      'migrate:make': 'revision',
      hed: 'heads',
    };
    for (const [word, command] of Object.entries(names))
      expect(await mistake(word), word).to.deep.equal([
        `there is no command "${word}"`,
        `did you mean \`limbeck ${command}\`? Else see \`limbeck --help\``,
      ]);
  });

  it('refuses what lacks something, with an example', async () => {
    expect(await mistake('downgrade')).to.deep.equal([
      '`limbeck downgrade` needs <target>',
      'write it as in `limbeck downgrade -1`',
    ]);
    expect(await mistake('revision')).to.deep.equal([
      '`limbeck revision` needs `--message`',
      'write it as in `limbeck revision -m "add builds" --autogenerate`',
    ]);
    expect((await mistake('upgrade --env'))[0]).to.equal('"--env" needs a value');
  });
});
