/**
 * A path on its way, in one step, from the version that stands to the one that should stand.
 */
import { type AssetVersion, formerPaths, isStanding } from '../assets/asset-history.js';
import { assetFolderOf, type ManifestEntry } from '../assets/manifest.js';
import { frozenAgainAdvice, unfrozenAdvice } from '../assets/frozen-advice.js';
import { AssetError } from '../errors.js';
import type { InstalledAssets, LoadContext } from './load-context.js';

/** A path on its way from what stands to what should stand. */
export interface Change {
  readonly path: string;
  readonly from: readonly AssetVersion[];
  /** undefined where nothing should be left. */
  readonly to: AssetVersion | undefined;
  /** The other names of the file, where the revision renames it. */
  readonly otherNames: readonly string[];
}

/**
 * Returns where a path comes from and where it goes.
 *
 * @throws AssetError `ASSET_NOT_FROZEN`
 */
export function changeOf(path: string, context: LoadContext): FromTo {
  return context.direction === 'upgrade' ? upgradeOf(path, context) : downgradeOf(path, context);
}

type FromTo = Omit<Change, 'otherNames'>;

/** Going up, the version is the one that was frozen with the revision itself. */
function upgradeOf(path: string, context: LoadContext): FromTo {
  const { history, revision, before } = context;
  const own = history.versionOf(path, revision);
  if (own === undefined) throw notFrozen(path, context);
  return { path, from: history.versionsAt(path, before), to: isStanding(own) ? own : undefined };
}

/** Going down, the version is the one that the remaining revisions ask for; the same call serves both. */
function downgradeOf(path: string, context: LoadContext): FromTo {
  const { history, before, after } = context;
  const from = history.versionsAt(path, before);
  const to = history.versionAt(path, after);
  if (from.length === 0 && to === undefined) throw notFrozen(path, context);
  return { path, from, to: to?.sha256 === null ? undefined : to };
}

/** For each path of a rename all its names: one line of a script moves the file, by whichever it calls it. */
export function renamedTogether(entries: readonly ManifestEntry[]): Map<string, readonly string[]> {
  return new Map(
    entries.flatMap((entry) => {
      const names = [entry.path, ...formerPaths(entry)];
      return names.length === 1 ? [] : names.map((name) => [name, names] as const);
    }),
  );
}

/** Whether an earlier call of the script has already done it. */
export function isDone({ path, to }: Change, { installed }: LoadContext): boolean {
  const found = installed.get(path);
  return found?.sha256 === to?.sha256 && found?.revision === to?.revision;
}

/** The version that stands where the step begins. */
export function standingOf({ from }: Change): AssetVersion | undefined {
  return from.find(isStanding);
}

/** Of several versions that branches left, the one that the database has; none where a branch dropped the file. */
export function installedOf({ path, from }: Change, installed: InstalledAssets): readonly AssetVersion[] {
  const found = installed.get(path);
  return from.filter(({ sha256 }) => sha256 !== null && sha256 === found?.sha256);
}

/**
 * The lost-update guard: what is installed must be a version that the step builds on, else somebody
 * else's change would be erased in silence.
 */
export function assertUnchanged({ path, from }: Change, context: LoadContext): void {
  const { installed, revision, file } = context;
  const found = installed.get(path);
  const hash = found?.sha256 ?? null;
  const isNew = found === undefined && from.length === 0;
  if (isNew || from.some(({ sha256 }) => sha256 === hash)) return;
  const expected = from.filter(({ sha256 }) => sha256 !== null);
  const details = { path, installed: found ?? null, expected: expected.map((version) => version.revision) };
  if (found !== undefined && expected.some((version) => version.revision === found.revision))
    throw new AssetError('ASSET_MISMATCH', {
      message: `the database has another text of "${path}" than revision "${found.revision}" ships: that revision was frozen again after it was applied here`,
      where: file,
      next: frozenAgainAdvice(
        context.history,
        found.revision,
        revision === found.revision ? [revision] : undefined,
      ),
      details,
    });
  const has = found === undefined ? 'none' : `the one of revision "${found.revision}"`;
  const builds =
    expected.length === 0 ? 'none' : expected.map((version) => `"${version.revision}"`).join(' or ');
  throw new AssetError('ASSET_MISMATCH', {
    message: `the database has another version of "${path}" than revision "${revision}" builds on: it has ${has}, and should have ${expected.length === 0 ? 'none' : `that of ${builds}`}`,
    where: file,
    next: 'compare `limbeck current` with `limbeck history`: if another branch changed the file, join the two with `limbeck merge`; the table limbeck_assets says what is installed',
    details,
  });
}

function notFrozen(path: string, { history, revision, file, direction }: LoadContext): AssetError {
  const mayFreeze = direction === 'upgrade' && history.isLast(revision);
  return new AssetError('ASSET_NOT_FROZEN', {
    message: `revision "${revision}" loads "${path}", which is not frozen with it`,
    where: file,
    next: unfrozenAdvice(history, revision, assetFolderOf(file), mayFreeze),
    details: { path, revision },
  });
}
