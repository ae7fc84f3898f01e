/**
 * From the live files that several sources make to one for each path.
 */
import type { ImportRefusal } from './import-file.js';
import type { ImportedAsset } from './import-units.js';

/** Two files may define overloads of one name, and may not define the same object. */
export function joinImports(assets: readonly ImportedAsset[]): {
  assets: ImportedAsset[];
  twice: ImportRefusal[];
} {
  const byPath = new Map<string, ImportedAsset>();
  const sources = new Map<string, string>();
  const twice: ImportRefusal[] = [];
  for (const asset of assets) {
    for (const object of asset.objects) {
      const other = sources.get(object);
      if (other !== undefined) twice.push(definedTwice(object, other, asset.source));
      sources.set(object, asset.source);
    }
    const key = asset.path.toLowerCase();
    const there = byPath.get(key);
    const objects = [...(there?.objects ?? []), ...asset.objects];
    const text = there === undefined ? asset.text : `${there.text}\n${asset.text}`;
    byPath.set(key, { ...asset, path: there?.path ?? asset.path, objects, text });
  }
  return { assets: [...byPath.values()], twice: [...twice, ...repeated(assets)] };
}

/** The same object twice in one file. */
function repeated(assets: readonly ImportedAsset[]): ImportRefusal[] {
  return assets.flatMap(({ objects, source }) =>
    objects
      .filter((object, index) => objects.indexOf(object) !== index)
      .map((object) => definedTwice(object, source, source)),
  );
}

function definedTwice(object: string, first: string, second: string): ImportRefusal {
  return {
    where: second,
    message: first === second ? `it defines "${object}" twice` : `"${first}" defines "${object}" too`,
    next: 'keep each object in one file',
  };
}
