import { expect } from 'chai';
import { pythonLines, pythonLiteral } from '../../lib/script/python-source.js';

describe('pythonLines', () => {
  const lines = (source: string) =>
    pythonLines(source).map(({ indent, tokens }) => [indent, tokens.map(({ text }) => text).join(' ')]);

  it('ends a line where Python does', () => {
    expect(lines('a = 1\nb = 2; c = 3\r\n\n  d = (4,\n5)\ne = 6 + \\\n  7\nf')).to.deep.equal([
      [0, 'a = 1'],
      [0, 'b = 2'],
      [0, 'c = 3'],
      [2, 'd = ( 4 , 5 )'],
      [0, 'e = 6 + 7'],
      [0, 'f'],
    ]);
  });

  it('takes neither comments nor strings for code', () => {
    expect(lines("a = \"# no\\\" comment\"  # a comment: \"\nb = '''one\n(two'''\nc")).to.deep.equal([
      [0, 'a = "# no\\" comment"'],
      [0, "b = '''one\n(two'''"],
      [0, 'c'],
    ]);
  });

  it('knows where each token stands', () => {
    const [line] = pythonLines('\uFEFF  a == "b"');
    expect(line?.tokens).to.deep.equal([
      { kind: 'name', text: 'a', offset: 3 },
      { kind: 'mark', text: '==', offset: 5 },
      { kind: 'string', text: '"b"', offset: 8 },
    ]);
  });

  it('reads a file of many thousand lines at once', () => {
    const source = `"""${'x'.repeat(500_000)}"""\n${'a = ["b", 1]\n'.repeat(20_000)}`;
    expect(pythonLines(source)).to.have.lengthOf(20_001);
  });
});

describe('pythonLiteral', () => {
  const read = (source: string) => pythonLiteral(pythonLines(source)[0]?.tokens ?? []);

  it('reads strings as Python does', () => {
    for (const [source, value] of [
      [`"a"`, 'a'],
      [`'a"b'`, 'a"b'],
      [`"""a'b"c"""`, `a'b"c`],
      [`u'a'`, 'a'],
      [`R"a\\n"`, 'a\\n'],
      [`"a" 'b'`, 'ab'],
      [`("a"\n  "b")`, 'ab'],
      [`(("a"))`, 'a'],
      [`"\\x41\\u00e4\\U0001F600\\101\\t\\'\\q"`, "Aä😀A\t'\\q"],
      [`"a\\\nb"`, 'ab'],
      ['""', ''],
    ] as const)
      expect(read(source), source).to.equal(value);
  });

  it('reads None, tuples, lists and sets', () => {
    for (const [source, value] of [
      ['None', null],
      ['(None)', null],
      ['()', []],
      ['[]', []],
      [`("a",)`, ['a']],
      [`"a",`, ['a']],
      [`"a", "b"`, ['a', 'b']],
      [`(\n  "a",  # first\n  'b' "c",\n)`, ['a', 'bc']],
      [`["a", ("b")]`, ['a', 'b']],
      [`{"a", "b"}`, ['a', 'b']],
    ] as const)
      expect(read(source), source).to.deep.equal(value);
  });

  it('has no value for what must be run', () => {
    for (const source of [
      'f"a"',
      `"a" f"b"`,
      'b"a"',
      'rb"a"',
      '"a" + "b"',
      '"a" % b',
      '"a".strip()',
      '"a" if b else "c"',
      'a',
      'tuple()',
      '("a", b)',
      '["a" for a in b]',
      '{"a": "b"}',
      '["a"][0]',
      '[("a", "b")]',
      '("a", None)',
      '(*a,)',
      '"\\N{BULLET}"',
      '("a"',
      '1',
      '...',
      '',
    ])
      expect(read(source), source).to.equal(undefined);
  });
});
