/**
 * A shadow beside a live database: of the same major, else what is compared differs in mere words.
 */
import { DatabaseError } from '../errors.js';
import type { RevisionId } from '../graph/revision.js';
import { type OpenShadow, openShadowAt } from './open-shadow.js';
import type { ShadowSource } from './run-on-shadow.js';
import { serverPlaceOf, type ShadowChoice } from './shadow.js';

export interface LiveShadowOptions {
  /** Of the live database, for example 180004. */
  readonly serverVersion: number;
  readonly purpose: string;
  /** Default: on the server of `shadowUrl`, else on that of the database, else embedded. */
  readonly place?: ShadowChoice | undefined;
}

/**
 * Opens a shadow at revisions: on the server of `shadowUrl`, else on that of the environment, else, where that is none
 * or the user may not create databases on it, embedded.
 *
 * @throws DatabaseError `SHADOW_UNAVAILABLE` when that would be of another major; `PRIVILEGE_MISSING` on the server of
 *   `shadowUrl`; and as `openShadowAt`
 */
export async function openLiveShadow(
  source: ShadowSource,
  revisions: readonly RevisionId[],
  { serverVersion, purpose, place }: LiveShadowOptions,
): Promise<OpenShadow> {
  const major = Math.floor(serverVersion / 10_000);
  const openIn = (each: ShadowChoice) => openShadowAt(source, revisions, { place: each, purpose, major });
  const { config } = source;
  if (place !== undefined || config.settings.shadowUrl !== undefined) return openIn(place ?? 'server');
  if (serverPlaceOf(config) === undefined) return openIn('embedded');
  try {
    return await openIn('server');
  } catch (refusal) {
    // A script that lacks a privilege fails as a run does.
    if (!(refusal instanceof DatabaseError)) throw refusal;
    return openIn('embedded').catch((error: unknown) => {
      throw error instanceof DatabaseError && error.code === 'SHADOW_UNAVAILABLE' ? refusal : error;
    });
  }
}
