import { expect } from 'chai';
import { AssetHistory } from '../../lib/assets/asset-history.js';
import type { FrozenFile, Manifest, TypeShape } from '../../lib/assets/manifest.js';
import { partByNewValues } from '../../lib/assets/new-values.js';
import { graphOf } from '../helpers/graph.js';

const enumOf = (...labels: string[]): TypeShape => ({ kind: 'enum', labels });
const frozen = (path: string, text: string, more: Partial<FrozenFile['entry']> = {}): FrozenFile => ({
  text,
  entry: { path, action: 'replace', sha256: 'x', from: [], objects: [], requires: [], ...more },
});
const mood = (...labels: string[]) =>
  frozen('types/mood.sql', '', { shapes: { 'type public.mood': enumOf(...labels) } });

describe('partByNewValues', () => {
  const graph = graphOf('a');
  const manifest: Manifest = { revision: 'a', folder: 'a.assets', entries: [mood('ok', 'sad').entry] };
  const history = new AssetHistory(graph, [manifest]);
  const aheadOf = (...files: FrozenFile[]) =>
    partByNewValues(files, history, new Set(['a'])).ahead.map(({ entry }) => entry.path);

  it('lets a file go ahead whose value another one holds in quotes, in bodies as well', () => {
    for (const text of [
      "select 'fine'::mood",
      "create function f() returns text language sql as $$ select $x$ $x$, 'fine' $$",
      "select '{ok,fine}'::mood[]",
      "select E'fine'",
    ])
      expect(aheadOf(mood('ok', 'fine', 'sad'), frozen('views/v.sql', text)), text).to.deep.equal([
        'types/mood.sql',
      ]);
  });

  it('lets none go ahead where the word is no value', () => {
    for (const text of ['select fine', "-- 'fine'\nselect 1", 'select "fine"', "select 'finely'"])
      expect(aheadOf(mood('ok', 'sad', 'fine'), frozen('views/v.sql', text)), text).to.deep.equal([]);
    expect(aheadOf(mood('ok', 'sad'), frozen('views/v.sql', "select 'ok'"))).to.deep.equal([]);
  });

  it('takes along what the file needs, and stays one where nothing is left', () => {
    const needed = frozen('types/base.sql', "select 'fine'");
    const needing = { ...mood('ok', 'sad', 'fine') };
    const file = { ...needing, entry: { ...needing.entry, requires: ['types/base.sql', 'types/old.sql'] } };
    expect(aheadOf(needed, file, frozen('views/v.sql', ''))).to.deep.equal([
      'types/base.sql',
      'types/mood.sql',
    ]);
    expect(aheadOf(needed, file)).to.deep.equal([]);
  });

  it('lets none go ahead whose type is new, or made anew', () => {
    const use = frozen('views/v.sql', "select 'fine'");
    expect(aheadOf(mood('fine'), use)).to.deep.equal([]);
    expect(
      aheadOf(frozen('types/new.sql', '', { shapes: { 'type public.new': enumOf('fine') } }), use),
    ).to.deep.equal([]);
  });
});
