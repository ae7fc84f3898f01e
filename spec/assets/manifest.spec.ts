import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { hashAsset } from '../../lib/assets/asset-text.js';
import {
  assetFolderOf,
  formatManifest,
  frozenFileOf,
  type FrozenFile,
  type Manifest,
  type ManifestEntry,
  readFrozen,
  readManifest,
  writeManifest,
} from '../../lib/assets/manifest.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const folder = 'migrations/1_a.assets';
const text = 'create function f() returns int return 1;\n';
const load: ManifestEntry = {
  path: 'procs/f.sql',
  action: 'replace',
  sha256: hashAsset(text),
  from: [{ revision: 'z', sha256: 'abc' }],
  objects: ['function public.f()'],
  requires: ['types/t.sql'],
};
const drop: ManifestEntry = {
  path: 'views/reporting/v.sql',
  action: 'drop',
  sha256: null,
  from: [],
  objects: ['view reporting.v'],
  requires: [],
};
const files: FrozenFile[] = [
  { entry: load, text },
  { entry: drop, text: undefined },
];

describe('assetFolderOf', () => {
  it('is named as the script', () => {
    for (const file of ['m/1_a.ts', 'm/1_a.mts', 'm/1_a.cjs', 'm/1_a.js', 'm/1_a.sql'])
      expect(assetFolderOf(file)).to.equal('m/1_a.assets');
    expect(assetFolderOf('m/a.b.ts')).to.equal('m/a.b.assets');
  });
});

describe('writeManifest and readManifest', () => {
  it('give back what was written, in the same order', () => {
    const { root, read } = temporaryProject();
    writeManifest(root, folder, files);
    expect(readManifest(root, folder, 'a')).to.deep.equal({ revision: 'a', folder, entries: [load, drop] });
    expect(read(`${folder}/procs/f.sql`)).to.equal(text);
    expect(existsSync(`${root}/${folder}/views`)).to.equal(false);
  });

  it('keep the mark of files that need each other', () => {
    const { root } = temporaryProject();
    writeManifest(root, folder, [{ entry: { ...load, cyclic: true }, text }]);
    expect(readManifest(root, folder, 'a')?.entries[0]?.cyclic).to.equal(true);
  });

  it('replace what the folder held, and leave nothing unfinished behind', () => {
    const { root, write, path } = temporaryProject();
    write(`${folder}/procs/old.sql`, 'select 1;');
    write(`${folder}.new/procs/half.sql`, 'sel');
    writeManifest(root, folder, files);
    expect(readdirSync(path(`${folder}/procs`))).to.deep.equal(['f.sql']);
    expect(readdirSync(path('migrations'))).to.deep.equal(['1_a.assets']);
    writeManifest(root, folder, []);
    expect(readdirSync(path('migrations'))).to.deep.equal([]);
  });

  it('find no manifest where there is none', () => {
    expect(readManifest(temporaryProject().root, folder, 'a')).to.equal(undefined);
  });

  it('refuse a manifest that cannot be read', () => {
    const cases: [json: string, reason: RegExp][] = [
      ['{ "a": ', /JSON/],
      ['[]', /^it is not an object$/],
      ['null', /^it is not an object$/],
      ['{ "procs/f.sql": 1 }', /^"procs\/f.sql" is not an object$/],
      ['{ "procs/f.sql": {} }', /^"procs\/f.sql" has no known action$/],
      ['{ "procs/f.sql": { "action": "load" } }', /^"procs\/f.sql" has no known action$/],
      ['{ "procs/f.sql": { "action": "add" } }', /^"procs\/f.sql" has no sha256$/],
      ['{ "procs/f.sql": { "action": "drop", "sha256": "ab" } }', /^"procs\/f.sql" has no sha256$/],
      ['{ "../f.sql": { "action": "add", "sha256": "ab" } }', /^"..\/f.sql" leaves its folder$/],
    ];
    for (const [json, reason] of cases) {
      const { root } = temporaryProject({ [`${folder}/manifest.json`]: json });
      const error = thrownBy(() => readManifest(root, folder, 'a'));
      expect(error).to.deep.include({ code: 'MANIFEST_INVALID', where: `${folder}/manifest.json` });
      expect(error.message.replace('the manifest cannot be read: ', '')).to.match(reason);
      expect(error.next).to.equal(
        'restore it from version control; manifests are written by `limbeck freeze`',
      );
    }
  });
});

describe('formatManifest', () => {
  it('writes one entry after the other', () => {
    expect(formatManifest([drop])).to.equal(`{
  "views/reporting/v.sql": {
    "action": "drop",
    "sha256": null,
    "from": [],
    "objects": [
      "view reporting.v"
    ],
    "requires": []
  }
}
`);
  });
});

describe('readFrozen', () => {
  const manifest: Manifest = { revision: 'a', folder, entries: [load] };
  const file = frozenFileOf(manifest, load.path);

  it('reads the text, whatever line ends it was checked out with', () => {
    const { root } = temporaryProject({ [file]: text.replaceAll('\n', '\r\n') });
    expect(readFrozen(root, manifest, load)).to.equal(text);
  });

  it('refuses a version that is not on disk', () => {
    expect(factsOf(thrownBy(() => readFrozen(temporaryProject().root, manifest, load)))).to.deep.equal({
      code: 'ASSET_MISSING',
      message: 'the frozen version of "procs/f.sql" in revision "a" is not on disk',
      where: 'migrations/1_a.assets/procs/f.sql',
      next: 'restore it from version control; `.assets` folders travel with their scripts',
    });
  });

  it('refuses a version that was changed', () => {
    const { root } = temporaryProject({ [file]: `${text} ` });
    expect(factsOf(thrownBy(() => readFrozen(root, manifest, load)))).to.deep.equal({
      code: 'ASSET_TAMPERED',
      message: 'the frozen version of "procs/f.sql" in revision "a" was changed after it was frozen',
      where: 'migrations/1_a.assets/procs/f.sql',
      next: 'restore it from version control; to change the object edit the live file and run `limbeck revision -m "…" --autogenerate`',
    });
  });
});
