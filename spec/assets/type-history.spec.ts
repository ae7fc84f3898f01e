import { expect } from 'chai';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import type { Manifest, TypeShape } from '../../lib/assets/manifest.js';
import { renamesBetween, typeAt, typesStanding } from '../../lib/assets/type-history.js';
import { graphOf } from '../helpers/graph.js';

const identity = 'type public.mood';
const enumOf = (...labels: string[]): TypeShape => ({ kind: 'enum', labels });

interface Shipped {
  readonly shape: TypeShape;
  readonly from?: readonly string[];
  readonly renames?: Readonly<Record<string, string>>;
}

/** A history in which each revision ships one version of one type. */
function historyOf(edges: readonly string[], versions: Readonly<Record<string, Shipped>>) {
  const graph = graphOf(...edges);
  const manifests = Object.entries(versions).map(
    ([revision, { shape, from = [], renames }]): Manifest => ({
      revision,
      folder: `${revision}.assets`,
      entries: [
        {
          path: 'types/mood.sql',
          action: 'replace',
          sha256: revision,
          from: from.map((each) => ({ revision: each, sha256: each })),
          objects: [identity],
          requires: [],
          shapes: { [identity]: shape },
          ...(renames && {
            renames: Object.fromEntries(
              Object.entries(renames).map(([old, name]) => [`public.mood.${old}`, name]),
            ),
          }),
        },
      ],
    }),
  );
  const history = new AssetHistory(graph, manifests);
  const at = (...revisions: string[]) =>
    typeAt(history, identity, typesStanding(history, graph.closure(revisions)));
  const renames = (from: string[], to: string[]) =>
    renamesBetween(history, identity, at(...from)?.versions ?? [], at(...to)?.versions ?? []);
  return { at, renames };
}

const fork = ['a', 'b < a', 'c < a', 'd < b c'];

describe('typeAt', () => {
  it('is the version that stands, and none where there is none', () => {
    const { at } = historyOf(['a', 'b < a', 'c < b'], {
      b: { shape: enumOf('x') },
      c: { shape: enumOf('x', 'y'), from: ['b'] },
    });
    expect(at('a')).to.equal(undefined);
    expect(at('b')?.shape).to.deep.equal(enumOf('x'));
    expect(at('c')?.shape).to.deep.equal(enumOf('x', 'y'));
  });

  it('puts together what branches have changed apart', () => {
    const { at } = historyOf(fork, {
      a: { shape: enumOf('sad', 'gone', 'ok') },
      b: { shape: enumOf('bad', 'sad', 'ok', 'fine'), from: ['a'] },
      c: { shape: enumOf('unhappy', 'gone', 'ok', 'great'), from: ['a'], renames: { sad: 'unhappy' } },
      d: { shape: enumOf('z'), from: ['b', 'c'] },
    });
    expect(at('b', 'c')?.shape).to.deep.equal(enumOf('bad', 'unhappy', 'ok', 'great', 'fine'));
    expect(at('d')?.shape).to.deep.equal(enumOf('z'));
  });

  it('puts together composites and domains', () => {
    const pair = (list: Readonly<Record<string, string>>): TypeShape => ({
      kind: 'composite',
      attributes: Object.entries(list).map(([name, type]) => ({ name, type })),
    });
    const pairs = historyOf(fork, {
      a: { shape: pair({ a: 'text', b: 'text' }) },
      b: { shape: pair({ a: 'integer', b: 'text' }), from: ['a'] },
      c: { shape: pair({ a: 'text', c: 'date' }), from: ['a'] },
    });
    expect(pairs.at('b', 'c')?.shape).to.deep.equal(pair({ a: 'integer', c: 'date' }));
    const domain = (more: object): TypeShape => ({
      kind: 'domain',
      base: 'integer',
      notNull: false,
      constraints: [],
      ...more,
    });
    const check = (definition: string) => ({ definition });
    const domains = historyOf(fork, {
      a: { shape: domain({ constraints: [check('old')], default: '1' }) },
      b: {
        shape: domain({ constraints: [check('old'), check('b')], notNull: true, default: '1' }),
        from: ['a'],
      },
      c: { shape: domain({ constraints: [check('c')] }), from: ['a'] },
    });
    expect(domains.at('b', 'c')?.shape).to.deep.equal(
      domain({ constraints: [check('b'), check('c')], notNull: true }),
    );
  });
});

describe('renamesBetween', () => {
  const line = historyOf(['a', 'b < a', 'c < b'], {
    a: { shape: enumOf('x', 'y') },
    b: { shape: enumOf('y2', 'x2'), from: ['a'], renames: { x: 'y2', y: 'x2' } },
    c: { shape: enumOf('z'), from: ['b'], renames: { y2: 'z', x2: 'z' } },
  });

  it('follows each name up and down', () => {
    expect(line.renames(['a'], ['b'])).to.deep.equal({ x: 'y2', y: 'x2' });
    expect(line.renames(['a'], ['c'])).to.deep.equal({ x: 'z', y: 'z' });
    expect(line.renames(['b'], ['a'])).to.deep.equal({ y2: 'x', x2: 'y' });
    expect(line.renames(['b'], ['b'])).to.deep.equal({});
  });

  it('gives no name back that stood before', () => {
    const merged = historyOf(['a', 'b < a'], {
      a: { shape: enumOf('sad', 'ok') },
      b: { shape: enumOf('ok'), from: ['a'], renames: { sad: 'ok' } },
    });
    expect(merged.renames(['b'], ['a'])).to.deep.equal({});
  });

  it('goes by way of what both sides have', () => {
    const { renames } = historyOf(fork, {
      a: { shape: enumOf('x') },
      b: { shape: enumOf('b'), from: ['a'], renames: { x: 'b' } },
      c: { shape: enumOf('c'), from: ['a'], renames: { x: 'c' } },
    });
    expect(renames(['b'], ['c'])).to.deep.equal({ b: 'c' });
  });
});
