/**
 * What stands in the way of a type that changes, and how to go on.
 */
import type { AssetVersion } from '../assets/asset-history.js';
import { frozenFileOf } from '../assets/manifest.js';
import type { TypeChange } from '../assets/type-changes.js';
import { qualifiedNameOf, type StandingType } from '../assets/type-history.js';
import { AssetError } from '../errors.js';
import type { Explanation } from '../sql/statement.js';

/** Where types are loaded. */
export interface LoadPlace {
  readonly direction: 'upgrade' | 'downgrade';
  /** The script, as errors name it. */
  readonly file: string;
}

/** The SQLSTATEs that the blocks raise on purpose; class `LB` is nobody else's. */
export const conversionStates = { valueInUse: 'LB011', inTheWay: 'LB012' } as const;

/** A text for psql, which has no other advice. */
export const hints = {
  valueInUse: 'give the rows that hold it another value first',
  inTheWay: 'change it by hand: a new column, filled from the old one, in place of it',
} as const;

/** What PostgreSQL says of a type that it cannot alter because of the columns that use it. */
export const notSupported = '0A000';

/** The error of a type that must be made anew, where the revision does not say so. */
export function mustBeMadeAnew(
  { anew = '' }: TypeChange,
  { identity }: StandingType,
  version: AssetVersion,
  { file }: LoadPlace,
): AssetError {
  const type = qualifiedNameOf(identity);
  return new AssetError('ASSET_TYPE_CHANGED', {
    message: `"${type}" must be made anew, for PostgreSQL cannot alter it so far: ${anew}`,
    where: file,
    next: sayConvert(version),
  });
}

/** What it means when the server refuses to alter a type. */
export function explainType(
  { identity, versions }: StandingType,
  version: AssetVersion,
  { file, direction }: LoadPlace,
): Explanation {
  const type = qualifiedNameOf(identity);
  const where = file;
  return (sqlstate, cause) => {
    if (sqlstate === conversionStates.valueInUse || sqlstate === conversionStates.inTheWay) {
      const next = sqlstate === conversionStates.inTheWay ? hints.inTheWay : valueInUse(version, direction);
      return new AssetError('ASSET_TYPE_IN_USE', {
        message: cause.message,
        where,
        cause,
        next,
        details: { type, sqlstate },
      });
    }
    if (sqlstate === '2BP01') {
      return new AssetError('ASSET_TYPE_IN_USE', {
        message: `"${type}" cannot be made anew while something stands on it that limbeck cannot move: ${cause.detail ?? cause.message}`,
        where,
        cause,
        next: 'drop what is listed in the script, above the load, and make it again below it',
        details: { type, sqlstate },
      });
    }
    if (sqlstate === notSupported) {
      return new AssetError('ASSET_TYPE_CHANGED', {
        message: `PostgreSQL refuses to alter "${type}": ${cause.message}`,
        where,
        cause,
        next: sayConvert(version),
        details: { sqlstate },
      });
    }
    if (sqlstate === '22023' || sqlstate === '42703' || sqlstate === '42704' || sqlstate === '42710') {
      const revisions = versions.map(({ revision }) => `"${revision}"`).join(' and ');
      return new AssetError('ASSET_MISMATCH', {
        message: `"${type}" in the database is not what revision ${revisions} made it: ${cause.message}`,
        where: frozenFileOf(version.manifest, version.path),
        cause,
        next: `put the type back to what ${versions.map(({ manifest, path }) => `"${frozenFileOf(manifest, path)}"`).join(' and ')} says, with ALTER TYPE, and run the command again`,
        details: { sqlstate },
      });
    }
    return undefined;
  };
}

function sayConvert({ revision, path }: AssetVersion): string {
  return `say \`{ convert: true }\` where revision "${revision}" loads "${path}", and run \`limbeck freeze ${revision}\`: the type is made anew, and the columns that use it are converted`;
}

function valueInUse({ revision, path }: AssetVersion, direction: LoadPlace['direction']): string {
  return direction === 'downgrade'
    ? 'give these rows a value that the older type has, and run the downgrade again'
    : `give these rows another value in the script, above the load, or say which value takes its place, \`{ renames: { … }, convert: true }\`, where revision "${revision}" loads "${path}", and run \`limbeck freeze ${revision}\``;
}
