/**
 * The installed assets during a run: in memory as in the ledger.
 */
import type { AppliedSet, AssetHistory, AssetVersion } from '../assets/asset-history.js';
import type { InstalledAssets } from '../ops/load-assets.js';
import type { Sink } from '../sql/statement.js';
import type { Ledger, LedgerState } from './ledger.js';

type InstalledMap = LedgerState['assets'];

/** Returns the version of each file that stands where these revisions are applied. */
export function standingVersions(history: AssetHistory, applied: AppliedSet): AssetVersion[] {
  return history.paths.flatMap((path) => {
    const version = history.versionAt(path, applied);
    return version === undefined || version.sha256 === null ? [] : [version];
  });
}

/** Returns what the ledger would say is installed there. */
export function standingAssets(history: AssetHistory, applied: AppliedSet): InstalledMap {
  return new Map(
    standingVersions(history, applied).flatMap(({ path, sha256, revision }) =>
      sha256 === null ? [] : [[path, { sha256, revision }] as const],
    ),
  );
}

/** What is installed; what changes it is recorded for the ledger as well. */
export class InstalledMirror implements InstalledAssets {
  #assets: InstalledMap;
  readonly #sink: Sink;
  readonly #ledger: Ledger;

  constructor(assets: InstalledMap, sink: Sink, ledger: Ledger) {
    this.#assets = assets;
    this.#sink = sink;
    this.#ledger = ledger;
  }

  get(path: string) {
    return this.#assets.get(path);
  }

  /** Returns a function that goes back to what is installed now, for when the database does. */
  mark(): () => void {
    const marked = this.#assets;
    return () => {
      this.#assets = marked;
    };
  }

  install(version: AssetVersion): void {
    const { path, sha256, revision } = version;
    if (sha256 === null) return this.remove(path);
    this.#assets = new Map([...this.#assets, [path, { sha256, revision }]]);
    return this.#sink.record(this.#ledger.installAsset(version));
  }

  remove(path: string): void {
    this.#assets = new Map([...this.#assets].filter(([other]) => other !== path));
    this.#sink.record(this.#ledger.removeAsset(path));
  }
}
