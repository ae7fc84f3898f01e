import { expect } from 'chai';
import type { TypeShape } from '../../lib/assets/manifest.js';
import { partChanges, type PartRenames, typeChange } from '../../lib/assets/type-changes.js';

const mood = (...labels: string[]): TypeShape => ({ kind: 'enum', labels });
const pair = (attributes: Readonly<Record<string, string>>): TypeShape => ({
  kind: 'composite',
  attributes: Object.entries(attributes).map(([name, type]) => ({ name, type })),
});
const domain = (about: Partial<Extract<TypeShape, { kind: 'domain' }>> = {}): TypeShape => ({
  kind: 'domain',
  base: 'integer',
  notNull: false,
  constraints: [],
  ...about,
});
const changeOf = (from: TypeShape, to: TypeShape, renames?: PartRenames) =>
  typeChange(from.kind === 'domain' ? 'domain public.d' : 'type public.t', from, to, renames);

describe('typeChange', () => {
  it('is nothing between equal shapes', () => {
    for (const shape of [mood('a'), pair({ a: 'text' }), domain(), { kind: 'other', sha256: 'x' } as const])
      expect(changeOf(shape, shape)).to.equal(undefined);
  });

  it('adds values in their places, each behind the one before it', () => {
    expect(changeOf(mood('b', 'd'), mood('a', "a'", 'b', 'c', 'd', 'e\\'))).to.deep.equal({
      renames: [],
      alters: [
        "alter type public.t add value if not exists 'a' before 'b'",
        "alter type public.t add value if not exists 'a''' after 'a'",
        "alter type public.t add value if not exists 'c' after 'b'",
        "alter type public.t add value if not exists E'e\\\\' after 'd'",
      ],
      moved: {},
    });
    expect(changeOf(mood(), mood('a', 'b'))?.alters).to.deep.equal([
      "alter type public.t add value if not exists 'a'",
      "alter type public.t add value if not exists 'b' after 'a'",
    ]);
  });

  it('renames values, by a third name where two take each other’s', () => {
    expect(changeOf(mood('a', 'b'), mood('c', 'b'), { a: 'c' })?.renames).to.deep.equal([
      "alter type public.t rename value 'a' to 'c'",
    ]);
    expect(changeOf(mood('a', 'b'), mood('b', 'a'), { a: 'b', b: 'a' })).to.deep.equal({
      renames: [
        "alter type public.t rename value 'a' to 'limbeck 1'",
        "alter type public.t rename value 'b' to 'limbeck 2'",
        "alter type public.t rename value 'limbeck 1' to 'b'",
        "alter type public.t rename value 'limbeck 2' to 'a'",
      ],
      alters: [],
      moved: {},
    });
  });

  it('takes a new type where values go, become another one, or change their order', () => {
    expect(changeOf(mood('a', 'b'), mood('b'))).to.deep.include({
      anew: 'it loses "a"',
      alters: [],
      moved: {},
    });
    expect(changeOf(mood('a', 'b'), mood('b'), { a: 'b' })).to.deep.include({
      anew: 'it loses "a"',
      moved: { a: 'b' },
    });
    expect(changeOf(mood('a', 'b'), mood('b', 'a'))).to.deep.include({
      anew: 'its values change their order, which is "a", "b"',
    });
    expect(changeOf(mood('a'), pair({ a: 'text' }))?.anew).to.equal('PostgreSQL cannot alter it');
  });

  it('alters, adds, drops and renames attributes', () => {
    const from = pair({ a: 'text', b: 'integer', c: 'date' });
    expect(changeOf(from, pair({ z: 'text', b: 'bigint', 'n"': 'text' }), { a: 'z' })).to.deep.equal({
      renames: ['alter type public.t rename attribute "a" to "z"'],
      alters: [
        'alter type public.t alter attribute "b" type bigint, drop attribute "c", add attribute "n""" text',
      ],
      moved: {},
    });
    expect(changeOf(from, pair({ b: 'integer', a: 'text', c: 'date' }))?.anew).to.equal(
      'its attributes change their order',
    );
  });

  it('changes default, not null and constraints of domains', () => {
    const from = domain({ default: '1', constraints: [{ name: 'low', definition: 'CHECK (value > 0)' }] });
    const to = domain({ notNull: true, constraints: [{ name: 'high', definition: 'CHECK (value < 9)' }] });
    expect(changeOf(from, to)?.alters).to.deep.equal([
      'alter domain public.d drop default',
      'alter domain public.d set not null',
      'alter domain public.d drop constraint "low"',
      'alter domain public.d add constraint "high" CHECK (value < 9)',
    ]);
    expect(changeOf(to, from)?.alters).to.deep.equal([
      'alter domain public.d set default 1',
      'alter domain public.d drop not null',
      'alter domain public.d drop constraint "high"',
      'alter domain public.d add constraint "low" CHECK (value > 0)',
    ]);
  });

  it('tells constraints apart by what they check, and names them as the server does', () => {
    const check = (definition: string) => ({ definition: `CHECK (${definition})` });
    const from = domain({ constraints: [check('value > 0'), check('value < 9')] });
    expect(changeOf(from, domain({ constraints: [check('value < 9')] }))?.alters).to.deep.equal([
      'alter domain public.d drop constraint "d_check"',
      'alter domain public.d rename constraint "d_check1" to "limbeck 1"',
      'alter domain public.d rename constraint "limbeck 1" to "d_check"',
    ]);
  });

  it('takes a new domain for another base', () => {
    expect(changeOf(domain(), domain({ base: 'bigint' }))?.anew).to.equal(
      'it changes from integer to bigint',
    );
    expect(changeOf(domain(), domain({ collation: '"C"' }))?.anew).to.equal('its collation changes');
  });
});

describe('partChanges', () => {
  it('tells what was lost and what came, renames apart', () => {
    expect(partChanges(mood('a', 'b', 'c'), mood('x', 'b', 'y'), { a: 'x' })).to.deep.equal({
      lost: ['c'],
      come: ['y'],
    });
    expect(partChanges(mood('a', 'b'), mood('b', 'c'), { a: 'b' })).to.deep.equal({ lost: [], come: ['c'] });
  });
});
