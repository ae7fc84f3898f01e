import { expect } from 'chai';
import {
  describeDifference,
  differences,
  digestOf,
  digestQuery,
  firstDifference,
} from '../../lib/schema/digest.js';

const describeChange = (before: string, after: string) =>
  describeDifference({ identity: 'x', before, after });

describe('digestOf', () => {
  const entries = [
    ['table public.a', 'table'],
    ['table public.b', 'table'],
  ] as const;

  it('sorts, so that the order of the rows does not matter', () => {
    const backwards = digestOf([...entries].reverse());
    expect(backwards.sha256).to.equal(digestOf(entries).sha256);
    expect([...backwards.objects.keys()]).to.deep.equal(['table public.a', 'table public.b']);
  });

  it('tells where an identity ends and its definition begins', () => {
    expect(digestOf([['a', 'bc']]).sha256).to.not.equal(digestOf([['ab', 'c']]).sha256);
    expect(digestOf([['a', 'b']]).sha256).to.not.equal(digestOf([]).sha256);
  });

  it('refuses two definitions of one identity', () => {
    expect(() => digestOf([entries[0], entries[0]])).to.throw('share the identity "table public.a"');
  });
});

describe('differences', () => {
  const before = digestOf([
    ['table public.b', 'table'],
    ['index public.i', 'CREATE INDEX i'],
    ['table public.a', 'table'],
  ]);
  const after = digestOf([
    ['table public.a', 'unlogged table'],
    ['table public.b', 'table'],
    ['table public.c', 'table'],
  ]);
  const expected = [
    { identity: 'index public.i', before: 'CREATE INDEX i' },
    { identity: 'table public.a', before: 'table', after: 'unlogged table' },
    { identity: 'table public.c', after: 'table' },
  ];

  it('lists what is gone, changed and new, sorted by identity', () => {
    expect(differences(before, after)).to.deep.equal(expected);
  });

  it('is empty for equal digests', () => {
    expect(differences(before, before)).to.deep.equal([]);
  });

  it('begins with firstDifference', () => {
    expect(firstDifference(before, after)).to.deep.equal(expected[0]);
    expect(firstDifference(before, digestOf(before.objects))).to.equal(undefined);
  });
});

describe('describeDifference', () => {
  it('shows the gist of what only one side has', () => {
    const identity = 'table column public.builds.platform';
    expect(describeDifference({ identity, before: 'text\nposition 2' })).to.equal(
      'table column public.builds.platform: before "text", after absent',
    );
    expect(describeDifference({ identity, after: 'text\nposition 2' })).to.equal(
      'table column public.builds.platform: before absent, after "text"',
    );
  });

  it('shows both texts when they are short', () => {
    expect(describeChange('text', 'integer')).to.equal('x: before "text", after "integer"');
  });

  it('shows only the lines that differ', () => {
    expect(describeChange('a\nb\nc', 'a\nB\nc')).to.equal('x: before "b", after "B"');
    expect(describeChange('a\nb\nc', 'a\nc')).to.equal('x: before "b", after nothing');
    expect(describeChange('a\na', 'a\na\na')).to.equal('x: before nothing, after "a"');
  });

  it('shows what the eye does not see', () => {
    expect(describeChange('a\nc', 'a\n\nc')).to.equal('x: before nothing, after ""');
    expect(describeChange('a\r', 'a')).to.equal('x: before "a\\r", after "a"');
    expect(describeChange('a b', 'a\nb')).to.equal('x: before "a b", after "a\\nb"');
    expect(describeChange('', ' ')).to.equal('x: before "", after " "');
  });

  it('shows a long text around its first different character', () => {
    const long = 'select a, very, long, list, of, columns, and, more, of, them, '.repeat(3);
    expect(describeChange(`${long}one from t`, `${long}two from t`)).to.equal(
      'x: before "…columns, and, more, of, them, one from t", after "…columns, and, more, of, them, two from t"',
    );
    expect(describeChange(`one${long}`, `two${long}`)).to.match(/^x: before "one.{77}…", after "two.{77}…"$/);
  });
});

describe('digestQuery', () => {
  it('is one statement, with the excluded tables as literals', () => {
    const query = digestQuery({ excludeTables: ["public.o'clock", 'limbeck.version'] });
    expect(query).to.include("ARRAY['public.o''clock', 'limbeck.version']::pg_catalog.text[]");
    expect(query).to.not.include(';');
  });

  it('names functions, catalogs and types with their schema', () => {
    const query = digestQuery({ excludeTables: [] });
    expect(query).to.not.match(/(?<![\w.'])(?!coalesce|nullif)[a-z_]+\(/);
    expect(query).to.not.match(/(?<![\w.])pg_(?!catalog)[a-z]/);
    expect(query).to.not.match(/::(?!pg_catalog\.)/);
  });
});
