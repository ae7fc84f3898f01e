import { expect } from 'chai';
import { compareSnapshots, withoutParts } from '../../lib/schema/compare-snapshots.js';
import { type SchemaObject, snapshotOf } from '../../lib/schema/snapshot.js';

const noGrants = { granted: [], revoked: [] };

const schema = (name: string, rest: { owner?: string; comment?: string } = {}): SchemaObject => ({
  kind: 'schema',
  identity: `schema ${name}`,
  name,
  owner: 'me',
  grants: noGrants,
  ...rest,
});

const view = (rest: {
  columns?: readonly string[];
  definition?: string;
  options?: Readonly<Record<string, string>>;
}): SchemaObject => ({
  kind: 'view',
  identity: 'view app.totals',
  schema: 'app',
  name: 'totals',
  owner: 'me',
  grants: noGrants,
  columns: ['a', 'b'],
  definition: 'SELECT 1',
  options: {},
  ...rest,
});

const policy = (name: string): SchemaObject => ({
  kind: 'policy',
  identity: `policy ${name} on app.totals`,
  partOf: 'view app.totals',
  schema: 'app',
  table: 'totals',
  name,
  of: 'view',
  permissive: true,
  command: 'all',
  roles: [],
});

const half = (rest: { body?: string; definition?: string; type?: string }): SchemaObject => {
  const { body = 'select n / 2', definition = 'CREATE FUNCTION', type = 'integer' } = rest;
  return {
    kind: 'function',
    identity: 'function app.half(integer)',
    schema: 'app',
    name: 'half',
    owner: 'me',
    grants: noGrants,
    parameters: [
      { mode: 'in', type, name: 'n' },
      { mode: 'in', type: 'text' },
    ],
    returns: 'integer',
    language: 'sql',
    window: false,
    volatility: 'volatile',
    strict: false,
    securityDefiner: false,
    leakproof: false,
    parallel: 'unsafe',
    cost: 100,
    rows: 0,
    settings: {},
    transforms: [],
    body,
    parsed: false,
    definition,
  };
};

const compare = (before: readonly SchemaObject[], after: readonly SchemaObject[]) =>
  compareSnapshots(snapshotOf(before), snapshotOf(after));

describe('snapshotOf', () => {
  it('sorts, so that the order of the rows does not matter', () => {
    const backwards = snapshotOf([schema('b'), schema('a')]);
    expect(backwards.sha256).to.equal(snapshotOf([schema('a'), schema('b')]).sha256);
    expect([...backwards.objects.keys()]).to.deep.equal(['schema a', 'schema b']);
  });

  it('hashes all but what an object needs', () => {
    const { sha256 } = snapshotOf([schema('a')]);
    expect(snapshotOf([schema('a', { comment: 'x' })]).sha256).to.not.equal(sha256);
    expect(snapshotOf([]).sha256).to.not.equal(sha256);
    expect(snapshotOf([{ ...schema('a'), dependsOn: ['schema b'] }]).sha256).to.equal(sha256);
  });

  it('refuses two objects with one identity', () => {
    expect(() => snapshotOf([schema('a'), schema('a')])).to.throw('share the identity "schema a"');
  });
});

describe('compareSnapshots', () => {
  it('lists what is gone, changed and new, sorted by identity', () => {
    const found = compare([schema('b'), schema('a')], [schema('c'), schema('b', { owner: 'you' })]);
    expect(found).to.deep.equal([
      { kind: 'removed', identity: 'schema a', before: schema('a') },
      { kind: 'changed', identity: 'schema b', path: ['owner'], before: 'me', after: 'you' },
      { kind: 'added', identity: 'schema c', after: schema('c') },
    ]);
  });

  it('is empty for equal snapshots', () => {
    expect(compare([schema('a')], [schema('a')])).to.deep.equal([]);
  });

  it('tells one difference for each property, those inside of records too', () => {
    const found = compare([view({ options: { a: '1', b: '2' } })], [view({ options: { a: '2', c: '3' } })]);
    expect(found).to.deep.equal([
      { kind: 'changed', identity: 'view app.totals', path: ['options', 'a'], before: '1', after: '2' },
      { kind: 'changed', identity: 'view app.totals', path: ['options', 'b'], before: '2' },
      { kind: 'changed', identity: 'view app.totals', path: ['options', 'c'], after: '3' },
    ]);
  });

  it('takes another kind under the same identity for another object', () => {
    const other = {
      ...schema('a'),
      kind: 'extension',
      schema: 'app',
      version: '1',
    } as unknown as SchemaObject;
    expect(compare([schema('a')], [other]).map(({ kind }) => kind)).to.deep.equal(['removed', 'added']);
  });

  it('notices another order of columns, and leaves one more to the column', () => {
    expect(compare([view({ columns: ['a', 'b'] })], [view({ columns: ['a', 'c', 'b'] })])).to.deep.equal([]);
    expect(compare([view({ columns: ['a', 'b', 'c'] })], [view({ columns: ['c', 'a'] })])).to.deep.equal([
      {
        kind: 'changed',
        identity: 'view app.totals',
        path: ['columns'],
        before: ['a', 'b', 'c'],
        after: ['c', 'a'],
      },
    ]);
  });

  it('compares parameters place by place', () => {
    const found = compare([half({})], [half({ type: 'bigint' })]);
    expect(found.map((difference) => 'path' in difference && difference.path)).to.deep.equal([
      ['parameters', '1', 'type'],
    ]);
  });

  it('tells a printed definition only where no other property tells the difference', () => {
    const paths = (before: SchemaObject, after: SchemaObject) =>
      compare([before], [after]).map((difference) => 'path' in difference && difference.path.join('.'));
    expect(paths(half({}), half({ body: 'select 1', definition: 'OTHER' }))).to.deep.equal(['body']);
    expect(paths(half({}), half({ definition: 'OTHER' }))).to.deep.equal(['definition']);
  });
});

describe('withoutParts', () => {
  it('leaves out what comes or goes with its object', () => {
    const found = withoutParts(compare([], [view({}), policy('own'), schema('app')]));
    expect(found.map(({ identity }) => identity)).to.deep.equal(['schema app', 'view app.totals']);
  });

  it('keeps a part of an object that both sides have', () => {
    const found = withoutParts(compare([view({})], [view({}), policy('own')]));
    expect(found.map(({ identity }) => identity)).to.deep.equal(['policy own on app.totals']);
  });
});
