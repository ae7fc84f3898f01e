/**
 * The installed assets during a run: in memory as in the ledger.
 */
import type { AppliedSet, AssetHistory, AssetVersion } from '../assets/asset-history.js';
import type { InstalledAssets } from '../ops/load-assets.js';
import type { Statement } from '../sql/statement.js';
import type { Ledger, LedgerState } from './ledger.js';

type InstalledMap = LedgerState['assets'];

/** Returns what the ledger would say is installed there. */
export function standingAssets(history: AssetHistory, applied: AppliedSet): InstalledMap {
  return new Map(
    history.standingAt(applied).map(({ path, sha256, revision }) => [path, { sha256, revision }] as const),
  );
}

/**
 * What is installed. What changes it is kept for the ledger until the script is done: meanwhile the role may
 * be one that must not write there.
 */
export class InstalledMirror implements InstalledAssets {
  #assets: InstalledMap;
  readonly #ledger: Ledger;
  /** By path what the ledger does not say yet; undefined where nothing is installed any more. */
  #changes: ReadonlyMap<string, AssetVersion | undefined> = new Map();

  constructor(assets: InstalledMap, ledger: Ledger) {
    this.#assets = assets;
    this.#ledger = ledger;
  }

  get(path: string) {
    return this.#assets.get(path);
  }

  /** Returns a function that goes back to what is installed now, for when the database does. */
  mark(): () => void {
    const [assets, changes] = [this.#assets, this.#changes];
    return () => {
      this.#assets = assets;
      this.#changes = changes;
    };
  }

  /** Returns what to write to the ledger, and forgets it. */
  takeStatements(): readonly Statement[] {
    const changes = [...this.#changes];
    this.#changes = new Map();
    return [
      ...this.#ledger.removeAssets(
        changes.flatMap(([path, version]) => (version === undefined ? [path] : [])),
      ),
      ...this.#ledger.installAssets(changes.flatMap(([, version]) => version ?? [])),
    ];
  }

  install(version: AssetVersion): void {
    const { path, sha256, revision } = version;
    if (sha256 === null) return this.remove(path);
    this.#assets = new Map([...this.#assets, [path, { sha256, revision }]]);
    this.#changes = new Map([...this.#changes, [path, version]]);
  }

  remove(path: string): void {
    this.#assets = new Map([...this.#assets].filter(([other]) => other !== path));
    this.#changes = new Map([...this.#changes, [path, undefined]]);
  }
}
