/** order releases by version, and add the first ones */
import { loadStoredProc, loadType, loadView, type Operations } from 'limbeck';

export const revision = 'e83a5d61f902';
export const downRevision = '4b1f0c9d27ae';
export const branchLabels = [];
export const dependsOn = [];

const products = [
  { product: 'kestrel', title: 'Kestrel, a mail reader' },
  { product: 'lantern', title: 'Lantern, a browser' },
];

const releases = [
  ['kestrel', '5.3', 'release', '2025-12-01'],
  ['kestrel', '5.4.1', 'beta', '2025-12-29'],
  ['lantern', '1.9', 'release', '2025-11-10'],
  ['lantern', '1.10', 'release', '2025-12-08'],
  ['lantern', '2.0', 'beta', '2025-12-15'],
  ['lantern', '2.1', 'nightly', '2026-01-02'],
];

export async function upgrade(op: Operations) {
  await loadType(op, ['version_parts.sql']);
  await loadStoredProc(op, ['parse_version.sql', 'add_release.sql']);
  await loadView(op, ['current_releases.sql']);

  await op.knex('products').insert(products);
  for (const release of releases) {
    await op.execute('select add_release(?, ?, ?, ?)', release);
  }
}

export async function downgrade(op: Operations) {
  const names = products.map(({ product }) => product);
  await op.knex('releases').whereIn('product', names).delete();
  await op.knex('products').whereIn('product', names).delete();

  await loadView(op, ['current_releases.sql']);
  await loadStoredProc(op, ['parse_version.sql', 'add_release.sql']);
  await loadType(op, ['version_parts.sql']);
}
