/**
 * The installed assets during a run: in memory as in the ledger.
 */
import type { AppliedSet, AssetHistory, AssetVersion } from '../assets/asset-history.js';
import type { InstalledAssets } from '../ops/load-context.js';
import type { Statement } from '../sql/statement.js';
import type { Ledger, LedgerState } from './ledger.js';

type InstalledMap = LedgerState['assets'];
type Installed = NonNullable<ReturnType<InstalledMap['get']>>;

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
  /** Changed in place, and copied when a mark is set: a step may install thousands. */
  #assets: Map<string, Installed>;
  readonly #ledger: Ledger;
  /** By path what the ledger does not say yet; undefined where nothing is installed any more. */
  #changes = new Map<string, AssetVersion | undefined>();

  constructor(assets: InstalledMap, ledger: Ledger) {
    this.#assets = new Map(assets);
    this.#ledger = ledger;
  }

  get(path: string) {
    return this.#assets.get(path);
  }

  /** Returns a function that goes back to what is installed now, for when the database does. */
  mark(): () => void {
    const [assets, changes] = [new Map(this.#assets), new Map(this.#changes)];
    return () => {
      this.#assets = new Map(assets);
      this.#changes = new Map(changes);
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
    this.#assets.set(path, { sha256, revision });
    this.#changes.set(path, version);
  }

  remove(path: string): void {
    this.#assets.delete(path);
    this.#changes.set(path, undefined);
  }
}
