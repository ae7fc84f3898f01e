/**
 * Opening a shadow, empty or at revisions.
 */
import { DatabaseError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import { silentLogger } from '../logger.js';
import { openSession, type Session } from '../runtime/session.js';
import { imageKeys } from './image-keys.js';
import { keepImage } from './image-files.js';
import { revisionImages, startEmpty, startFrom } from './images.js';
import { RoleMaker } from './missing-roles.js';
import { assertGoesOn, runOnShadow, type ShadowSource, tryOnShadow } from './run-on-shadow.js';
import { embeddedShadow, serverShadow, type Shadow, type ShadowChoice } from './shadow.js';

/** A shadow with a session on it. */
export interface OpenShadow {
  readonly kind: ShadowChoice;
  readonly session: Session;
  /**
   * Runs steps, each in a transaction of its own. In an embedded shadow roles that they name are made when the server
   * says that they are missing; on a server roles belong to all databases, and nothing makes any.
   *
   * @throws MigrationError as a run; `INTERRUPTED` when the signal stops it
   */
  run(steps: readonly Step[]): Promise<void>;
  /** Runs work that begins a transaction, and rolls it back; with missing roles as `run`. */
  tryOut<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the session, and removes the shadow. */
  close(): Promise<void>;
}

/** Where a shadow is, and what the server shows as application name. */
export interface ShadowOptions {
  readonly place: ShadowChoice;
  /** `limbeck roundtrip`. */
  readonly purpose: string;
  /** The major that it must have. Default: any. */
  readonly major?: number;
}

/** Where shadows are made that need not be of the same major as anything: `shadowUrl`, where it is set. */
export function usualPlace({ config }: Pick<ShadowSource, 'config'>): ShadowChoice {
  return config.settings.shadowUrl === undefined ? 'embedded' : 'server';
}

/**
 * Opens a shadow with nothing but limbeck's own tables in it.
 *
 * @throws DatabaseError as `serverShadow`
 */
export async function openEmptyShadow(source: ShadowSource, options: ShadowOptions): Promise<OpenShadow> {
  assertGoesOn(source);
  const shadow =
    options.place === 'server'
      ? await serverShadow(source.config, source.logger)
      : embeddedShadow(source.config, await startEmpty(source.root));
  return openOn(shadow, source, options);
}

/**
 * Opens a shadow at revisions: with them and all that they require applied. An embedded one starts from the image that
 * an earlier command has left of the same, or of the first of them.
 *
 * @throws MigrationError, RevisionError when they cannot be applied to an empty database
 * @throws DatabaseError as `serverShadow`
 */
export async function openShadowAt(
  source: ShadowSource,
  revisions: Iterable<RevisionId>,
  options: ShadowOptions,
): Promise<OpenShadow> {
  const applied = source.graph.closure([...revisions]);
  const ids = source.graph.ids.filter((id) => applied.has(id));
  if (options.place === 'server' || source.memory !== undefined) {
    const opened = await openEmptyShadow(source, options);
    return applyAll(opened, ids);
  }
  assertGoesOn(source);
  return openFromImage(source, ids, options);
}

async function openFromImage(
  source: ShadowSource,
  ids: readonly RevisionId[],
  options: ShadowOptions,
): Promise<OpenShadow> {
  const images = revisionImages(source.root);
  const keys = imageKeys(source, source.readHistory(), ids);
  let done = keys.length;
  let scratch = undefined;
  while (done > 0 && scratch === undefined) {
    scratch = await startFrom(images, keys[done - 1] ?? '');
    if (scratch === undefined) done -= 1;
  }
  scratch ??= await startEmpty(source.root);
  const opened = await applyAll(
    await openOn(embeddedShadow(source.config, scratch), source, options),
    ids.slice(done),
  );
  const key = keys.at(-1);
  if (done < keys.length && key !== undefined) await keepImage(images, key, await scratch.dump());
  return opened;
}

async function applyAll(opened: OpenShadow, ids: readonly RevisionId[]): Promise<OpenShadow> {
  try {
    await opened.run(ids.map((revision) => ({ direction: 'upgrade', revision })));
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openOn(
  shadow: Shadow,
  source: ShadowSource,
  { purpose, major }: ShadowOptions,
): Promise<OpenShadow> {
  const { signal } = source;
  try {
    const session = await openSession(shadow.config, { logger: silentLogger, lock: true, purpose, signal });
    if (major !== undefined) await assertMajor(session, major, source);
    // A schema that is made for the ledger is no difference of what comes after.
    await session.ensureLedger();
    return openedShadow(shadow, session, source);
  } catch (error) {
    await shadow.close();
    throw error;
  }
}

async function assertMajor(session: Session, major: number, { config }: ShadowSource): Promise<void> {
  const own = Math.floor(session.serverVersion / 10_000);
  if (own === major) return;
  await session.close();
  throw new DatabaseError('SHADOW_UNAVAILABLE', {
    message: `the database is PostgreSQL ${major}, and the shadow would be PostgreSQL ${own}: they print the same schema in different words`,
    where: config.knexfile,
    next: `set LIMBECK_SHADOW_URL, or \`shadowUrl\` in the knexfile, to a server of PostgreSQL ${major} on which the user may create databases`,
    details: { database: major, shadow: own },
  });
}

function openedShadow(shadow: Shadow, session: Session, source: ShadowSource): OpenShadow {
  const roles = shadow.kind === 'embedded' ? new RoleMaker(session) : undefined;
  const place = { session, source, roles };
  return {
    kind: shadow.kind,
    session,
    run: (steps) => runOnShadow(place, steps),
    tryOut: (work) => tryOnShadow(place, work),
    async close() {
      await session.close();
      await shadow.close();
    },
  };
}
